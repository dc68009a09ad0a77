"""Words that forbid to write to somebody before a person has looked, in five languages.

Each has a code of its own; the words themselves stay in the account's notes and out of the logs.
"""

from __future__ import annotations

DECEASED, BANKRUPTCY, ATTORNEY, LEGAL, AGENCY, DO_NOT_CONTACT = (
    "deceased", "bankruptcy", "attorney", "legal_action", "agency", "do_not_contact",
)  # fmt: skip
FRAUD, WRONG_PERSON, VULNERABLE, DISPUTED, PLAN, INSURER, ON_HOLD, MINOR = (
    "fraud", "wrong_person", "vulnerable", "disputed", "payment_plan", "insurer", "on_hold",
    "minor",
)  # fmt: skip
CODES = (
    DECEASED, BANKRUPTCY, ATTORNEY, LEGAL, DO_NOT_CONTACT, MINOR, FRAUD, WRONG_PERSON, VULNERABLE,
    AGENCY, DISPUTED, PLAN, ON_HOLD, INSURER,
)  # fmt: skip
"""The gravest first: of several words of one text the first of these counts."""

STAFF = tuple(code for code in CODES if code not in (DISPUTED, INSURER))
"""Those for which a person must look; a dispute and an insurer's silence have ways of their own."""
PERSONAL = frozenset(
    (DECEASED, BANKRUPTCY, ATTORNEY, DO_NOT_CONTACT, MINOR, WRONG_PERSON, VULNERABLE, FRAUD)
)
"""What is said of the person, and so holds every debt of theirs."""

SAID = (
    (DECEASED, """
        deceas*|decd|died|passed away|estate of|probate|has passed|death cert*|date of death
        |late husband|obituary|fallecid*|fallecio|difunt*|murio|sucesion de|herederos de|decede*
        |defunt*|succession de|acte de deces|verstorben*|verst|gestorben|nachlass*|todesfall
        |erbengemeinschaft|falecid*|faleceu|espolio*|obito|acta de defuncion|have passed
        |just passed|widow of|executor|executrix|estate attorney|mort le|est mort|est morte
        |ist gestorben|hinterbliebene*|viuva de|nachlassverwalt*|in probate
        |no longer with us|su viuda|la viuda|a viuva|veuve|veuf|ist tot|morreu|morreram"""),
    (BANKRUPTCY, """
        bankrup*|bk 7|bk 11|bk 13|bk7|bk13|bky|bkcy|bk filed|chapter 7|chapter 11|chapter 13|ch 7
        |ch 11|ch 13|automatic stay|bk case|insolven*|receivership|in liquidation
        |concurso acreedores|concurso mercantil|quiebra|faillite|liquidation judiciaire
        |redressement judiciaire|procedure de sauvegarde|surendettement|konkurs|privatinsolvenz
        |falencia|falid*|recuperacao judicial|filed bk|in bk|bk discharge*|bk attorney
        |filed chapter|chapter 12|13 trustee|ch 12|bankr|bnkrpt*|bkrpt*|chap 7|chap 13
        |concurso voluntario|concurso necesario|en concurso|procedure collective|faliu|faliram
        |entro en quiebra|pleite|zahlungsunfahig*|trustee appointed
        |bancarrota|administration order|bk notice*|bk paperwork|notice bk"""),
    (ATTORNEY, """
        attorney rep*|attorney letter*|attorney retain*|attorney involved|has attorney
        |has an attorney|hired attorney|hired lawyer|has lawyer|represented by|rep by atty
        |rep by attorney|atty rep*|atty letter|atty retained|atty ltr|atty has|with attorney
        |with lawyer|with atty|call attorney|contact attorney|thru attorney|through attorney
        |through lawyer|contact lawyer|call lawyer|cxo attorney|cxo atty|cxo law|letter of rep*
        |ltr of rep*|retained counsel|represented party|legal counsel for|her attorney
        |his attorney|their attorney|lawyer involved|his lawyer|her lawyer|power attorney
        |representado por abogado|con abogado|su abogado|tiene abogado|carta abogado
        |poder notarial|avocat mandate|son avocat|par avocat|chez avocat|represente par
        |a un avocat|lettre avocat|tutelle|curatelle|anwaltlich vertreten|anwaltsschreiben
        |durch anwalt|vertreten durch|beim anwalt|hat anwalt|hat einen anwalt
        |rechtsanwalt eingeschaltet|betreuer|vorsorgevollmacht|advogado constituido|com advogado
        |seu advogado|tem advogado|por advogado|representado por advogado|procuracao
        |legal counsel|by counsel|retained an attorney|tem uma advogada|advogad* constituid*
        |lor recd|lor received|lor on file|lor rec|poa for|has poa|poa on file|poa holder
        |legal representation|legal rep|legal representative|su licenciado|maitre|letrado
        |mandataire|procurador
        |representante legal|durch ra|ra kanzlei|vertreten durch ra"""),
    (LEGAL, """
        raumungsklage|zwangsraumung|desahucio|expulsion locative|acao de despejo|lawsuit
        |suit filed|filed suit|is suing|small claims|litigation|in litigation|judgment
        |judgement|lien filed|eviction*|evict|foreclos*|court date|summons|legal action
        |demanda presentada|demanda judicial|en juicio|via judicial|procedimiento judicial
        |embargo|contencioso|juzgado|contentieux|procedure judiciaire|huissier*|assignation
        |au tribunal|klage|mahnbescheid|mahnverfahren|gerichtliches mahnverfahren|vollstreckung*
        |rechtsstreit|gerichtsvollzieher*|pfandung*|beim gericht|acao judicial|processo judicial
        |ajuizad*|penhora|execucao judicial|em juizo|garnishment*|wage garnish*|garnished
        |suing us|sued|court order|restraining order|saisie sur salaire|saisie attribution
        |saisie arret|titre executoire|suit pending|in court|county court|court case
        |court hearing|to court|court judgment|court judgement|being sued|will sue
        |threatens to sue|threatening to sue|pleito*|injonction de payer|zwangsvollstreck*
        |na justica|en los tribunales|sent to legal|with legal|over to legal|referred to legal
        |in legal|legal dept|legal department|writ
        |para juridico|no juridico|setor juridico|departamento juridico|enviado juridico"""),
    (DO_NOT_CONTACT, """
        cease|cease desist|cnd|cease contact|do not contact|dont contact|do not call|dont call
        |do not mail|do not email|do not e mail|do not text|do not write|dont email|dnc
        |stop contact*|stop calling|stop emailing|no calls|no emails|no further contact|opted out
        |opt out|unsubscribed|no contactar|no llamar|no escribir|no enviar correo*|no molestar
        |dejar de contactar|ne pas contacter|ne pas appeler|ne plus contacter|ne plus appeler
        |pas de relance|nicht kontaktieren|nicht anrufen|nicht anschreiben|keine mahnung*
        |keine mails|kontaktverbot|kontaktsperre|werbewiderspruch|nao contatar|nao contactar
        |nao ligar|nao enviar|nao perturbar|no contact order|no contact per|no contact allowed
        |requests no contact|wants no contact|not to call|not to contact|not to email
        |refuses contact|wunscht keinen kontakt|keinen kontakt gewunscht|keine anrufe
        |no mas llamadas|no contactar mas|plus contacter|plus appeler|nicht mehr anrufen
        |nicht mehr kontaktieren|nicht mehr anschreiben|do not send anything|do not send mail
        |do not send letters|do not send email*|do not send bills|revoke* consent|withdr* consent
        |remove from call list|remove from list|remove from contact*|remove from calling
        |off your list|off our list|off call list|off list|no llame*|no quiere que
        |no quiere llamadas|no quiere contacto|ne souhaite plus|ne veut plus|ne souhaite pas
        |nicht kontaktiert|nicht angerufen|nicht angeschrieben|nao quer ser|nao quer contato
        |nao quer receber|leave alone|harass*
        |we not contact|asked not contact|not contact again|stop texting|stop messaging|stop emails
        |stop texts|please stop|no more emails|no more calls|no more texts|no more mail
        |no more letters|no more contact|unsubscribe me|never call|never to call|never contact
        |never to contact|remove from all|no volver a llamar|no volver a contactar|no lo llame*
        |no la llame*|no autoriza|ne plus etre contacte*|ne pas rappeler|ne plus rappeler
        |keine weiteren mails|keine weiteren anrufe|keine weiteren briefe|keine weiteren nachrichten
        |nao quer mais"""),
    (FRAUD, """
        fraud*|identity theft|id theft|identity stolen|stolen identity|identity fraud|fraude
        |estafa|robo identidad|suplantacion*|usurpation identite|escroquerie|betrug*
        |identitatsdiebstahl|identitatsmissbrauch|roubo identidade|golpista|police report
        |card stolen|stolen card|id stolen|stolen id|stolen check*|unauthorized|unauthorised
        |not his purchase|not her purchase|estafa*
        |used her identity|used his identity|used their identity|used my identity"""),
    (WRONG_PERSON, """
        wrong person|wrong party|wrong customer|wrong debtor|wrong number|wrong email
        |wrong patient|not our customer|not our patient|not the debtor|not responsible party
        |not him|not her|mistaken identity|persona equivocada|no es la persona|numero equivocado
        |no es nuestro cliente|mauvaise personne|erreur de personne|faux numero|pas notre client
        |falsche person|falsche nummer|falscher kunde|nicht unser kunde|verwechslung
        |pessoa errada|numero errado|nao e nosso cliente|engano de pessoa|not right person
        |not right party|someone else|somebody else|not customer|not patient|not account holder
        |not our client|never customer|never patient|autre personne|otra persona|jemand anders
        |outra pessoa"""),
    (VULNERABLE, """
        hospice|nursing home|memory care|dementia|alzheimer*|in hospital|hospitalized
        |hospitalised|in icu|incarcerated|in jail|in prison|guardianship|conservator*|active duty
        |scra|domestic violence|suicid*|incapacitated|hospitalizad*|en el hospital|en la carcel
        |incapacitad*|residencia ancianos|hospitalise*|en prison|maison de retraite|fin de vie
        |ehpad|im krankenhaus|im hospiz|hospiz|pflegeheim|demenz|inhaftiert|im gefangnis
        |hospitalizado|no hospital|na prisao|preso|casa de repouso|terminally ill
        |terminal illness|terminal cancer|in coma|deployed overseas|deployment orders
        |military deployment|military orders|military service|in rehab|assisted living
        |life support|is blind|stationed overseas|stationed abroad|care home
        |residencia de mayores|rest home|in custody|serving time|schwer krank|gravement malade
        |gravemente enferm*|gravemente doente
        |deployed to|unter betreuung"""),
    (AGENCY, """
        collection agency|collections agency|coll agency|at agency|agency placed
        |placed with agency|sent to coll*|turned over to coll*|turned over to agency
        |referred to coll*|referred to agency|forwarded to coll*|assigned to coll*|in collections
        |at collections|with collections|outside coll*|third party coll*|party collections
        |party agency|party agcy|debt sold|debt buyer|third party agency|outside agency
        |went to collections|moved to collections|agencia cobr*|enviad* a cobranza
        |cobranza externa|despacho de cobranza|empresa de cobro|deuda vendida|cedid*
        |societe de recouvrement|transmis au recouvrement|en recouvrement|cabinet de recouvrement
        |creance cedee|cedee|inkasso*|inkassoburo|abgetreten|forderung verkauft
        |agencia de cobranca|empresa de cobranca|enviad* para cobranca|cobranca terceirizada
        |assessoria de cobranca|divida vendida|account sold|debt was sold|sold to coll*|sold debt
        |placed with coll*|placed for coll*|creance cedee a|uebergeben an inkasso
        |vendue a un fonds|cobradora|recovery agency|agence de recouvrement|debt collector*
        |debt collection*
        |em cobranca externa|cobranca externa"""),
    (DISPUTED, """
        disput*|contests|contested|contesting|contest* bill|contest* charge|in query|queried
        |chargeback*|charge back|claims not ow*|en disputa|disputad*|impugnad*|en reclamacion
        |reclama que|no reconoce|en litigio|litige*|litigieu*|conteste*|contestation*
        |reclamation*|strittig*|bestritten|bestreitet|reklam*|klarungsfall|in klarung
        |widerspruch*|widersprochen|einspruch*|beanstand*|em disputa|contestacao|em litigio
        |nao reconhece|reclamacao|contesta a fatura|contesta a cobranca|contesta o valor
        |contesta a divida|cliente contestou|cliente reclama|never received|not received goods
        |did not receive|didnt receive|not receive|doesnt owe|does not owe|not owe|denies
        |refuses to pay|refuse to pay|refused to pay|refusing to pay|claims it|claims he
        |claims she|claims they|claims that|claims was|not as described|overcharged|over charged
        |billing error|incorrect bill*|wrong charge*|no esta de acuerdo|no de acuerdo
        |pas d accord|pas accord|nicht einverstanden|nao concorda|se niega a pagar
        |refuse de payer|weigert sich|zahlt nicht weil|recusa pagar
        |never ordered|isnt her bill|isnt his bill|isnt my bill|not her bill|not his bill
        |not my bill|not my debt|not her debt|not his debt|isnt mine|not mine|never finished
        |refuses payment|refuse payment|refused payment|double billed|billed twice|double charged
        |charged twice|no debe nada|no conforme|no esta conforme"""),
    (PLAN, """
        payment plan*|pmt plan|pay plan|payplan|payment arrangement*|pmt arr*|payment agreement
        |repayment plan|installment plan|instalment plan|installment agreement|on a plan
        |paying monthly|plan de pago*|convenio de pago*|acuerdo de pago*|pago en cuotas
        |fraccionamiento|echeancier*|plan de paiement|accord de paiement|delai accorde
        |paiement echelonne|ratenzahlung*|ratenplan|ratenvereinbarung|zahlungsvereinbarung
        |zahlungsplan|parcelad*|parcelamento|renegociad*|acordo de pagamento|acordo parcel*
        |parcelou|in raten|en plazos|en cuotas|per agreement|agreed to installments
        |agreed installments|paying installments|a plazos|pays monthly|weekly payments agreed
        |mo plan|monthly plan|promised installments|in installments|by installments|3 plazos
        |acordo pagar|agreed pay monthly"""),
    (ON_HOLD, """
        on hold|billing hold|account hold|acct hold|hold account|hold acct|hold per|hold until
        |hold for|hold off|hold billing|hold statement*|hold all|credit hold|legal hold
        |put on hold|place on hold|collections hold|coll hold|do not bill|dont bill
        |do not statement|do not dun|no statements|do not chase|dont chase|no cobrar|no facturar
        |no reclamar|suspender cobro|retener|ne pas facturer|mettre en attente|en suspens
        |bloque par|mahnsperre|mahnstopp|gesperrt|zuruckgestellt|nicht berechnen|nao cobrar
        |suspender cobranca|gestundet|stundung|moratoire|in forbearance|in deferment|hold til
        |hold till|hold pending|hold payment*|please hold|manager hold|pls hold|do not process
        |wait until|parar avisos|parar cobro*|detener cobro*|suspendre|suspender|aussetzen
        |nicht mahnen|no enviar aviso*|ne pas relancer|nao enviar aviso*
        |do not send statement*|do not send any statement*|pending review|en pausa|en pause"""),
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
    (DECEASED, """
        estate|dead|succession|sucesion|muert*|mort|morte|tot|deces|defuncion
        |rip|r i p"""),
    (BANKRUPTCY, "bk|bkr|bnk|chapter|liquidation|concurso|administration"),
    (ATTORNEY, """
        attorney*|atty|represented|lawyer*|counsel|abogado*|avocat*|anwalt*|rechtsanwalt*
        |advogado*"""),
    (LEGAL, """
        legal|court|suit|demand*|juicio|judicial*|tribunal*|jugement|gericht*|juridico|execucao
        |lien|repossess*"""),
    (DO_NOT_CONTACT, """
        revoked consent|unsubscribe*|no contact|no calls|stop"""),
    (VULNERABLE, """
        hospital|deceased spouse|guardian|ill|jail|prison|military|deployed"""),
    (AGENCY, """
        agency|agcy|collection|collections|coll|colls|placed|recouvrement|factor*|en cobranza
        |cobranza|em cobranca|cobranca|protestad*|negativad*|vendid*|sold|assigned|cedid*|sold to
        |placed with"""),
    (DISPUTED, """
        contest*|complain*|query|unresolved|challenged|claim|litigio|reclam*|querella|contestad*
        |reclamad*"""),
    (PLAN, """
        arrangement|installment*|instalment*|plan|raten|cuotas|acordo|acuerdo|convenio
        |settlement agreement"""),
    (ON_HOLD, """
        hold|held|paused|suspend*|frozen|blocked|review|investigat*|escalated|retenid*|bloquead*
        |congelad*|pausad*|revision|en pause|bloque*|gele*|ausgesetzt|angehalten|pausiert|prufung
        |pruefung|suspens*|analise|retid*|en espera|em espera|pause|do not process|deferred
        |deferment|forbearance"""),
)  # fmt: skip
"""Words that say it where they are all that a cell of a status or a flag says."""

NOTED = (
    (DECEASED, """
        estate|died|passed on|deces|muerte de|husband passed|wife passed|mom passed|mum passed
        |dad passed|mother passed|father passed|son passed|daughter passed|brother passed
        |sister passed|customer passed|client passed|patient passed|pt passed|tenant passed
        |spouse passed|debtor passed|owner passed|pt expired|patient expired|obit
        |funeral|he passed|she passed|erben|rest peace"""),
    (ATTORNEY, """
        attorney*|atty|lawyer*|counsel|abogad*|avocat*|anwalt*|anwalts*|rechtsanwalt*|advogad*
        |esq"""),
    (AGENCY, """
        collections|collection agenc*|coll agcy|agency|agcy"""),
    (DISPUTED, """
        claims paid|says paid|says they paid|says he paid|says she paid|says already paid
        |already paid|claims already paid|claims it was paid|dice que pago|ya pago|dit avoir paye
        |deja paye|angeblich bezahlt|schon bezahlt|bereits bezahlt|diz que pagou|ja pagou
        |reclamada|reclamado"""),
    (MINOR, """
        is minor|minor child|minor children|minor patient|patient minor|under 18|underage
        |menor de edad|mineur|enfant mineur|minderjahrig*|menor de idade|child patient"""),
)  # fmt: skip
"""Phrases that say it in notes; a status of the same words says something else or nothing."""

HEADED = (
    (DECEASED, "death|estate flag|tod|muerte|patient expired"),
    (ATTORNEY, "legal counsel|a l avocat|chez l avocat|vertreten"),
    (LEGAL, "sent to legal|in legal"),
    (VULNERABLE, "vulnerable"),
    (MINOR, "minor"),
    (DISPUTED, "reclamacion*|reclamad*|contestad*"),
    (ON_HOLD, "account frozen|frozen|account blocked|account suspended|do not dun"),
)
"""Words that say it in the heading of a column of yes and no."""

CHECKED = """
    fraud check*|fraud screen*|fraud score|fraud prevention|bankruptcy check*|bankruptcy search
    |deceased check|deceased search|legal notice sent|minor repair*|minor damage|death benefit*"""
"""Headings of what was looked for or sent."""

HARMLESS = """
    real estate|legal street|legal st|legal name|estate sale*
    |estate plan*|estate agent*|estate car|estate wagon|estate manager
    |estate lane|estate drive|estate dr|estate road|estate rd|estate ave|estate way|estate court
    |estate jewelry|housing estate|industrial estate|attorney fee*|attorney time|attorney hour*
    |attorney rate*|attorney review*|attorney conf*|attorney meeting|attorney consult*
    |attorney general|attorney work|attorney client|attorney invoice*|billing attorney
    |responsible attorney|originating attorney|assigned attorney|lead attorney|senior attorney
    |staff attorney|associate attorney|our attorney*|our lawyer*|our counsel|is attorney
    |is lawyer|an attorney himself|attorney referral|lawyer referral|travel agency
    |collections call*|collections dept|collections department|collections team|collections rep
    |collections letter*|collections email|collections follow*|collections notes
    |collections staff|collections calls|garbage collections|waste collections|art collections
    |fall collections|engine died|battery died|motor died|car died|truck died
    |compressor died|phone died|unit died|pump died|fridge died|laptop died|computer died
    |line died|call died|dispute resolution*|no contact made|no contact info*|no contact yet
    |no contact number|no contact details|on hold with|was on hold|hold harmless|hold music
    |sin embargo|payment plan offered|offered payment plan|payment plan declined
    |declined payment plan|payment plan brochure|fraud protection|fraud insurance
    |bank charge back office|estate homes|estates|notre avocat|unser anwalt|nuestro abogado
    |nosso advogado|insurance agency|agency fee*|previous agency|ad agency|marketing agency
    |staffing agency|temp agency|talent agency|government agency|state agency|agency contact
    |court reporter|estate winery|no suit|bath suit|law suite
    |funeral home*|funeral flowers|funeral service*|funeral expense*|he passed inspection
    |she passed inspection|he passed phone|she passed phone|mother passed phone|mom passed phone
    |wife passed phone|husband passed phone|please stop by|attorney himself|attorney herself
    |attorney by trade|attorney profession|lawyer by trade|abogado profesion|abogada profesion
    |avocat metier|anwalt beruf|anwalt von beruf|advogado profissao|advogada profissao|agency nurse*
    |agency staff|agency worker*|hold music|on hold music|fraud alert|no llamar antes
    |no llamar despues|nicht anrufen vor|ne pas appeler avant|nao ligar antes|do not call before
    |do not call after|calle juzgado|bankruptcy check*|bankruptcy search*|not call before
    |no calls before|no calls after"""
"""Phrases that hold such a word and say nothing of it."""

NAMED = (
    (DECEASED, """
        estate of|est of|the estate|succession de|succession m|succession mme|succession mr
        |feu m|feu monsieur|feue mme|feue madame|sucesion de|nachlass*|erben nach|erben des
        |erben der|erbengemeinschaft|espolio de|herederos de|heirs of|deceas*|decd|verstorben*
        |fallecid*|falecid*|decede*|defunt*|difunt*|late mr|late mrs|the late"""),
    (BANKRUPTCY, """
        bankrup*|chapter 7|chapter 11|chapter 13|ch 7|ch 11|ch 13|in insolvenz|insolvenzverwalt*
        |debtor in possession|en liquidation|concurso acreedores|falid*|massa falida"""),
    (ATTORNEY, """
        cxo attorney*|cxo atty|cxo law|cxo lawyer*|cxo esq|care of attorney*|attn attorney*
        |by attorney|rep by atty|represented by|poa for|power attorney|cxo abogado*|cxo avocat
        |cxo maitre|cxo rechtsanwalt*|cxo ra|cxo kanzlei|cxo advogado*"""),
    (DO_NOT_CONTACT, """
        do not contact|do not call|do not mail|do not email|do not use|do not bill|dnc
        |no contactar|ne pas contacter|nicht kontaktieren|nao contatar"""),
    (FRAUD, "identity theft|id theft"),
    (VULNERABLE, "guardian of|conservator*|guardian for|incarcerated"),
    (AGENCY, "in collections|at collections|sent to coll*"),
    (DISPUTED, "disputed|in dispute"),
    (ON_HOLD, """
        on hold|mahnsperre|test patient|test customer|test account|test client|testkunde
        |testpatient|cliente prueba|paciente prueba|client test|patient test"""),
    (WRONG_PERSON, "wrong person|wrong party|wrong number|wrong email|wrong address"),
    (MINOR, "a minor|minor child|menor de edad"),
)  # fmt: skip
"""Phrases that say it in a name or an address."""

MARKED = (
    (DECEASED, "estate|est|dead|succession|sucesion|dec|verst|espolio"),
    (BANKRUPTCY, "bk|bankruptcy|bk 7|bk 13|insolvenz"),
    (ATTORNEY, "attorney|atty|lawyer|poa|represented"),
    (LEGAL, "legal|lawsuit|eviction"),
    (DO_NOT_CONTACT, "no contact|cease"),
    (MINOR, "minor|menor|mineur|minderjahrig"),
    (FRAUD, "fraud|fraude|betrug"),
    (VULNERABLE, "hospice|guardian|military"),
    (AGENCY, "coll|collections|agency|inkasso"),
    (DISPUTED, "dispute|disputes"),
    (ON_HOLD, """
        hold|gesperrt|duplicate|dup|dupe|duplicado|doublon|doppelt|test|paid|paid in full|pd|pif
        |pagado|pagada|bezahlt|paye|pago|closed|closed acct|closed account|acct closed
        |account closed|cuenta cerrada|compte cloture|konto geschlossen|conta encerrada
        |inactive|old|written off|void|voided|do not use"""),
)  # fmt: skip
"""Words that say it in a name where they stand in brackets or after a mark."""

OVER = """
    dispute resolved|dispute withdrawn|dispute closed|dispute settled|dispute dropped
    |resolved dispute|disputa resuelta|litige resolu|litige clos|reklamation erledigt
    |disputa resolvida|hold removed|hold released|hold lifted|off hold|removed from hold
    |released from hold|sperre aufgehoben|widerspruch zuruckgezogen|widerspruch zuruckgenommen
    |einspruch zuruckgezogen|disputa cerrada|disputa retirada|litige leve|litige retire
    |disputa encerrada|disputa retirada
    |litige regle|litige reglee|mahnsperre aufgehoben|klage zuruckgezogen|mahnstopp aufgehoben"""
"""Phrases that say that it is over."""
