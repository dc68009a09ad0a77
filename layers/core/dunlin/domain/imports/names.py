"""Names of people and companies: suffixes kept, "Last, First" turned round, companies whole."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dunlin.domain.imports.dates import fold

_COMPANY = re.compile(
    r"\b(?:inc|incorporated|llc|l\.l\.c|llp|lp|pllc|ltd|limited|corp|corporation|co|company|plc|"
    r"gmbh|ag|kg|ohg|gbr|ug|e\.?v|mbh|se|sa|s\.a|sas|sarl|s\.a\.r\.l|eurl|sci|sl|s\.l|slu|srl|"
    r"s\.r\.l|s\.de\.r\.l|cv|c\.v|bv|b\.v|nv|n\.v|oy|ab|as|aps|pty|pte|group|holdings?|partners|"
    r"associates|services?|solutions|systems|industries|enterprises?|consulting|logistics|"
    r"trucking|transport|freight|properties|realty|management|foundation|church|school|"
    r"university|college|hospital|clinic|dental|pharmacy|restaurant|cafe|hotel|motors?|auto|bank|"
    r"insurance|union|club|association|society|institute|department|dept|city of|county of|"
    r"state of|agency|studios?|labs?|technologies|media|design|bakery|brewery|"
    r"construction|builders?|roofing|plumbing|electric|landscaping|farms?|shop|stores?|market|"
    r"supply|supplies|trading|imports?|exports?|international|global|verein|stiftung)\b\.?"
)
_AMP = re.compile(r"\s&\s|\b(?:y asociados|et fils|und sohne)\b|\d")
_SUFFIX = re.compile(
    r"(?:jr|sr|ii|iii|iv|v|md|m\.d|dds|phd|ph\.d|esq|cpa|rn|do|dvm)\.?", re.IGNORECASE
)
_TITLE = re.compile(
    r"^(?:mr|mrs|ms|miss|mx|dr|prof|sr|sra|srta|herr|frau|m|mme|mlle|hr|fr)\.\s+|"
    r"^(?:mr|mrs|ms|miss|mx|dr|prof|herr|frau|mme|mlle)\s+",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Name:
    """`display` for people; `given`, `family`, `suffix` of a person, empty for a company."""

    display: str
    given: str = ""
    family: str = ""
    suffix: str = ""
    company: bool = False


def is_company(text: str) -> bool:
    """True where the name carries a legal form, a trade or an ampersand."""
    low = fold(text)
    return bool(_COMPANY.search(low) or _AMP.search(low))


def read_name(text: str) -> Name:
    """A whole name in one cell."""
    if "," not in text and "  " not in text and "." not in text:
        # The common form, one to three words without any mark.
        words = text.split(" ")
        if 2 <= len(words) <= 3 and not is_company(text):
            if _SUFFIX.fullmatch(words[-1]) and len(words) == 3:
                return Name(text, words[0], words[1], words[2])
            if not _TITLE.match(text):
                return Name(text, " ".join(words[:-1]), words[-1])
    whole = _SPACE.sub(" ", text).strip()
    if is_company(whole):
        return Name(whole, company=True)
    parts = [p.strip() for p in whole.split(",") if p.strip()]
    suffix = ""
    if len(parts) > 1 and _SUFFIX.fullmatch(parts[-1]):
        suffix = parts.pop()
    if len(parts) == 2:
        family, given = parts
        family, tail = _split_suffix(family)
        given, tail2 = _split_suffix(given)
        suffix = suffix or tail or tail2
        given = _TITLE.sub("", given)
        return join_name(given, family, suffix)
    if len(parts) != 1:
        return Name(whole)
    bare, tail = _split_suffix(_TITLE.sub("", parts[0]))
    suffix = suffix or tail
    given, _, family = bare.rpartition(" ")
    if not given:
        return Name(bare, family=bare)
    return join_name(given, family, suffix)


def _split_suffix(text: str) -> tuple[str, str]:
    head, _, last = text.rpartition(" ")
    return (head, last) if head and _SUFFIX.fullmatch(last) else (text, "")


def join_name(given: str, family: str, suffix: str = "") -> Name:
    """A person's name from its parts."""
    display = " ".join(p for p in (given.strip(), family.strip(), suffix.strip()) if p)
    return Name(display, given.strip(), family.strip(), suffix.strip())


def name_key(text: str) -> str:
    """Two spellings of one name give one key: case, accents, marks and word order do not count."""
    return " ".join(sorted(re.findall(r"[a-z0-9]+", fold(text))))
