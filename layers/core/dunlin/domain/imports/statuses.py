"""Whether a row is owed: words of status and document type in five languages."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from dunlin.domain.imports import barring
from dunlin.domain.imports.fields import words_of
from dunlin.domain.imports.phrases import ASKED, BREAK, NEGATORS, Lexicon, Worded
from dunlin.domain.imports.types import CREDIT, DRAFT, OPEN, PAID, PAYABLE, VOID

PAYMENT = "payment"
"""A row that is no debt but money received; it becomes a ledger entry."""

_DENIED, _PART, _FAILED, _BACK, _OFF, _REFUND = "denied", "part", "failed", "back", "off", "refund"
_ISSUED, _DUE, _WEAK, _LATER, _UNCLEAR = "issued", "due", "weakly paid", "later", "unclear"
_REVERSED, _PAYS, _PAYMENT, _NOTHING = "reversed", "pays", "payment word", ""

_PHRASES = (
    (_DUE, """
        due|due now|overdue|past due|pastdue|over due|late|upcoming|current|active|not due|grace
        |mora|en mora|vencid*|a vencer|no vencid*|atrasad*|em atraso|echu*|a echoir|en retard
        |days|currently|tage|fallig*|faellig*|uberfallig*|ueberfallig*|ueberfaellig*|verzug
        |vigente*|activ*"""),
    (OPEN, """
        open|opn|oxs|dpd|outstanding|delinquent|pending|awaiting|arrears|in default|default
        |unsettled|uncleared|reopened|re opened|new|o|promis*|ptp|broken promise|broken ptp
        |reminder*|notice*|dunning|dunned|called|left message|left voicemail|left msg|lvm|lm
        |voicemail|self pay|patient respons*|patient balance|pt resp|patient due|balance due
        |bal due|payment due|payment pending|pending payment|awaiting payment|charged|rent due
        |balance forward|final notice|final letter|past due letter|credit reported|abiert*
        |pendient*|pdte|pendiente pago|pendiente de pago|pdte pago|pdte de pago|pago pendiente
        |pago vencido|pago atrasado|por cobrar|por pagar|adeud*|pend|pend pago|pend de pago
        |pendiente cobro|pendiente de cobro|saldo pendiente|saldo vencido|moros*|promesa pago
        |promesa de pago|recordatorio*|aviso*|no cobrad*|ouvert*|attente|en attente de paiement
        |attente paiement|attente reglement|a payer|a regler|reste a payer|reste du|solde du
        |solde a payer|solde restant|solde ouvert|en souffrance|relanc*|en cours|mise demeure
        |offen*|noch offen|ausstehend*|zahlung ausstehend|ruckstand*|gemahnt|mahnung*|mahnstufe*
        |mahnbrief*|zahlungserinnerung*|erinnert|zu zahlen|zahlung fehlt|erinnerung*|op|abert*
        |em aberto|em debito|pendente*|a receber|a pagar|inadimplent*|aguardando
        |aguardando pagamento|aguardando pgto|pgto pendente|por liquidar|por regularizar
        |pagamento pendente
        |final demand*|awaiting remittance|remittance awaited|no pmt*|zahlung steht aus|pdte cobro
        |pdte de cobro|pendiente de cobro"""),
    (_ISSUED, """
        sent|issued|invoiced|billed|emailed|mailed|delivered|viewed|finali*|posted|approved
        |authoris*|authoriz*|submitted|statement*|printed|published|confirmed|fulfil*|unfulfil*
        |shipped|enviad*|emitid*|facturad*|timbrad*|publicad*|contabilizad*|entregad*|autorizad*
        |aceptad*|envoye*|emis|emise*|valide|validee|validees|comptabilise*|facturee|facture
        |versendet|versandt|gesendet|zugestellt|gebucht|verbucht|ausgestellt|gestellt|fakturiert
        |freigegeben|faturad*|boleto emitido"""),
    (_DENIED, """
        unpaid|un paid|no payment|no pmt|no payment received|no payment recd|no pmt received
        |no pmt recd|payment not received|payment not recd|pmt not received|pmt not recd|impagad*
        |impago*|sin pagar|sin cobrar|sin pago|impaye*|pas de paiement|aucun paiement
        |aucun reglement|non payer|unbezahlt*|unbeglichen*|keine zahlung|keine zahlung erhalten
        |kein zahlungseingang|kein geld|sem pagamento|never paid|open unpaid"""),
    (_PART, """
        partial*|partly|part|paid in part|half|short paid|paid short|short pay|shortpaid
        |underpaid|under paid|paid less|paid except|paid all but|paid but|paid minus|deposit paid
        |parcial*|pagad* en parte|en parte|en partie|partiel*|paye* partie|acompte*|teil*
        |anteilig*|anzahlung*|em parte"""),
    (_FAILED, """
        payment failed|payment declined|payment rejected|payment returned|payment reversed
        |payment voided|payment void|payment cancel*|payment refused|payment bounced|pmt returned
        |pmt reversed|failed|failed payment|insufficient funds|cc declined|dd returned
        |ach returned|card declined|cancelled payment|canceled payment|voided payment
        |reversed payment|rejected payment|ach return*|ach reject*|nsf|bounced|bounced check
        |returned check*|returned payment*|returned item*|check returned|check bounced
        |cheque returned|unpaid check|rucklastschrift*|ruecklastschrift*|lastschrift geplatzt
        |lastschrift zuruck*|zahlung fehlgeschlagen|prelevement rejete*|paiement rejete
        |paiement refuse|rejet*|cheque impaye|cheque sans provision|recibo devuelto
        |pago rechazado|pago devuelto|pago fallido|cobro fallido|cheque devuelto
        |pagamento recusado|pagamento devolvido|pagamento estornado|cheque devolvido
        |declined card|autopay failed|auto pay failed|retry|retrying"""),
    (_BACK, "returned|declined|rejected|dishonored|dishonoured|devuelt*|devolvid*|retour*"),
    (_REVERSED, "reversed|revertid*|reversal"),
    (_PAYMENT, """
        payment*|pmt|pmts|pymt|pymts|zahlung|zahlungen|paiement*|reglement*|pagamento*|pgto|pagto
        |geldeingang"""),
    (_PAYS, """
        pay|pays|paying|payer|pagar|zahlen|bezahlen|settle|regler|remit|remitted|received|recd
        |collected|collect|eingegangen|pagou|abonar"""),
    (PAID, """
        paid|paid in full|paidinfull|pd in full|payed|paied|pif|fully paid|paid off
        |payoff complete*|sif|settled|settled in full|cleared|reconciled|satisfied
        |judgment satisfied|judgement satisfied|prepaid|pre paid|payment received|payment recd
        |payment rec|payment complete*|payment successful|payment posted|payment made
        |payment applied|zeroed out|bal : 0|zahlung verbucht|zahlung gebucht|pgto recebido
        |payment confirmed|payment cleared|pmt received|pmt recd|pmt rec|zero bal*|0 bal*
        |nil bal*|no bal*|bal 0|balance 0|balance zero|nothing owed|nothing owing|nothing due
        |no balance due|no amount due|no payment due|no payment required|no payment needed
        |in payment|inpayment|auto paid|succeeded|balanced|resolved|overpaid|pagad*
        |totalmente pagad*|cobrad*|liquidad*|saldad*|finiquitad*|pago recibido|pago completo
        |pago confirmado|pago total*|pago integral*|totalmente pago|sin adeudo|sin saldo
        |sin deuda|no adeuda|paye|payee|payes|payees|regle|reglee|regles|reglees|solde|soldee
        |soldes|soldees|acquitte*|encaisse*|lettre|lettree|lettres|paiement recu|reglement recu
        |rien a payer|plus rien a payer|bezahlt|beglichen|ausgeglichen|erledigt|gezahlt
        |zahlung eingegangen|zahlung erhalten|zahlungseingang|bez ~|saldiert|ausgeziffert
        |nichts offen|nichts mehr offen|quittiert|vereinnahmt|uberzahlt|quitad*|recebid*|baixad*
        |titulo baixado|compensad*|pagamento recebido|pagamento confirmado|pagamento efetuado
        |pagamento ok|nada a pagar"""),
    (_WEAK, """
        pago|paga|pagos|pagas|pd|closed|complete|completed|cerrad*|clotur*|clos|geschlossen
        |abgeschlossen|encerrad*|concluid*"""),
    (VOID, """
        void*|cancel*|cancld|canc|cxl|cxld|deleted|removed|rescinded|withdrawn|waived|forgiven
        |adjusted off|adjusted to zero|billed in error|entered in error|invoiced in error
        |in error|duplicate invoice|superseded|replaced|invalid|annul*|test|anulad*|eliminad*
        |borrad*|condonad*|sustituid*|sin efecto|supprime*|extourn*|remplace*|remise gracieuse
        |stornier*|storno*|gelosch*|geloescht|ungultig|erlassen|aufgehoben|abgebrochen|estornad*
        |excluid*|inutilizad*|denegad*|perdoad*"""),
    (_OFF, """
        written off|write off|writeoff|wrote off|wxo|woff|charged off|charge off|chargeoff
        |chargedoff|bad debt|bad debt write off|abgeschrieben|ausgebucht|uneinbringlich*
        |niedergeschlagen|incobrab*|incobrav*|castigad*|dad* de baja|irrecouvrab*
        |passe* en perte*|abandonne*|baixad* por perda|prejuizo"""),
    (_REFUND, "refund*|reembolsad*|rembourse*|erstattet|ruckerstattet"),
    (DRAFT, """
        draft*|proforma|pro forma|quote*|quotation|estimate*|unsent|unissued|unbilled|unposted
        |unapproved|prebill|pre bill|pending approval|awaiting approval|needs approval
        |to be invoiced|to be billed|to be sent|to be approved|to be issued|saved|planned
        |pending posting|wip|in progress|proposal|borrador*|presupuesto*|cotizacion*|por emitir
        |por facturar|por timbrar|por enviar|por aprobar|sin emitir|sin facturar|sin timbrar
        |sin enviar|pendiente aprobacion|brouillon*|provisoire*|devis|a facturer|a valider
        |a emettre|attente validation|entwurf*|entwurfe|angebot*|kostenvoranschlag|vorlaufig*
        |in vorbereitung|zu genehmigen|ungebucht|rascunho*|orcamento*|a emitir|a faturar
        |a aprovar|aguardando aprovacao"""),
    (CREDIT, """
        credit|return|credit note*|credit memo*|credit balance|credited|overpayment*|unapplied*
        |unused credit|saldo a favor|nota de credito|nota credito|abono|avoir*|note de credit
        |trop percu|gutschrift*|guthaben|uberzahlung*|open credit|credit available"""),
    (_UNCLEAR, """
        uncollect*|paid by insurance|paid by ins|insurance paid|ins paid|settlement offer*
        |settlement pending|payment processing|processing payment"""),
    (_LATER, """
        to be paid|to be settled|will be paid|will be settled|should be paid|must be paid
        |needs to be paid|yet to be paid|waiting to be paid|expected to be paid"""),
    (_NOTHING, """
        invoice*|bill|status|account|acct|balance|bal|amount|amt|customer|client|tenant|patient
        |pt|rent|check|chk|ck|cheque|card|credit card|ach|debit card|stripe|pix|wire|cash|factura
        |fact|facture|fatura|nf|rechnung|titulo|boleto|loan|day|stage|level|letter|step|only|now
        |still|already|yet|fully|full|thank*|thanks|by|since|until|depuis|hace|ha|dias|jours
        |months|mths|mois|monate|meses|weeks|longer|more|item|items|stufe|letzte|letzter|posten
        |seit|noch|aun|todavia|deja|encore|ainda|ya|bereits|first|second|third|final|st|nd|rd|th
        |ere|eme|re|segundo|primer|discounted"""),
)  # fmt: skip

_LEXICON = Lexicon((*_PHRASES, *barring.SAID, *barring.BARE, (_NOTHING, barring.OVER)))
_OWED = frozenset((OPEN, _ISSUED, _DUE, _FAILED, _LATER, _DENIED, _PART))
_SIGNATURE = re.compile(
    r"\b(?:by|per|von|par|por)\s+([A-Z]?[\w.]+)(?:\s([A-Z][\w.]+))?|\b([A-Z])\.?\s?([A-Z][a-z]+)"
)
_INITIALS = re.compile(r"\b[A-Z]{2,3}\b")
_MOST_LEFT = 3
"""Words that are not known beside "paid" or "void"; with more of them the text is a story."""


class StatusReading(NamedTuple):
    """What a status says: one of the statuses of a row, None for words we do not know, and the
    code of what forbids to write, "" where nothing does."""

    status: str | None
    hold: str = ""
    written_off: bool = False
    part_paid: bool = False


@lru_cache(maxsize=4096)
def read_status(text: str, *, typos: bool = True) -> StatusReading:
    """The reading of a status. Of two words of one text the one that forbids most counts; what is
    denied ("not yet paid", "Paid: No") counts as its opposite, and a text that says both paid and
    unpaid, or owed among words that are not known, is not known."""
    worded = _LEXICON.read(text, typos=typos)
    says = {f.meaning for f in worded.phrases if not f.denied}
    denied = {f.meaning for f in worded.phrases if f.denied}
    if says & {VOID, _OFF}:
        return StatusReading(VOID, written_off=_OFF in says and VOID not in says)
    hold = next((code for code in barring.CODES if code in says), "")
    if hold:
        return StatusReading(OPEN, hold)
    if DRAFT in says or _ISSUED in denied:
        return StatusReading(DRAFT)
    if CREDIT in says:
        return StatusReading(CREDIT)
    if _REVERSED in says:
        # What was paid and reversed is owed again, as far as anybody can tell.
        return StatusReading(None if says & {PAID, _WEAK} else VOID)
    if _REFUND in says:
        return StatusReading(None if _PART in says else VOID)
    if _UNCLEAR in says:
        return StatusReading(None)
    status = _owed_or_paid(text, worded, says, denied)
    return StatusReading(status, part_paid=status == OPEN and _PART in says)


def _owed_or_paid(text: str, worded: Worded, says: set[str], denied: set[str]) -> str | None:
    paid = bool(says & {PAID, _WEAK})
    left = [w for w in worded.left if w not in _signed(text)]
    if _PART in says or (paid and _in_part(worded.words)):
        return OPEN if len(left) <= 1 else None
    if paid:
        unsure = bool(says & {_DENIED, _FAILED, _BACK, _LATER}) or bool(
            denied & {PAID, _WEAK, _PAYS}
        )
        unsure = unsure or ASKED in worded.words[-1:] or len(left) > _MOST_LEFT
        if PAID not in says:
            # "pd" alone may be "past due", and "pago" beside "open" is a payment that is awaited.
            unsure = unsure or [w for w in worded.words if w != BREAK] == ["pd"]
            unsure = unsure or bool(says & {OPEN, _DUE, _PAYMENT}) or bool(left)
        return None if unsure else PAID
    if _PAYMENT in says and not says & (_OWED - {_ISSUED}):
        # What was sent or confirmed is then the payment and not the bill.
        return OPEN if NEGATORS & set(worded.words) else None
    unpaid = denied & {PAID, _WEAK, _PAYS, _PAYMENT, VOID, _OFF, DRAFT, _DUE, *barring.CODES}
    return OPEN if (says & _OWED or unpaid) and not left else None


def _in_part(words: list[str]) -> bool:
    """`50% paid`, `paid 100 of 200`."""
    for before, word, after in zip(words, words[1:], [*words[2:], ""], strict=False):
        if word == "%" and before.isdigit() and before != "100":
            return True
        if word in ("of", "von", "de", "sur") and before.isdigit() and after.isdigit():
            return before != after
    return False


def _signed(text: str) -> set[str]:
    """The folded words of who wrote a status: `by Maria`, `J. Smith`, initials."""
    words = {w for m in _SIGNATURE.findall(text) for part in m for w in words_of(part)}
    if text != text.upper():
        words |= {w.lower() for w in _INITIALS.findall(text)}
    return words


def names_payment(text: str) -> bool:
    """True for a status that speaks of payment, and so of a debt and not of a job or an order."""
    meanings = {phrase.meaning for phrase in _LEXICON.read(text).phrases}
    return bool(meanings & {PAID, _DENIED, _OFF, _PART, _FAILED})


def status_of(text: str) -> str | None:
    """The status that a status word names, or None for a word we do not know."""
    return read_status(text).status


_TYPE = {
    OPEN: """
        invoice|inv|accrec|sales invoice|salesinvoice|tax invoice|out invoice|outinvoice
        |customer invoice|charge|charges|rent|late fee|fee|fees|statement|bill to customer
        |receivable|debit memo|debit note|finance charge|statement charge|journal|journal entry|si
        |dr|rv|ar|rechnung|ausgangsrechnung|re|ra|forderung|debitorenrechnung|factura
        |factura de venta|venta|facture|facture client|facture de vente|vente|open|sale|standard
        |service invoice|cargo|customer bill|opening balance|patient|claim|procedure
        |freight invoice|rv billing doc|ingreso|factura cliente|verkaufsrechnung|mahngebuhr
        |accounts receivable|customer|interest|nsf fee|transferout|i|da customer document
        |recurring invoice|invoice customer|renta|loyer|miete""",
    PAYABLE: """
        bill|accpay|in invoice|ininvoice|vendor bill|vendor invoice|supplier invoice|purchase
        |purchase invoice|purchase order|pi|kr|re vendor|payable|accounts payable|ap
        |eingangsrechnung|kreditorenrechnung|lieferantenrechnung|factura de compra
        |factura proveedor|compra|facture fournisseur|facture d achat|achat|supplier bill|expense
        |spend|bill payable|in refund|accpaycredit|vendor credit|inrefund|purchase credit
        |lieferantengutschrift|pc|vendor|supplier|kreditor|fournisseur|einkaufsrechnung|gasto
        |egreso|bill credit""",
    CREDIT: """
        credit|credit memo|credit note|accreccredit|out refund|outrefund|sc|refund|return|dg
        |sales credit|sales return|customer credit|customer credit note|gutschrift
        |rechnungskorrektur|stornorechnung|abono|nota de credito|nota credito|avoir
        |facture d avoir|adjustment|write off|discount|prepayment|overpayment|arprepayment
        |aroverpayment|cm|credit adjustment|customer deposit|concession|credito|gs|rg korrektur
        |transferin|accrec credit|sales credit note|insurance adjustment|korrektur
        |unapplied credit|customer prepayment""",
    PAYMENT: """
        payment|payments|receipt|dz|sa|sr|sp|customer payment|zahlung|zahlungseingang|pago|cobro
        |paiement|reglement|encaissement|cash receipt|deposit|insurance payment|patient payment
        |pmt|unapplied payment|sales receipt|salesreceipt|paid|ez|online payment|check payment
        |recibo|payment customer|unapplied cash|pym""",
    DRAFT: """
        estimate|quote|quotation|proforma|pro forma|sales order|order|angebot|presupuesto|devis
        |draft|auftrag|pedido""",
}


def _table(source: dict[str, str]) -> dict[str, str]:
    out: dict[str, str] = {}
    for status, words in source.items():
        for word in words.split("|"):
            out.setdefault("".join(words_of(word)), status)
    return out


_TYPE_OF = _table(_TYPE)
_YES = frozenset(
    ("true yes y t 1 x ja si sim oui j wahr verdadero vrai on disputed strittig open ✓ ✔ ☑").split()
)
_NO = frozenset(
    [
        "false",
        "no",
        "n",
        "f",
        "0",
        "nein",
        "non",
        "falsch",
        "falso",
        "faux",
        "off",
        "none",
        "not",
        "nao",
        "✗",
        "✘",
        "☐",
    ]
)


_RETURNED = frozenset(
    (
        "returned return reversed reversal nsf bounced chargeback refunded rucklastschrift "
        "rueckschrift devuelto devolucion devuelta rejete rejet impaye estorno estornado devolvido"
    ).split()
)


def is_returned(text: str) -> bool:
    """True for a type of document that says that a payment came back: `Returned payment`."""
    return bool(text) and not _RETURNED.isdisjoint(words_of(text))


def type_of(text: str) -> str | None:
    """What a document type names: a status, `payment`, or None."""
    words = words_of(text)
    debt_type = _TYPE_OF.get("".join(words))
    if debt_type or not words:
        return debt_type
    for part in (words[:2], words[-2:], words[:1], words[-1:]):
        debt_type = _TYPE_OF.get("".join(part))
        if debt_type:
            return debt_type
    return None


def yes_no(text: str) -> bool | None:
    """A flag, or None where the text is none."""
    words = words_of(text)
    key = words[0] if words else text.strip()
    if key in _YES:
        return True
    return False if key in _NO else None
