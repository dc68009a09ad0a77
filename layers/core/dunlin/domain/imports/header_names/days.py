"""When: names of columns by field."""

STRONG = {
    "issue_date": """
        invoice date|invoicedate|date issued|issue date|issued|issued on|date of invoice|bill date
        |billing date|date billed|document date|doc date|docdate|transaction date|txn date
        |trans date|posting date|postingdate|created date|charge date|invoice bill date
        |date of issue|inv date|statement date|posted date|date utc|invoice date utc|created utc
        |finalized at utc|finalized at|invoiced on|invoice created|date invoiced|billed date
        |tran date|trandate|post date|order date|rechnungsdatum|rechnungs datum|belegdatum
        |beleg datum|ausstellungsdatum|buchungsdatum|datum der rechnung|re datum|fecha de factura
        |fecha factura|fecha de emision|fecha emision|fecha del documento|fecha documento
        |fecha de expedicion|date de facture|date facture|date de la facture|date d emission
        |date emission|date de facturation|date facturation|date de piece|date piece|ecriture date
        |piecedate|last billed date|lastbilleddatep|open date|origination date|charged on
        |date billed out""",
    "due_date": """
        due date|duedate|due|date due|due on|payment due|payment due date|payment due by|pay by
        |pay by date|invoice due date|due date utc|date due utc|due by|net due date|net due dt
        |net due|due date receive by|maturity date|expiry date invoice|invoice date due|due dt
        |due at|baseline due date|rent due date|due date net|last date to pay|payable by
        |payment date due|falligkeit|falligkeitsdatum|fallig|fallig am|fallig seit|zahlbar bis
        |zahlungsziel datum|netto fallig|nettofalligkeit|nettofalligkeitsdatum|faelligkeit
        |faelligkeitsdatum|faellig am|zahlungsziel|fecha de vencimiento|fecha vencimiento
        |vencimiento|vence|fecha limite|fecha limite de pago|fecha de pago limite|vence el
        |date d echeance|date echeance|echeance|echeance le|date limite|date limite de paiement
        |a payer avant|date d exigibilite|date ech|datelim reglement|current due date
        |next due date|first due date""",
    "last_payment_date": """
        last payment date|last payment on|date of last payment|last paid date|last paid
        |last paid on|lastpaymentdate|last pmt date|last pay date|most recent payment date
        |last payment|letzte zahlung|letzte zahlung am|datum letzte zahlung
        |letzter zahlungseingang|ultimo pago|fecha ultimo pago|fecha de ultimo pago
        |fecha del ultimo pago|ultima fecha de pago|dernier paiement|date du dernier paiement
        |date dernier paiement|dernier reglement|last pay dt|date last pay|date last payment""",
    "last_payment_amount": """
        last payment amount|last payment amt|last paid amount|amount of last payment
        |last pmt amount|last pmt amt|most recent payment amount|payment amount last
        |lastpaymentamount|last pay amt|betrag letzte zahlung|importe ultimo pago
        |monto ultimo pago|montant dernier paiement|importe del ultimo pago|monto del ultimo pago
        |montant du dernier paiement""",
    "paid_date": """
        paid date|date paid|paid on|payment received date|date of payment received
        |fully paid on date|fully paid on|settled on|settlement date|settled date|paid at
        |paid at utc|cleared date|clearing date|paiddate|bezahlt am|zahlungsdatum|ausgleichsdatum
        |gezahlt am|beglichen am|fecha de pago|fecha pago|pagado el|fecha pagado|date de paiement
        |date paiement|paye le|date de reglement|regle le|date reglement|ausgleich
        |last payment date paid|closed on|closing date|paid on date|date closed""",
}

WEAK = {
    "issue_date": """
        date|datum|fecha|created|created at|created on|created time|day|opened|service|charge date
        |month|erstellt am|valeur|entry date|currentillnessdate""",
    "due_date": """
        payment terms date|deadline|target date|maturity|payment date expected""",
    "paid_date": "payment date|paid|pay date|last updated paid",
    "last_payment_amount": "payment amount|pmt amount",
}
