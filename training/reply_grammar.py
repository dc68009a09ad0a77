"""Replies from templates: one file a label and language, one template a line.

`(a|b|)` is one of a, b or nothing; `{day}`, `{amount}` and the like are slots. A template is drawn
several times, some draws with the slips of a hurried thumb. Templates are kept apart as wholes:
whoever measures holds out templates, never single draws of one that is trained on.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from zlib import crc32

FOLDER = Path(__file__).parent / "grammar"
DRAWS = 6
_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")
_SLOT = re.compile(r"\{(\w+)\}")
_MONTHS = {
    "en": ("january", "march", "april", "june", "august", "oct", "november", "dec"),
    "es": ("enero", "marzo", "abril", "junio", "agosto", "octubre", "noviembre"),
}
_WEEKDAYS = {
    "en": ("monday", "tuesday", "wed", "thursday", "friday", "fri", "saturday", "sunday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado"),
}
_DAYS = {
    "en": (
        "friday", "on friday", "next friday", "this friday", "on the 15th", "the 1st", "tomorrow",
        "tmrw", "monday", "next week", "on the 3rd", "12/5", "dec 5", "in two weeks", "the 30th",
        "end of the month", "this weekend", "tonight", "in a few days", "after the holidays",
        "by the 20th", "next month", "thursday morning", "december 1st",
    ),
    "es": (
        "el viernes", "mañana", "el lunes", "el 15", "el día 15", "la próxima semana", "el sábado",
        "a fin de mes", "la quincena", "pasado mañana", "el primero", "en dos semanas",
        "esta noche", "el 30", "el 5 de diciembre", "el jueves", "hoy en la tarde",
    ),
}  # fmt: skip
_PERSONS = {
    "en": ("mom", "dad", "wife", "husband", "brother", "sister", "son", "daughter", "boss",
           "grandmother", "uncle", "girlfriend"),
    "es": ("mamá", "papá", "esposa", "esposo", "hermano", "hija", "hijo", "tía", "abuela"),
}  # fmt: skip
_NAMES = (
    "John", "Maria", "Mr. Johnson", "Kevin", "Ashley", "Robert Smith", "Tanya", "Luis", "Denise",
    "Mrs. Lopez", "Carlos", "Brenda", "Jim Walker", "Guadalupe", "Chris", "Pedro Ruiz", "Linda",
    "José", "Rosa", "Big Mike",
)  # fmt: skip
_FIRMS = ("Smith and Reed LLP", "Garza Law", "the Walker law firm", "Legal Aid of Ohio", "Cole PC")
_STATES = ("texas", "ohio", "california", "florida", "illinois")
_OPENINGS = {
    "en": ("hi, ", "hello ", "hey ", "look ", "listen, ", "ok so ", "yo ", "um ", "sir, ", "sorry ",
           "good morning. ", "dear sir or madam, ", "to whom it may concern: ", "lol ", "bro "),
    "es": ("hola, ", "oiga ", "mire ", "buenas tardes. ", "disculpe, ", "señorita ", "pues ",
           "estimados: ", "oye "),
}  # fmt: skip
_CLOSINGS = {
    "en": (" thanks", " thank you", ".", "!", "!!", " please", " ok", " lol", " - {name}", " ty",
           "\nSent from my iPhone", "\n\nRegards,\n{name}", " 🙏", " smh", " asap"),
    "es": (" gracias", ".", "!", " por favor", " ok", "\n{name}", "\nEnviado desde mi iPhone",
           " saludos", " 🙏"),
}  # fmt: skip
_SHORTER = {
    "you": "u", "your": "ur", "please": "pls", "because": "cuz", "are": "r", "to": "2", "for": "4",
    "about": "abt", "with": "w", "though": "tho", "going to": "gonna", "want to": "wanna",
    "message": "msg", "messages": "msgs", "text": "txt", "people": "ppl", "right now": "rn",
    "que": "q", "por": "x", "porque": "xq", "mensajes": "msjs", "está": "ta", "para": "pa",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReplyTemplate:
    """One line of a label's file."""

    label: str
    language: str
    line: str

    @property
    def number(self) -> int:
        """The same for the same words, on every machine."""
        return crc32(f"{self.label}|{self.line}".encode())


def templates(folder: Path = FOLDER) -> list[ReplyTemplate]:
    """Every template, by label and language. Raises `ValueError` for one that stands twice."""
    read = [
        ReplyTemplate(path.name.split(".")[0], path.name.split(".")[1], line)
        for path in sorted(folder.glob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line
    ]
    lines = [(t.line.casefold(), t.label, t.language) for t in read]
    if len(set(lines)) != len(lines):
        raise ValueError("a template stands twice")
    return read


def draws(template: ReplyTemplate, count: int = DRAWS) -> list[str]:
    """Texts of one template, plain ones first; the same ones every time."""
    chance = Random(template.number)  # noqa: S311 - texts, no secrets
    texts = [clean(_drawn(template, chance)) for _ in range(count)]
    slipped = [
        _slipped(_framed(text, template.language, chance), chance) for text in texts[count // 3 :]
    ]
    return list(dict.fromkeys([*texts[: count // 3 + 1], *slipped]))


def retyped(text: str, language: str, count: int) -> list[str]:
    """A text as others would have typed it: framed, and with slips; the same ones every time."""
    chance = Random(crc32(text.encode()))  # noqa: S311 - texts, no secrets
    return [_slipped(_framed(text, language, chance), chance) for _ in range(count)]


def clean(text: str) -> str:
    """Single spaces, and none before a stop."""
    return re.sub(r" +([,.?!])", r"\1", re.sub(r" {2,}", " ", text)).strip()


def _drawn(template: ReplyTemplate, chance: Random) -> str:
    text = template.line
    while _CHOICE.search(text):
        text = _CHOICE.sub(lambda match: chance.choice(match[1].split("|")), text)
    slots = _slots(template.language, chance)
    return _SLOT.sub(lambda match: slots[match[1]], text)


def _slots(language: str, chance: Random) -> Mapping[str, str]:
    amounts = [
        chance.choice((f"${n}", f"{n}", f"{n} dollars", f"${n}.00", f"{n} bucks"))
        for n in (chance.choice((20, 25, 40, 50, 75, 100, 120)), chance.randrange(130, 2_000))
    ]
    name, other = chance.sample(_NAMES, 2)
    return {
        "day": chance.choice(_DAYS[language]),
        "month": chance.choice(_MONTHS[language]),
        "weekday": chance.choice(_WEEKDAYS[language]),
        "nth": f"{chance.randrange(1, 31)}" + ("th" if language == "en" else ""),
        "n": str(chance.choice((2, 3, 4, 6, 12, 4471, 23))),
        "age": str(chance.randrange(9, 90)),
        "amount": amounts[0],
        "amount2": amounts[1],
        "person": chance.choice(_PERSONS[language]),
        "name": name,
        "name2": other,
        "firm": chance.choice(_FIRMS),
        "state": chance.choice(_STATES),
        "phone": f"555-01{chance.randrange(10, 99)}",
        "address": f"{chance.randrange(1, 999)} Main St",
    }


def _framed(text: str, language: str, chance: Random) -> str:
    """With what people write before and after it."""
    if chance.random() < 0.35:
        text = chance.choice(_OPENINGS[language]) + text
    if chance.random() < 0.4:
        text += chance.choice(_CLOSINGS[language]).replace("{name}", chance.choice(_NAMES))
    return text


def _slipped(text: str, chance: Random) -> str:
    """With a typo, without apostrophes or accents, in capitals, shortened."""
    if chance.random() < 0.4:
        text = text.replace("'", "").replace("¿", "").replace("¡", "")
    if chance.random() < 0.3:
        text = "".join(
            c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) != "Mn"
        )
    if chance.random() < 0.3:
        for long, short in _SHORTER.items():
            if chance.random() < 0.6:
                text = re.sub(rf"\b{long}\b", short, text)
    while chance.random() < 0.4:
        text = _typo(text, chance)
    cased = chance.random()
    if cased < 0.15:
        return text.upper()
    return text.capitalize() if cased < 0.45 else text


_BESIDE = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wertyuioposdfghjklkxcvbnmn", strict=True))
_DIGITS = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7"}
_ALIKE = {"a": "а", "e": "е", "o": "о", "c": "с", "p": "р", "i": "і"}


def _typo(text: str, chance: Random) -> str:
    """One letter left out, changed over, doubled, stretched, hit beside or written in disguise."""
    places = [i for i in range(1, len(text) - 1) if text[i - 1 : i + 2].isalpha()]
    if not places:
        return text
    at = chance.choice(places)
    letter = text[at].lower()
    ways = (
        "",
        text[at] * 2,
        text[at] * 4,
        _BESIDE.get(letter, ""),
        _DIGITS.get(letter, text[at]),
        _ALIKE.get(letter, text[at]),
        text[at] + "\u200b",
        "*",
    )
    kind = chance.randrange(len(ways) + 3)
    if kind >= len(ways):  # the commonest slip
        return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]
    return text[:at] + ways[kind] + text[at + 1 :]


_JOINTS = {
    "en": (". ", " and ", ", ", " but ", "... ", "! ", " also ", "\n"),
    "es": (". ", " y ", ", ", " pero ", "... ", " además "),
}


def pairs(pool: list[ReplyTemplate], count: int) -> Iterator[tuple[str, tuple[str, str], str]]:
    """Texts that hold two intents: text, both labels in the order of their words, language. Half
    of them hold an opt-out. The same ones every time, of the templates of `pool` alone."""
    chance = Random(len(pool))  # noqa: S311 - texts, no secrets
    by_language = {
        language: [t for t in pool if t.language == language and t.label != "other"]
        for language in ("en", "es")
    }
    stops = {
        language: [t for t in of if t.label == "opt_out"] for language, of in by_language.items()
    }
    for number in range(count):
        language = "en" if number % 3 else "es"
        first, second = chance.sample(by_language[language], 2)
        if number % 2:
            second = chance.choice(stops[language])
        if first.label == second.label:
            continue
        if chance.random() < 0.5:
            first, second = second, first
        joint = chance.choice(_JOINTS[language])
        text = clean(_drawn(first, chance)) + joint + clean(_drawn(second, chance))
        yield _slipped(text, chance), (first.label, second.label), language
