"""The fields a column can mean, and the names vendors give them in four languages.

A header is compared by its folded form: lower case, no accents, no marks (`Invoice #` and
`invoice_no` are both `invoiceno`). Strong names mean one field; weak ones need
the content to agree.
"""

from __future__ import annotations

import re

from dunlin.domain.imports.dates import fold

IGNORE = "ignore"

_STRONG = {
    "account_reference": """
        account reference|account ref|account number|account no|account nr|acct no|acct number
        |acct|account id|acct id|debt id|debt reference|accountnumber|invoice id|invoiceid
        |case number|transaction id|bill id|internal id|loan number|loan id|policy number
        |file number|numero de cuenta|no de cuenta|cuenta no|kontonummer|vertragsnummer
        |aktenzeichen|numero de compte|numero de dossier|reference dossier|statement number
        |ledger id|guarantor account|lease id|tenant id account|agreement number|contract number
        |our reference|receivable id|opos id|our ref|creditor reference|external id|encounter id""",
    "invoice_number": """
        invoice number|invoice no|invoice nr|invoice num|invoice|inv no|inv|inv number|invno
        |document number|document no|documentno|doc number|doc no|docno|doc num|num|bill number
        |rechnungsnummer|rechnungsnr|rechnungs nr|rechnung nr|rechnung|belegnummer|beleg nr
        |belegnr|belegfeld 1|numero de factura|no factura|num factura|factura|n factura
        |numero factura|no de factura|factura no|folio|folio fiscal|numero de facture|no facture
        |n facture|facture|numero facture|no de facture|facture no|num facture|ref facture
        |voucher no|voucher number|invoice bill number|document ref|statement no|voucher
        |ticket number|number invoice|faktura|numero documento|numero de documento|no documento
        |num doc|piece|n piece|no piece|numero de piece|invoice ref|invoice reference|rg nr|re nr
        |op rechnungsnummer|bill no|pro number invoice|freight bill number|freight bill no
        |accounting document|billing document""",
    "consumer_reference": """
        customer id|customer no|customer number|customer code|cust id|cust no|cust number
        |customerid|customer ref|client id|client number|client no|client code|contact id
        |contactid|customer account|customer account number|debtor id|debtor no|debtor number
        |debtor code|debtor account|consumer id|patient id|patientid|patnum|pat num|patient number
        |chart no|chart number|chart|mrn|medical record number|guarantor id|guarantor no
        |guarantor number|resident id|resh id|resident code|tenant id|tenant code|t code|tcode
        |member id|kundennummer|kunden nr|kundennr|kunde nr|debitor|debitorennummer|debitor nr
        |debitornr|debitorenkonto|debitoren nr|konto nr debitor|numero de cliente|no cliente
        |id cliente|cliente id|codigo cliente|codigo de cliente|cod cliente|clave cliente
        |numero client|no client|id client|code client|numero de client|client ref|partner id
        |contact account number|account reference sage|bill to id|billtoid|sold to party
        |customer internal id|student id|customer key|party id|kundenkonto|shipper id
        |payer id customer|owner id|compte client|numero de compte client|compte auxiliaire
        |comp aux num|cuenta cliente|cuenta contable cliente|customer name id|personenkonto""",
    "consumer_name": """
        customer name|customer|customer full name|cust name|client name|client|client full name
        |contact name|contactname|debtor name|debtor|debtor full name|consumer name|consumer
        |full name|fullname|display name|displayname|bill to|bill to name|billto|billed to
        |billing name|billing contact name|customer display name|tenant name|tenant|tenants
        |resident|resident name|residents|occupant|lessee|patient|patient name|guarantor
        |guarantor name|responsible party|responsible party name|member name|member|student name
        |student|owner name|homeowner|account name|account holder|name of customer
        |payer name customer|kunde|kundenname|debitorname|name des kunden|name debitor
        |kontobezeichnung|mieter|mietername|rechnungsempfanger|empfanger|nombre del cliente
        |nombre cliente|cliente|nombre|nombre completo|razon social|inquilino|deudor|paciente
        |nom du client|nom client|nom complet|raison sociale|locataire|debiteur|partner
        |partner name|invoice partner display name|customer project|customer job
        |name adressattyp unbekannt|recipient|recipient name|shipper name|broker name|broker
        |shipper|customer description|fully qualified name|entity title|alt name|altname
        |entity name|entity|customer vendor name|partenaire|intitule client|intitule|destinatario
        |name1|name 1|customer name 1|buyer name|buyer|subscriber name|card name|cardholder name
        |party name|contact display name|libelle client|bezeichnung kunde|geschaftspartner
        |adressat""",
    "first_name": """
        first name|firstname|given name|givenname|forename|first|customer first name
        |billing first name|client first name|patient first name|tenant first name
        |contact first name|guarantor first name|vorname|prenom|primer nombre|nombre de pila
        |nombres|fname|pat first name|patfname|vorname adressattyp naturl person
        |vorname adressatentyp naturl person|debtor first name|prenom du client|kunde vorname""",
    "last_name": """
        last name|lastname|family name|familyname|surname|last|customer last name
        |billing last name|client last name|patient last name|tenant last name|contact last name
        |guarantor last name|nachname|familienname|apellido|apellidos|nom de famille|lname
        |patlname|debtor last name|name adressatentyp naturl person|nom du client famille
        |kunde nachname|primer apellido""",
    "middle_name": "middle name|middlename|middle|mi|middle initial|segundo nombre",
    "name_suffix": "suffix|name suffix|suffixe|generation",
    "company": """
        company|company name|companyname|organization|organisation|organization name|business name
        |firma|firmenname|unternehmen|empresa|compania|nombre de empresa|societe|entreprise
        |nom de la societe|customer company|client company|billing company|kunde firma|company org
        |name adressatentyp unternehmen|organizacion""",
    "email": """
        email|e mail|email address|emailaddress|e mail address|mail|mail address|customer email
        |client email|contact email|billing email|bill email|billemail|billto email|debtor email
        |tenant email|resident email|patient email|guarantor email|primary email|email 1|email1
        |email 2|email2|secondary email|alt email|altemail|alternate email|primary contact emailid
        |primary contact email|emailid|email id|e mail adresse|mailadresse|email adresse|correo
        |correo electronico|correo e|email cliente|direccion de correo
        |direccion de correo electronico|courriel|adresse email|adresse e mail|adresse courriel
        |adresse mail|mel|e mail client|email client|receipt email|emails|email addresses
        |billing email address|contact e mail|invoice email|accounts payable email|ap email
        |e mail kunde|partner email|email to|elektronische post""",
    "phone": """
        phone|phone number|phonenumber|phone no|phone numbers|phones|telephone|telephone number
        |tel|tel no|mobile|mobile phone|mobile number|mobile no|mobilephone|cell|cell phone
        |cellphone|cell number|home phone|homephone|work phone|workphone|phone 1|phone1|phone 2
        |phone2|phone 3|primary phone|alt phone|altphone|alternate phone|alternate phone number
        |customer phone|client phone|contact phone|billing phone|debtor phone|tenant phone
        |patient phone|guarantor phone|main phone|day phone|evening phone|primary contact phone
        |primary contact mobile|contact mobile|contact number|billto phone|telefon|telefonnummer
        |tel nr|handy|handynummer|mobil|mobiltelefon|mobilnummer|rufnummer|telefon privat
        |telefon geschaftlich|festnetz|telefono|telefono movil|numero de telefono|no de telefono
        |movil|celular|telefono 1|telefono celular|telephone portable|portable|tel portable
        |telephone mobile|numero de telephone|no de telephone|gsm|mobile phone number|cell no|home
        |wireless phone|sms number|shipping phone|hmphone|wkphone|wirelessphone|telefono fijo
        |telefone|tel fixe|tel mobile|phone mobile|phone home|phone work""",
    "street": """
        street|street address|address|address 1|address1|address line 1|addressline1|address line1
        |addr|addr1|addr 1|billing address|billing street|bill address|bill to address
        |bill to street|billing address line 1|billing address 1|billing address street
        |mailing address|mailing street|po address line 1|poaddressline1|customer address
        |home address|service address|property address|strasse|anschrift|adresse
        |strasse und hausnummer|strasse hausnummer|str|direccion|domicilio|calle|direccion 1
        |calle y numero|rue|adresse 1|adresse ligne 1|rue et numero|customer address line 1
        |billing addr|card address line 1|street 1|street1|address street|billing address street1
        |adresse de facturation|linea 1""",
    "street2": """
        address 2|address2|address line 2|addressline2|address line2|street 2|street2|apt
        |apartment|suite|billing address line 2|billing address 2|billing street 2|billing street2
        |po address line 2|poaddressline2|addr2|adresszusatz|zusatz|direccion 2|adresse 2
        |complement d adresse|complement|billing address street2|apt suite|adresse ligne 2
        |colonia""",
    "city": """
        city|town|city town|billing city|bill to city|billing address city|mailing city|po city
        |pocity|customer city|ort|stadt|wohnort|ciudad|municipio|poblacion|localidad|ville|commune
        |localite|city name|address city|town city|card address city|ciudad facturacion""",
    "state": """
        state|state province|province|region|state code|billing state|bill to state|billing region
        |billing address state|mailing state|po region|poregion|customer state|bundesland|estado
        |provincia|etat|departement|state region|address state|st|state or province
        |billing state province|card address state|billing province|province state|county""",
    "zip": """
        zip|zip code|zipcode|zip postal code|postal code|postalcode|post code|postcode|postal
        |billing zip|billing zip code|billing zipcode|billing postal code|billing code|bill to zip
        |billing address zip|mailing zip|po postal code|popostalcode|customer zip|plz|postleitzahl
        |codigo postal|cp|c p|cod postal|code postal|zip plus 4|address zip|zip 5|card address zip
        |postal zip|zip postal|billing address postal code""",
    "country": """
        country|country code|billing country|bill to country|billing address country
        |mailing country|po country|pocountry|customer country|land|staat|pais|pays
        |address country|country name|country region|card address country|landerkennzeichen
        |code pays|landercode|landesschlussel""",
    "balance": """
        balance|balance due|balancedue|amount due|amountdue|open balance|openbalance|outstanding
        |outstanding balance|outstanding amount|outstandingamount|amount outstanding|amount owed
        |owed|amount owing|total due|total owed|current balance|currentbalance|amount remaining
        |remaining balance|remaining amount|remaining|balance owed|past due|past due amount
        |past due balance|pastdue|unpaid balance|unpaid amount|unpaid|open amount|openamount
        |amount open|amount receivable|receivable|invoice amount due|invoiceamountdue
        |amountremaining|total unpaid charges|total unpaid|delinquent amount|delinquent balance
        |total delinquent|patient balance|pat balance|patient portion|patient responsibility
        |patient due|guarantor balance|account balance|ending balance|debt amount|debt balance
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
        |amount due to collect|collectible balance|importe saldo|amount_due""",
    "amount": """
        amount|betr in hw|betrag in hw|betrag hw|betr in bw|betr|total|invoice total
        |invoice amount|total amount|grand total|gross amount|gross|invoice value|original amount
        |original balance|billed amount|amount billed|bill amount|total billed|total charge
        |total charges|charge amount|charges|charge|total incl tax|total inc tax
        |total including tax|total signed|total in currency signed|amount total
        |amount total signed|face value|invoice total amount|total amount usd|document amount
        |amount in local currency|amount in lc|amount in doc curr|amount in document currency
        |amount loc curr|amount lc|amount in company code currency|betrag|rechnungsbetrag
        |gesamtbetrag|bruttobetrag|brutto|summe|gesamt|umsatz|endbetrag|betrag in hauswahrung
        |betrag in belegwahrung|betrag hauswahrung|rechnungssumme|importe|importe total|monto
        |monto total|total factura|importe factura|valor|total con impuestos|montant|montant ttc
        |total ttc|montant total|montant facture|montant de la facture|ttc|invoiced amount
        |amount invoiced|total price|freight charges|freight amount|linehaul total|total freight
        |amount foreign currency|base total|rounded total|total amount incl vat|amount incl vat
        |original invoice amount|orig amount|billed|fee amount|rent amount|sum|total facture
        |umsatz ohne soll haben kz|invoice total incl tax|amount gross""",
    "paid": """
        amount paid|amountpaid|paid amount|total paid|payments|payment amount applied
        |payments applied|invoice amount paid|invoiceamountpaid|paid to date|amount received
        |received|total received|total payments|payments received|amount applied|paid so far
        |amt paid|bezahlt betrag|gezahlt|gezahlter betrag|bezahlter betrag|zahlbetrag
        |bereits bezahlt|gezahlt betrag|pagado importe|importe pagado|monto pagado|total pagado
        |cobrado|importe cobrado|abonado|montant paye|paye montant|montant regle|regle montant
        |deja paye|montant encaisse|total paye|insurance paid total|amount collected|collected
        |receipts|zahlungen|eingegangene zahlungen|pagos|paiements|reglements|abonos|total pagos""",
    "credited": """
        amount credited|credited|credits applied|credit applied|credits used|adjustments|write off
        |writeoff|write offs|insurance write off""",
    "debit": """
        debit|debits|debit amount|dr|amount debit|soll|betrag soll|sollbetrag|soll betrag|debe
        |cargo|cargos|importe debe|montant debit|debit amount two column approach|umsatz soll
        |debit lc|debit usd""",
    "credit": """
        credit|credits|credit amount|cr|amount credit|haben|betrag haben|habenbetrag|haben betrag
        |haber|abono|importe haber|montant credit|credit amount two column approach|umsatz haben
        |credit usd""",
    "side": """
        soll haben|s h|soll haben kennzeichen|soll haben kz|soll haben kennz|sh kennzeichen
        |debit credit|dr cr|d c|debit credit indicator|dc indicator|debe haber|sens
        |s h kennzeichen|sh""",
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
        |wahrungsschlussel|wahrungskennung""",
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
    "status": """
        status|invoice status|invoicestatus|state of invoice|payment status|payment state
        |paymentstatus|bill status|account status|document status|open closed|invoice state
        |rechnungsstatus|zahlungsstatus|estado factura|estado de la factura|estado de pago|estatus
        |estado pago|situacion|statut|etat facture|statut facture|etat paiement|statut de paiement
        |statut paiement|statusp|status p|debt status|claim status|collection status|belegstatus
        |status rechnung|paid status|invoice payment status|statut de la facture""",
    "document_type": """
        type|transaction type|doc type|document type|invoice type|doctype|trans type|txn type
        |record type|move type|journal entry type|entry type|belegart|dokumenttyp|art|vorgangsart
        |tipo|tipo de documento|tipo documento|tipo de transaccion|type de document|type de piece
        |type document|dty|voucher type|charge type|tran type|transtype|document class|typ
        |item type|type of document|tipo de comprobante|nature|accounting document type""",
    "disputed": """
        disputed|dispute|in dispute|is disputed|dispute flag|under dispute|on dispute
        |dispute status|strittig|bestritten|einspruch|in klarung|en disputa|disputado|litige
        |en litige|contested|reclamacion|contestee|conteste|reklamation""",
    "claim_amount": """
        claim amount|claimed amount|amount claimed|damage claim amount|damages claimed|claim value
        |cargo claim amount|damage amount|disputed amount|amount disputed|amount in dispute
        |contested amount|amount contested|streitbetrag|bestrittener betrag|importe reclamado
        |importe disputado|montant conteste|montant reclame""",
    "deleted": """
        deleted|is deleted|fivetran deleted|void flag|voided|is void|is voided|cancelled|canceled
        |is cancelled|storniert|storno|anulada|annulee|isdeleted|void|closed without payment""",
    "paid_flag": "paid|is paid|bezahlt|pagado|pagada|paye|payee|fully paid|cleared|settled|regle",
    "draft_flag": "draft|is draft|entwurf|borrador|brouillon",
    "docstatus": "docstatus",
    "notes": """
        notes|note|memo|comment|comments|remarks|customer memo|private note|internal note
        |internal notes|delinquency notes|bemerkung|bemerkungen|notiz|notizen|anmerkung|hinweis
        |kommentar|nota|notas|comentario|comentarios|observaciones|remarque|remarques|commentaire
        |commentaires|public note|collection notes|account notes|terms notes|message""",
    "description": """
        description|item|item name|item description|line description|product|product service
        |service|memo description|details|line item|buchungstext|beschreibung|artikel|leistung
        |concepto|descripcion|articulo|producto|designation|libelle|article|item desc|text
        |charge description|procedure description|inventory item code|invoice line description
        |transaction description""",
    "quantity": """
        quantity|qty|hours|menge|anzahl|cantidad|quantite|rate|unit price|unitamount|item price
        |cost""",
    "unit": """
        unit|unit number|unit no|unit name|unit id|apartment number|apt no|apt number|space number
        |wohnung|wohneinheit|einheit|unidad|departamento|apartamento|logement|appartement|lot
        |rental unit|bldg unit|building unit|unit space""",
    "property": """
        property|property name|property code|building|community|property id|propiedad|immeuble
        |objekt|liegenschaft|complex|site name|site|location name|branch|branch name|facility
        |facility name|standort|sucursal|sede|agence""",
    "lease_status": """
        lease status|tenant status|resident status|occupancy status|lease state|tenancy status
        |mietstatus|mieterstatus|estado del contrato|statut du bail|estado del arrendamiento
        |estado contrato|statut bail|lease type status|mietverhaltnis status""",
    "move_out": """
        move out|move out date|moveout|moved out|moveout date|move out on|vacate date|lease end
        |lease end date|auszug|auszugsdatum|fecha de salida|fecha de desocupacion|date de depart
        |date de sortie|fecha desocupacion|moved out on|date moved out|lease to""",
    "move_in": """
        move in|move in date|movein|lease start|lease start date|lease from|einzug|einzugsdatum""",
    "payer": """
        payer|insurance|insurance name|insurance company|insurer|carrier|carrier name|payor
        |payor name|payer name|primary insurance|insurance carrier|health plan|plan name
        |versicherung|krankenkasse|aseguradora|seguro|assurance|mutuelle|primary payer
        |insurance plan|primary carrier|kostentrager""",
    "insurance_status": """
        insurance status|ins status|insurance claim status|coverage status|eob status
        |ins claim status|claim state|versicherungsstatus|estado del seguro|statut assurance
        |insurance pending status|estado seguro|adjudication status""",
    "insurance_pending": """
        insurance pending|ins pending|ins est|insurance estimate|est insurance|estimated insurance
        |inspend|insurance portion|est ins|insest|pending insurance|insurance estimated
        |pending ins|ins portion""",
    "date_of_service": """
        date of service|service date|servicedate|dos|dos from|from date of service|service from
        |treatment date|visit date|procedure date|behandlungsdatum|leistungsdatum
        |fecha de servicio|fecha servicio|date de service|date du service|encounter date
        |date of visit|proc date|first date of service|date de prestation|fecha del servicio
        |appointment date|procdate""",
    "claim": """
        claim|claim id|claimid|claim number|claim no|claim ref|claim reference|schadennummer
        |numero de reclamo|numero de siniestro|numero de reclamation|insurance claim number
        |insurance claim no|claim control number|numero reclamo|no reclamo""",
    "load_number": """
        load|load number|load no|load id|load ref|shipment|shipment id|shipment number|shipment no
        |pro number|pro no|bol|bol number|bol no|bill of lading|sendung|sendungsnummer|ladenummer
        |ladungsnummer|numero de carga|carga|no de carga|numero de chargement|chargement|waybill
        |awb|load ref no|tour nr|tournummer|frachtbrief nr|numero de embarque""",
    "language": """
        language|preferred language|lang|locale|language code|sprache|idioma|langue
        |preferredlanguage|contact language|customer language|sprachcode""",
    "time_zone": """
        time zone|timezone|tz|zeitzone|zona horaria|fuseau horaire|customer time zone
        |iana time zone""",
    "date_of_birth": """
        date of birth|dob|birth date|birthdate|birthday|geburtsdatum|geburtstag
        |fecha de nacimiento|fecha nacimiento|date de naissance|patient dob|patient date of birth
        |customer dob|ne le|nacimiento|patient birth date|guarantor dob""",
    "consent_email": """
        email consent|consent email|email opt in|email optin|opt in email|emailable
        |email permission|e mail consent|email consent given|e mail einwilligung
        |einwilligung e mail|consentimiento email|consentement email|email ok|ok to email
        |may email|accepts email|email allowed|email opt in status|consentimiento correo
        |einwilligung email|consentement courriel""",
    "consent_sms": """
        sms consent|consent sms|sms opt in|sms optin|text consent|text opt in|opt in sms
        |texting consent|sms permission|text permission|ok to text|consent to text|tcpa consent
        |sms einwilligung|einwilligung sms|consentimiento sms|consentement sms|may text
        |accepts text|mobile consent|text message consent|sms allowed|phone consent|consent to sms
        |accepts sms|txtmsgok|text ok""",
    "consent_date": """
        consent date|opt in date|date of consent|consent timestamp|consented on|consent given on
        |consented at|opt in timestamp|einwilligung am|datum der einwilligung
        |fecha de consentimiento|date du consentement|sms consent date|email consent date
        |consent time|opt in at|consent on|tcpa consent date|text consent date
        |fecha consentimiento|einwilligungsdatum|date consentement""",
    "consent_source": """
        consent source|consent evidence|opt in source|consent method|consent text|consent proof
        |source of consent|consent record|consent ip|einwilligungsquelle|origen del consentimiento
        |source du consentement|consent form|consent channel|opt in method|consent wording
        |evidence of consent|einwilligungsnachweis|preuve du consentement|nachweis einwilligung""",
    "opt_out_email": """
        do not email|email opt out|email optout|no email|unsubscribed|email unsubscribed
        |opted out email|opt out email|dnemail|keine e mail""",
    "opt_out_sms": """
        do not text|sms opt out|sms optout|no sms|no text|text opt out|opted out sms|opt out sms
        |keine sms""",
    "opt_out_all": """
        do not contact|dnc|opt out|opted out|cease|cease and desist|do not call or text
        |cease contact|no contact|nicht kontaktieren|no contactar|ne pas contacter""",
    "days_overdue": """
        days overdue|days past due|dpd|overdue days|days late|aging|past due days|aging days
        |tage uberfallig|tage in verzug|verzugstage|dias vencidos|dias de atraso|jours de retard
        |arrears after net due date|age days|age in days|days outstanding|days open|dias de mora
        |dias vencido|retard jours|mahntage|days delinquent""",
    "as_of": "as of|as of date|report date|stichtag|date d arrete|fecha de corte",
    "contra_account": "gegenkonto|gegenkonto ohne bu schlussel|contra account|offset account",
    "payment_date": "payment date|date received|receipt date|received date|deposit date|pmt date",
    "payment_method": """
        payment method|payment method id|payment type|card brand|card last4|card id|card funding
        |payment source type|method of payment|zahlungsart|metodo de pago|mode de paiement
        |check no|check number|pay method|balance transaction id|payment intent id
        |unapplied amount|credit card amount|credit card type|transaction status|failure code
        |paid via|deposit to account id|card fingerprint|card exp month|captured|receipt number
        |unapplied|process payment""",
    "vendor": """
        vendor|vendor name|supplier|supplier name|vendor id|vendor no|vendor number|supplier id
        |bill from|lieferant|lieferantenname|kreditor|kreditorennummer|kreditorname|proveedor
        |nombre del proveedor|nombre proveedor|fournisseur|nom du fournisseur|nom fournisseur
        |creditor name|payee|beneficiary|lieferantennummer|kreditor nr|pay to""",
}

_WEAK = {
    "account_reference": """
        id|account|reference|ref|reference no|reference number|ref no|referenz|referencia|konto
        |compte|cuenta|record id|key|row id|transaction number|transaction no|uuid|guid|no""",
    "invoice_number": """
        number|nr|no|document|numero|nummer|beleg|doc|documento|transaction number|transaction no
        |n|item number|belegnr""",
    "consumer_reference": """
        account|account number|account no|account id|acct|konto|kontonummer|compte|cuenta
        |account reference|code|entity id|entityid|owner|entity number|account ref|acct no
        |acct number""",
    "consumer_name": """
        name|payer name|payer|bezeichnung|nom|contact|kontakt|contacto|ansprechpartner|customers
        |clients|bill to company|person|who|party|attn|primary contact|titular|tiers""",
    "last_name": "nom|name",
    "first_name": "nombre|firstname",
    "balance": """
        total|amount|totals|total due now|betrag|importe|montant|sum|net amount|total usd|open
        |value|patient|pat|outstanding2|closing balance|net balance""",
    "amount": """
        net amount|sub total|subtotal|net|netto|nettobetrag|value|price|rent|fee|sum total
        |importe neto|total ht|montant ht|sales|tax excluded|base imponible|amount ht""",
    "issue_date": """
        date|datum|fecha|created|created at|created on|created time|day|opened|service|charge date
        |month|erstellt am|valeur|entry date|currentillnessdate""",
    "due_date": """
        payment terms date|deadline|target date|maturity|payment date expected""",
    "email": "contact info|username|user email|login",
    "phone": "telephone no|contact no|number phone|whatsapp|other phone",
    "street": """
        line 1|location|address full|mailing|delivery address|shipping address|shipping street""",
    "city": "place|locality|shipping city|lugar",
    "state": "shipping state|prov|dept",
    "zip": "shipping zip|shipping code|npa|codepostal",
    "country": "shipping country|nation",
    "status": "state|estado|etat|stage|zustand|condition|paid unpaid|situation|stato",
    "paid": "paid|payment|payments made|pagado|bezahlt|paye|regle|zahlung|pago|paiement",
    "paid_date": "payment date|paid|pay date|last updated paid",
    "notes": "description|reason|subject|details|text|info|informacion",
    "document_type": "kind|class|category doc|art der buchung|clase",
    "unit": "space|suite no|apt unit",
    "currency": "unit currency|iso",
    "claim": "encounter|case",
    "line_amount": "line subtotal|line net amount",
    "last_payment_amount": "payment amount|pmt amount",
    "days_overdue": "age|days",
}

_BUCKET_SHAPE = re.compile(
    r"^\W*(?:>|<|over|mas de|über|plus de|bal)?\s*"
    r"(?:\d{1,3}\s*(?:-{1,2}>?|–|to|a|bis|_)\s*(?:\d{1,3}|$)|"
    r"(?:>|over|über|plus de|más de|mas de)\s*\d{1,3}|"
    r"\d{2,3}\s*(?:\+|plus|and over|or more|\&\s*over))"
    r"\s*(?:days?|d|tage|d[ií]as|jours|past due|overdue)?(?:\s*past due)?\W*$|"
    r"^current$|^not due$|^nicht fällig$",
    re.IGNORECASE,
)
_PAREN = re.compile(r"[(\[][^)\]]*[)\]]")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NUMBER_SIGN = re.compile(r"#|n[º°]|№|\bn\.º|\bno\.", re.IGNORECASE)
_WORDS = re.compile(r"[a-z0-9]+")


def words_of(header: str) -> list[str]:
    """Folded words of a header: `InvoiceNumber`, `invoice_number`, `Invoice #` alike."""
    text = header.replace("ß", "ss").replace("Fivetran", "fivetran")
    text = _NUMBER_SIGN.sub(" no ", text)
    return _WORDS.findall(fold(_CAMEL.sub(" ", text)))


def key_of(header: str) -> str:
    """The folded header without spaces, as the tables hold it."""
    return "".join(words_of(header))


def bare_key(header: str) -> str:
    """The same without what stands in brackets."""
    return key_of(_PAREN.sub(" ", header))


def _names(source: dict[str, str]) -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    for field, names in source.items():
        for name in names.split("|"):
            key = "".join(words_of(name))
            if key and field not in table.setdefault(key, []):
                table[key].append(field)
    return {key: tuple(fields) for key, fields in table.items()}


STRONG = _names(_STRONG)
WEAK = _names(_WEAK)
FIELDS = frozenset(_STRONG) | {"bucket"}

ALIASES = {
    "reference": "account_reference", "account": "account_reference", "invoice": "invoice_number",
    "name": "consumer_name", "consumer": "consumer_name", "customer": "consumer_name",
    "customer_name": "consumer_name", "full_name": "consumer_name",
    "customer_id": "consumer_reference", "emails": "email", "e_mail": "email",
    "phones": "phone", "telephone": "phone", "mobile": "phone",
    "address": "street", "zip_code": "zip", "postal_code": "zip", "postcode": "zip",
    "amount_due": "balance", "balance_minor": "balance", "open_balance": "balance",
    "amount_paid": "paid", "total": "amount", "issued_on": "issue_date", "issued": "issue_date",
    "invoice_date": "issue_date", "due_on": "due_date", "due": "due_date", "paid_on": "paid_date",
    "last_payment": "last_payment_date", "note": "notes", "dispute": "disputed",
    "dob": "date_of_birth", "birth_date": "date_of_birth", "timezone": "time_zone",
    "type": "document_type", "move_out_date": "move_out", "service_date": "date_of_service",
    "claim_number": "claim", "load": "load_number", "insurance": "payer", "region": "state",
    "province": "state", "given_name": "first_name", "family_name": "last_name",
    "surname": "last_name", "company_name": "company", "consent": "consent_sms",
    "consumer_reference_number": "consumer_reference", "customer_reference": "consumer_reference",
    "account_number": "account_reference", "invoice_no": "invoice_number", "lang": "language",
    "line_total": "line_amount", "payment_status": "status",
}  # fmt: skip
"""Other names a person may write in the sidecar."""

MONEY = frozenset(
    [
        "balance",
        "amount",
        "paid",
        "credited",
        "debit",
        "credit",
        "line_amount",
        "last_payment_amount",
        "bucket",
        "insurance_pending",
        "claim_amount",
    ]
)
DATES = frozenset(
    [
        "issue_date",
        "due_date",
        "last_payment_date",
        "paid_date",
        "move_out",
        "move_in",
        "date_of_service",
        "date_of_birth",
        "consent_date",
        "payment_date",
        "as_of",
    ]
)
MANY = frozenset(
    ("status", "email", "phone", "notes", "bucket", "payment_method", "deleted", "street2")
)
"""Fields that several columns may share; of any other field the best column wins."""


def canonical_field(word: str) -> str | None:
    """The field a person means in a sidecar, `ignore`, or None for an unknown word."""
    key = "_".join(words_of(word))
    if key in ("ignore", "skip", "none"):
        return IGNORE
    if key in FIELDS:
        return key
    return ALIASES.get(key)


def is_bucket(header: str) -> bool:
    """True for the name of an aging column: `0 - 30`, `31-60 days`, `> 90`, `90+`, `Current`."""
    return bool(_BUCKET_SHAPE.match(header.strip()))
