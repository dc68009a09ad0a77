# ruff: noqa: E501 - a phrase list reads better one alternative group a line
"""Requests for messages: what asks to be written to or called, and so asks for no end.

"Text me the invoice" and "stop texting me" share most of their words, and a model that counts words
hears the one in the other. A sentence is a request only where every word of it is of those listed
here, so that one with a `not`, a `never` or a threat in it is none. Pure.
"""

from __future__ import annotations

import re

from dunlin.domain.replies.folding import fold, own_words, pictures

_SENTENCE = re.compile(r"[.!?;:,\n\r\u2026\u2013\u2014()\"¿¡]+|\s-+\s|\s-+$|^-+\s")
_ADDRESS = re.compile(r"\S+@\S+\.\w+")
_CLOCK = re.compile(r"(?<=\d):(?=\d\d)|(?<=\b[ap])\.(?=m\b)|(?<=\b[ap]m)\.", re.IGNORECASE)
_WORD = re.compile(r"[a-z0-9$]+")
_OTHER_LETTER = re.compile(r"[^\W_a-z0-9]")


def _of(words: str) -> str:
    # Each word once: two ways to take one make a long text slow to refuse.
    return rf"(?:{'|'.join(dict.fromkeys(words.split()))})"


_MEDIA = (
    r"(?:text messages?|text reminders?|email reminders?|e ?mails?|texts?|txts?|sms|messages?|msgs?"
    r"|mails?|reminders?|updates?|alerts?|notices?|notifications?)"
)
_PAPERS = _of(
    "invoice invoices bill bills balance link amount receipt receipts statement statements total "
    "details info information address number code form copy account"
)
_OPENING = _of(
    "yes yeah yep yup ok okay hi hello hey sure please pls plz thanks actually sorry oh so and but "
    "also then si claro hola gracias bueno por favor porfavor porfa y pero oiga disculpe"
)
# What may stand behind the verb of a request; no word that denies, ends or threatens.
_REST = _of(
    "me us it that them this these those the my our a an another your copy of over again back here "
    "now today tonight tomorrow later soon first please pls plz thanks thank you ty via by in "
    "through with at on to for from after before around between when once if about what how much "
    "i owe need pay invoice invoices bill bills balance link amount receipt receipts statement "
    "statements total details info information number address account due date payment portal plan "
    "form forms reminder reminders update updates alert alerts notice notices text texts txt txts "
    "message messages msg msgs email emails e mail mails sms phone cell mobile home office work "
    "school noon lunch dinner morning afternoon evening weekends monday tuesday wednesday thursday "
    "friday saturday sunday week am pm is can are it s new same usual as forward going posts clears "
    "ready coming anytime whenever time asap and so where code confirmation [$]?[0-9]+"
)
_ASKING = (
    r"(?:(?:can|could|would|will|may) (?:you|u|someone|somebody)(?: please| pls| kindly| just)?"
    r"|(?:you|u) (?:can|may|could)|feel free to|(?:its |it is )?(?:ok|okay|fine) to|kindly"
    r"|(?:i|we) (?:want|need) (?:you|u) to|(?:id|i would|we would) like (?:you|u) to)"
)
_FINE = _of("fine ok okay k good great best better perfect easier alright cool well")
_SPOKEN = r"(?:phone calls?|calls?|calling|letters?|voice ?mails?|paper|paper mail)"

_ENGLISH = (
    rf"(?:{_ASKING} )?(?:keep|keep on|continue|go on|carry on|go ahead and|continue to|start|resume) (?:texting|text|txting|txt|messaging|message|emailing|email|e mailing|sending|send|reminding|updating|writing|getting|receiving)(?: {_REST})*",
    rf"(?:keep|continue|continue with|carry on with|go on with)(?: the| your| my| these| those)? {_MEDIA}(?: coming)?(?: {_REST})*",
    rf"(?:{_ASKING} )?(?:text|txt|message|msg|email|e mail|send|resend|re send|re email|forward|mail|call|ring|phone|reach)(?: {_REST})+",
    rf"(?:{_ASKING} )?(?:give|shoot|drop|send) (?:me|us) an? (?:call|ring|line|note|{_MEDIA})(?: {_REST})*",
    rf"(?:{_ASKING} )?(?:reach out|get in touch|contact (?:me|us)|get back to (?:me|us)|answer|reply) (?:by|via|through|with an?) {_MEDIA}(?: {_REST})*",
    rf"(?:{_ASKING} )?(?:add me to|put me on|sign me up for|enroll me in|keep me on|leave me on)(?: the| your)?(?: {_MEDIA})?(?: list| alerts| updates)?(?: {_REST})*",
    r"(?:(?:i|we) (?:want|wish|need)|id like|i would like|let me)(?: to)? (?:stay|remain|be kept) (?:on (?:the|your) list|subscribed|signed up|enrolled)",
    rf"(?:{_ASKING} )?(?:turn|switch) on(?: my| the| your)? {_MEDIA}(?: alerts| updates)?(?: {_REST})*",
    rf"(?:{_ASKING} )?use this (?:number|email|phone|address|one)(?: {_REST})*",
    rf"{_MEDIA} over(?: a)? {_SPOKEN}(?: any ?day| every time| always)?",
    r"(?:do you have|what is|whats|is there) (?:an|a|your) (?:email|address|number|email address) (?:i|we) can (?:write to|text|use|call|email)",
    rf"(?:by |via |through |a |an )?(?:{_MEDIA}|texting|messaging|emailing) (?:(?:is|are|would be|will be|s)(?: just| all| much)? {_FINE}|(?:would |will )?works?(?: {_FINE})?)(?: (?:for|with|by) (?:me|us))?(?: than {_SPOKEN})?(?: {_REST})*",
    rf"(?:i|we|id|wed|i would|we would) (?:much )?(?:prefer|(?:rather|sooner) (?:get|have|receive))(?: to get| to receive| getting| receiving)?(?: a| an| the| your)? {_MEDIA} (?:to|over|than|rather than|instead of|not|and not)(?: a| the| your)? {_SPOKEN}",
    rf"(?:i|we|id|i would|we would) (?:do |still |really )?(?:like|love|appreciate|want|need)(?: to (?:keep |continue )?(?:get|getting|receive|receiving))?(?: the| your| these| my)? {_MEDIA}(?: {_REST})*",
    rf"(?:(?:can|could|may|might) (?:i|we) (?:please )?(?:get|have|ask for|see)|(?:i|we) need)(?: a little| a bit| a bit of| some| a few)?(?: more)? (?:time|days|weeks|info|information|details)(?: {_REST})*",
    r"(?:which|what|(?:whats|what is|where is|wheres) the (?:nearest|closest))(?: bus| train| tram| trolley| subway| metro)? stop (?:is|are|do|does|should|would|will|can|gets|to|near)(?: (?!(?:stop|stops|end|send|sends|reply|word|the texts|texts?|texting|texted|messages?|emails?|messaging|emailing|unsubscribe|cancel)\b)\w+){1,12}",
)

_MEDIA_ES = r"(?:mensajes?|textos?|correos?|emails?|sms|avisos?|recordatorios?|notificaciones)"
_REST_ES = _of(
    "me nos la el los las mi mis su sus un una lo de del a al por para en con que cuando si y cuanto "
    "debo factura saldo enlace link liga recibo cuenta total estado copia monto cantidad pago fecha "
    "mensaje mensajes texto textos correo correos email sms aviso avisos recordatorio recordatorios "
    "numero telefono celular aqui este esta ese esa otra vez nuevo nueva favor porfavor porfa gracias "
    "ahora luego manana hoy tarde noche despues antes mediodia trabajo lunes martes miercoles jueves "
    "viernes sabado domingo semana desde adelante siempre como direccion informacion datos pase "
    "entre llegue portal codigo [$]?[0-9]+"
)
_SENDS_ES = (
    r"(?:(?:mand|envi|re ?envi|texte|escrib|pas|llam|marc|avis|recuerd)(?:ar|ir)(?:me|nos|lo|la|melo"
    r"|mela)?|volver a (?:mandar|enviar)(?:me|lo)?)"
)
_SEND_ES = (
    r"(?:(?:mand[ea]n?|envi[ea]n?|reenvi[ea]n?|texteen?|escrib[ae]n?|pas[ea]n?|llam[ea]n?|hablen?|marquen?"
    r"|avisen?|vuelvan? a (?:mandar|enviar))(?:me|nos|lo|la|melo|mela|selo)?)"
)
_SPOKEN_ES = r"(?:llamadas?|cartas?|que (?:me )?(?:llamen|marquen))"
_SPANISH = (
    rf"(?:sigan?|continuen?|siga|continue) (?:(?:mand|envi|escrib|texte|avis)(?:ando|iendo)(?:me|nos)?|con)(?: {_REST_ES})*",
    rf"(?:me |nos )?(?:puede|pueden|podria|podrian|puedes) (?:seguir )?{_SENDS_ES}(?: {_REST_ES})*",
    rf"(?:me |nos )?(?:lo |la )?{_SEND_ES}(?: {_REST_ES})*",
    rf"(?:por |el |un |los |sus )?{_MEDIA_ES} (?:me |nos )?(?:esta|estan|es|son|queda|quedan|funciona|funcionan|sirve|sirven|va)(?: muy)?(?: bien| perfecto| mejor| ok)(?: {_REST_ES})*",
    rf"(?:prefiero|preferimos|me gustan? mas|mejor)(?: recibir)?(?: los| sus| un)? {_MEDIA_ES} (?:que|a|en vez de|en lugar de|y no|mejor que)(?: las| sus| una)? {_SPOKEN_ES}",
    rf"(?:me|nos) (?:ayudan|sirven|gustan)(?: mucho)?(?: los| sus)? {_MEDIA_ES}(?: {_REST_ES})*",
    rf"(?:si )?(?:quiero|deseo|queremos|me gustaria) (?:seguir |continuar )?(?:recibiendo|recibir)(?: los| sus)? {_MEDIA_ES}(?: {_REST_ES})*",
    rf"(?:si )?(?:quiero|prefiero|deseo|me gusta|me gustaria|me ayuda) que (?:me|nos) (?:avis[ea]n?|escriban?|manden?|envien?|texteen?|contacten?|llamen?)(?: {_REST_ES})*",
    rf"(?:mejor )?por {_MEDIA_ES} (?:mejor )?que por (?:llamadas?|telefono|cartas?)",
    rf"(?:anot|apunt|inscrib|agreg)[ue]*[ae]n?me (?:para|a|en|con)(?: {_REST_ES}| lista)+",
    r"quiero (?:quedarme|seguir|estar) en (?:la|su) lista(?: de \w+)?",
    r"(?:me dan|me da|puedo tener|podria tener|me pueden dar|me puede dar)(?: un poco)?(?: mas)?(?: de)? (?:tiempo|dias)(?: por favor| para pagar)?",
    r"(?:cual|cuales|en cual|que|en que) parada(?: \w+){1,10}",
)

# What people say beside a request to give its reason.
_REASONS = (
    rf"(?:your|the|that|my|your last|the last) {_MEDIA} (?:landed|went|ended up|is|was|got|came|fell) (?:in|into|to)(?: my| the)? (?:spam|junk)(?: folder| mail)?",
    rf"(?:i|we) (?:accidentally |already )?(?:deleted|lost|erased|misplaced|missed|cant find|cannot find|can not find|didnt get|did not get|didnt receive|did not receive|never got|never received)(?: the| your| your last| the last| that| my)? (?:{_MEDIA}|{_PAPERS})(?: by mistake| by accident| accidentally)?",
    r"(?:i|ive|we|i have) (?:changed|got|have|switched)(?: a| my)?(?: new)? (?:number|phone|phone number|cell|email|address)s?",
    r"(?:su|el|ese|su ultimo) (?:correo|mensaje|email) (?:cayo|llego|se fue|esta|entro) (?:a|al|en)(?: el| la)? (?:spam|correo no deseado|no deseado|basura)",
    r"(?:borre|perdi|no encuentro|no me llego|se me borro|se me perdio) (?:el|la|su|mi|el ultimo|su ultimo) (?:correo|mensaje|texto|email|link|enlace|factura|recibo)(?: por error| sin querer)?",
    r"(?:cambie de|tengo un nuevo|tengo nuevo|este es mi nuevo) (?:numero|telefono|celular|correo)",
)

_BETWEEN = r"(?: and| so| but| y| pero)?"
_REASON = re.compile("|".join(_REASONS))
_REQUEST = re.compile(
    rf"(?:(?:{'|'.join(_REASONS)}){_BETWEEN} )?(?:(?:{_OPENING}|thank you) )*"
    rf"(?:{'|'.join((*_ENGLISH, *_SPANISH))})"
    r"(?: (?:please|pls|thanks|thank you|ty|por favor|gracias))*"
)
_MOST = 300  # characters of one sentence: a longer one says more than a request


def unasked(text: str) -> str:
    """The person's own words without the sentences that ask for messages, and without the reasons
    given for such a request; the same words where none asks."""
    own = _CLOCK.sub("", _ADDRESS.sub("address", own_words(text)))
    sentences = [part for part in _SENTENCE.split(own) if part.strip()]
    plain = [_plain(part) for part in sentences]
    asked = [bool(_REQUEST.fullmatch(words)) for words in plain]
    if not any(asked):
        return text
    return ". ".join(
        part.strip()
        for part, words, is_asked in zip(sentences, plain, asked, strict=True)
        if not (is_asked or _REASON.fullmatch(words))
    )


def _plain(sentence: str) -> str:
    """A sentence as the patterns read it; "" for one that holds more than they know: pictures,
    other letters, or more words than a request needs."""
    folded = fold(sentence[:_MOST])
    if len(sentence) > _MOST or pictures(sentence) or _OTHER_LETTER.search(folded):
        return ""
    return " ".join(_WORD.findall(folded))
