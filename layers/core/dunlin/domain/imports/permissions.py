"""What a cell says of permission to write: given, denied, or nothing."""

from __future__ import annotations

from dunlin.domain.imports import statuses
from dunlin.domain.imports.amounts import is_blank
from dunlin.domain.imports.phrases import Lexicon

_GIVEN, _DENIED = "given", "denied"
_LEXICON = Lexicon(
    (
        (_GIVEN, """
            granted|grant|given|opted in|opt in|optin|subscribed|allow*|consented|consent|express*
            |written|verbal|implied|obtained|permitted|permission|accept*|agreed|contactable|ok
            |okay|active|valid|verified|erteilt|erlaubt|gestattet|zugestimmt|einwilligung
            |concedid*|otorgad*|aceptad*|permitid*|autorizad*|accorde*|autorise*|donne|aceit*
            |inscrit*|suscrit*|angemeldet"""),
        (_DENIED, """
            out|opted out|opt out|optout|optedout|unsubscrib*|stop|stopped|stop all|dnc
            |do not contact|do not email|do not text|do not call|do not send|do not mail|no contact
            |never|none|revoked|withdrawn|withdrew|declined|refused|denied|rejected|blocked
            |suppressed|complain*|spam|expired|not given|cease*|mail only|letter only|letters only
            |post only|postal only|phone only|calls only|objected|opposed|widerruf*|abgelehnt
            |verweigert|entzogen|gesperrt|abgemeldet|widersprochen|nur post|nur telefon|revocad*
            |rechazad*|denegad*|retirad*|baja|dado de baja|solo correo postal|solo telefono
            |ninguno|refus*|retire*|revoque*|desinscrit*|desabonne*|oppose*|courrier uniquement
            |telephone uniquement|aucun|negad*|recusad*|cancelad*|revogad*|descadastrad*
            |nenhum|so correio|so telefone"""),
    )
)  # fmt: skip


def permission(text: str) -> bool | None:
    """True where a text says that permission is given, False where it is not, None where the text
    says neither. A word that denies beats one that grants."""
    if is_blank(text):
        return None
    flag = statuses.yes_no(text)
    if flag is not None and len(text.split()) == 1:
        return flag
    grants = set()
    for phrase in _LEXICON.read(text).phrases:
        grants.add((phrase.meaning == _GIVEN) != phrase.denied)
    if False in grants:
        return False
    return True if grants else flag


def opts_out(text: str, *, day: bool | None) -> bool:
    """Whether a cell of an opt-out column closes: a yes, a day, or whatever else stands there but a
    no and a word of permission. `day` tells whether the cell is a day of our time, None for no
    date."""
    if is_blank(text) or not text.strip("0.,-/ :"):
        return False
    flag = statuses.yes_no(text)
    if flag is not None:
        return flag
    return day is not False and permission(text) is not True
