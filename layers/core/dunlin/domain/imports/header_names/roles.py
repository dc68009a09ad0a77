"""Of whom a column speaks: words of headers for everybody whom an export names, by what they are
to the debt. `whose.py` reads them; `people.py` holds the names of the debtor's columns.
"""

from __future__ import annotations

OWES, ANSWERS, PAYS, WARD, OWNER, SHIPS, OTHER = (
    "owes", "answers", "pays", "ward", "owner", "ships", "other",
)  # fmt: skip
"""What somebody is to a debt: `OWES` it; `ANSWERS` for the debt of a `WARD` (a patient, a child);
`PAYS` whoever it is about; is the debtor only where nobody else is named (`OWNER`, `SHIPS`); or has
no part in it (`OTHER`)."""

ROLES: tuple[tuple[str, str, str], ...] = (
    (OWES, "customer", """
        customer|customers|cust|client|clients|cliente|clientes|kunde|kunden|consumer|account debtor
        |end customer|end user|consumidor"""),
    (OWES, "debtor", """
        debtor|debtors|obligor|deudor|schuldner|schuldners|debitor|debitors|debiteur|devedor"""),
    (OWES, "borrower", """
        borrower|primary borrower|main borrower|applicant|primary applicant|mortgagor|prestatario
        |acreditado|darlehensnehmer|kreditnehmer|emprunteur|mutuario|tomador"""),
    (OWES, "tenant", """
        tenant|tenants|renter|lessee|resident|residents|occupant|primary tenant|inquilino
        |arrendatario|mieter|mieters|mieterin|locataire|locatario|inquilina|bewohner|occupante
        |ocupante"""),
    (OWES, "homeowner", """
        homeowner|home owner|unit owner|lot owner|condomino|copropietario|coproprietaire
        |wohnungseigentumer"""),
    (OWES, "buyer", """
        buyer|purchaser|bill to|billto|billed to|billing|invoice to|invoicee|sold to|comprador
        |kaufer|besteller|auftraggeber|rechnungsempfanger|rechnungsadresse|acheteur|facturation
        |facturacion|faturamento|destinatario factura|mandant|mandantin"""),
    (OWES, "member", """
        member|primary member|donor|guest|socio|abonado|mitglied|adherent|abonne
        |associado|camper|cardholder|card holder|shopper|taxpayer|ratepayer|donante"""),
    (OWES, "insured", "named insured"),
    (OWES, "subscriber", "subscriber|primary subscriber"),
    (PAYS, "responsible party", """
        responsible parent|responsible guardian|paying parent|paying guardian|paying party
        |billing parent|parent responsible|responsible party|resp party
        |responsible person|party responsible|person responsible
        |financially responsible|financially responsible party|financial responsible
        |financial responsible party|responsible for payment|responsible payer|payor|bill payer
        |fee payer|tuition payer|responsable de pago|responsable del pago|responsable pago
        |responsable financiero|responsavel financeiro|responsavel pelo pagamento
        |responsavel pagamento|responsable financier|responsable du paiement|responsable paiement
        |zahlungspflichtiger|zahlungspflichtige|beitragszahler|kostenschuldner|payeur|pagador"""),
    (ANSWERS, "guarantor", "guarantor|guar|garante|garant|rp"),
    (ANSWERS, "parent", """
        parent|parents|parent guardian|guardian parent|primary parent|first parent|parent one
        |parent guardian name|elternteil|eltern|padres|padre o tutor|padre madre|pais|family
        |household|head of household|familie|familia|famille|hogar"""),
    (ANSWERS, "guardian", """
        guardian|legal guardian|primary guardian|caregiver|erziehungsberechtigter
        |erziehungsberechtigte|erziehungsberechtigter r|erziehungsberechtigte r|sorgeberechtigter
        |sorgeberechtigte|vormund|tutora|apoderado|apoderada|acudiente|representante legal
        |representant legal|responsable legal|encarregado de educacao|encarregado educacao"""),
    (ANSWERS, "mother", "mother|mom|mum|mutter|madre|mere|mae"),
    (ANSWERS, "father", "father|dad|vater|padre|pere|pai"),
    (ANSWERS, "account holder", """
        account holder|accountholder|primary account holder|kontoinhaber|titular|titular de cuenta
        |titular de la cuenta|titulaire|titulaire du compte|titular da conta"""),
    (ANSWERS, "person in charge", """
        responsable|responsavel|encargado|encarregado|encarregada|tutor|tuteur|tutrice"""),
    (WARD, "patient", """
        patient|patients|pt|pat|paciente|pacientes|patientin|patiente|dependent|dependant|minor
        |menor|pet|animal|mascota|haustier"""),
    (WARD, "student", """
        student|students|pupil|learner|scholar|alumno|alumna|alumnos|estudiante|schuler|schulerin
        |eleve|etudiant|etudiante|aluno|aluna|estudante|trainee|auszubildender|attendee"""),
    (WARD, "child", """
        child|children|kid|kids|nino|nina|hijo|hija|kind|kinder|enfant|crianca|filho|filha|baby
        |infant|toddler|son|daughter"""),
    (WARD, "participant", """
        participant|player|athlete|swimmer|dancer|gymnast|skater|teilnehmer|teilnehmerin
        |participante|jugador|jugadora|joueur|spieler|atleta|atleta menor"""),
    (OWNER, "owner", """
        owner|property owner|propietario|propietaria|dueno|duena|eigentumer|inhaber|proprietaire
        |proprietario|proprietaria|broker|shipper|freight broker"""),
    (SHIPS, "ship-to", """
        shipping|ship to|shipto|shipped to|ship|delivery|deliver to|consignee|receiver|lieferung
        |lieferadresse|lieferanschrift|envio|entrega|livraison|destinataire livraison|dock"""),
    (OTHER, "sales rep", """
        sales rep|salesrep|sales representative|sales person|salesperson|salesman|sales agent
        |sales consultant|sales manager|sales exec|sales executive|sales|rep|reps|representative
        |account rep|account executive|account exec|ae|vendedor|vendedora|ejecutivo
        |ejecutivo de cuenta|ejecutiva|comercial|asesor|asesora|vertreter|vertrieb|verkaufer
        |aussendienst|innendienst|vertriebler|handelsvertreter|vendeur|vendeuse|commercial
        |representant|charge de clientele|consultor|consultora|representante|consultant"""),
    (OTHER, "account manager", """
        account manager|acct manager|accountmanager|client manager|case manager|case worker
        |caseworker|relationship manager|portfolio manager|project manager|pm|csm|csr
        |customer success|customer success manager|customer service|customer service rep
        |service rep|kundenbetreuer|betreuer|betreuerin|sachbearbeiter|sachbearbeiterin|berater
        |beraterin|gestor|gestora|gestor de cuenta|gerente|gerente de conta|gestionnaire
        |conseiller|conseillere|advisor|adviser|counselor|counsellor|coordinator|coordinador
        |coordinadora|koordinator|account owner|deal owner|record owner|contact owner|lead owner
        |case owner|company owner|assignee|assigned to|assigned|created by|entered by|updated by
        |modified by|prepared by|submitted by|requested by|approved by|approver|user|staff
        |staff member|employee|our contact|team member|operator|clerk|ersteller|bearbeiter
        |erfasser|usuario|usuario asignado|utilisateur|utilizador|atendente|empleado|funcionario
        |mitarbeiter|employe|loan officer|originator|underwriter|processor|from|sender|remitente
        |absender|expediteur|remetente"""),
    (OTHER, "manager", """
        manager|property manager|community manager|site manager|regional manager|mgr|superintendent
        |administrador|administradora|admin|administrator|hausverwalter|hausverwaltung|verwalter
        |gerant|syndic|sindico|principal office|branch|branch manager|store|location manager
        |facility|clinic|office|practice|filiale|sucursal|agence|filial"""),
    (OTHER, "agent", """
        agent|agents|leasing agent|insurance agent|listing agent|agente|makler|vermittler|courtier
        |corretor|corredor|dispatcher|driver|carrier|conductor|fahrer|chauffeur|motorista
        |transportista"""),
    (OTHER, "collector", """
        collector|collections agent|collection agent|collection agency|collections agency
        |collections|agency|cobrador|cobradora|inkasso|inkassoburo|recouvreur|agencia|cobrador
        |agencia de cobranza|recovery agent"""),
    (OTHER, "provider", """
        provider|referring provider|rendering provider|treating provider|primary provider|doctor
        |doctors|dr|physician|referring physician|primary care physician|pcp|dentist|hygienist
        |therapist|surgeon|nurse|specialist|veterinarian|vet|practitioner|clinician|medico|medica
        |doctora|dentista|terapeuta|arzt|arztin|hausarzt|zahnarzt|behandler|therapeut|medecin
        |docteur|praticien|dentiste|soignant|teacher|instructor|coach|trainer|professor|profesor
        |profesora|maestro|maestra|lehrer|lehrerin|enseignant|professeur|entrenador|instructora
        |installer|technician|tech|engineer|contractor|subcontractor|crew|foreman|installateur
        |techniker|tecnico|tecnica|instalador|technicien|artisan|architect"""),
    (OTHER, "attorney", """
        attorney|attorneys|atty|lawyer|counsel|law firm|paralegal|debtor attorney|client attorney
        |opposing counsel|opposing attorney|opposing party|plaintiff|defendant|adverse party
        |abogado|abogada|letrado|procurador|anwalt|anwaltin|rechtsanwalt|gegenanwalt|gegner
        |gegenseite|kanzlei|avocat|avocate|partie adverse|contraparte|advogado|advogada|trustee
        |executor|executrix|administrator of estate|judge|court|notary|notar|notario|notaire
        |betreuungsperson|bankruptcy trustee|albacea"""),
    (OTHER, "employer", """
        employer|current employer|workplace|company of work|hr|payroll|supervisor|boss|empleador
        |patron|patrono|arbeitgeber|employeur|empregador|jefe"""),
    (OTHER, "insurer", """
        insurer|insurance|insurance company|insurance carrier|ins|primary insurance
        |secondary insurance|payer|insured|policy holder|policyholder|subscriber of insurance
        |adjuster|claims adjuster|claim adjuster|tpa|aseguradora|seguro|asegurado|ajustador
        |versicherung|versicherer|versicherter|krankenkasse|kostentrager|assurance|assureur|assure
        |mutuelle|seguradora|segurado|health plan"""),
    (OTHER, "emergency contact", """
        emergency contact|emergency|ice contact|contacto de emergencia|emergencia|notfallkontakt
        |notfall|contact d urgence|urgence|contato de emergencia|next of kin|nok|nearest relative
        |relative|relatives|pariente|familiar|angehoriger|angehorige|verwandter|proche|parente
        |neighbor|neighbour|friend"""),
    (OTHER, "other contact", """
        alternate contact|alternative contact|alt contact|backup contact|other contact
        |additional contact|contacto alterno|contacto alternativo|autre contact|contato alternativo
        |weiterer kontakt|weiterer ansprechpartner"""),
    (OTHER, "reference", """
        reference 1|reference 2|reference 3|personal reference|references|referencia 1
        |referencia 2|referencia personal|referenzperson"""),
    (OTHER, "co-signer", """
        co signer|cosigner|co borrower|coborrower|co applicant|coapplicant|co maker|comaker
        |co debtor|codebtor|co tenant|cotenant|co owner|co buyer|cobuyer|secondary borrower
        |secondary tenant|joint applicant|joint borrower|joint holder|joint|second borrower
        |guarantor 2|surety|aval|avalista|fiador|fiadora|codeudor|co deudor|coacreditado|burge
        |burgin|mitschuldner|mitantragsteller|mitmieter|caution|codebiteur|co emprunteur
        |colocataire|codevedor"""),
    (OTHER, "spouse", """
        spouse|husband|wife|esposo|esposa|conyuge|marido|mujer|ehepartner|ehegatte
        |ehefrau|ehemann|lebenspartner|conjoint|conjointe|epoux|epouse|conjuge"""),
    (OTHER, "landlord", """
        landlord|lessor|arrendador|casero|vermieter|vermieterin|bailleur|locador|senhorio"""),
    (OTHER, "referral", """
        referral|referral source|referred by|referrer|referring|referring office|remitido por
        |zuweiser|empfohlen von|apporteur|indicado por|lead source|affiliate|introducer"""),
    (OTHER, "vendor", """
        vendor|supplier|merchant|seller|proveedor|lieferant|fournisseur|fornecedor|payee|remit to
        |lienholder|lender|creditor|acreedor|glaubiger|creancier|credor|bank|banco"""),
    (OTHER, "second parent", """
        parent 2|parent two|second parent|secondary parent|other parent|guardian 2|second guardian
        |secondary guardian|parent guardian 2|elternteil 2|padre 2|madre 2|parent b"""),
)  # fmt: skip
"""(what they are to the debt, what a person calls them, words of headers, folded)."""

POINTS = {
    "email": """
    email emails mail mails emailid emailaddress mailadresse emailadresse correo correos
    courriel
        mel epost""",
    "phone": """
        phone phones tel telephone telefon telefono telefone telefonnummer mobile mobil cell
        cellphone handy handynummer celular movil portable gsm telemovel rufnummer whatsapp sms text
        landline festnetz mobilnummer mobiltelefon""",
    "date_of_birth": """
    dob birth birthdate birthday born geburtsdatum geburtstag geb nacimiento naissance
    nascimento
        bday""",
    "first_name": "first given forename vorname prenom firstname fname",
    "last_name": "last surname lastname nachname apellido apellidos sobrenome lname familienname",
    "address": """
        address addresses addr address1 address2 street street1 street2 line line1 line2 city town
        state province zip zipcode postal postcode plz country county region apt suite unit adresse
        anschrift strasse ort stadt land direccion domicilio calle ciudad estado provincia pais
        codigo rue ville pays endereco rua cidade cep""",
    "language": "language lang idioma sprache langue lingua",
    "reference": """
        id ids no number num nr nummer numero code key codigo cod chart mrn account acct""",
    "consumer_name": "name names fullname nombre nom nome full display legal",
}  # fmt: skip
"""What a column tells of somebody, by its words; the first of these that is named counts."""

NEUTRAL = frozenset(
    """
    primary main home work business personal office private privat privee principal default
    preferred best current alt alternate alternative secondary other second first additional extra
    new old day evening night daytime contact contacts kontakt contacto contato attn attention ap ar
    accounts payable receivable accounting account accountant bookkeeping buchhaltung statement
    statements notification notifications invoice invoicing invoices rechnung receipt receipts
    reminder reminders to for particular trabajo casa alterno alternativo secundario laboral oficina
    wireless geschaftlich dienstlich haupt fixe fixed professionnel professionnelle personnel
    personnelle
    domicile bureau residencial pessoal comercial fijo h w c m o a b id ids address addresses addr
    adresse adressen no number numbers num nr nummer nummern numero numeros code 1 2 3 4 5 direccion
    electronico electronica elektronische electronique eletronico e s
    geschaftsleitung geschaftsfuhrung management zentrale durchwahl headquarters hq switchboard
    company firma empresa societe firm organization organisation entreprise
    cobranca cobranza cobros financeiro financiero financier comptabilite contabilidad
    contabilidade buchhaltung kreditoren tesoreria tesouraria
    ansprechpartner interlocuteur contato valid verified clean updated latest last known full
    """.split()
)
"""Words beside an e-mail or a phone that leave it the debtor's."""

STOPS = frozenset(
    "of the a an del de la el los las do da dos das du des le les l d von vom der die das des dem "
    "und and y et e s for para pour fur by por par".split()
)
"""Words that join others."""

SELF = frozenset(
    """
    self same patient sameaspatient samesaspatient himself herself themself me selfpay ownself
    selbst derselbe dieselbe patientselbst elmismo lamisma mismo misma mismopaciente pacienteelmismo
    luimeme ellememe memepersonne lememe mesmo proprio omesmo opaciente paciente student client
    """.split()
)
"""What stands for the guarantor where the patient answers for the debt alone, without marks."""
