"""Which part of a debt a column of money names, word by word: what is left of it, what was billed,
its net, its tax. Of two columns that could be what is owed the words tell what to hold them to."""


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


LEFT = _set(
    """balance balances outstanding open unpaid remaining remainder residual payoff receivable saldo
    pendiente pendientes restante insoluto offen offener offene offenes rest restbetrag ausstehend
    ausstehender solde restant reste impaye impayes aberto aberta pendente residuo openbalance
    amountremaining baldue bal principal capital
    kapital hauptforderung o/s os"""
)
DUE = _set(
    """due owed owing payable owes adeudo adeudado debido adeuda du dus devido devedor deudor deuda
    amountdue balancedue invoiceamountdue totaldue schuld forderung zahlbetrag"""
)
DUE_PHRASES = ("to pay", "a pagar", "a payer", "a regler", "zu zahlen", "por cobrar", "por pagar")
OVERDUE = _set(
    """overdue pastdue arrears arrear delinquent delinquency vencido vencida vencidos vencidas
    atrasado atrasada atraso uberfallig uberfallige uberfalliger ueberfallig ruckstand rueckstand
    ruckstandig echu echue echus retard moroso mora"""
)
OVERDUE_PHRASES = ("past due", "in arrears", "en retard", "en mora", "em atraso")
CURRENT = _set("minimum min instalment installment cuota parcela monatsrate mensualite emi")
CURRENT_PHRASES = (
    "current due", "current amount due", "currently due", "due now", "due today", "payment due",
    "due this month", "current charges due", "current rent due", "next due", "not yet due",
    "rent due",
)  # fmt: skip
TAX = _set(
    """vat iva mwst ust tva gst hst pst qst tax taxes steuer umsatzsteuer mehrwertsteuer impuesto
    impuestos igv itbis taxe imposto impostos taxtotal salestax vatamount taxamount steuerbetrag
    mwstbetrag"""
)
NOT_TAX = _set("id number no reg registration exempt code type name treatment category year nr")
WITH_TAX = _set("incl including inc con mit inkl inklusive ttc included gross com toutes inclusive")
WITHOUT_TAX = _set(
    """excl excluding ex ohne sin exkl exklusive hors ht before without pre untaxed zzgl exclusive
    sem"""
)
RATE = _set("rate percent percentage pct satz taux tipo tasa aliquota taxa alicuota prozent")
NET = _set("net netto neto neta nett nette nettobetrag subtotal untaxed ht nettowert liquido")
SURELY_NET = _set("netto ht untaxed hors nettobetrag")
NET_PHRASES = (
    "sub total", "base imponible", "base tributavel", "zwischensumme", "before tax", "pre tax",
    "hors taxe",
)  # fmt: skip
GROSS = _set("gross brutto bruto brut ttc bruttobetrag grand")
FEE = _set(
    """fee fees late interest penalty penalties surcharge surcharges finance recargo recargos
    intereses interes zinsen mahngebuhr mahngebuhren mahnkosten gebuhr gebuhren penalites interets
    frais juros multa verzugszinsen latefee latefees
    costs kosten costas gastos custas auslagen"""
)
PRINCIPAL = _set("principal capital kapital hauptforderung nominal nennbetrag")
"""Words of a debt before what came on top of it."""
OF_ALL = _set(
    """total totals balance payoff outstanding saldo solde gesamt gesamtbetrag whole all overdue
    past plan current minimum now"""
)
"""Words of a figure that holds others, or is one way of looking at all of them."""
TAKEN_OFF = _set(
    """prepaid prepay prepays prepayment prepayments unapplied credits credit anticipo anticipos
    anzahlung avoir discount descuento remise skonto rabatt deposit"""
)
UNAPPLIED = _set(
    "prepaid prepay prepays prepayment prepayments unapplied anticipo anticipos anzahlung avoir"
)
"""Money of the person that no invoice has been settled with yet."""
PAID = _set(
    """paid payment payments received receipts collected applied bezahlt gezahlt zahlung zahlungen
    pagado pagos pagada cobrado abonado abonos paye payes regle encaisse paiements reglements pago
    recebido recebidos amountpaid"""
)
NOT_OWED = _set(
    """opening prior previous beginning starting anterior previo inicial vortrag anfangssaldo
    initial limit available deposits escrow held ytd budget forecast average target unit item line
    credit deposit bank running subsidy insurance ins claim expected estimated est payer forward
    refund refunds refundable reembolso reembolsos remboursement erstattung ruckerstattung
    last highest next outstanding1 outstanding2 trust iolta retainer retainers"""
)
"""Words of a balance that is not the one owed now by the person."""
BILLED_FIRST = _set("original orig initial face billed invoiced")
BILLED = _set(
    """billed invoiced fakturiert berechnet facturado facturada facturados facture facturee faturado
    faturada"""
)
BILLS = _set("invoice bill factura facture fatura rechnung document documento beleg titulo nota")
"""What is billed by; a whole of one (`WHOLE`) is what was billed."""
WHOLE = _set(
    """amount amt total sum value importe monto valor montant montante betrag summe gesamt endbetrag
    price precio preis"""
)
NO_FIGURE = _set(
    """date day days count number no id qty quantity age aging code name type terms term status flag
    dpd month months year datum fecha tage dias jours anzahl cantidad nombre menge method due_on
    phone zip account reference"""
)
HOME = _set(
    """home base local lc lcy functional company reporting hauswahrung hw hausw bcy converted
    equivalent eqv domestic hauswahrungsbetrag basecurrency homecurrency umgerechnet convertido"""
)
FOREIGN = _set(
    """foreign document doc transaction fcy fc belegwahrung bw fremdwahrung extranjera etrangere
    original_currency txn"""
)
HOME_CURRENCY = _set("home base local company functional reporting account hauswahrung lcurr hwahr")
CENTS = _set(
    "cents cent centavos centimos centimes pence pennies minor subunits subunit paise kobo oere ore"
)
THOUSANDS = _set(
    """thousand thousands tsd tausend teur tusd keur kusd tchf miles milliers milhares 000 000s
    000usd"""
)
MILLIONS = _set("million millions mio mn mln millones millionen milhoes mm")
UNITS = (
    CENTS | THOUSANDS | MILLIONS | _set("dollar dollars euro euros pesos pounds usd reais francs")
)
"""Words that say in what a figure is given, and not what it is."""
UNIT_JOINTS = _set("in en em unit units of")
"""Words that mean nothing of their own beside one of those."""
