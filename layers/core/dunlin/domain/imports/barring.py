"""Words that forbid to write to somebody before a person has looked, in five languages.

Each has a code of its own; the words themselves stay in the account's notes and out of the logs.
"""

from __future__ import annotations

DECEASED, BANKRUPTCY, ATTORNEY, LEGAL, AGENCY, DO_NOT_CONTACT = (
    "deceased", "bankruptcy", "attorney", "legal_action", "agency", "do_not_contact",
)  # fmt: skip
FRAUD, WRONG_PERSON, VULNERABLE, DISPUTED, PLAN, INSURER, ON_HOLD = (
    "fraud", "wrong_person", "vulnerable", "disputed", "payment_plan", "insurer", "on_hold",
)  # fmt: skip
CODES = (
    DECEASED, BANKRUPTCY, ATTORNEY, LEGAL, DO_NOT_CONTACT, FRAUD, WRONG_PERSON, VULNERABLE,
    AGENCY, DISPUTED, PLAN, ON_HOLD, INSURER,
)  # fmt: skip
"""The gravest first: of several words of one text the first of these counts."""

STAFF = tuple(code for code in CODES if code not in (DISPUTED, INSURER))
"""Those for which a person must look; a dispute and an insurer's silence have ways of their own."""
PERSONAL = frozenset(
    (DECEASED, BANKRUPTCY, ATTORNEY, DO_NOT_CONTACT, WRONG_PERSON, VULNERABLE, FRAUD)
)
"""What is said of the person, and so holds every debt of theirs."""

SAID = (
    (DECEASED, """
        deceas*|decd|died|passed away|estate of|probate|has passed|death cert*|date of death
        |late husband|obituary|fallecid*|fallecio|difunt*|murio|sucesion de|herederos de|decede*
        |defunt*|succession de|acte de deces|verstorben*|verst|gestorben|nachlass*|todesfall
        |erbengemeinschaft|falecid*|faleceu|espolio*|obito|acta de defuncion"""),
    (BANKRUPTCY, """
        bankrup*|bk 7|bk 11|bk 13|bk7|bk13|bky|bkcy|bk filed|chapter 7|chapter 11|chapter 13|ch 7
        |ch 11|ch 13|automatic stay|bk case|insolven*|receivership|in liquidation
        |concurso acreedores|concurso mercantil|quiebra|faillite|liquidation judiciaire
        |redressement judiciaire|procedure de sauvegarde|surendettement|konkurs|privatinsolvenz
        |falencia|falid*|recuperacao judicial"""),
    (ATTORNEY, """
        attorney rep*|attorney letter*|attorney retain*|attorney involved|has attorney
        |has an attorney|hired attorney|hired lawyer|has lawyer|represented by|rep by atty
        |rep by attorney|atty rep*|atty letter|atty retained|atty ltr|atty has|with attorney
        |with lawyer|with atty|call attorney|contact attorney|thru attorney|through attorney
        |through lawyer|contact lawyer|call lawyer|cxo attorney|cxo atty|cxo law|letter of rep*
        |lor|ltr of rep*|retained counsel|represented party|c o attorney|legal counsel for
        |her attorney|his attorney|their attorney|lawyer involved|his lawyer|her lawyer
        |power attorney|poa|representado por abogado|con abogado|su abogado|tiene abogado
        |carta abogado|poder notarial|avocat mandate|son avocat|par avocat|chez avocat
        |represente par|a un avocat|lettre avocat|tutelle|curatelle|anwaltlich vertreten
        |anwaltsschreiben|durch anwalt|vertreten durch|beim anwalt|hat anwalt|hat einen anwalt
        |rechtsanwalt eingeschaltet|betreuer|vorsorgevollmacht|advogado constituido|com advogado
        |seu advogado|tem advogado|por advogado|representado por advogado|procuracao"""),
    (LEGAL, """
        lawsuit|suit filed|filed suit|is suing|small claims|litigation|in litigation|judgment
        |judgement|garnish*|lien filed|eviction*|evict|foreclos*|court date|summons|legal action
        |demanda presentada|demanda judicial|en juicio|via judicial|procedimiento judicial
        |embargo|contencioso|juzgado|contentieux|procedure judiciaire|huissier*|assignation
        |saisie|au tribunal|klage|mahnbescheid|mahnverfahren|gerichtliches mahnverfahren
        |vollstreckung*|rechtsstreit|gerichtsvollzieher*|pfandung*|beim gericht|acao judicial
        |processo judicial|ajuizad*|penhora|execucao judicial|em juizo"""),
    (DO_NOT_CONTACT, """
        cease|cease desist|cnd|cease contact|do not contact|dont contact|do not call|dont call
        |do not mail|do not email|do not e mail|do not text|do not write|do not send|dont email
        |dnc|no contact|stop contact*|stop calling|stop emailing|no calls|no emails
        |no further contact|opted out|opt out|unsubscribed|no contactar|no llamar|no escribir
        |no enviar correo*|no molestar|dejar de contactar|ne pas contacter|ne pas appeler
        |ne pas relancer|ne plus contacter|ne plus appeler|pas de relance|nicht kontaktieren
        |nicht anrufen|nicht anschreiben|nicht mahnen|keine mahnung*|keine mails|kontaktverbot
        |kontaktsperre|werbewiderspruch|nao contatar|nao contactar|nao ligar|nao enviar
        |nao perturbar"""),
    (FRAUD, """
        fraud*|identity theft|id theft|identity stolen|stolen identity|identity fraud|fraude
        |estafa|robo identidad|suplantacion*|usurpation identite|escroquerie|betrug*
        |identitatsdiebstahl|identitatsmissbrauch|roubo identidade|golpe"""),
    (WRONG_PERSON, """
        wrong person|wrong party|wrong customer|wrong debtor|wrong number|wrong email
        |wrong patient|not our customer|not our patient|not the debtor|not responsible party
        |not him|not her|mistaken identity|persona equivocada|no es la persona|numero equivocado
        |no es nuestro cliente|mauvaise personne|erreur de personne|faux numero|pas notre client
        |falsche person|falsche nummer|falscher kunde|nicht unser kunde|verwechslung
        |pessoa errada|numero errado|nao e nosso cliente|engano de pessoa"""),
    (VULNERABLE, """
        hospice|nursing home|memory care|dementia|alzheimer*|terminal*|in hospital|hospitalized
        |hospitalised|in icu|coma|incarcerated|in jail|in prison|guardianship|conservator*
        |active duty|deployed|military|scra|domestic violence|suicid*|incapacitated|hospitalizad*
        |en el hospital|en la carcel|incapacitad*|residencia ancianos|hospitalise*|en prison
        |maison de retraite|fin de vie|ehpad|im krankenhaus|im hospiz|hospiz|pflegeheim|demenz
        |inhaftiert|im gefangnis|hospitalizado|no hospital|na prisao|preso|casa de repouso"""),
    (AGENCY, """
        collection agency|collections agency|coll agency|at agency|agency placed
        |placed with agency|placed with|sent to coll*|turned over to coll*|turned over to agency
        |referred to coll*|referred to agency|forwarded to coll*|assigned to coll*|in collections
        |at collections|with collections|to coll|outside coll*|third party coll*
        |party collections|party agency|party agcy|debt sold|sold to|sold account|debt buyer
        |third party agency|outside agency|went to collections|moved to collections|agencia cobr*
        |enviad* a cobranza|cobranza externa|despacho de cobranza|empresa de cobro|deuda vendida
        |cedid*|societe de recouvrement|transmis au recouvrement|en recouvrement
        |cabinet de recouvrement|creance cedee|cede a|cedee|inkasso*|inkassoburo|abgetreten
        |forderung verkauft|agencia de cobranca|empresa de cobranca|enviad* para cobranca
        |cobranca terceirizada|assessoria de cobranca|divida vendida"""),
    (DISPUTED, """
        disput*|contests|contested|contesting|contest* bill|contest* charge|in query|queried
        |chargeback*|charge back|claims not ow*|en disputa|disputad*|impugnad*|en reclamacion
        |reclamad*|reclama que|no reconoce|en litigio|litige*|litigieu*|conteste*|contestation*
        |reclamation*|strittig*|bestritten|bestreitet|reklam*|klarungsfall|in klarung
        |widerspruch*|widersprochen|einspruch*|beanstand*|em disputa|contestad*|contestacao
        |contesta a|contesta o|em litigio|nao reconhece|reclamacao"""),
    (PLAN, """
        payment plan*|pmt plan|pay plan|payplan|payment arrangement*|pmt arr*|payment agreement
        |repayment plan|installment plan|instalment plan|installment agreement|on a plan
        |paying monthly|plan de pago*|convenio de pago*|acuerdo de pago*|pago en cuotas
        |fraccionamiento|echeancier*|plan de paiement|accord de paiement|delai accorde
        |paiement echelonne|ratenzahlung*|ratenplan|ratenvereinbarung|zahlungsvereinbarung
        |zahlungsplan|parcelad*|parcelamento|renegociad*|acordo de pagamento|acordo parcel*"""),
    (ON_HOLD, """
        on hold|billing hold|account hold|acct hold|hold account|hold acct|hold per|hold until
        |hold for|hold off|hold billing|hold statement*|hold all|credit hold|legal hold
        |put on hold|place on hold|collections hold|coll hold|do not bill|dont bill
        |do not statement|do not dun|no statements|do not chase|dont chase|no cobrar|no facturar
        |no reclamar|suspender cobro|retener|ne pas facturer|mettre en attente|en suspens
        |bloque par|mahnsperre|mahnstopp|gesperrt|zuruckgestellt|nicht berechnen|nao cobrar
        |suspender cobranca|gestundet|stundung|moratoire|forbearance|deferment|deferred"""),
    (INSURER, """
        insurance pending|ins pending|pending insurance|pending ins|billed insurance|billed ins
        |billed to ins*|waiting insurance|waiting on ins*|with insurance|claim submitted
        |claim pending|claim filed|claim sent|awaiting eob|awaiting insurance|ins billed
        |primary billed|secondary billed|pendiente seguro|pendiente aseguradora|attente mutuelle
        |attente assurance|bei versicherung|versicherung ausstehend|aguardando convenio
        |aguardando seguro"""),
)  # fmt: skip
"""Phrases that say it wherever they stand."""

BARE = (
    (DECEASED, "estate|dead|succession|sucesion|muert*|mort|morte|tot|deces|defuncion"),
    (BANKRUPTCY, "bk|bkr|bnk|chapter|liquidation|concurso|administration"),
    (ATTORNEY, """
        attorney*|atty|represented|lawyer*|counsel|abogado*|avocat*|anwalt*|rechtsanwalt*
        |advogado*"""),
    (LEGAL, """
        legal|court|suit|demand*|juicio|judicial*|tribunal*|jugement|gericht*|juridico|execucao
        |lien|repossess*"""),
    (DO_NOT_CONTACT, "revoked consent|unsubscribe*"),
    (VULNERABLE, "hospital|deceased spouse|guardian|ill|jail|prison"),
    (AGENCY, """
        agency|agcy|collection|collections|coll|colls|placed|recouvrement|factor*|en cobranza
        |cobranza|em cobranca|cobranca|protestad*|negativad*|vendid*|sold|assigned|cedid*"""),
    (DISPUTED, "contest*|complain*|query|unresolved|challenged|claim|litigio|reclam*|querella"),
    (PLAN, """
        arrangement|installment*|instalment*|plan|raten|cuotas|acordo|acuerdo|convenio
        |settlement agreement"""),
    (ON_HOLD, """
        hold|held|paused|suspend*|frozen|blocked|review|investigat*|escalated|retenid*|bloquead*
        |congelad*|pausad*|revision|en pause|bloque*|gele*|ausgesetzt|angehalten|pausiert|prufung
        |pruefung|suspens*|analise|retid*|en espera|em espera|pause|do not process"""),
)  # fmt: skip
"""Words that say it where they are all that a cell of a status or a flag says."""

NOTED = (
    (DISPUTED, """
        claims paid|says paid|says they paid|says he paid|says she paid|says already paid
        |already paid|claims already paid|claims it was paid|dice que pago|ya pago|dit avoir paye
        |deja paye|angeblich bezahlt|schon bezahlt|bereits bezahlt|diz que pagou|ja pagou"""),
)  # fmt: skip
"""Phrases that say it in notes, where a status of the same words is no more than a status."""

OVER = """
    dispute resolved|dispute withdrawn|dispute closed|dispute settled|dispute dropped
    |resolved dispute|disputa resuelta|litige resolu|litige clos|reklamation erledigt
    |disputa resolvida|hold removed|hold released|hold lifted|off hold|removed from hold
    |released from hold|sperre aufgehoben"""
"""Phrases that say that it is over."""
