# ruff: noqa: E501 - a phrase list reads better one alternative group a line
"""The fixed phrase lists of replies, English and Spanish. Patterns run over folded words.

Folded means lower case, no accents, no apostrophes (`dont`), single spaces, sentences apart by ` . `.
"""

from __future__ import annotations

import re
from collections.abc import Callable

# A whole message, or a whole sentence of it.
PER_SE = frozenset({
    "stop", "stopall", "stop all", "quit", "end", "revoke", "opt out", "optout", "cancel",
    "unsubscribe", "cancel all", "end all", "quit all", "unsubscribe all", "stop it", "stop this",
    "stop that", "stop everything", "stop them", "revoke consent", "stop forever", "remove",
    "alto", "pare", "paren", "parar", "basta", "detener", "detengan", "baja", "cancelar", "no mas", "nomas",
    "no mas mensajes", "parar todo", "alto ya", "stop msg", "stop msgs", "stop text", "stop texts", "stop sms",
    "no more", "unsub", "un subscribe", "quit it", "i want out", "want out", "para",
    "halt", "desist", "discontinue", "terminate", "end it", "end this", "end this chat", "end messages",
    "cut it out", "knock it off", "stop stop", "dnc", "do not contact", "stop contact",
    # Words that carriers take in other languages, and their kin.
    "arret", "arreter", "td", "cese", "cesen", "cesar", "suspender", "suspendan", "anular", "salir",
    "desuscribir", "desuscribirme", "desinscribir", "dar de baja", "desabonner", "desabonnement", "sair",
    "remover", "descadastrar", "sispann", "arrete", "quitar", "alto a los mensajes", "no molestar",
    "dejar de recibir", "ya parenle", "parenle", "ya paren", "ya basta",
    "edn", "endd", "stahp", "stawp", "estop", "cancela", "cancele", "cancelen", "detente", "detenga", "detengase",
})  # fmt: skip
PER_SE_RUN = re.compile(rf"(?:(?:{'|'.join(sorted(PER_SE, key=len, reverse=True))})(?: |$))+")
# Parts of a per se phrase, as a disguised spelling may split them.
PER_SE_PARTS = frozenset(part for phrase in PER_SE for part in phrase.split())
# Words that a sentence may carry beside a per se phrase without meaning anything else.
POLITE = frozenset({
    "please", "pls", "plz", "now", "thanks", "thank", "you", "ok", "okay", "just", "immediately",
    "already", "asap", "today", "hey", "hi", "hello", "sir", "maam", "i", "said", "right", "thx", "ty",
    "bro", "man", "dude", "or", "as", "requested", "no", "fuck", "fucking", "off", "damn", "bye",
    "goodbye", "well", "so", "really", "omg", "friend", "guys",
    "ya", "por", "favor", "gracias", "porfavor", "yes", "seriously", "again", "dunlin", "2", "and", "y",
})  # fmt: skip
TYPO_WORDS = (
    "stop",
    "stopall",
    "quit",
    "revoke",
    "optout",
    "cancel",
    "unsubscribe",
    "parar",
    "basta",
    "detener",
    "cancelar",
    "desist",
    "discontinue",
    "terminate",
    "remove",
)
# Whole messages in letters that folding leaves no plain form.
FOREIGN = re.compile(
    r"\W*(?:стоп|отпис\w+|отказ|停止|停|退订|退訂|取消|取消订阅|拒收|停止短信|إيقاف|توقف|الغاء|إلغاء|중지|수신거부|중단|dừng|ngừng|ngưng|dung lai)\W*",
    re.IGNORECASE,
)
# Real words within one slip of a per se word.
BENIGN_WORDS = frozenset({
    "shop", "step", "quiet", "quite", "quilt",
    "quip", "quid", "quiz", "cancer", "cancers", "pasta", "hasta", "basa", "gasta", "pasar", "parir", "parra",
    "evoke", "tener", "contener", "canceled", "basica", "soup", "suit", "crop", "stoptions",
})  # fmt: skip
START_WORDS = frozenset({
    "start", "unstop", "optin", "opt in", "opt back in", "subscribe", "resubscribe", "resume",
    "iniciar", "comenzar", "reanudar", "start texting me", "start texts", "start messages",
})  # fmt: skip
HELP_WORDS = frozenset({"help", "info", "ayuda", "help me", "more info", "informacion"})


# A wish that messages go on: cut out before what ends them is looked for. "Why don't you stop" and
# "if you don't stop" wish the contrary.
KEEPS = re.compile(
    r"(?<!why )(?<!if )(?<!you )(?<!u )(?<!they )(?<!yall )"
    r"\b(?:(?:please |pls |plz |no )?(?:do not|dont|dnt|never) (?:ever )?(?:you )?"
    r"(?:want (?:you |u |yall )?to |wanna |wish to |mean to )?|no need to |"
    r"(?:i|we) (?:did not|didnt|never|do not|dont|havent|wasnt|was not) (?:actually |ever |even )?"
    r"(?:want(?:ed)? (?:you |this |it |these |them )?(?:to )?|mean(?:t)? to |try(?:ing)? to |"
    r"(?:ask|asked|asking|tell|told|say|said|saying|text|texted|typed?|hit|press|pressed|send|sent|reply|replied|wrote|write) "
    r"(?:you |anyone |for |them )?(?:to |for )?)?)"
    r"(?:stop|quit|unsubscribe|opt(?:ed)? out|opt me out|end|cancel(?:l?ed)?|remove|take me off|delete me)\b"
    r"(?! (?:calling|texting me if|contacting me by))"
    r"|\b(?:pressed|hit|sent|said|texted|typed|replied|wrote) (?:the )?(?:word )?(?:stop|unsubscribe|end|cancel) "
    r"(?:by (?:accident|mistake)|on accident|accidentally|by error|in error)\b"
    r"|\b(?:accidentally|mistakenly) (?:pressed|hit|sent|said|texted|typed|replied|unsubscribed|opted out)(?: stop)?\b"
    r"|\bno (?:me )?(?:paren|pare|dejen de?|deje de?|detengan|cancelen|quiten|borren|den de baja)\b(?! (?:llamar|molestar))"
    r"|\bno (?:deseo|quiero|kiero|pedi|pienso) (?:darme de baja|(?:que|q) (?:me )?(?:den de baja|paren|pare|quiten|saquen|borren))\b"
    r"|\bno me (?:di|dieron|quite|quiten|saque|saquen|borre|borren) (?:de?|d) (?:la lista|su lista|los avisos|baja)\b"
    r"|\b(?:yo )?no (?:pedi|dije|mande|puse|quise decir|escribi) (?:la |que )?(?:stop|baja|alto|parar\w*|cancelar\w*)\b"
    r"|\b(?:puse|mande|escribi) (?:stop|alto|baja) por (?:error|accidente|equivocacion)\b"
)


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in patterns))


# Never an opt-out: cut out of the text before it is searched for words inside sentences.
NEVER = _any(
    r"\b(?:stop|stops|stopped|stopping) (?:by|in|over)\b",
    r"\b(?:cant|cannot|can not|couldnt|could not) stop\b(?! the (?:texts|messages|calls))",
    r"\bnon ?stop\b",
    r"\bend of (?:the |this |next |my |each |every )?(?:present |coming |same )?(?:month|week|year|term|quarter|summer|semester)s?\b",
    r"\b(?:months?|quarters?|years?) end\b|\b(?:tack|add|added|put|move|moved|goes) (?:\w+ ){0,5}(?:on|to|onto|at) the end\b",
    r"\bweek ?ends?\b",
    r"\b(?:bus|train|tram|trolley|subway|metro) stops?\b",
    r"\b(?:which|what|next|nearest|closest) stop (?:is|are|do|does|should|would|will|can|gets)\b(?! (?:i|you|u) (?:text|send|reply|say)\b)|\b(?:nearest|closest) stop\b|\b(?:bus|train)(?:es|s)? (?:does not|doesnt|do not|dont|did not|didnt|never) stop\b",
    r"\bend(?:s|ed|ing)? up\b",
    # What else a person ends: the water, a class, a shift; and questions about a visit or after the word.
    r"\b(?:can|could|may|if) i (?:cancel|end) (?:my|the|our) (?:\w+ )?(?:appts?|appointments?|visit|cleaning|pickup|order)\b",
    r"\b(?:end|stop|pause|terminate)(?:ing|ed|ping|ped|s)? (?:my|the|our|this|that|his|her|your|ur) (?:\w+ )?(?:visit|cleaning|promo|water|gas|leak|reservation|order|pickup|delivery|class|job|shift|newspaper|pills?|medication)\b(?! (?:texts?|messages?|reminders?|alerts?|e?mails?))",
    r"\b(?:on|at) (?:my|our|your|ur|yalls?) end\b|\bend of (?:story|shift|class|day|business|my route)\b|\bno end\b",
    r"\bstop(?:ped)? (?:worrying|smoking|drinking|working)\b|\bquit(?:ting)? (?:early|smoking|drinking)\b",
    r"\b(?:does|will|what does|whats|what happens if i) (?:the )?(?:reply|replying|texting|sending|responding|text) stop (?:do|mean|cancel|end|only|just)\b",
    r"\b(?:puedo cancelar|si cancelo) (?:mi|la) (?:cita|vuelta|orden)\b|\b(?:parar|paro|paren|detener|cerrar) (?:la|el|los|mis) (?:agua|gas|luz|medicina)\b",
    # Fees that stop, payments that do not, a place that takes no cards any more.
    r"\b(?:stop|quit|end)(?:s|ped|ping|ting)? (?:adding )?(?:the |those |any |these |more )?(?:late )?(?:fees?|penalt(?:y|ies)|late charges?)\b",
    r"\b(?:can|could|will|would|if) (?:you|u|yall) (?:stop|quit|end) (?:adding |charging )?(?:the |any )?interest\b",
    r"\blate (?:fees?|charges?) (?:stop|end)s?\b|\b(?:no|not|wont|will not|never|dont) stop(?:ping)? (?:until|till|til)\b",
    r"\b(?:did|have|do|does|why did) (?:you|u|they|yall) (?:guys )?(?:stop|quit|stopped) (?:taking|accepting)\b|\bso i (?:stop|quit) (?:forgetting|being late)\b",
    r"\bno(?:t|pe)? all of (?:it|this|that)\b",
    r"\bno more (?:excuses|delays?|stalling|waiting|procrastinating|late (?:ones|payments|fees))\b|\bno sean? mal[oa]s?\b|\b(?:dias?|semanas?|semanitas?) mas\b",
    r"\ben (?:lugar|vez) de (?:cancelar|parar)\b|\b(?:alto|stop|baja) (?:cancela|hace|significa|solo)\b",
)

# Laughed off, to somebody who was kind.
TEASED = re.compile(
    r"\b(?:stop|quit)(?: it)?[\s,!.]+(?:(?:you[' ]?re|you are|ur) (?:too|so|making me) "
    r"(?:sweet|kind|nice|funny|good|blush|laugh)|making me (?:blush|laugh))\b"
)

# Ends what is sent, whichever word it is said with.
_ENDING = (
    r"(?:stop|quit|cease|end|halt|discontinue|desist from|terminate|cancel|suspend|kill|drop|refrain from|"
    r"(?:turn|shut|switch) off|cut (?:it )?out(?: with)?|knock (?:it )?off(?: with)?|lay off(?: with)?|"
    r"enough (?:with|of)|(?:im |i am )?(?:sick|tired|sick and tired|done|over it|fed up) (?:of|with)|no more)"
)
_ENDED = (
    r"(?:notices|notifications?|alerts?|reminders?|writing|spam|spamming|blasts?|pings?|pinging|bugging|pestering|"
    r"hounding|nagging|chat|thread)"
)
_BETWEEN = (
    r"(?:(?:all|the|these|those|this|your|ur|my|any|any more|sending|send|me|us|getting|receiving|automated|"
    r"of|with|it|please|pls|you|to|from|annoying|further|anymore|stupid|daily|constant|damn|fucking|out|"
    r"hitting me up with|hearing from|more|so many) ){0,6}"
)
_MEDIA = r"(?:texts?|texting|textin|txts?|txting|txtn|messages?|messaging|msgs?|msging|sms|mensajes|textos|calls?|calling|phoning|e ?mails?|e ?mailing|letters?|mailing)"
_FILL = r"(?:(?:all|the|these|those|this|your|my|any|sending|send|me|us|getting|receiving|automated|auto|more|of|hearing|so many|hitting|with|it|please|ever|you|to|from|spam|annoying|further|anymore|fucking|damn|stupid|daily|constant|here|so|much|unwanted|reminder|receive|get|hear|phone|robo|making|placing) ){0,7}"
CHAIN = re.compile(
    rf"(?<!dont )(?<!not )(?<!never )(?<!didnt )(?<!wont )(?<!when did you )"
    rf"\b(?:{_ENDING}|enough|(?:^|(?<=\. ))no) {_FILL}{_MEDIA}\b(?:(?: me| us)?(?: and| or| nor| y| o)? {_FILL}{_MEDIA}\b){{0,3}}"
    rf"|\b(?:do not|dont|never|please dont|no longer|not to|shouldnt|should not|may not|better not) {_FILL}(?:want {_FILL}|wish to (?:receive|get) {_FILL}|need {_FILL}|consent to {_FILL}|agree to {_FILL})?{_MEDIA}\b(?:(?: me| us)?(?: and| or| nor)? {_FILL}{_MEDIA}\b){{0,3}}"
)
TARGETS: dict[str, frozenset[str]] = {
    "text_opt_out": frozenset(
        [
            "text",
            "texts",
            "texting",
            "textin",
            "txt",
            "txts",
            "txting",
            "txtn",
            "mensajes",
            "textos",
            "message",
            "messages",
            "messaging",
            "msg",
            "msgs",
            "msging",
            "sms",
        ]
    ),
    "call_opt_out": frozenset(["call", "calls", "calling", "phone", "phoning"]),
    "email_opt_out": frozenset(["email", "emails", "emailing", "mail", "mails", "mailing"]),
    "mail_opt_out": frozenset(["letter", "letters", "mailing"]),
}

OPT_OUT = _any(
    r"\bwhy (?:dont|wont|cant) (?:you|u|yall) (?:just |please )?stop\b(?= \.|$| (?:it|this|texting|messaging|writing)\b)",
    rf"(?<!cant )(?<!cannot )\b{_ENDING} {_BETWEEN}{_ENDED}\b(?! (?:plan|payment|balance|history|arrangement))",
    r"\b(?:how (?:do|can) (?:i|you)|what do i (?:have to )?do to|help me) (?:get off|get out of|unsubscribe|opt out|stop (?:getting|receiving))\b",
    r"\b(?:get|let|leave|want|keep) (?:me )?(?:off|out)(?: of)? (?:this|the|your|ur|that) (?:list|text list|loop|thread|chat|mailing list|system|database)\b",
    r"\bput me on (?:your|the|a) do not (?:contact|call|text)\b|\b(?:make|have) (?:it|this|these|them|the texts|the messages) stop\b",
    r"\b(?:blocking|reporting|reported|marking|marked|flagged|flagging) (?:you |u |this |it |these )?(?:number |texts? |messages? )?(?:as )?(?:spam|junk)\b|\b(?:im|i am|ima|imma|gonna|will be|i will|ill) (?:be )?block(?:ing)? (?:you|u|this|yall)\b",
    r"\b(?:dont|do not|never) (?:ever )?(?:hmu|hit me up|hit my line|write (?:me|here|again|back)|text back|send (?:me )?(?:another|anything|any more|one more))\b",
    r"\b(?:dont|do not|never|no longer) (?:want|wanna|need|wish|care) (?:to )?(?:hear|hearing) from (?:you|u|yall|ya|this company)\b|\btext (?:someone|somebody) else\b",
    r"\b(?:let|please let) this be the last (?:text|message|e ?mail|one)\b|\bbetter be the last (?:text|message|one)\b",
    r"\bno (?:vuelva|vuelvan|vuelvas) a (?:escribir|mandar|contactar|textear|enviar)\w*\b|\b(?:revoco|retiro) (?:mi|el|todo) (?:consentimiento|permiso|autorizacion)\b|\b(?:cesen|cese|suspendan|suspenda|cancelen|cancele) (?:todo |todos |el |los |sus |estos |mis )*(?:contacto|mensajes|textos|avisos|recordatorios|envios)\b",
    r"\b(?:paren|pare|parar|parenle|parale|bajenle|dejen|cesen|cese|terminen|acaben|corten|suspendan|cancelen|anulen|detengan|desactiven|apaguen|quiten)(?: ya)?(?: de| con| a)? (?:todos |todo |los |sus |estos |esos |mis |el |tantos |mandar |enviar |tanto )*(?:mensajes?|textos?|avisos?|recordatorios?|notificaciones|envios?|sms|msjs?|contacto)\b",
    r"\b(?:no|ya no|nunca) (?:quiero|deseo|queremos|autorizo|acepto) (?:recibir |que me (?:manden|envien|escriban|contacten|lleguen) |ver |leer |saber )?(?:mas |nada |ningun |ni un |nada mas |mas nada )*(?:de ustedes|mensajes?|textos?|avisos?|recordatorios?|correos?|notificaciones|suyos?|sus (?:mensajes|textos))\b",
    r"\b(?:ni un|ningun|cero) (?:mensajes?|textos?|correos?)(?: mas)?\b(?=.*\bmas\b| \.|$)|\bno (?:me |nos )?(?:escriban|manden|mande|envien|contacten|busquen|molesten|textee|texteen|escriba|mandes) (?:mas|nada|otra vez|nunca)\b|\bno me moleste[n]?\b",
    r"\b(?:solicito|pido|quiero|exijo) (?:la |mi |que )?(?:baja|me (?:den de baja|eliminen|quiten|borren|saquen)|(?:cesen|paren|dejen de \w+))\b|\b(?:dejen|deje) (?:mi (?:numero|telefono|celular|correo)|de mandar\w*|de marcar\w*) ?(?:en paz)?\b|\bya (?:me canse|estoy hart[oa]|estuvo) (?:de|con) (?:sus |los |tantos |ustedes)",
    r"\b(?:dejenme|dejeme|dejame|dejennos) (?:en paz|tranquil[oa]|quiet[oa]|ya)\b|\b(?:olvidense|olvidese) de mi\b|\bbloquead[oa]s?\b|\b(?:me opongo|me niego) a (?:recibir|que me)\b|\brechazo (?:recibir |los |sus )*(?:mensajes|textos|comunicaciones)\b|\bdetenganse\b|\bdetengase\b",
    r"\b(?:olviden|olvide|pierdan|borren|borre|saquen) (?:de )?(?:mi|este) numero\b|\bfuera de mi (?:telefono|celular)\b|\bno (?:autorizo|di permiso|doy permiso)\b|\bcomo (?:me (?:doy de baja|salgo|quito|borro)|(?:hago para |puedo )?(?:dejar de recibir|parar|cancelar) (?:esto|estos|los mensajes|sus))\b",
    r"\b(?:los|te|lo) (?:voy a )?bloque(?:o|ar|ado)\b|\b(?:dejen|deje|deja) de (?:mandar|enviar|textear|escribir|molestar)\w*\b|\bya no (?:me )?(?:texteen|textees|escribas|mandes|molesten|busquen)\b|\bno manden (?:mas|nada)\b",
    r"\b(?:remove|delete|erase|drop(?! me an? (?:line|note|e ?mail|texts?|message|call)\b)) (?:me\b|my (?:number|phone|cell|name|info|information|contact)|this number)",
    r"\b(?:take|get|leave|keep|strike|scrub) (?:me|my (?:number|name|phone)|this number) (?:off|out)\b",
    r"(?<!dont )(?<!not )\b(?:stop|quit|cease|do not|dont|never) (?:ever )?contact(?:ing)? (?:me|us|this number|this phone)\b",
    r"\blose (?:my|this) number\b|\bforget (?:my|this) number\b|\bblock (?:me|my number)\b",
    r"(?<!dont )(?<!not )\bunsubscrib(?:e|ing) (?:me|us|my|this|from)\b|\bunsubscribing\b|\b(?:want|wish|like|need|trying) to (?:unsubscribe|opt out)\b",
    r"\bopt(?:ing)? (?:me |us |my number )?out\b(?! fee)(?<!how do i opt out)(?<!can i opt out)",
    r"\b(?:i|we|hereby) (?:hereby )?(?:revoke|withdraw|rescind|cancel)\b(?:(?: my| our| all| any| prior| the)* (?:consent|permission|authorization))",
    r"\b(?:withdraw|withdrawing|revoke|revoking|rescind) (?:my |our |all |any |prior )*(?:consent|permission)\b",
    r"\bi (?:do not|dont|no longer) (?:consent|agree) (?:to|for) (?:be |being )?(?:texted|texts|messages|contacted)\b",
    r"\b(?:you )?(?:do not|dont) have (?:my )?(?:permission|consent) to (?:text|message|contact)\b",
    r"(?<!dont )(?<!not )\bstop (?:sending|messageing|spamming|bugging|pestering|annoying)\b",
    r"\b(?:i want|i need|i would like|id like|make|want) (?:you |this |it |these |them )?(?:to )?stop(?:ped)?\b(?= \.|$)",
    r"\b(?:please|kindly) (?:stop|cancel|end|unsubscribe)\b(?= \.|$| (?:now|immediately|this|it|these)\b)",
    r"\b(?:told|asked|asking|telling|begging|want|need) (?:you|u|them) (?:people |all )?to stop\b(?= \.|$)",
    r"\b(?:you|u|yall) (?:need to|must|have to|should|better|gotta) stop\b(?= \.|$)",
    r"(?:^|\. )(?:please |pls )?(?:will|would|could|can) (?:you|u) (?:please |pls |just )?(?:stop|quit)\b(?= \.|$)",
    r"\b(?:my )?consent (?:is |was |has been |hereby |is hereby )*(?:revoked|withdrawn|rescinded)\b|\b(?:do not|dont) use (?:this|my) (?:number|phone)\b|\bstop (?:using this|using my|blowing up my) (?:number|phone|cell)\b",
    r"\b(?:do not|dont|not|never) (?:want |wish |like |agree |consent )?(?:to )?be (?:texted|messaged)\b|\b(?:text|message) me no more\b|\b(?:detener|detengan|paren|parar|no envien|no mandar) (?:los |estos |mas )?(?:mensajes|textos)\b",
    r"\bno (?:quiero|deseo) (?:mas |recibir |que me )*(?:mensajes|textos|manden|envien|escriban)\b",
    r"\bno (?:me )?(?:envie|envien|envies|mande|manden|mandes|escriba|escriban|escribas|textee|texteen|mensajee) ?(?:mas|mensajes|textos)?\b",
    r"\b(?:deje|dejen|deja|pare|paren|para) de (?:enviar|enviarme|mandar|mandarme|escribir|escribirme|textear|textearme|mensajear)\b",
    r"\bbasta de (?:mensajes|textos|enviar|mandar|molestar)\b|\bno mas (?:mensajes|textos|msj|sms)\b|\bya no (?:me )?(?:manden|envien|escriban|mande|envie)\b",
    r"\b(?:quiteme|quitenme|saqueme|saquenme|borreme|borrenme|eliminenme|elimineme|remuevame)\b|\b(?:borre|borren|elimine|eliminen|quite|quiten) mi numero\b",
    r"\b(?:darme|deme|denme|dar|date) de baja\b|\bcancelar (?:la |mi )?suscripcion\b|\bcancelar (?:los )?mensajes\b",
)
# A per se word inside a sentence that may mean something else: a person reads it.
PER_SE_WORD = re.compile(
    r"\b(?:stop|stopall|quit|end|revoke|optout|opt out|cancel|unsubscribe|alto|pare|parar|basta|detener|baja|cancelar)\b"
)

Finder = Callable[[str], bool]


def _found(pattern: re.Pattern[str], unless: re.Pattern[str] | None = None) -> Finder:
    if unless is None:
        return lambda text: pattern.search(text) is not None
    return lambda text: pattern.search(unless.sub(" ", text)) is not None


_LAWYER = r"(?:lawyers?|attorneys?|legal counsel|legal aid|law firm|counsel|legal representation|legal team|credit repair(?: company| agency| firm)?|debt settlement company)"
_RELATIVE = r"(?:he|she|they|husband|wife|father|mother|dad|mom|son|daughter|brother|sister|spouse|partner|uncle|aunt|grandmother|grandfather|grandma|grandpa|roommate|owner|patient|tenant)"

SIGNALS: tuple[tuple[str, Finder], ...] = (
    (
        "attorney",
        _found(
            _any(
                rf"\bmy {_LAWYER}\b|\bour {_LAWYER}\b|\b(?:his|her|their) (?:lawyer|attorney)\b",
                rf"\b(?:i|we|ive|weve|i am|im|have|has|got|hired|retained|using|obtained) (?:already |now |have |got |been |also ){0, 2}(?:hired |retained |got |obtained |have |represented by |working with |using ){0, 2}(?:an?|the) (?:\w+ )?{_LAWYER}\b",
                rf"\b{_LAWYER} (?:represents|is representing|is handling|will handle|handles)\b",
                rf"\brepresented by\b|\b(?:have|retained|hired) (?:legal )?(?:counsel|representation|an? {_LAWYER})\b|\blawyered up\b",
                rf"\b(?:talk|speak|call|contact|write|direct|send|refer)\w*(?: \w+){{0,4}} (?:to|with)? ?(?:my|our|the) {_LAWYER}\b",
                r"\b(?:mi|mis|nuestro) abogad[oa]s?\b|\btengo (?:un |una )?abogad[oa]\b|\brepresentad[oa] por\b",
            ),
            _any(
                rf"\b(?:dont|do not|didnt|cant afford|cannot afford|no longer|not|without|never|wont|will not) (?:have |need |want |got |hire |get |hiring )?(?:an? |my |any )?(?:\w+ )?{_LAWYER}\b",
                rf"\b(?:should i|do i|might|may|will|gonna|going to|need to|have to|want to|thinking of|looking for|id) (?:need |get |hire |find |getting |hiring |have |talk to |call |contact |see ){0, 3}(?:an|a) {_LAWYER}\b",
                r"\bno tengo (?:un )?abogad[oa]\b",
            ),
        ),
    ),
    (
        "bankruptcy",
        _found(
            _any(
                r"\bbankrupt(?:cy|cies)?\b|\bchapters? (?:7|11|12|13|seven|eleven|thirteen)\b|\bch ?(?:7|13)\b",
                r"\bbancarrota\b|\bquiebra\b|\bcapitulo (?:7|13|siete|trece)\b|\bautomatic stay\b",
            ),
            _any(
                r"\b(?:not|never|avoid|avoiding|without|dont want to (?:file|go|declare)|do not want to (?:file|go)|instead of|havent filed|didnt file|wont file|not filing|no) (?:for |filed |filing |any |a |declare |declaring |file |in ){0,4}(?:bankrupt(?:cy)?|chapter (?:7|13))\b",
            ),
        ),
    ),
    (
        "deceased",
        _found(
            _any(
                r"\bpassed (?:away|on)\b|\bdeceased\b|\bno longer (?:with us|alive|living)\b",
                rf"\b(?:{_RELATIVE}|has|had|have|who|mr \w+|mrs \w+|ms \w+) (?:\w+ )?(?:just |recently )?died\b|\bdied (?:last|in|on|this|yesterday|of|from|two|a|\d)",
                rf"\b(?:{_RELATIVE}|hes|shes|theyre|is|are|person|consumer) (?:is |now )?dead\b(?! ?line| end| serious| broke| tired| wrong| phone| battery)",
                r"\b(?:death certificate|his death|her death|estate of|the estate|rest in peace|funeral)\b",
                r"\bfallecio\b|\bfallecid[oa]\b|\bmurio\b|\b(?:ha|esta) muert[oa]\b|\bdifunt[oa]\b",
            ),
            re.compile(
                r"\b(?:phone|battery|car|truck|laptop|computer|cell|dog|cat|pet|wifi|internet|engine|real estate)(?: \w+){0,2} (?:died|dead|passed away)\b|\breal estate\b"
                r"|\b(?:line|link|number|site|website|page)(?: \w+){0,3} (?:is|was|went|seems) dead\b|\bmurio (?:el|la|mi) (?:cel|celular|telefono|bateria|carro|compu|internet|perro|gato)\b"
                r"|\b(?:cel|celular|telefono|bateria|carro|link|numero|linea|pagina) (?:ya )?(?:esta muert[oa]|murio)\b"
                r"|\b(?:at|to|attending) an? (?:family )?funeral\b|\bfuneral (?:costs?|expenses?)\b"
            ),
        ),
    ),
    (
        "wrong_person",
        _found(
            _any(
                r"\bwrong (?:number|person|party|guy|man|woman|lady|phone|email|e mail|address|one|recipient|contact)\b|\bmistaken identity\b",
                r"\b(?:this|that) (?:is not|isnt|is no longer|aint|isn t|wasnt|is nt) (?:him|her|them|(?:his|her|their|the|that|[a-z]+s) (?:number|phone|cell|email|e mail|person|line)|mr|mrs|ms)\b",
                r"\b(?:this|it) (?:is not|isnt) (?!my\b|mine\b|right\b|true\b|fair\b|correct\b|ok\b|okay\b|a\b|an\b|the\b|what\b|how\b|working\b|possible\b|funny\b|good\b|legal\b|accurate\b|me\b|owed\b|due\b|over\b|valid\b|about\b|helpful\b|going\b|it\b|enough\b|easy\b|cool\b|in\b|on\b|for\b|paid\b|that\b|so\b|your\b|happening\b|acceptable\b|necessary\b|real\b|spam\b|clear\b|yet\b|even\b|ours\b|as\b|from\b|available\b|urgent\b)[a-z]+(?: [a-z]+)?(?= \.|$)",
                r"\b(?:im|i am) not (?:the person|who you|the one you|that person|the right person|the guy|the owner of)\b|\bnot the (?:right )?person\b|\bnot who you\b",
                r"\bno ?(?:one|body)(?: \w+){0,3} (?:by|with) (?:that|this|the) name\b|\bno such person\b|\bno (?!complaints?\b|problems?\b|issues?\b|worries\b|questions?\b|objections?\b|hurry\b|rush\b|argument\b)[a-z]+ (?:here|at this number)\b(?<!calls at this number)",
                r"\b(?:doesnt|does not|no longer) (?:live|work|reside)s? here\b|\b(?:do not|dont|never) know (?:him|her|them|this person|that person|anyone|anybody|any [a-z]+|who (?:that|this|he|she) is|who [a-z]+ is|a [a-z]+)\b",
                r"\b(?:dont|do not) know (?:anyone|anybody)\b|\byou(?:ve| have)? (?:got |have )?the wrong\b|\bnever heard of (?:him|her|them|this person)\b|\bnew owner of this (?:number|phone)\b|\bgot this number (?:recently|last|a)\b|\bjust got this number\b",
                r"\b(?:doesnt|does not|no longer) (?:has|have|use|own)s? (?:this|that) (?:number|phone|email|cell)\b|\bbelongs to (?:someone|somebody|another|a different)\b|\bnew phone who\b|\bwrong numb\b",
                r"\bnumero (?:equivocado|incorrecto|errado)\b|\bpersona equivocada\b|\b(?:se|esta|estan) equivoc\w+\b|\bno soy (?:esa|la|el)\b|\bno (?:lo|la) conozco\b|\bno conozco a\b|\baqui no vive\b|\bno vive aqui\b",
            )
        ),
    ),
    (
        "already_paid",
        _found(
            _any(
                r"\b(?:i|ive|we|weve) (?:have )?(?:already )?paid (?:this|it|that|you|them|the|in full|off|already|everything|my bill|last|on)\b|\balready paid\b|\bpaid (?:this|it|that|you)\b|\bpaid (?:this|it|that)? ?(?:already|in full|off)\b|\b(?:was|been|is) (?:already )?paid\b",
                r"\bya (?:lo |la |les |le )?pague\b|\bpagad[oa] ya\b|\bya (?:esta|fue|quedo) pagad[oa]\b",
            ),
            _any(
                r"\balready paid (?:half|some|part|a part|\$? ?\d+)\b|\b(?:will be|to be|get|gets|got|once im|when im|until im|getting|havent been|not been) paid\b|\bis paid (?:on|every|bi)\b|\bwas paid (?:late|on)\b",
            ),
        ),
    ),
    (
        "refusal",
        _found(
            _any(
                r"\b(?:i|we) (?:refuse|decline) to pay\b|\brefuse to pay\b|\bwill not (?:be )?pay(?:ing)?\b|\bwont (?:be )?pay(?:ing)?\b|\b(?:im|i am|we are|were) not (?:going to |gonna )?pay(?:ing)?\b|\bnot (?:going to|gonna) pay\b|\bnever (?:going to )?pay(?:ing)?\b(?! late)|\bnot paying\b",
                r"\bno (?:voy a|pienso|quiero) pagar\b|\bme niego a pagar\b",
            ),
            _any(
                r"\b(?:wont|will not|not|never|refuse to) (?:be |going to |gonna )?(?:able to )?pay(?:ing)? (?:until|till|today|tonight|tomorrow|this week|now|yet|before|late|on time|by)\b|\b(?:wont|will not|not) be able to pay\b",
            ),
        ),
    ),
    (
        "dispute",
        _found(
            _any(
                r"\b(?:do not|dont|didnt|did not|never|dont even|dont think i|cant) (?:actually |really |even )?owe[ds]?\b|\bowe (?:you )?(?:nothing|zero|nada)\b|\bnot (?:my|our) (?:debt|bill|account|charge|balance|invoice|loan|responsibility|purchase)\b",
                r"\b(?:isnt|is not|aint|wasnt|was not|not) (?:mine|ours)\b|\bisnt my (?:debt|bill|account|charge|balance|loan)\b|\bnot what i owe\b",
                r"\bdisput(?:e|es|ed|ing)\b|\bcontest(?:ing)? (?:this|the)\b|\bchallenge (?:this|the) (?:debt|bill|charge)\b",
                r"\bidentity (?:theft|was stolen|got stolen)\b|\bstole my identity\b|\bfraud(?:ulent)?\b|\bnever (?:had|opened|signed|bought|ordered|received|got|used|rented|agreed|authorized|applied|went|lived)\b|\bdidnt (?:open|sign|buy|order|receive|authorize|agree|make) (?:this|that|the|any)\b",
                r"\b(?:wrong|incorrect|inaccurate) (?:amount|balance|total|charge|bill)\b|\b(?:amount|balance|bill|charge|total|debt)s? (?:is|are|was|looks|seems) (?:wrong|incorrect|not right|not correct|inaccurate|too high|false)\b",
                r"\b(?:this|that|thats|it|its|debt|bill|charge)(?: is| was)? (?:incorrect|inaccurate|wrong|invalid|bogus|an error|a mistake|not (?:right|correct|accurate|valid))\b|\b(?:was|am|were) never (?:a|your|their) (?:customer|tenant|patient|member|client)\b|\binsurance (?:should|was supposed|already paid|paid|covers|covered)\b",
                r"\bprove (?:it|that|i owe|this)\b|\b(?:send|show|provide|need|want|give)(?: me| us)?(?: some| the| a)? (?:proof|verification|validation|evidence)\b|\b(?:validate|verify)(?: this| the| my| that)? (?:debt|amount|balance|bill|account)\b|\boriginal creditor\b",
                r"\bno (?:les |le )?debo\b|\bno es mi (?:deuda|cuenta)\b|\bno es mi[oa]\b|\bdisputo\b|\bno reconozco\b|\bfraude\b|\bnunca (?:compre|firme|recibi)\b",
            ),
            _any(
                r"\b(?:not|dont|do not|no longer|arent|wont|never) (?:\w+ )?(?:disput|contest)(?:e|ing|ed)?\b|\b(?:is|am|was) (?:it|i) wrong (?:to|if|or)\b|\bdont (?:dispute|deny)\b|\bno dispute\b|\b(?:dont|do not|didnt) know (?:how much|what|if|that) (?:i )?owed?\b",
            ),
        ),
    ),
    (
        "cease",
        _found(
            _any(
                r"\bleave (?:me|us|my family) (?:the \w+ )?alone\b|\b(?:do not|dont|never|stop|quit|cease|no) (?:ever |all |any |further |trying to |attempting to ){0,3}(?:contact|contacting|contacts|communicating|communicate|communication|communications|harassing|harass|bothering|bother)\b",
                r"\bcease (?:and desist|all|any|further|contact|communication)\b|\bno (?:more|further) (?:contact|communication)s?\b|\bgo away\b",
                r"\bdejeme en paz\b|\bdejenme en paz\b|\bno me (?:contacte|contacten|contactes|moleste|molesten|molestes|busque|busquen)\b|\b(?:deje|dejen) de (?:molestar\w*|contactar\w*)\b",
            ),
            _any(
                r"\b(?:dont|do not|never) (?:bother|harass) (?:to|with)\b|\bno (?:bother|contact info|contact number)\b|\bno problem\b",
            ),
        ),
    ),
    (
        "call_opt_out",
        _found(
            _any(
                r"\bno (?:me )?(?:llame|llamen|llames)\b|\b(?:deje|dejen|deja|pare|paren) de (?:llamar\w*)\b|\bno mas llamadas\b",
            )
        ),
    ),
    (
        "email_opt_out",
        _found(
            _any(
                r"\b(?:deje|dejen) de (?:enviar\w*|mandar\w*) (?:correos|emails)\b|\bno mas correos\b|\bunsubscribe (?:me )?from (?:your |these |all |the )*e ?mails?\b",
            )
        ),
    ),
)

ONLY: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (
        name,
        _any(
            rf"\b(?:only|just) (?:{words})(?: me| us)?\b(?! (?:me )?(?:when|if|to|about|once))",
            rf"\b(?:{words})(?: me| us)? only\b",
            rf"\bonly (?:contact|reach|write|write to|message|communicate with|talk to)(?: me| us)? (?:by|via|through|with|using|on|in) (?:{words})\b",
            rf"\b(?:contact|reach|write to)(?: me| us)? only (?:by|via|through|with|in) (?:{words})\b|\b(?:contact|reach)(?: me| us)? (?:by|via|through) (?:{words}) only\b",
        ),
    )
    for name, words in (
        ("only_email", "e ?mails?"),
        ("only_sms", "texts?|sms|text messages?"),
        ("only_letter", "mail|letters?|post|postal mail|regular mail|us mail|in writing|writing"),
        ("only_call", "calls?|phone"),
    )
)
