"""How a debt stands: names of columns of statuses, and of days, numbers and people that show that
it was paid, voided or written off."""


def _pairs(firsts: str, seconds: str) -> str:
    """Every first word before every second one."""
    return "|".join(f"{a} {b}" for a in firsts.split("|") for b in seconds.split("|"))


_STATUS_NAMES = (
    _pairs(
        "invoice|bill|billing|payment|pay|pmt|account|acct|financial|finance|collection|collections"
        "|loan|contract|debt|ar|receivable|receivables|charge|credit|settlement|balance|dunning"
        "|delinquency|recovery|ledger|fulfillment|fulfilment|case|item|current"
        "|order payment|order financial|overall|matter|note",
        "status|state|stage|standing|condition|disposition",
    ),
    _pairs(
        "estado|estatus|situacion|etapa|status",
        "de pago|del pago|pago|de cobro|del cobro|cobro|de la cuenta|cuenta|de la factura"
        "|factura|de la deuda|deuda|del prestamo|prestamo|del credito|de cobranza|cobranza"
        "|financiero|de facturacion|del documento|de cartera|contable",
    ),
    _pairs(
        "etat|statut|situation",
        "du reglement|de reglement|reglement|du paiement|de paiement|paiement|du compte|compte"
        "|de la facture|facture|du dossier|dossier|de la creance|creance|du recouvrement"
        "|recouvrement|du pret|pret|de facturation",
    ),
    _pairs(
        "rechnungs|zahlungs|zahl|konto|beleg|mahn|forderungs|posten|vertrags|vorgangs|inkasso|buchungs"
        "|darlehens|kredit|faktura|abrechnungs",
        "status|zustand",
    ),
    _pairs(
        "situacao|estado|status|fase|estagio",
        "do pagamento|de pagamento|pagamento|da fatura|fatura|do titulo|titulo|da conta|conta"
        "|do boleto|boleto|da cobranca|cobranca|da divida|financeira|do documento"
        "|do emprestimo|da parcela",
    ),
    _pairs("status|state|stage", "of invoice|of payment|of account|of debt|of loan|of bill"),
)
_VOID_NAMES = (
    _pairs(
        "void|voided|cancel|cancelled|canceled|cancellation|deletion|deleted|reversal|reversed"
        "|waived|waiver",
        "date|on|at|by|reason|user|dt|time",
    ),
    _pairs("date|reason", "void|voided|cancelled|canceled|cancellation|deleted|reversed|waived"),
    (
        "storniert am|storniert von|stornodatum|storno datum|stornierungsdatum|stornogrund"
        "|geloscht am|datum storno"
    ),
    _pairs(
        "fecha|motivo|usuario|fec",
        "de anulacion|anulacion|de cancelacion|cancelacion|de baja|baja|anulado|cancelado",
    ),
    "anulada el|anulado el|cancelada el|cancelado el|anulada por|cancelada por",
    _pairs("date|motif", "d annulation|annulation|de l annulation|annulee"),
    "annulee le|annule le|annulee par|supprimee le",
    _pairs(
        "data|motivo",
        "de cancelamento|cancelamento|do cancelamento|de anulacao|anulacao"
        "|do estorno|de estorno|estorno|de exclusao",
    ),
    "cancelada em|cancelado em|anulada em|estornada em|estornado em|cancelado por",
)
_WRITE_OFF_NAMES = (
    _pairs(
        "write off|writeoff|written off|charge off|chargeoff|charged off|bad debt|wo",
        "date|on|at|by|reason|flag|dt|user",
    ),
    _pairs("date", "written off|write off|charged off|charge off|of write off|of charge off"),
    "write off|written off|is written off|charged off|charge off|bad debt|in write off",
    (
        "ausgebucht am|ausgebucht|ausbuchungsdatum|ausbuchung am|abgeschrieben am"
        "|abschreibungsdatum|abgeschrieben|datum ausbuchung"
    ),
    _pairs("fecha|fec", "de castigo|castigo|de incobrable|incobrable|de quebranto"),
    "castigada el|castigado el|castigado|incobrable",
    (
        "passee en perte le|passe en perte le|date passage en perte|date de passage en perte"
        "|irrecouvrable|date irrecouvrable"
    ),
    "baixado por perda|data da perda|data perda|data de prejuizo|data prejuizo|incobravel",
)
_SETTLED_NAMES = """
    clearing document|clearing doc|clrng doc|clrng document|clearing document no
    |clearing document number|clearing doc no|clearing entry|clearing no|clearing number
    |cleared by|settled by|settlement no|settlement number|settlement id|settlement ref
    |settlement reference|cleared by document|closed by document|closed by payment|ausgleichsbeleg
    |ausgleichsbelegnummer|ausgleichsbeleg nr|ausgl beleg|ausgl belegnr|augbl|ausgleich beleg
    |ausgeglichen durch|doc compensacion|documento compensacion|documento de compensacion
    |n doc compensacion|no documento compensacion|doc compens|lettrage|code lettrage|lettre
    |code de lettrage|piece de lettrage|document de rapprochement|doc compensacao
    |documento de compensacao|documento compensacao|liquidado por|baixado por"""
_PAYMENT_NAMES = """
    payment id|payment no|payment number|pmt id|pmt no|payment document|payment doc
    |payment document number|check date|cheque date|check no date|cheque no|cheque number|chk no
    |chq no|ck no|check ref|paid by|paid with|paid through|payment trace|remittance no
    |remittance number|remittance ref|remittance id|deposit id|trace number|eft no|eft number
    |ach trace|zahlungsbeleg|zahlungsbeleg nr|zahlungs nr|zahlungs id|zahlungsnummer|schecknummer
    |scheck nr|no de pago|id de pago|id pago|numero de cheque|numero cheque|no cheque|n cheque
    |cheque|folio de pago|recibo de pago|comprobante de pago|numero de paiement|n de cheque
    |no de cheque|recu n|n reglement|id do pagamento|id pagamento|comprovante|n do cheque
    |autenticacao"""

STRONG = {
    "status": "|".join(
        (
            *_STATUS_NAMES,
            """
            status|invoice status|invoicestatus|state of invoice|payment status|payment state
            |paymentstatus|bill status|account status|document status|open closed|invoice state
            |rechnungsstatus|zahlungsstatus|estado factura|estado de la factura|estado de pago
            |estatus|estado pago|situacion|statut|etat facture|statut facture|etat paiement
            |statut de paiement|statut paiement|statusp|status p|debt status|claim status
            |collection status|belegstatus|status rechnung|paid status|invoice payment status
            |statut de la facture""",
        )
    ),
    "void_mark": "|".join(_VOID_NAMES),
    "write_off_mark": "|".join(_WRITE_OFF_NAMES),
    "settled_mark": _SETTLED_NAMES,
    "payment_mark": _PAYMENT_NAMES,
}

WEAK = {
    "status": """
        state|estado|etat|stage|zustand|condition|paid unpaid|situation|stato|situacao|fase|etapa
        |etape|phase|estagio|standing|disposition|situacion|outcome|result""",
}
