"""When: names of columns by field."""

STRONG = {
    "issue_date": """
        invdt|invoice date|invoicedate|date issued|issue date|issued|issued on|date of invoice
        |bill date
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
        |date billed out|fecha doc|fec factura|f factura|fecha contabilizacion|ordered|date ordered
        |data de emissao|data emissao|dt emissao|emissao|emitida em|data da fatura|data fatura
        |data do documento|data documento|emitido em|ausgestellt am|rechnung vom|emise le
        |emitida el|date document|billed on|bill dt|inv dt|date bill""",
    "due_date": """
        past due since|overdue since|late since|delinquent since|vencida desde|vencido desde
        |en retard depuis|uberfallig seit|em atraso desde
        |due date|duedate|duedt|due|date due|due on|payment due|payment due date|payment due by
        |pay by
        |pay by date|invoice due date|due date utc|date due utc|due by|net due date|net due dt
        |net due|due date receive by|expiry date invoice|invoice date due|due dt
        |due at|baseline due date|rent due date|due date net|last date to pay|payable by
        |payment date due|falligkeit|falligkeitsdatum|fallig|fallig am|fallig seit|zahlbar bis
        |zahlungsziel datum|netto fallig|nettofalligkeit|nettofalligkeitsdatum|faelligkeit
        |faelligkeitsdatum|faellig am|zahlungsziel|fecha de vencimiento|fecha vencimiento
        |vencimiento|vence|fecha limite|fecha limite de pago|fecha de pago limite|vence el
        |date d echeance|date echeance|echeance|echeance le|date limite|date limite de paiement
        |a payer avant|a payer avant le|a payer pour le|a regler avant le|a regler avant
        |payable avant le|payable le|date limite paiement|date d exigibilite|date ech
        |datelim reglement|current due date
        |next due|next due date|first due date|next payment date|next payment due
        |next payment due date|next installment date|next instalment date|invoice due|bill due
        |pay on or before|date payment due|net due dt|vencimiento neto|proximo vencimiento|f vto
        |f vcto|fec vto|pay before|payable before
        |zu zahlen vor|fallig bis|a pagar ate|a pagar antes del|pagar antes del|data limite
        |fecha proximo pago
        |proximo pago|fecha de proximo pago|vence en|fecha vto|fecha vcto|vto|vcto|f vencimiento
        |fec vencimiento|prochaine echeance|prochain paiement|echeance nette|date prochaine echeance
        |nachste falligkeit|nachste rate|nachste zahlung|nachste rate fallig|fallig zum
        |zu zahlen bis|zu zahlen am|zahlbar am|zahlung fallig am|zahlungsfrist|fallig bis
        |zahlbar spatestens am|pay before|to be paid by|payment deadline|payment due on
        |amount due by|pagar antes de|pagar antes del|a pagar antes de|pagar hasta|limite de pago
        |fecha tope|pagar antes do dia|a pagar ate|pagamento ate|limite de pagamento
        |vencimento|data de vencimento|data vencimento|data do vencimento
        |dt vencimento|dt vcto|exigible le|date exigible|date d exigibilite|vence em
        |proximo vencimento|proxima parcela|data limite|pagar ate
        |vencimento liquido|data limite de pagamento|data limite pagamento|prazo de pagamento
        |data maxima de pagamento|fecha maxima de pago|plazo de pago|delai de paiement
        |spatestens zu zahlen am|latest payment date|final day to pay
        |final payment due|dt due|statement due|oldest due|oldest due date|oldest bill due
        |oldest invoice due|oldest open due date|by when|when due""",
    "extended_due_date": """
        extended due date|extended due|due date extended|extended to|extended until|extension date
        |extension until|new due date|revised due date|deferred to|deferred until|deferred due date
        |gestundet bis|stundung bis|neue falligkeit|verlangert bis|nuevo vencimiento|prorroga hasta
        |aplazado hasta|nouvelle echeance|echeance reportee|reporte au|novo vencimento
        |prorrogado ate|vencimento prorrogado""",
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
        |last payment date paid|closed on|closing date|paid on date|date closed
        |date settled|paid in full on|paid in full date|paid in full|date paid in full|paid off on
        |paid off date|date paid off|payoff date actual|cleared on|clearing|clearing dt|clrng date
        |clearing date time|date cleared|settled at|settled|date of settlement|closed date
        |close date|closed at|completed on|completed date|date completed|fecha compens
        |fecha compensacion|fecha de compensacion|fecha liquidacion|fecha de liquidacion
        |liquidado el|liquidada el|saldada el|saldado el|cobrado el|cobrada el|fecha de cobro
        |fecha cobro|fecha cierre|fecha de cierre|cerrada el|cancelado totalmente el
        |date de lettrage|date lettrage|reglee le|payee le|soldee le|solde le|acquittee le
        |encaissee le|encaisse le|date d encaissement|date encaissement|date de solde|cloturee le
        |date de cloture|ausgeglichen am|ausgleich am|erledigt am|geschlossen am|abgeschlossen am
        |bezahlt|beglichen|augdt|ausgl datum|datum ausgleich|datum zahlung|pago em|paga em
        |quitado em|quitada em|liquidado em|liquidada em|recebido em|data de liquidacao
        |data liquidacao|data da baixa|data de baixa|data baixa|baixado em|data de quitacao
        |data quitacao|encerrado em|data de encerramento""",
    "final_date": """
        loan end date|loan maturity|loan maturity date|contract maturity|contract maturity date
        |contract end|contract end date|final payment date|final due date|last payment due
        |end of term|term end|term end date|balloon date|note maturity|payoff date|laufzeitende
        |ende der laufzeit|vertragsende|letzte rate|vencimiento final|fecha vencimiento final
        |fecha final|fin de contrato|fecha fin|fecha fin contrato|ultima cuota|echeance finale
        |date de fin|fin de contrat|date fin contrat|derniere echeance|vencimento final
        |data final|fim do contrato|ultima parcela|data fim""",
    "terms": """
        terms|payment terms|net terms|credit terms|terms of payment|invoice terms|pay terms
        |pmt terms|terms code|terms name|due days|net days|days to pay|payment days|credit days
        |zahlungsbedingung|zahlungsbedingungen|zahlungsziel|zahlungsfrist|zahlungskondition
        |zahlungskonditionen|zahlungsziel tage|ziel|condiciones de pago|condicion de pago
        |condiciones|plazo|plazo de pago|terminos|terminos de pago|dias de credito
        |conditions de paiement|condition de paiement|conditions de reglement|delai de paiement
        |delai|modalites de paiement|condicoes de pagamento|condicao de pagamento
        |prazo de pagamento|prazo|dias para pagamento""",
}

WEAK = {
    "issue_date": """
        date|datum|fecha|data|dia|created|created at|created on|created time|day|opened|service
        |charge date|month|erstellt am|valeur|entry date|currentillnessdate""",
    "due_date": """
        payment terms date|deadline|when|target date|maturity|maturity date|payment date expected
        |endfalligkeit""",
    "paid_date": "payment date|paid|pay date|last updated paid",
    "last_payment_amount": "payment amount|pmt amount",
}
