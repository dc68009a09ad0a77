"""Words of headings that speak of permission to write, in five languages.

A word that ends in `*` stands for all that begin so.
"""

DENIES = """
    stop* optout* optedout* unsubscrib* cease desist block* suppress* revok* withdr* refus* declin*
    exclu* prohibit* forbid* remov* dnc dnd restrict* denied denies ban banned object* robinson
    baja bloque* opuest* oposic* rechaz* revoc* retir* prohib* desuscri* desinscri* desabonn*
    oppos* interdi* retrait sperr* gesperrt *sperre kontaktverbot untersag* widerruf* widerspr*
    abgemeldet abmeldung ausgeschlossen descadastr* cancel* recus* proib* negad* bloquead*
"""
"""They take permission away where the cell says yes."""

NEGATES = """
    not no dont never without cannot sin nunca ne pas sans jamais nicht kein* ohne niemals nao sem
"""
"""They turn round what stands beside them."""

GRANTS = """
    ok okay may can allow* permit* permission* consent* accept* agree* optin* optedin* subscribed
    subscriber* contactable authori* receiv* want* wish* willing prefers
    acept* autoriz* permis* permit* consentim* suscri* puede* quiere* dese* desea
    autoris* consentement inscrit* abonne* peut souhait* veut
    erlaub* gestatt* einwillig* erwunscht zustimm* zugestimmt darf mochte moechte
    aceit* pode* quer consentiment*
"""
"""They give permission where the cell says yes."""

ABOUT = """
    contact* communicat* comms comm correspondence kontakt* kommunikation comunica* contact* contat*
    avisos correspondencia mensaje* mensagens messages nachrichten
"""
"""Writing to somebody, in whatever way."""

BY_EMAIL = "email* mail mails emailing emailed correo* courriel* mel emails mailen"
BY_TEXT = "sms text texts texting texted mms messagerie textnachricht*"
BY_CALL = """
    call* phone* telephon* telefon* voice llama* ligar ligac* anruf* anrufen appel*
"""
"""Ways of writing; of calls a file says nothing that matters here, but that they are not wanted."""

ENOUGH = """
    optout* optedout* optin* optedin* unsubscrib* dnc contactable desinscri* desabonn* descadastr*
    robinson kontaktverbot kontaktsperre desuscri* nocontact
"""
"""Words that speak of permission by themselves."""

STOPS_WHAT = "request* list all received recd sent letter notice order asked flag code"
"""Beside `stop` they make it a request to be left alone."""

UNSURE = """
    contact contactar kontakt contacto contato consent* consentim* einwillig* permission* permiso
    opt baja gdpr rgpd dsgvo lgpd tcpa preference* communication* comunicacion* communications
"""
"""Words that hint at permission and do not say which way a cell runs."""

PLAIN = """
    customer client debtor tenant patient resident member borrower account acct guarantor cliente
    kunde kunden flag code status indicator ind yn y n is has on the a to of be for by from this we
    us date given pref state dado dada value field cd
    de del la el le les du des der die das zur zum von d l en um
"""
"""Words that say nothing beside those."""

ADVERTISES = """
    marketing newsletter* promo* advert* publicid* publicit* werb* *werbung offers news solicit*
    ofertas noticias commercial* comercial* surveys survey
"""
"""Letters of another kind than ours."""

OURS = "billing bill* invoice* statement* account* rechnung* factura* facture* fatura*"

OTHERWISE = """
    form forms slip paperless hipaa treatment photo photos emergency release insurance financial
    credit check ach autopay waiver medical work employer workplace voicemail vm spouse husband wife
    leave time hours person name id bounced valid verified verification attempt* made count last
    next template vaccin* procedure surgery pets access entry enter subscription plan address
    addresses number numbers cc bcc sequence rate esign signature signed records data sharing
    share arbeitgeber notfall emergencia urgence
"""
"""Words with which a heading speaks of another consent, or of a contact that was had."""

HALTS = """
    stop* skip* exclu* suppress* suspend* suspen* pause* paused block* bloque* bloquead* sperr*
    gesperrt ausgeschlossen hold halt* frozen no dont not never
"""
ASKS_FOR_MONEY = """
    statement* stmt* reminder* dunning dun letters notices collections mahn* *mahnung relance*
    cobranza* cobro* recordatorio* cobranca* lembrete* rappel*
"""
"""With a word that halts: what we would send is not to be sent."""

BESIDE = """
    still noch already ya deja ja bereits ainda aun todavia encore now yet fully full in completely
    voll vollstandig ganz totalmente completamente entierement is was has been esta ist est
    balance invoice bill account acct debt amount factura facture rechnung fatura conta cuenta
    compte konto flag yn y n indicator
"""
"""Words that say nothing beside `paid`, `open` or `void`."""

REASONS = "reason reasons note notes by remark comment grund motivo motif"
"""Beside a word that takes permission away: whatever the cell says, it is taken away."""

SORTS = """
    status standing situacion situacao situation estado estatus statut zustand stand type class
    category categories segment group result outcome disposition activity tag tags label
    code custom field remark comment flag kind tier list grupo categoria tipo clase segmento
    resultado actividad codigo campo clasificacion gruppe kundengruppe kategorie typ art klasse
    ergebnis merkmal feld groupe categorie classe segment resultat activite champ atividade
    classificacao clasificacion kennzeichen
"""
"""Words of headings under which customers, and what came of a contact, are sorted."""

TRADES = """
    matter practice area service services item product job project work invoice case department
    insurance claim policy loan property unit account acct document transaction charge fee expense
    rechnung factura facture fatura produkt producto produit produto
"""
"""With them a heading sorts something else than people."""
