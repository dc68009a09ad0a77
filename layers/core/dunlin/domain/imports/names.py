"""Names of people and firms: suffixes kept, "Last, First" turned round, firms whole.

Where a name could be either, it is a person's: the rules that protect people then hold for a firm
too, and never the other way round. A name is turned round only where it is one person's, or two
people's of one family; what follows a colon is a job.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from dunlin.domain.imports.dates import fold
from dunlin.domain.imports.name_words import (
    AFTER_AND,
    FIRM_ENDS,
    FORMS,
    GIVEN,
    LEADING_FORMS,
    PARTICLES,
    PLAIN,
    SHORT_FORMS,
    STANDS_FOR,
    STATES,
    TRADES,
    WEAK_TRADES,
)

_DOTTED_FORM = re.compile(
    r"(?:\bs\.\s?(?:a|l|c)\.\s?(?:s|u|l|p)?\b|\bs\.\s?p\.\s?a\b|\bs\.\s?(?:de\s)?r\.\s?l\b|"
    r"\bs\.?a\.?(?:p\.?i\.?)? de c\.?\s?v\b|\bl\.\s?l\.\s?[cp]\b|\be\.\s?[vk]\b|"
    r"\bb\.\s?v\.(?=\s|$)|\bn\.\s?v\.(?=\s|$)|\bs/a\b|\ba/s\b|\bc\.\s?por a\b|\bs\.\s?en c\b)"
)
_FIRM_END = re.compile(rf"[a-z]{{3}}(?:{'|'.join(FIRM_ENDS)})\b")
_POSSESSIVE = re.compile(r"[a-z]{2}['\u2019]s\s+\S")
_GLUED = re.compile(r"(?:\d+[a-z]+|[a-z]+\d+)\s")
_SUFFIX = re.compile(
    r"(?:jr|sr|2nd|3rd|ii|iii|iv|md|m\.d|dds|d\.d\.s|dmd|dpm|phd|ph\.d|esq|cpa|rn|dvm)\.?",
    re.IGNORECASE,
)
_CAPITAL_SUFFIX = re.compile(r"(?:V|DO|OD|PA|DC|NP|PE)\.?")
_TITLE = re.compile(
    r"^(?:mr|mrs|ms|miss|mx|dr|prof|sr|sra|srta|herr|frau|m|mme|mlle|hr|fr)\.\s+|"
    r"^(?:mr|mrs|ms|miss|mx|dr|prof|herr|frau|mme|mlle)\s+",
    re.IGNORECASE,
)
_BEFORE_A_COLON = re.compile(r"(?:attn|att|attention|c/o|z\.?\s?hd|to|for|a la atencion de)\.?")
_SURNAME = re.compile(
    r"\w+(?:son|sen|strong|man|mann|berg|stein|ton|ley|ford|field|worth|smith|wood)"
)
_AND = re.compile(r"\s+(?:&|and|und|et|y|e|\+)\s+", re.IGNORECASE)
_APART = re.compile(r"[\s,/+]+")
_SPACE = re.compile(r"\s+")
_CODE = re.compile(r"(?:\d{3,}|[a-z]{1,3}-?\d{3,})[\s:-]+(?=[^\W\d])", re.IGNORECASE)
_CODE_BEHIND = re.compile(
    r"\s*[(\[]\s*#?[a-z]{0,3}-?\d{3,}\s*[)\]]$|\s+(?:[-\u2013]\s*)?#\s?[a-z]{0,3}-?\d{3,}$",
    re.IGNORECASE,
)
_CODE_IN_NAME = re.compile(r"\d{3,4}\s+[^\W\d]+\s*$|1st|24")
_VISIBLE = re.compile(
    r"\b(?:estate of|heirs|deceased|decedent|c/o|care of|nachlass|erben|trustee|"
    r"trust (?:of|dated|dtd)|(?:family|living|revocable|irrevocable|testamentary) trust)\b|"
    r"\bestate$|/estate\b"
)
_ESTATE = re.compile(
    r"^(?:the\s+)?(?:estate|heirs|succession|nachlass|erben)\s+(?:of|de|von)\s+", re.IGNORECASE
)
_ENDS = tuple(FIRM_ENDS)
_SEEN = FORMS | SHORT_FORMS | LEADING_FORMS | TRADES | WEAK_TRADES | PARTICLES | STATES | frozenset(
    "and und et of mr mrs ms miss mx dr prof herr frau mme mlle estate heirs trust deceased jr sr "
    "ii iii iv md dds dmd dpm phd esq cpa rn dvm v do od pa dc np pe".split()
)  # fmt: skip
"""Words that take a closer look."""


class Name(NamedTuple):
    """`display` for people; `given`, `family`, `suffix` of a person, empty for a firm and where
    two people or none can be told apart. `job` is what followed a colon.

    A tuple, for one is made of every row of a file.
    """

    display: str
    given: str = ""
    family: str = ""
    suffix: str = ""
    company: bool = False
    job: str = ""


def is_company(text: str) -> bool:
    """True where the name is a firm's beyond doubt: a legal form, a trade, `& Sons`. An estate is
    what the name behind it is."""
    text = _ESTATE.sub("", text)
    low = fold(text)
    words = [w.strip(".()\"'") for w in _APART.split(low)]
    words = [w for w in words if w]
    if not words:
        return False
    return (
        (not TRADES.isdisjoint(words) and not _named_like_a_trade(low, words))
        or not FORMS.isdisjoint(words[1:])
        or _shows_form(text, low, words)
        or _speaks_of_firm(low, words)
    )


def _named_like_a_trade(low: str, words: list[str]) -> bool:
    """`Art Studios`, `Services, Earl` and `Maria Jose Servicios Rey` may be people: given names
    and the word among family names."""
    if len(words) > 2:
        last = words[-1]
        plain = last not in TRADES and last not in WEAK_TRADES and last not in FORMS
        return plain and words[0] in GIVEN and words[1] in GIVEN
    given = words[1 if "," in low else 0] if len(words) == 2 else ""
    return given in GIVEN or given == "van"


def _shows_form(text: str, low: str, words: list[str]) -> bool:
    """A legal form that could be a surname counts with its dots, or in capitals among others."""
    if "." in low or "/" in low:
        form = _DOTTED_FORM.search(low)
        # "Abbott, S.A." may be a surname with initials.
        if form and not (len(words) < 4 and _initials_of_one(low, form.start())):
            return True
    written = text.split()
    shouted = text.isupper()
    last = written[-1].strip(".,()") if len(written) > 1 else ""
    if (
        last.isupper()
        and last.lower() in SHORT_FORMS
        and (not shouted or last == "AG" or _joins_surnames(low))
    ):
        return True
    first = written[0].strip(".,")
    if len(written) > 1 and first.lower() in LEADING_FORMS:
        return (first.isupper() and not shouted) or first.lower() in FORMS
    return words[-1] == "co" and (written[-1].endswith(".") or _plain_before(words))


def _joins_surnames(low: str) -> bool:
    """`Marsh, Reed and Teal`: not all that is joined behind the comma are given names."""
    people = _AND.split(low.partition(", ")[2])
    return len(people) > 1 and not all(map(_first_known, people))


def _initials_of_one(low: str, at: int) -> bool:
    before = low[:at].strip()
    return before.endswith(",") and " " not in before


def _plain_before(words: list[str]) -> bool:
    return len(words) > 2 and words[0] not in GIVEN


def _speaks_of_firm(low: str, words: list[str]) -> bool:
    """The shapes of a firm's name: `Bank of X`, `Joe's Y`, `X & Sons`, two words that hint."""
    if "of" in words[1:-1] and not STANDS_FOR & set(words[: words.index("of", 1)]):
        return True
    if _three_surnames(low):
        return True
    if _POSSESSIVE.search(low) or _GLUED.match(low) or _FIRM_END.search(low):
        return True
    if words[0] == "stadt" and len(words) > 1:
        return True
    after = _AND.split(low)
    if len(after) > 1 and after[-1].split()[0].strip(".,") in AFTER_AND:
        return True
    weak = [w for w in words if w in WEAK_TRADES]
    if not weak:
        return False
    if len(words) < 3 and words[0] in GIVEN:
        return False
    return (len(weak) > 1 and len(words) > 2) or any(w in PLAIN for w in words if w not in weak)


def _three_surnames(low: str) -> bool:
    """`Gordon, Johnson and Armstrong`: what joins surnames is a firm's, given names a couple's."""
    first, comma, others = low.partition(", ")
    pair = _AND.split(others) if comma and " " not in first else []
    return len(pair) == 2 and all(_SURNAME.fullmatch(w) and w not in GIVEN for w in pair)


def read_name(text: str) -> Name:
    """A whole name in one cell."""
    family, comma, given = text.partition(", ")
    bare = f"{given} {family}" if comma else text
    if bare.isascii() and bare.replace(" ", "").isalpha():
        # The common forms: two or three words without any mark, or one word and the given names.
        words = bare.split(" ")
        low = bare.lower()
        plain = _SEEN.isdisjoint(low.split(" ")) and not low.endswith(_ENDS)
        if plain and 2 <= len(words) <= 3 and "" not in words and (not comma or " " not in family):
            return Name(bare, " ".join(words[:-1]), words[-1])
    whole = _SPACE.sub(" ", text).strip()
    if ":" in whole:
        before, _, after = (part.strip() for part in whole.partition(":"))
        if _BEFORE_A_COLON.fullmatch(fold(before)):
            return read_name(after)
        if before and not before.isdigit():
            return read_name(before)._replace(job=after.replace(":", ", "))
    code = _CODE.match(whole)
    if code and not _CODE_IN_NAME.match(whole):
        # A customer's number before the name.
        whole = whole[code.end() :]
    whole = _CODE_BEHIND.sub("", whole) or whole
    if is_company(whole):
        return Name(whole, company=True)
    return _person(whole)


def _person(whole: str) -> Name:
    low = fold(whole)
    if _VISIBLE.search(low):
        # Who died, or is spoken for, must be read as it stands.
        return Name(whole)
    parts = [p.strip() for p in whole.split(",") if p.strip()]
    suffix = ""
    while len(parts) > 1 and _is_suffix(parts[-1], whole):
        suffix = f"{parts.pop()} {suffix}".strip()
    if len(parts) == 2:
        return _turned(whole, parts[0], parts[1], suffix)
    if len(parts) != 1:
        return Name(whole)
    return _in_order(whole, parts[0], suffix)


def _turned(whole: str, family: str, given: str, suffix: str) -> Name:
    """`Last, First` turned round, where it is that."""
    family, tail = _split_suffix(family, whole)
    people = _AND.split(given)
    given, tail2 = _split_suffix(_TITLE.sub("", given), whole)
    suffix = suffix or tail or tail2
    words = fold(given).split()
    if _AND.search(family) or not STATES.isdisjoint(words) or len(words) > 4:
        return Name(whole)
    if len(people) > 1 and not all(_first_known(p) for p in people):
        return Name(whole)
    if len(people) == 1 and _two_people(fold(family).split(), words):
        return Name(whole)
    return join_name(given, family, suffix)


def _first_known(person: str) -> bool:
    first = fold(_TITLE.sub("", person)).split()[:1]
    return bool(first) and (first[0] in GIVEN or len(first[0].strip(".")) == 1)


def _two_people(first: list[str], second: list[str]) -> bool:
    """True for `Ben Barker, Bea Barker`; `Garcia Lopez, Maria Jose` is one person."""
    if len(first) < 2 or len(second) < 2 or first[0] in PARTICLES - GIVEN:
        return False
    if first[-1] == second[-1]:
        return True
    return {first[0], second[0]} <= GIVEN and not {first[-1], second[-1]} & GIVEN


def _in_order(whole: str, text: str, suffix: str) -> Name:
    """A name that begins with the given one."""
    people = _AND.split(text)
    if len(people) > 1 and (pair := _pair(whole, people)):
        return pair
    untitled = _TITLE.sub("", text)
    while untitled != (text := untitled):
        untitled = _TITLE.sub("", text)
    bare, tail = _split_suffix(text, whole)
    suffix = suffix or tail
    words = bare.split()
    if len(words) > 2 and words[-1].isdigit():
        words.pop()
    at = len(words) - 1
    while at > 1 and fold(words[at - 1]).strip(".") in PARTICLES:
        at -= 2 if fold(words[at - 1]) in ("y", "e", "i") and at > 2 else 1
    if at < 1:
        return Name(bare, family=bare)
    name = join_name(" ".join(words[:at]), " ".join(words[at:]), suffix)
    return name._replace(display=f"{bare} {suffix}".strip())


def _pair(whole: str, people: list[str]) -> Name | None:
    """`Ada and Ben Abbott` and `Kim & Lee` are two people; `Ortega y Gasset` is one name."""
    known = [_first_known(p) for p in people]
    titled = any(_TITLE.match(f"{p} ") for p in people)
    if titled or not any(known):
        joined = re.search(r"\s(?:y|e|i)\s", whole, re.IGNORECASE)
        return None if joined and not titled and len(people[0].split()) > 1 else Name(whole)
    if any(known) and len(people[0].split()) == 1 and len(people[-1].split()) > 1:
        given, _, family = whole.rpartition(" ")
        return Name(whole, given, family)
    if known[-1] or not re.search(r"\s(?:y|e|i)\s", whole, re.IGNORECASE):
        return Name(whole)
    return None


def _is_suffix(word: str, whole: str) -> bool:
    if _SUFFIX.fullmatch(word):
        return True
    return bool(_CAPITAL_SUFFIX.fullmatch(word)) and not whole.isupper()


def _split_suffix(text: str, whole: str) -> tuple[str, str]:
    head, _, last = text.rpartition(" ")
    return (head, last) if head and _is_suffix(last, whole) else (text, "")


def join_name(given: str, family: str, suffix: str = "") -> Name:
    """A person's name from its parts."""
    display = " ".join(p for p in (given.strip(), family.strip(), suffix.strip()) if p)
    return Name(display, given.strip(), family.strip(), suffix.strip())


def name_key(text: str) -> str:
    """Two spellings of one name give one key: case, accents, marks and word order do not count."""
    return " ".join(sorted(re.findall(r"[a-z0-9]+", fold(text))))
