"""Whether a row is owed: words of status and document type in four languages."""

from __future__ import annotations

from dunlin.domain.imports.fields import words_of
from dunlin.domain.imports.types import CREDIT, DRAFT, OPEN, PAID, PAYABLE, VOID

PAYMENT = "payment"
"""A row that is no debt but money received; it becomes a ledger entry."""

_STATUS = {
    OPEN: """
        open|unpaid|overdue|past due|pastdue|due|outstanding|authorised|authorized|sent|viewed
        |partial|partially paid|partly paid|partial payment|part paid|posted|not paid|notpaid
        |approved|awaiting payment|pending|uncollectible|current|active|late|delinquent|submitted
        |invoice open|in collections|collections|collection|issued|emailed|finalized
        |unpaid overdue|in payment plan|offen|uberfallig|fallig|gemahnt|teilweise bezahlt
        |teilbezahlt|versendet|gebucht|mahnung|in mahnung|unbezahlt|abierta|abierto|pendiente
        |vencida|vencido|impagada|impagado|parcial|pendiente de pago|parcialmente pagada|enviada
        |no pagada|no pagado|por cobrar|publicado|ouvert|ouverte|impaye|impayee|en retard|echue
        |en attente|envoyee|partiellement payee|non paye|non payee|a payer|validee|comptabilise
        |emise|relancee|new|unsettled|billed|closed unpaid|disputed|in dispute|charged|eviction
        |notice|evict|failed|partially settled|delivered|autorizada|timbrada|vigente|scheduled
        |overdue and discounted|unpaid and discounted|partly paid and discounted|awaiting
        |customer invoice|uncleared|parcialmente pagado|entregado|zahlung ausstehend|in verzug
        |teilzahlung|paiement partiel|billed open|invoice overdue|o""",
    PAID: """
        paid|paid in full|paidinfull|fully paid|settled|closed|complete|completed|cleared
        |auto paid|paid off|in payment|inpayment|reconciled|bezahlt|ausgeglichen|erledigt
        |beglichen|geschlossen|pagada|pagado|cobrada|cobrado|liquidada|liquidado|cerrada|saldada
        |payee|paye|reglee|regle|soldee|solde|encaissee|acquittee|succeeded|invoice paid in full
        |balanced|zero balance|satisfied|resolved|collected|paid and discounted|invoice closed
        |closed paid|lettre""",
    VOID: """
        void|voided|deleted|cancelled|canceled|reversed|written off|writeoff|write off|charged off
        |invalid|rejected|annulled|storniert|storno|geloscht|ungultig|annulliert|ausgebucht
        |anulada|anulado|cancelada|cancelado|eliminada|annulee|annule|supprimee|invoice voided
        |removed|refunded|inactive|test|expired|canceled invoice|invoicing legacy|archived
        |abgebrochen|error|withdrawn|incobrable|passee en perte|cancel""",
    DRAFT: """
        draft|unsent|not sent|saved|pending approval|awaiting approval|unapproved|quote|estimate
        |proforma|pro forma|in progress|not submitted|entwurf|vorlaufig|angebot|borrador
        |presupuesto|brouillon|devis|a valider|invoice pending approval|provisoire|proposal
        |unposted|planned|en borrador|sin enviar|nicht versendet|pending posting|cotizacion
        |kostenvoranschlag""",
    CREDIT: """
        credit|credit note|credit note issued|return|unapplied|credited|gutschrift|overpaid
        |credit memo|abono|nota de credito|avoir|credit balance|guthaben|open credit
        |credit available|unused credit|unapplied credit|nota credito|trop percu""",
}
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


_WRITTEN_OFF = """
    written off|writeoff|write off|charged off|chargeoff|charge off|ausgebucht|incobrable
    |passee en perte"""


def _table(source: dict[str, str]) -> dict[str, str]:
    out: dict[str, str] = {}
    for status, words in source.items():
        for word in words.split("|"):
            out.setdefault("".join(words_of(word)), status)
    return out


_WRITTEN_OFF_KEYS = frozenset(_table({VOID: _WRITTEN_OFF}))
_STATUS_OF = _table(_STATUS)
_TYPE_OF = _table(_TYPE)
_YES = frozenset(
    ("true yes y t 1 x ja si sim oui j wahr verdadero vrai on disputed strittig open").split()
)
_NO = frozenset(
    ["false", "no", "n", "f", "0", "nein", "non", "falsch", "falso", "faux", "off", "none", "not"]
)


def status_of(text: str) -> str | None:
    """The status that a status word names, or None for a word we do not know."""
    words = words_of(text)
    key = "".join(words)
    status = _STATUS_OF.get(key)
    if status or not words:
        return status
    # NetSuite says "Invoice : Open", Odoo "Posted / Not Paid": the last known part counts.
    for size in range(min(3, len(words)), 0, -1):
        status = _STATUS_OF.get("".join(words[-size:]))
        if status:
            return status
    for size in range(min(3, len(words)), 0, -1):
        status = _STATUS_OF.get("".join(words[:size]))
        if status:
            return status
    return None


def is_written_off(text: str) -> bool:
    """True for a status that says that the creditor wrote the debt off and still holds it."""
    return "".join(words_of(text)) in _WRITTEN_OFF_KEYS


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
    key = words[0] if words else ""
    if key in _YES:
        return True
    return False if key in _NO else None
