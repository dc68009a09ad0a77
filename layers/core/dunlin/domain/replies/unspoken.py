"""Texts that no person worded: reactions to a message of ours, automatic answers, empty pictures.

A phone turns a reaction into a text that quotes our message, with its "Reply STOP"; a car or a
mailbox answers by itself. What they quote or recite says nothing about what the person wants. What
stands beside it does, and is read as any other text.
"""

from __future__ import annotations

import re

REACTION, DISLIKE, AUTOMATIC, PICTURE = "reaction", "dislike", "automatic", "picture"
QUIET = frozenset((REACTION, AUTOMATIC, PICTURE))
"""Labels of replies that change nothing and are no response."""

# What an iPhone, an Android phone and a watch make of a reaction, English and Spanish; the quote
# may be cut short, and a picture has no words to quote.
_VERBS = (
    r"liked|loved|laughed at|emphasi[sz]ed|removed an? [\w ]{1,30} from"
    r"|le gust[oó]|me gust[oó]|le encant[oó]|me encant[oó]|le dio risa|se ri[oó] de"
    r"|destac[oó]|enfatiz[oó]|elimin[oó] [\w ]{1,40} de"
    r"|reacted (?:with )?\S{1,12} to|reaccion[oó] (?:con )?\S{1,12} a|\W{1,12} (?:to|a)"
)
_AGAINST = (
    r"disliked|questioned|no (?:le|me) gust[oó]|cuestion[oó]|reaccion[oó] (?:con )?👎 a|👎 (?:to|a)"
)
_QUOTE = r"[“\"«„'‘](?P<quote>.*)[”\"»“'’]"
_THING = r"(?:an? |una? )?(?:image|picture|photo|message|imagen|foto|mensaje)"
_REACTION = re.compile(
    rf"\s*(?:(?P<against>{_AGAINST})|{_VERBS})\s+(?:{_QUOTE}|{_THING})[.\s]*",
    re.IGNORECASE | re.DOTALL,
)

# Sentences that phones, cars and mailboxes answer by themselves.
_RECITED = re.compile(
    r"^\W*(?:\[?(?:auto(?:matic)?|automated)[- ]?(?:reply|response|answer)\]?"
    r"|\[?respuesta autom[aá]tica\]?)\W*"
    r"|i(?:'|’)?m driving with (?:do not disturb(?: while driving)?|the driving focus)[^.]*\."
    r"|i(?:'|’)?m (?:currently )?driving(?: right now| now| at the moment)?"
    r"|i(?:'|’)?ll (?:see|read) your messages? when i(?:'|’)?m not driving"
    r"|i(?:'|’)?ll see your message when i get (?:to )?where i(?:'|’)?m going"
    r"|\(?i(?:'|’)?m not receiving notifications\.[^)]*\)?"
    r"|sent from my (?:car|watch|iphone|ipad|android)"
    r"|i(?:'|’)?(?:m| am) (?:currently )?(?:out of (?:the )?office|in a meeting|on vacation)"
    r"(?:,? (?:until|till|from|and will|with)[^.]*)?"
    r"|i(?:'|’)?ll (?:reply|respond|text(?: you)?|call(?: you)?)(?: back)?"
    r" (?:later|when i (?:arrive|stop|park))"
    r"|(?:sorry,? )?(?:i )?(?:can(?:'|’)?t|cannot) talk (?:right )?now"
    r"(?:\W+(?:what(?:'|’)?s up|(?:i(?:'|’)?ll )?call (?:you )?(?:back )?later))?"
    r"|estoy (?:conduciendo|manejando|en una reuni[oó]n|fuera de la oficina)"
    r"(?:(?! (?:no|ya|par|dej|alto|basta|stop|quit|borr|cancel|de baja))[^.])*",
    re.IGNORECASE,
)
_MARKED = re.compile(
    r"^\W*(?:auto(?:matic)?|automated)[- ]?(?:reply|response)\b|^\W*respuesta autom[aá]tica",
    re.IGNORECASE,
)
# Our own opt-out sentence, whole or cut off at the end of a quote.
_OURS = re.compile(
    r"(?:reply|text|send|responda|responde|env[ií]e) stop"
    r"(?: (?:to|para)(?: (?:opt out|end|unsubscribe|cancel|darse de baja|no recibir[\w ]*))?)?",
    re.IGNORECASE,
)
_FILLER = re.compile(r"[\W_]*(?:thanks?|thank you|gracias)?[\W_]*", re.IGNORECASE)


def unspoken(text: str) -> str:
    """`reaction`, `dislike` (a reaction that is no applause), `automatic` or `picture`; empty where
    a person worded something.

    A quote that holds more of a wish to stop than our own sentence is no quote of ours: the caller
    asks `worded` for what is left to be read.
    """
    if not text.strip():
        return PICTURE
    if reaction := _REACTION.fullmatch(text):
        return DISLIKE if reaction["against"] else REACTION
    rest, recited = _RECITED.subn(" ", text)
    if _MARKED.search(text) or (recited and _FILLER.fullmatch(rest)):
        return AUTOMATIC
    return ""


def worded(text: str) -> str:
    """What of an unspoken text may still be a person's words: the quote of a reaction without our
    opt-out sentence, an automatic answer without the sentences that machines recite."""
    reaction = _REACTION.fullmatch(text)
    if reaction:
        return _OURS.sub(" ", reaction["quote"] or "")
    return _RECITED.sub(" ", text)
