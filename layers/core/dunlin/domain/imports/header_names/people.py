"""Who owes and how to reach them: names of columns by field."""

STRONG = {
    "account_reference": """
        account reference|account ref|account number|account no|account nr|acct no|acct number
        |acct|account id|acct id|debt id|debt reference|accountnumber|invoice id|invoiceid
        |case number|transaction id|bill id|internal id|loan number|loan id|loan|loan no
        |policy number
        |file number|numero de cuenta|no de cuenta|cuenta no|kontonummer|vertragsnummer
        |aktenzeichen|numero de compte|numero de dossier|reference dossier|statement number
        |ledger id|guarantor account|lease id|tenant id account|agreement number|contract number
        |our reference|receivable id|opos id|our ref|creditor reference|external id|encounter id""",
    "invoice_number": """
        no da nota|numero da nota|n da nota|nota numero|invoice number|invoice no|invoice nr
        |invoice num|invoice|inv no|inv|inv number|invno|bill
        |statement
        |document number|document no|documentno|doc number|doc no|docno|doc num|num|bill number
        |rechnungsnummer|rechnungsnr|rechnungs nr|rechnung nr|rechnung|belegnummer|beleg nr
        |belegnr|belegfeld 1|numero de factura|no factura|num factura|factura|n factura
        |numero factura|no de factura|factura no|folio|folio fiscal|numero de facture|no facture
        |n facture|facture|numero facture|no de facture|facture no|num facture|ref facture
        |voucher no|voucher number|invoice bill number|document ref|statement no|voucher
        |ticket number|number invoice|faktura|numero documento|numero de documento|no documento
        |num doc|piece|n piece|no piece|numero de piece|invoice ref|invoice reference|rg nr|re nr
        |op rechnungsnummer|bill no|pro number invoice|freight bill number|freight bill no
        |accounting document|billing document|recibo|numero de recibo|no recibo|quittance
        |n quittance|numero quittance|fatura|numero da fatura|n o da fatura|no da fatura|no fatura
        |n fatura|nota fiscal|boleto|titulo|receipt no|receipt number|receipt
        |nro factura|nro comprobante|comprobante|numero comprobante|numero nota fiscal
        |no nota fiscal|nf e|nfe|no nf|numero nf|documento no|rech nr|vorgangsnummer|fact no
        |invoice cm no|invoice cm|invoice credit memo no|invoice no cm no|sales invoice
        |sales invoice no|trans no|nro recibo|no recibo|nro documento""",
    "consumer_reference": """
        customer id|customer no|customer number|customer code|cust id|cust no|cust number
        |customerid|customer ref|client id|client number|client no|client code|contact id
        |contactid|customer account|customer account number|debtor id|debtor no|debtor number
        |debtor code|debtor account|consumer id|patient id|patientid|patnum|pat num|patient number
        |chart no|chart number|chart|mrn|medical record number|guarantor id|guarantor no
        |guarantor number|resident id|resh id|resident code|tenant id|tenant code|t code|tcode
        |member id|kundennummer|kunden nr|kundennr|kunde nr|debitor|debitorennummer|debitor nr
        |debitornr|debitorenkonto|debitoren nr|konto nr debitor|numero de cliente|no cliente
        |id cliente|cliente id|codigo do cliente|no do cliente|codigo cliente
        |codigo de cliente|cod cliente|clave cliente
        |numero client|no client|id client|code client|numero de client|client ref|partner id
        |contact account number|account reference sage|bill to id|billtoid|sold to party
        |customer internal id|student id|customer key|party id|kundenkonto|shipper id
        |payer id customer|owner id|compte client|numero de compte client|compte auxiliaire
        |comp aux num|cuenta cliente|cuenta contable cliente|customer name id|personenkonto
        |kunden id|kd nr|kdnr|deb nr|matricule|matricula|nro cliente|cta cliente|patient no|pt id
        |pt no|unit owner id|member no|resident no|tenant no|student no|ref client""",
    "consumer_name": """
        bill to customer|bill to customer name|bill name|utente|nome do utente|named insured
        |custnm|cust nm|custname|customer name|customer|customer full name|cust name|client name
        |client|client full name
        |contact name|contactname|debtor name|debtor|debtor full name|consumer name|consumer
        |full name|fullname|display name|displayname|bill to|bill to name|billto|billed to
        |billing name|billing contact name|customer display name|tenant name|tenant|tenants
        |resident|resident name|residents|occupant|lessee|renter|renter name|borrower
        |borrower name|patient|patient name|guarantor
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
        |name1|name 1|nombre 1|nombre1|nom 1|customer name 1|buyer name|buyer
        |subscriber name|card name|cardholder name
        |party name|contact display name|libelle client|bezeichnung kunde|geschaftspartner
        |adressat|firma name|name firma|company or name|name or company|company name or customer
        |customer or company|nom ou raison sociale|nombre o razon social|nome ou razao social
        |nome razao social|nombre razon social|nome|nome do cliente|nome completo
        |client company|customer company|kunde firma|customer or business|debtors name
        |customers name|clients name|tenants name|sold to|sold to name|invoiced to|schuldner
        |auftraggeber|debitorenname|vertragspartner|kundin kunde|nom raison sociale|nom et prenom
        |nom prenom|nom prenoms|nom et prenoms|prenom et nom|prenom nom|nombre y apellidos
        |nombre y apellido|nombres y apellidos|apellidos y nombre|apellidos y nombres
        |apellido y nombre|apellidos nombre|apellidos nombres|denominacion|denomination
        |titular contrato|nome titular|sacado|contratante|devedor|nome devedor|locatario
        |razao social|razon social cliente|razao social cliente|name vorname|nachname vorname
        |familienname vorname|vorname nachname|vor und nachname|vorname name|last name first name
        |last first|lastname firstname|first name last name|firstname lastname|first last
        |sobrenome e nome|nome e sobrenome|nome e apelido|intitule compte|cliente fornecedor
        |patron|patron name""",
    "first_name": """
        first nm|firstnm|first name|firstname|given name|givenname|forename|first
        |customer first name
        |billing first name|client first name|patient first name|tenant first name
        |contact first name|guarantor first name|vorname|prenom|primer nombre|nombre de pila
        |nombres|fname|pat first name|patfname|vorname adressattyp naturl person
        |vorname adressatentyp naturl person|debtor first name|prenom du client|kunde vorname
        |given|initials|initialen|iniciales|iniciais|initiales|rufname|primeiro nome
        |nome proprio|client first|customer first|vornamen|prenoms""",
    "last_name": """
        last nm|lastnm|last name|lastname|family name|familyname|surname|last|customer last name
        |billing last name|client last name|patient last name|tenant last name|contact last name
        |guarantor last name|nachname|familienname|apellido|apellidos|nom de famille|lname
        |patlname|debtor last name|name adressatentyp naturl person|nom du client famille
        |kunde nachname|primer apellido|apellido 1|apellido1|zuname|apellido paterno|sobrenome
        |apelido|apelidos|ultimo nome
        |nome de familia|client last|customer last|cognome""",
    "second_last_name": """
        apellido materno|segundo apellido|second last name|second surname|apellido 2|apellido2""",
    "middle_name": "middle name|middlename|middle|mi|middle initial|segundo nombre",
    "name_suffix": "suffix|name suffix|suffixe|generation",
    "job": """
        job|job name|job no|job number|project|project name|project number|proyecto|projekt
        |bauvorhaben|projektname|chantier|projet|obra|projeto|sub customer|subcustomer""",
    "company": """
        company|company name|companyname|organization|organisation|organization name|business name
        |firma|firmenname|unternehmen|empresa|compania|nombre de empresa|societe|entreprise
        |nom de la societe|customer company|client company|billing company|kunde firma|company org
        |name adressatentyp unternehmen|organizacion""",
    "email": """
        eml|email addr|emailaddr|email|e mail|email address
        |work email|work e mail|work email address|office email|employer email
        |emailaddress|e mail address|mail
        |mail address|customer email
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
        ph no|ph|phn|phn no|phone nbr|phone|phone number|phonenumber|phone no|phone numbers|phones
        |telephone
        |telephone number
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
        |adresse de facturation|linea 1|street addr|mailing addr|adresse postale|rue et no
        |strasse nr|str nr|strasse und hausnr|strasse hausnr|direccion postal|endereco|logradouro
        |morada|rua|endereco completo""",
    "street2": """
        address 2|address2|address line 2|addressline2|address line2|street 2|street2|apt
        |apartment|suite|billing address line 2|billing address 2|billing street 2|billing street2
        |po address line 2|poaddressline2|addr2|adresszusatz|zusatz|direccion 2|adresse 2
        |complement d adresse|complement|billing address street2|apt suite|adresse ligne 2
        |colonia""",
    "city": """
        city|town|city town|bill city|billing city|bill to city|billing address city|mailing city
        |po city
        |pocity|customer city|ort|stadt|wohnort|ciudad|municipio|poblacion|localidad|ville|commune
        |localite|city name|address city|town city|card address city|ciudad facturacion|suburb
        |cidade|localidade""",
    "town": """
        city state zip|city st zip|city state|city state zip code|city state postal code|csz
        |city state zipcode|city state and zip|billing city state zip|mailing city state zip
        |customer city state zip|bill to city state zip|town postcode|plz ort|plz und ort|ort plz
        |plz wohnort|plz stadt|cp ville|ville cp|code postal ville|code postal et ville
        |cp poblacion|cp localidad|codigo postal y poblacion|cp ciudad|cep cidade|cidade uf
        |cidade estado|ciudad estado|ciudad provincia""",
    "state": """
        state|state province|province|region|state code|bill state|billing state|bill to state
        |billing region
        |billing address state|mailing state|po region|poregion|customer state|bundesland|estado
        |provincia|etat|departement|state region|address state|st|state or province
        |billing state province|card address state|billing province|province state|county""",
    "zip": """
        zip|zip code|zipcode|zip postal code|postal code|postalcode|post code|postcode|postal
        |bill zip|bill postal code|billing zip|billing zip code|billing zipcode|billing postal code
        |billing code|bill to zip
        |billing address zip|mailing zip|po postal code|popostalcode|customer zip|plz|postleitzahl
        |codigo postal|cp|c p|cod postal|code postal|zip plus 4|address zip|zip 5|card address zip
        |postal zip|zip postal|billing address postal code|cep""",
    "country": """
        country|country code|billing country|bill to country|billing address country
        |mailing country|po country|pocountry|customer country|land|staat|pais|pays
        |address country|country name|country region|card address country|landerkennzeichen
        |code pays|landercode|landesschlussel""",
}

WEAK = {
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
    "first_name": "nombre|nome|firstname",
    "email": "contact info|username|user email|login",
    "phone": "telephone no|contact no|number phone|whatsapp|other phone",
    "street": """
        line 1|location|address full|mailing|delivery address|shipping address|shipping street""",
    "city": "place|locality|shipping city|lugar",
    "state": "shipping state|prov|dept",
    "zip": "shipping zip|shipping code|npa|codepostal",
    "country": "shipping country|nation",
}
