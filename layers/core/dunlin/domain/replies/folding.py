"""Folding: a reply as it is read, whatever it was written with and on.

`own_words` leaves out what is not the person's: our message quoted, what they forward, how mail
programs and phones sign. `fold` undoes spelling in disguise: case, accents, look-alike letters,
digits for letters, spaced letters, invisible and right-to-left marks.
"""

from __future__ import annotations

import re
import unicodedata

from dunlin.domain.replies.phrases import PER_SE, PER_SE_PARTS, TYPO_WORDS

MOST = 20_000
"""Characters of a reply that are looked at."""
_FOLDED = 2_000
_LOOKALIKES = str.maketrans(
    "\u0430\u0432\u0435\u0456\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0455\u0458\u0501\u03bf\u03b1\u03b5\u03c1\u03c4\u03ba\u03b9\u03bd\u03c5"
    "\u1d00\u0299\u1d04\u1d05\u1d07\ua730\u0262\u029c\u026a\u1d0a\u1d0b\u029f\u1d0d\u0274\u1d0f\u1d18\u0280\ua731\u1d1b\u1d1c\u1d20\u1d21\u028f\u1d22",
    "abeikmhopctyxsjdoaeptkivuabcdefghijklmnoprstuvwyz",
)
# Letters in circles and squares that have no plain form of their own.
_ENCLOSED = {start + n: chr(ord("a") + n) for start in (0x1F150, 0x1F170) for n in range(26)}
_STOP_SIGNS = re.compile("[\U0001f6d1\u26d4\U0001f6ab\U0001f645\u270b\U0001f590]")
_LEET = str.maketrans("013457$@!|", "oieastsail")
_MIXED = re.compile(r"[a-z0-9$@!|]+")
_INSIDE = re.compile(r"(?<=[a-z])[013457$@!|]+(?=[a-z])")
_SPACED = re.compile(r"(?<![a-z0-9$@])(?:[a-z0-9$@][\s.\-_*,/]{1,3}){2,}[a-z0-9$@](?![a-z0-9$@])")
_WRONG_SIGN = re.compile(r"wrong\s*#")
_LONG_RUN = re.compile(r"([a-z])\1{2,}")
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\u00b4]")
# From here on a reply by mail is somebody else's: what it answers or forwards, or a signature.
_QUOTED = re.compile(
    r"\n[^\S\n]*(?:-{2,} ?(?:Original Message|Forwarded message|Mensaje (?:original|reenviado))"
    r"|Begin forwarded message|_{10,}|(?:From|De): |On [^\n]{5,120}\s?wrote:"
    r"|El [^\n]{5,120}\s?escribi|-- ?\n|This (?:e-?mail|message)[^\n]{0,80}confidential"
    r"|(?:CONFIDENTIALITY|AVISO DE CONFIDENCIALIDAD))",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?:\bsent (?:from|via|using) (?:my )?[\w ]{2,30}|\bget outlook for \w+"
    r"|\benviado desde (?:mi )?[\w ]{2,30})\.?\s*$",
    re.IGNORECASE,
)
# Our own sentence of how to stop, told from a person's words by what it says STOP is for.
_OURS = re.compile(
    r"[\"\u201c\u201d\u00ab\u00bb']?\b(?:reply|text|txt|send|responda|responde|env[i\u00ed]e) "
    r"[\"'\u201c]?(?:stop|alto)[\"'\u201d]? (?:to|2|para) "
    r"(?:opt[ -]?out|end|unsubscribe|cancel|quit|stop|darse de baja|no recibir)[\w ]{0,20}",
    re.IGNORECASE,
)


def own_words(text: str) -> str:
    """A reply without the message it quotes or forwards, and without what signs it; our own
    opt-out line is not the consumer's word. Where nothing else is left, the whole text."""
    lines = _QUOTED.split(text[:MOST], maxsplit=1)[0].split("\n")
    own = "\n".join(line for line in lines if not line.lstrip().startswith(">"))
    own = _OURS.sub(" . ", _SIGNED.sub("", own))
    return own if any(c.isalnum() for c in own) or _STOP_SIGNS.search(own) else text


def fold(text: str) -> str:
    """Lower case, no accents, no invisible or look-alike letters, no spelling in disguise."""
    text = _STOP_SIGNS.sub(" . stop . ", text[:_FOLDED])
    text = unicodedata.normalize("NFKD", text.translate(_ENCLOSED)).casefold()
    text = "".join(c for c in text if unicodedata.category(c) not in ("Mn", "Cf", "Cs", "So", "Sk"))
    text = _APOSTROPHES.sub("", text.translate(_LOOKALIKES))
    text = _WRONG_SIGN.sub("wrong number", text)
    text = _MIXED.sub(_unleet, text)
    text = _SPACED.sub(_unspaced, text)
    return _LONG_RUN.sub(r"\1", text)


def pictures(text: str) -> str:
    """The names of the emoji in a text: what they say, in words."""
    signs = (c for c in text[:_FOLDED] if unicodedata.category(c) == "So")
    return " ".join(unicodedata.name(c, "").casefold() for c in signs)


def _unleet(match: re.Match[str]) -> str:
    word = match[0].strip("!|")
    if word.isalpha() or not any(c.isalpha() for c in word):
        return match[0]
    plain = word.translate(_LEET)
    if plain in PER_SE_PARTS or plain in TYPO_WORDS:
        return match[0].replace(word, plain)
    if len(word) < 4:
        return match[0]
    return match[0].replace(word, _INSIDE.sub(lambda sign: sign[0].translate(_LEET), word))


def _unspaced(match: re.Match[str]) -> str:
    joined = re.sub(r"[^a-z0-9$@]", "", match[0])
    plain = joined.translate(_LEET)
    return plain if plain in PER_SE or joined.isalpha() else match[0]
