"""One spelling of a text, however it is disguised: invisible and look-alike letters, digits for
letters, spaced, split, masked, stretched and mistyped words. Pure; the lists and the words model
read what it gives."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Words that somebody may want to hide. A disguised word is read as one of them; no other is touched.
_HIDDEN = frozenset(
    """
    sue sued sues suing lawsuit lawsuits court courts courthouse judge judgment lawyer lawyers attorney
    attorneys legal legally litigation litigate summons subpoena lien levy garnish garnished garnishment
    garnishing wages paycheck salary seize seized seizure repossess repossession foreclose foreclosure evict
    evicted eviction locks homeless arrest arrested arrests jail jailed prison police sheriff marshal
    officer warrant warrants handcuffs criminal crime felony fraud prosecute prosecutor prosecution
    deport deported deportation immigration citizenship visa undocumented federal government treasury
    employer boss coworkers manager neighbor neighbors neighbours family facebook publish shame ashamed
    deadbeat deadbeats thief thieves liar loser scum stupid idiot disgrace pathetic irresponsible
    credit bureau bureaus score report reported collections collection collector agency consequences regret
    threat warning urgent immediately deadline surgery diagnosis treatment cancer biopsy therapy depression
    pregnancy patient unsubscribe violence hurt destroy ruin
    demandar demanda demandado demandamos juicio juez juzgado tribunal corte abogado abogados legales
    embargar embargo embargaremos sueldo salario quincena congelar desalojar desalojo desalojado
    cerradura cerraduras candado arrestar arrestado arresto carcel prision policia alguacil delito
    fraude fiscal deportar deportado deportacion inmigracion migra papeles gobierno impuestos
    jefe patron empleador vecinos vecino familia publicar verguenza moroso morosos ladron ladrones
    mentiroso estupido idiota buro historial puntaje cobranza cobranzas consecuencias amenaza urgente
    inmediato inmediatamente cirugia diagnostico tratamiento quimioterapia embarazo baja arrepentir
    """.split()
)
# What a mistyped one of them would be, were it not a word of its own.
_OTHERS = frozenset("office treat reporte historia deporte marsha patent manger repot relate".split())
_HOMOGLYPHS = str.maketrans(
    {
        **dict(zip("аеорсухіѕјԁӏкмтвнгԛԝ", "aeopcyxisjdlkmtbhrqw", strict=True)),
        **dict(zip("αεορτυικνηγϲ", "aeoptuiknnyc", strict=True)),
    }
)
_LEET = str.maketrans("013457@$!|€+", "oieastasilet")
_LETTERISH = r"[^\W_]"
_SPACED = re.compile(
    rf"(?<![^\W_])(?:{_LETTERISH}|[@$!|])(?:[ .\-_*·/,~+]{{1,2}}(?:{_LETTERISH}|[@$!|])){{2,}}(?![^\W_])"
)
_BETWEEN = re.compile(r"[ .\-_*·/,~+]")
_WORD = re.compile(r"[\w@$!|€+]+")
_COUNTED = re.compile(r"[$€]?\d+(?:st|nd|rd|th|am|pm|hrs?|h|min|k|x|a|b|c|d)?!*")
_INSIDE = re.compile(r"(?<=[^\W\d_])[-.*_·'~/](?=[^\W\d_])")
_MASKED = re.compile(r"[^\W_]+(?:[*#_%]+[^\W_]*)+")
_PARTED = re.compile(r"[^\W\d_]+(?:[-.*_·'~/][^\W\d_]+)+")
_WORDS = re.compile(r"[^\W\d_]{4,}")
_TWO = re.compile(r"\b([^\W\d_]{2,}) ([^\W\d_]{2,})\b")
_STRETCHED = re.compile(r"(.)\1{2,}")


class _Letters(dict[int, str | None]):
    """What each character is read as; accents and invisible ones are dropped. It learns them as
    they come."""

    def __missing__(self, code: int) -> str | None:
        c = chr(code)
        seen = None if unicodedata.category(c) in ("Mn", "Cf", "Me") else c
        self[code] = {"’": "'", "‘": "'", "´": "'"}.get(c, seen and seen.translate(_HOMOGLYPHS))
        return self[code]


_LETTERS = _Letters()


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)


def fold(text: str) -> str:
    """One spelling of a text: lower case, no accents, no invisible letters, single spaces."""
    return " ".join(_folded(text).split())


def _leet(word: re.Match[str]) -> str:
    """A word with its digits read as letters. Mostly digits is a number of the creditor's own:
    an invoice 455 is no insult."""
    whole = word[0].rstrip("!+|")
    tail = word[0][len(whole) :]
    letters = sum(c.isalpha() for c in whole)
    if letters * 2 < len(whole) or not letters or _COUNTED.fullmatch(whole):
        return word[0]
    return whole.translate(_LEET) + tail


def _joined(run: re.Match[str]) -> str:
    """The letters of a run that stand apart, as words: "s u e", "l.a.w  s.u.i.t"."""
    letters = sum(c.isalpha() for c in run[0])
    if letters < 2 or letters * 2 < len(_BETWEEN.sub("", run[0])):
        return run[0]
    wide = re.split(r" {2,}| (?=\S[.\-_*·/,~+])", run[0]) if "  " in run[0] else [run[0]]
    return " ".join(_BETWEEN.sub("", part) for part in wide)


def spellings(text: str) -> tuple[str, ...]:
    """A text as written, with spaced words joined, with digits read as letters, and with every
    disguised word that is worth hiding in its plain spelling."""
    open_ = _folded(text)
    folded = " ".join(open_.split())
    joined = " ".join(_SPACED.sub(_joined, open_).split())
    lettered = _WORD.sub(_leet, joined)
    return tuple(dict.fromkeys((folded, joined, lettered, _uncovered(lettered))))


def plain(text: str) -> str:
    """The last of a text's `spellings`, in which nothing is hidden."""
    return spellings(text)[-1]


def _uncovered(text: str) -> str:
    """Every word of a text that disguises one worth hiding, in its plain spelling."""
    text = _PARTED.sub(_whole, text)
    text = _MASKED.sub(_unmasked, text)
    text = _WORDS.sub(lambda m: _known(m[0]) or m[0], text)
    return _TWO.sub(_together, text)


def _whole(word: re.Match[str]) -> str:
    """ "law-suit" without its mark; "past-due" as it stands."""
    closed = _known(_INSIDE.sub("", word[0]))
    return closed or word[0]


def _unmasked(word: re.Match[str]) -> str:
    """ "l*wsuit" with its letters, where they can only be one word's."""
    letters = "".join("." if c in "*#_%" else c for c in word[0])
    wide = re.sub(r"\.+", lambda m: f"[^ ]{{1,{len(m[0]) + 1}}}", letters)
    if sum(c.isalpha() for c in letters) < 2:
        return word[0]
    likely = re.findall(rf"(?<= )(?:{letters}|{wide})(?= )", _ALL_HIDDEN)
    return min(likely, key=lambda w: (len(w) != len(letters), w)) if likely else word[0]


def _together(words: re.Match[str]) -> str:
    """ "law suit" and "gar nish" in one word."""
    closed = words[1] + words[2]
    return closed if len(closed) > 5 and closed in _HIDDEN else words[0]


@lru_cache(maxsize=8_192)
def _known(word: str) -> str:
    """The hidden word that a word is, "" where it is none: stretched, letters left out, doubled or
    changed over, and i for l."""
    if word in _HIDDEN:
        return word
    if word in _OTHERS or not word.isalpha():
        return ""
    for short in (_STRETCHED.sub(r"\1\1", word), _STRETCHED.sub(r"\1", word)):
        if short != word and (short in _HIDDEN or short in _MISTYPED):
            return short if short in _HIDDEN else _MISTYPED[short]
    if word in _MISTYPED:
        return _MISTYPED[word]
    if len(word) > 6:
        for at in range(1, len(word)):
            if (less := word[:at] + word[at + 1 :]) in _HIDDEN and len(less) > 5:
                return less
    run = _INSIDE_RUN.search(word) if len(word) > 9 else None
    return f"{word[: run.start()]} {run[0]} {word[run.end() :]}".strip() if run else ""


def _mistyped() -> dict[str, str]:
    """How each longer word may be mistyped, and the word."""
    slips: dict[str, str] = {}
    for word in sorted(_HIDDEN):
        forms = {word.replace("l", "i")}
        if len(word) > 5:
            forms |= {word[:at] + word[at + 1 :] for at in range(1, len(word))}
            forms |= {
                word[:at] + word[at + 1] + word[at] + word[at + 2 :]
                for at in range(1, len(word) - 1)
            }
            forms.add(word[0] + re.sub(r"[aeiou]", "", word[1:]))
        for form in forms - _HIDDEN - _OTHERS:
            if len(form) > 3:
                slips.setdefault(form, word)
    return slips


_MISTYPED = _mistyped()
_ALL_HIDDEN = f" {'  '.join(sorted(_HIDDEN))} "
# A hidden word in a run of words that were written without a space between them.
_INSIDE_RUN = re.compile("|".join(sorted((w for w in _HIDDEN if len(w) > 5), key=len, reverse=True)))
