"""How much, of what: names of columns by field."""

STRONG = {
    "balance": """
        amount behind|osbal|os bal|o s bal|opn bal|opnbal|total a cobrar|a cobrar|balance
        |balance due|balancedue
        |amount due|amountdue|open balance|openbalance|outstanding
        |outstanding balance|outstanding amount|outstandingamount|amount outstanding|amount owed
        |owed|amount owing|total due|total owed|current balance|currentbalance|amount remaining
        |remaining balance|remaining amount|remaining|balance owed|past due|past due amount
        |past due balance|pastdue|unpaid balance|unpaid amount|unpaid|open amount|openamount
        |amount open|amount receivable|receivable|invoice amount due|invoiceamountdue
        |amountremaining|total unpaid charges|total unpaid|delinquent amount|delinquent balance
        |total delinquent|patient balance|pat balance|patient portion|patient responsibility
        |patient due|guarantor balance|account balance|ending balance|debt amount|debt balance
        |open amt|outstanding amt|due amt|balance amt
        |amount residual|amount residual signed|amount due signed|residual|residual amount
        |due amount|balance amount|to pay|net due|saldo|saldo pendiente|pendiente
        |importe pendiente|monto pendiente|saldo vencido|adeudo|importe adeudado|monto adeudado
        |saldo deudor|por cobrar|saldo insoluto|importe debido|offener betrag|offen|offener posten
        |restbetrag|saldo offen|offener saldo|ausstehend|ausstehender betrag|forderung
        |forderungsbetrag|op betrag|offene forderung|betrag offen|rest|noch offen|zu zahlen
        |zahlbetrag offen|op saldo|offenstehender betrag|solde|solde du|montant du|restant du
        |reste a payer|montant restant|solde restant|impaye|solde impaye|montant impaye|reste du
        |solde a payer|reste a regler|total du|outstandingp|outstanding p|outstanding1
        |amount due currency|amountdue currency|balance open|amount unpaid|invoice balance
        |open invoice amount|total balance|balance total|rent due|due|amount in arrears|arrears
        |balance outstanding|baldue|bal due|pat est bal|patest bal|o s amount|os amount|amount o s
        |total outstanding|total receivable|total amount due|balance forward due
        |amount remaining usd|open bal|foreign amount unpaid|unpaid invoice amount
        |amount due to collect|collectible balance|importe saldo|amount_due|owing|amt due|amt owed
        |deuda|deuda pendiente|total adeudado|total pendiente|ruckstand|ruckstande|mietruckstand
        |aussenstand|aussenstande|offener rechnungsbetrag|montant restant du|total restant du
        |valor em aberto|em aberto|saldo em aberto|total em aberto|montante em aberto|saldo devedor
        |valor devido|valor a pagar|valor em divida|montante em divida|total em divida|em divida
        |por liquidar|valor por liquidar|total por liquidar|por regularizar|por pagar
        |saldo por pagar
        |saldo por cobrar|importe por cobrar|importe por pagar|monto por cobrar|monto por pagar
        |valor por cobrar|a receber|valor a receber|a liquidar|valor a liquidar
        |divida|saldo em divida|valor pendente|montante devido|saldo a pagar|valor em atraso
        |open a r|open ar|a r balance|ar balance|how much|what they owe|they owe|how much owed""",
    "amount": """
        requested amount|amount requested|invamt|inv amt|bill amt|billamt|tot amt|totamt|amount
        |betr in hw|betrag in hw|betrag hw
        |betr in bw|betr|total|invoice total
        |invoice amount|total amount|grand total|gross amount|gross|invoice value|original amount
        |original balance|billed amount|amount billed|bill amount|total billed|total charge
        |total charges|charge amount|charges|charge|total incl tax|total inc tax
        |total including tax|total signed|total in currency signed|amount total
        |amount total signed|face value|invoice total amount|total amount usd|document amount
        |amount in local currency|amount in lc|amount in doc curr|amount in document currency
        |amount loc curr|amount lc|amount in company code currency|betrag|rechnungsbetrag
        |gesamtbetrag|bruttobetrag|brutto|summe|gesamt|umsatz|endbetrag|betrag in hauswahrung
        |betrag in belegwahrung|betrag hauswahrung|rechnungssumme|importe|importe total
        |importe en ml|importe en moneda local|importe en md|importe en moneda doc
        |importe en moneda documento|monto
        |monto total|total factura|importe factura|valor|total con impuestos|montant|montant ttc
        |total ttc|montant total|montant facture|montant de la facture|ttc|invoiced amount
        |amount invoiced|total price|freight charges|freight amount|linehaul total|total freight
        |amount foreign currency|base total|rounded total|total amount incl vat|amount incl vat
        |original invoice amount|orig amount|billed|fee amount|rent amount|sum|total facture
        |umsatz ohne soll haben kz|invoice total incl tax|amount gross|invoiced|total invoiced
        |total incl vat|total inc vat|total including vat|betrag brutto|gesamt brutto|fakturiert
        |importe facturado|monto facturado|total facturado|facturado|importe bruto|total con iva
        |importe con iva|montant facture ttc|total facture ttc|valor da fatura|valor faturado
        |total da fatura|total faturado|faturado|montante da fatura|valor do titulo|valor da nota
        |valor total|valor bruto|total bruto|total com iva|valor com iva|montante faturado""",
    "paid": """
        pmtamt|pmt amt|pymt amt|paid amt|paidamt|amount paid|amountpaid|paid amount|total paid
        |payments|payment amount applied
        |payments applied|invoice amount paid|invoiceamountpaid|paid to date|amount received
        |received|total received|total payments|payments received|amount applied|paid so far
        |amt paid|bezahlt betrag|gezahlt|gezahlter betrag|bezahlter betrag|zahlbetrag
        |bereits bezahlt|gezahlt betrag|pagado importe|importe pagado|monto pagado|total pagado
        |cobrado|importe cobrado|abonado|montant paye|paye montant|montant regle|regle montant
        |deja paye|montant encaisse|total paye|insurance paid total|amount collected|collected
        |receipts|valor pago|total pago|montante pago|valor recebido|recebido|total recebido
        |zahlungseingang|zahlungseingange|zahlungen|eingegangene zahlungen|pagos|paiements
        |reglements|abonos|total pagos""",
    "credited": """
        amount credited|credited|credits applied|credit applied|credits used|adjustments|write off
        |writeoff|write offs|insurance write off""",
    "debit": """
        debit|debits|debit amount|dr|amount debit|soll|betrag soll|sollbetrag|soll betrag|debe
        |cargo|cargos|importe debe|debito|debitos|valor debito|importe debito|montant debit
        |debit amount two column approach|umsatz soll
        |debit lc|debit usd""",
    "credit": """
        credit|credits|credit amount|cr|amount credit|haben|betrag haben|habenbetrag|haben betrag
        |haber|abono|importe haber|credito|creditos|valor credito|importe credito|montant credit
        |credit amount two column approach|umsatz haben
        |credit usd""",
    "side": """
        soll haben|s h|soll haben kennzeichen|soll haben kz|soll haben kennz|sh kennzeichen
        |debit credit|dr cr|d c|debit credit indicator|dc indicator|debe haber|sens
        |s h kennzeichen|sh|cr dr|db cr|drcr|crdr|debit or credit|debit credit flag|credit flag
        |credit indicator|soll oder haben|shk|sh kz|vorzeichen|signo|signe|sign|naturaleza|natureza
        |debe o haber|d h|d c flag|dc""",
    "line_amount": """
        line amount|line total|linetotal|item total|item amount|amount line|extended price
        |extended amount|ext price|line item total|positionsbetrag|zeilenbetrag|importe linea
        |line item amount|montant ligne|invoice line amount|item price total|line net
        |item total fcy|charge line amount""",
    "currency": """
        currency|hwahr|bwahr|currency code|currencycode|curr|cur|ccy|currency id|invoice currency
        |doc currency|document currency|local currency|lcurr|crcy|wahrung|wahrungscode|waehrung
        |waehrungskennzeichen|hauswahrung|belegwahrung|moneda|divisa|codigo moneda|devise|monnaie
        |code devise|currency symbol|wkz umsatz|wkz|currency iso|account currency|iso currency
        |wahrungsschlussel|wahrungskennung|whg|wahr|base currency|home currency|company currency
        |moeda|mon
        |functional currency|transaction currency|divisa documento|moneda documento""",
}

WEAK = {
    "balance": """
        total|amount|totals|total due now|betrag|importe|montant|sum|net amount|total usd|open
        |value|patient|pat|outstanding2|closing balance|net balance""",
    "amount": """
        net amount|amt|sub total|subtotal|net|netto|nettobetrag|value|price|rent|fee|sum total
        |importe neto|total ht|montant ht|sales|tax excluded|base imponible|amount ht""",
    "paid": """
        paid|payment|payments made|zahlungseingang|pagado|bezahlt|paye|regle|zahlung|pago
        |paiement""",
    "currency": "unit currency|iso",
    "line_amount": "line subtotal|line net amount",
}
