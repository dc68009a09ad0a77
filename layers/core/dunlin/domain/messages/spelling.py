# ruff: noqa: E501, SIM905 - word lists read better in full lines
"""One spelling of a text, however it is disguised: invisible and look-alike letters, digits for
letters, spaced, split, masked, stretched and mistyped words. Pure; the lists and the words model
read what it gives."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cached_property

# Words that somebody may want to hide: known in every lexicon.
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
# How people write in haste, and how they write what they hear.
_BRIEF = dict(
    each.split("=")
    for each in (
        "u=you ur=your r=are hv=have pls=please plz=please w=with wo=without bc=because cuz=because "
        "cm=come gd=good 2day=today 2nite=tonight 2night=tonight b4=before l8=late gonna=going "
        "gotta=must ppl=people atty=attorney attys=attorneys acct=account pymt=payment "
        "amt=amount bal=balance dept=department govt=government thx=thanks ty=thanks msg=message "
        "msgs=messages wk=week hrs=hours mins=minutes yr=year asap=immediately im=i'm "
        "dont=don't wont=won't cant=can't youre=you're youll=you'll didnt=didn't "
        "q=que k=que xq=porque pq=porque x=por tmb=tambien tb=tambien d=de dl=del bn=bien "
        "tmrw=tomorrow tmr=tomorrow 2mrw=tomorrow wanna=want rn=now txt=text txts=texts "
        "kiere=quiere porfa=favor xfa=favor pa=para mnn=manana salu2=saludos "
        "grax=gracias msj=mensaje depto=departamento lic=licenciado ud=usted uds=ustedes vms=vamos"
    ).split()
)
_BY_EAR = (
    ("k", "c"), ("k", "qu"), ("z", "s"), ("s", "c"), ("s", "z"), ("c", "s"), ("ph", "f"), ("f", "ph"),
    ("b", "v"), ("v", "b"), ("j", "g"), ("g", "j"), ("y", "ll"), ("ll", "y"), ("y", "i"), ("i", "y"),
    ("ee", "i"), ("oo", "u"), ("w", "u"), ("x", "cks"), ("z", "c"), ("er", "or"), ("u", "o"), ("o", "u"),
)  # fmt: skip
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
# A word with marks where letters stood, or between them.
_MARKED = re.compile(
    r"(?:https?:\S+|\{[^{}]*\}|(?:[^\W_]|[@$!|](?=[^\W_]))(?:[\w$@|€]|[-.*#%·'~/!+](?=[\w*#%$@]))*[*#%]*)"
)
_VOWELS = re.compile(r"[aeiou]")
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
    """A text as written, with spaced words joined, and with digits read as letters."""
    open_ = _folded(text)
    joined = " ".join(_SPACED.sub(_joined, open_).split())
    return tuple(dict.fromkeys((" ".join(open_.split()), joined, _WORD.sub(_leet, joined))))


class KnownWords:
    """Known words, the commoner first, and the plain spelling of a text by them: a word that is not
    known is read as the known one that it disguises, mistypes or abbreviates, if any."""

    def __init__(self, words: Iterable[str]) -> None:
        known = dict.fromkeys(word for word in (*words, *_HIDDEN) if word not in _BRIEF)
        self._rank = {word: rank for rank, word in enumerate(known)}
        self._read: dict[str, str] = {}

    @cached_property
    def _slips(self) -> dict[str, str]:
        """Spellings one slip away from a known word, and consonants alone."""
        slips: dict[str, str] = {}
        for word in self._rank:
            for form in _slips(word):
                slips.setdefault(form, word)
        for word in self._rank:
            thin = word[0] + _VOWELS.sub("", word[1:])
            if len(thin) > 2 and len(word) > 3:
                slips.setdefault(thin, word)
        return slips

    @cached_property
    def _listed(self) -> str:
        return f" {'  '.join(self._rank)} "

    def plain(self, text: str) -> str:
        """A text in its plain spelling."""
        open_ = " ".join(_SPACED.sub(self._run, _folded(text)).split())
        whole = _TWO.sub(self._together, open_)
        return _MARKED.sub(lambda m: self._word(m[0]), whole)

    def _run(self, run: re.Match[str]) -> str:
        """Letters that stand apart, as the words that they make."""
        joined = _joined(run)
        if joined == run[0]:
            return joined
        return " ".join(self._cut(_WORD.sub(_leet, part)) for part in joined.split())

    def _cut(self, run: str) -> str:
        """A run of letters as known words, the fewest there can be."""
        if run in self._rank or len(run) > 200:
            return run
        best: list[tuple[float, str]] = [(0.0, "")]
        for end in range(1, len(run) + 1):
            ways = []
            for start in range(max(0, end - 16), end):
                cost, cut = best[start]
                word = run[start:end]
                known = self._rank.get(word)
                price = (
                    9.0 * len(word) if known is None else 6 + known / 1_000 + 6 * (len(word) < 3)
                )
                ways.append((cost + price, f"{cut} {word}"))
            best.append(min(ways))
        return best[-1][1].strip()

    def _word(self, word: str) -> str:
        if word in self._rank or word.startswith(("http", "{")):
            return word
        if word not in self._read:
            if len(self._read) > 50_000:
                self._read.clear()
            self._read[word] = self._uncovered(word)
        return self._read[word]

    def _uncovered(self, word: str) -> str:
        if word in _BRIEF:
            return _BRIEF[word]
        if any(c in "*#%" for c in word):
            return self._unmasked(word)
        every = word.rstrip("!").translate(_LEET)
        if every in self._rank and 2 * sum(c.isalpha() for c in word) >= len(every):
            return every
        lettered = _leet_word(word)
        parts = re.split(r"[-.*·~/+!_]", lettered)
        closed = "".join(parts)
        if known := self._known(closed):
            return known
        if len(parts) > 1:
            return " ".join(self._known(part) or part for part in parts if part)
        return lettered

    def _known(self, word: str) -> str:
        if word in self._rank or not word.isalpha() or len(word) < 3:
            return word if word in self._rank else ""
        for short in (_STRETCHED.sub(r"\1\1", word), _STRETCHED.sub(r"\1", word)):
            if short in self._rank:
                return short
            word = short
        if known := self._slips.get(word, ""):
            return known
        if len(word) > 4:
            less = (word[:at] + word[at + 1 :] for at in range(len(word)))
            near = [w for w in less if w in self._rank and len(w) > 3]
            if near:
                return min(near, key=self._rank.__getitem__)
        for written, meant in _BY_EAR:
            if written in word and (heard := word.replace(written, meant)) in self._rank:
                return heard
            if written in word and heard in self._slips:
                return self._slips[heard]
        return self._cut(word) if len(word) > 11 and " " in self._cut(word) else ""

    def _unmasked(self, word: str) -> str:
        """ "l*wsuit" with its letters: a mark stands for a letter, for some, or for none."""
        closed = re.sub(r"[*#%]", "", word)
        if closed in self._rank and len(closed) > 3:
            return closed
        if sum(c.isalpha() for c in word) < 2:
            return word
        for stands_for in ("[^ ]", "[^ ]{1,4}"):
            letters = re.sub(r"[*#%]", stands_for, re.sub(r"[^\w*#%]", "", _leet_word(word)))
            likely: list[str] = re.findall(f"(?<= ){letters}(?= )", self._listed)
            if likely:
                return likely[0]
        return self._known(_leet_word(closed)) or closed

    def _together(self, words: re.Match[str]) -> str:
        """ "law suit" and "gar nish" in one word, where either half is none."""
        closed = words[1] + words[2]
        halves = words[1] in self._rank and words[2] in self._rank
        return closed if closed in self._rank and len(closed) > 4 and not halves else words[0]


def _leet_word(word: str) -> str:
    return _WORD.sub(_leet, word)


def _less(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(1, len(word)))


def _slips(word: str) -> Iterator[str]:
    """A word with two letters changed over, one left out, and i for l."""
    if "l" in word:
        yield word.replace("l", "i")
    if len(word) > 3:
        for at in range(len(word) - 1):
            yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if len(word) > 4:
        yield from _less(word)
