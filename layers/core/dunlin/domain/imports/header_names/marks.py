"""Flags and permissions, and what stands beside a debt: names of columns by field."""

STRONG = {
    "document_type": """
        type|transaction type|doc type|document type|invoice type|doctype|trans type|txn type
        |record type|move type|journal entry type|entry type|belegart|dokumenttyp|art|vorgangsart
        |tipo|tipo de documento|tipo documento|tipo de transaccion|type de document|type de piece
        |type document|dty|voucher type|charge type|tran type|transtype|document class|typ
        |item type|type of document|tipo de comprobante|nature|accounting document type""",
    "disputed": """
        disputed|dispute|in dispute|is disputed|dispute flag|under dispute|on dispute
        |dispute status|strittig|bestritten|einspruch|in klarung|en disputa|disputado|litige
        |en litige|contested|reclamacion|contestee|conteste|reklamation
        |disputed flag|dispute yn|dispute indicator|dispute code|dispute reason|dispute date
        |disputed amount|amount disputed|amount in dispute|contested amount|amount contested
        |streitbetrag|bestrittener betrag|importe disputado|importe en disputa|montant conteste
        |montant en litige|valor contestado|valor em disputa
        |disputed on|date disputed|disputed by|has dispute|open dispute|query flag|in query
        |dispute open|chargeback|charge back|chargeback flag|streitfall|bestritten am|reklamiert
        |reklamation am|klarfall|klarungsfall|widerspruch|widerspruch am|beanstandet|in disputa
        |en litigio|impugnado|impugnada|reclamado|reclamada|motivo disputa|fecha disputa
        |en reclamacion|litigieux|contestation|date contestation|motif litige|reclamation
        |em disputa|em litigio|contestado|contestada|em contestacao|contestacao|impugnacao
        |reclamacao|motivo da disputa|data da disputa""",
    "claim_amount": """
        claim amount|claimed amount|amount claimed|damage claim amount|damages claimed|claim value
        |cargo claim amount|damage amount|importe reclamado|montant reclame""",
    "deleted": """
        deleted|is deleted|fivetran deleted|void flag|voided|is void|is voided|cancelled|canceled
        |is cancelled|storniert|storno|anulada|annulee|isdeleted|void|closed without payment""",
    "paid_flag": """
        paid|is paid|bezahlt|pagado|pagada|paye|payee|fully paid|cleared|settled|regle|closed
        |is closed|is settled|is cleared|paid flag|paid yn|paid in full|pago|paga|quitado|quitada
        |liquidado|liquidada|cobrado|cobrada|reglee|solde|soldee|beglichen|ausgeglichen|erledigt
        |geschlossen
        |cerrado|cerrada|cloturee|encerrado|payment received in full
        |pmt received in full|pmt recd in full|payment recd in full""",
    "open_flag": """
        open|is open|owing|open flag|open yn|unpaid|is unpaid|outstanding|still open
        |not paid|not settled|not cleared|unsettled|non paye|non payee|non regle|no pagado|no pagada
        |nao pago|nao paga|nao liquidado|nicht bezahlt|nicht beglichen|offen|noch offen
        |unbezahlt|abierto|abierta|pendiente|impagado|impagada|ouvert|ouverte|impaye|impayee
        |em aberto|aberto|aberta|pendente""",
    "draft_flag": "draft|is draft|entwurf|borrador|brouillon",
    "docstatus": "docstatus",
    "notes": """
        notes|note|memo|comment|comments|remarks|customer memo|private note|internal note
        |internal notes|delinquency notes|bemerkung|bemerkungen|notiz|notizen|anmerkung|hinweis
        |kommentar|nota|notas|comentario|comentarios|observaciones|remarque|remarques|commentaire
        |commentaires|public note|collection notes|account notes|terms notes|message|observacao
        |observacoes|obs|observation|observations|anotacao|anotacoes|notas internas|nota interna
        |collector notes|patient notes|tenant notes|loan notes|office notes|billing notes
        |account comments|account comment|alert|alerts|account alert|account alerts|patient alert
        |warning|warnings|flag|flags|account flag|customer flag|account flags|special handling
        |special instructions|instructions|billing instructions|handling|tags|tag|labels
        |disposition notes|last disposition|attention|caution|sperrvermerk|hinweise|warnung
        |besonderheiten|vermerk|interne notiz|alerta|alertas|etiqueta|etiquetas|advertencia
        |indicaciones|incidencia|incidencias|alerte|etiquette|signalement|consigne|consignes
        |marcador|informacoes adicionais|last note|last comment|recent note""",
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
        |customer dob|ne le|nee le|nacimiento|patient birth date|guarantor dob|born|born on
        |birth dt|geb
        |geboren|geboren am|geb datum|geb dat|gebdat|fecha nac|fec nac|fec nacimiento|f nacimiento
        |nacido el|date naissance|date naiss|naissance|data de nascimento|data nascimento
        |dt nascimento|dt nasc|data nasc|nascimento|nascido em|bday|patient birthdate""",
    "birth_year": """
        year of birth|birth year|yob|born in year|patient birth year|geburtsjahr|geb jahr|jahrgang
        |ano de nacimiento|ano nacimiento|annee de naissance|annee naissance|ano de nascimento
        |ano nascimento""",
    "paid_percent": """
        percent paid|paid percent|pct paid|paid pct|percentage paid|paid percentage|percent settled
        |porcentaje pagado|pourcentage paye|prozent bezahlt|bezahlt in prozent|percentual pago
        |porcentagem paga""",
    "age": "age in years|years of age|patient age|edad en anos|alter in jahren|age en annees",
    "payer_kind": "payer kind|kind of payer|payer type|responsible type|responsible payer type",
    "email_valid": """
        email valid|valid email|is email valid|email is valid|e mail valid|mail valid|email good
        |email deliverable|deliverable|good email|correo valido|email valido|email valide
        |courriel valide|e mail gultig|email gultig|mail gultig""",
    "email_bad": """
        email bad|bad email|invalid email|email invalid|email is invalid|email bounced
        |bounced email|email bounce|email bounces|bounced|bounce|hard bounce|hard bounced
        |email bounced on|email bounce date|email undeliverable|undeliverable|undeliverable email
        |email returned|correo invalido|correo rebotado|email invalido|email invalide
        |courriel invalide|e mail ungultig|email ungultig|e mail unzustellbar|bad email flag
        |invalid email flag|email bounce reason|email bad flag""",
    "phone_valid": """
        phone valid|valid phone|is phone valid|phone is valid|valid phone number|phone good
        |phone number valid|good phone|mobile valid|telefono valido|telephone valide
        |telefon gultig|telefone valido|cell valid""",
    "phone_bad": """
        phone bad|bad phone|invalid phone|phone invalid|phone is invalid|phone disconnected
        |disconnected|disconnected phone|number disconnected|bad phone number|bad number
        |phone number invalid|invalid phone number|phone out of service|bad phone flag
        |telefono invalido|telephone invalide|telefon ungultig|telefone invalido""",
    "consent_email": """
        email consent|consent email|email opt in|email optin|opt in email|emailable
        |email permission|e mail consent|email consent given|e mail einwilligung
        |einwilligung e mail|consentimiento email|consentement email|email ok|ok to email
        |may email|accepts email|email allowed|email opt in status|consentimiento correo
        |einwilligung email|consentement courriel
        |email status|email subscription|email subscription status|subscription status
        |email preference|email preferences|email permission status|mail status|correo permitido
        |acepta correo|acepta email|accepte email|aceita email|e mail erlaubt""",
    "consent_sms": """
        sms consent|consent sms|sms opt in|sms optin|text consent|text opt in|opt in sms
        |texting consent|sms permission|text permission|ok to text|consent to text|tcpa consent
        |sms einwilligung|einwilligung sms|consentimiento sms|consentement sms|may text
        |accepts text|mobile consent|text message consent|sms allowed|phone consent|consent to sms
        |accepts sms|txtmsgok|text ok
        |sms status|sms subscription|text status|sms preference|acepta sms|accepte sms|aceita sms
        |sms erlaubt|text subscription status""",
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
    "consent_all": """
        ok to contact|may contact|can contact|contact allowed|contact permitted|contact permission
        |contact consent|consent to contact|permission to contact|contactable|contact ok
        |allow contact|communication consent|communications allowed|may we contact
        |kontakt erlaubt|kontakt gestattet|kontakteinwilligung|darf kontaktiert werden
        |se puede contactar|contacto permitido|permite contacto|contact autorise
        |contact possible|peut etre contacte|contato permitido|pode contatar|permite contato
        |contact preference|contact preferences|communication preference
        |communication preferences|preferred contact method|preferred contact
        |preferred method of contact|contact method|preferencia de contacto
        |preference de contact|kontaktpraferenz|preferencia de contato""",
    "opt_out_email": """
        do not email|email opt out|email optout|no email|email unsubscribed
        |opted out email|opt out email|dnemail|keine e mail
        |email unsubscribe|email opted out|email blocked|email suppressed|email do not send
        |no emails|dont email|email dnc|suppress email|email suppression|no enviar correo
        |no enviar email|baja correo|baja email|ne pas envoyer d email
        |keine e mails|e mail sperre|email sperre|newsletter abgemeldet|nao enviar email
        |e mail opt out|correo no""",
    "opt_out_sms": """
        do not text|sms opt out|sms optout|no sms|no text|text opt out|opted out sms|opt out sms
        |keine sms|sms opted out|text opted out|text stop|sms stop|stop sms|no texting|no texts
        |dont text|sms blocked|sms unsubscribed|sms unsubscribe|no enviar sms|pas de sms
        |ne pas envoyer de sms|sms sperre|nao enviar sms|sms dnc|text dnc|sms suppressed""",
    "opt_out_all": """
        do not contact|dnc|opt out|opted out|cease|cease and desist|cease desist|c d letter
        |cease flag|cease letter|do not call or text|do not call|dont contact|dont call|no calls
        |nao ligar|nicht anrufen|ne pas appeler|cease contact|no contact|nicht kontaktieren
        |no contactar|ne pas contacter|dnc flag|do not contact flag|is dnc|opted out on
        |opted out date|opt out date|opted out at|opt out flag|optout|optedout
        |communication opt out|contact opt out|global opt out|all opt out|do not solicit
        |contact restriction|contact restrictions|contact blocked|blocked contact|block contact
        |stop contact|suppress contact|suppressed|do not disturb|donotcontact|cease date
        |cease and desist date|c d date|cease communication|kontaktsperre|kontaktverbot
        |kein kontakt|keine kontaktaufnahme|kontakt gesperrt|no molestar|no llamar
        |bloqueo contacto|contacto bloqueado|opuesto a contacto|ne plus contacter
        |contact interdit|opposition contact|liste rouge|nao contatar|nao contactar|nao perturbe
        |contato bloqueado|descadastro|bloqueio contato|unsubscribe|unsubscribed|unsubscribed at
        |unsubscribed on|unsubscribe date|unsubscribed date|desinscrit|desabonne|descadastrado""",
    "days_overdue": """
        days overdue|days past due|dpd|overdue days|days late|aging|past due days|aging days
        |tage uberfallig|tage in verzug|verzugstage|dias vencidos|dias de atraso|jours de retard
        |arrears after net due date|age days|age in days|days outstanding|days open|dias de mora
        |dias vencido|retard jours|mahntage|days delinquent|dias de retraso|dias em atraso
        |uberfallig tage|uberfallig seit tagen|jours en retard|dias atraso|dias retraso""",
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
    "instalment": """
        installment|installment no|installment number|installment num|installment nr|instalment
        |instalment no|instalment number|cuota no|no cuota|no parcela|cuota num|cuota nro
        |numero de cuota|numero cuota|nro de cuota|num cuota|raten nr|ratennummer|rate nr
        |raten nummer|teilbetrag nr|echeance no|no echeance|numero d echeance
        |numero echeance|no d echeance|parcela no|numero da parcela|numero parcela
        |num parcela|n parcela|parcela num|n da parcela""",
    "vendor": """
        vendor|vendor name|supplier|supplier name|vendor id|vendor no|vendor number|supplier id
        |bill from|lieferant|lieferantenname|kreditor|kreditorennummer|kreditorname|proveedor
        |nombre del proveedor|nombre proveedor|fournisseur|nom du fournisseur|nom fournisseur
        |creditor name|payee|beneficiary|lieferantennummer|kreditor nr|pay to""",
}

WEAK = {
    "notes": "description|reason|subject|details|text|info|informacion",
    "document_type": "kind|class|category doc|art der buchung|clase",
    "unit": "space|suite no|apt unit",
    "claim": "encounter|case",
    "days_overdue": "age|days",
}
