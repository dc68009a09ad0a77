# ruff: noqa: E501 - the kinds of days read better one a line
"""When and how much a person promises to pay: "friday", "on the 15th", "half now", "el viernes".

Words are folded first (`folding.fold`). A day is the person's own: `today` is the calendar day
in their zone when they wrote. What names no day ("when I get paid", "next week") gives none.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, timedelta

_WEEKDAYS = (
    ("mondays?", "mon", "lunes"),
    ("tuesdays?", "tues?", "martes"),
    ("wednesdays?", "weds?", "wedn?sday", "miercoles"),
    ("thursdays?", "thu(?:rs?)?", "jueves"),
    ("fridays?", "fri", "viernes"),
    ("saturdays?", "sat", "sabado"),
    ("sundays?", "sun", "domingo"),
)
_WEEKDAY = "|".join(f"(?P<w{n}>{'|'.join(names)})" for n, names in enumerate(_WEEKDAYS))
_MONTHS = (
    "jan(?:uary)?|enero", "feb(?:ruary)?|febrero", "mar(?:ch)?|marzo", "apr(?:il)?|abril",
    "may|mayo", "june?|junio", "july?|julio", "aug(?:ust)?|agosto", "sept?(?:ember)?|septiembre",
    "oct(?:ober)?|octubre", "nov(?:ember)?|noviembre", "dec(?:ember)?|diciembre",
)  # fmt: skip
_MONTH = "|".join(f"(?P<m{n}>{names})" for n, names in enumerate(_MONTHS, 1))
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "fifteenth": 15,
    "twentieth": 20, "thirtieth": 30, "primero": 1, "quince": 15, "veinte": 20, "treinta": 30,
    "cinco": 5, "diez": 10,
}  # fmt: skip
_COUNTS = {
    "a": 1, "an": 1, "one": 1, "un": 1, "una": 1, "two": 2, "couple": 2, "couple of": 2,
    "a couple": 2, "a couple of": 2, "dos": 2, "three": 3, "tres": 3, "four": 4, "cuatro": 4,
    "five": 5, "cinco": 5, "six": 6, "seis": 6, "seven": 7, "siete": 7, "ten": 10, "diez": 10,
    "quince": 15,
}  # fmt: skip
_COUNT = rf"(?P<count>\d{{1,2}}|{'|'.join(sorted(_COUNTS, key=len, reverse=True))})"
_ORDINAL = "|".join(_ORDINALS)

Days = Callable[[re.Match[str], date], "date | None"]


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _number(match: re.Match[str], name: str, words: dict[str, int]) -> int:
    word = match[name]
    return words[word] if word in words else int(word)


def _index(match: re.Match[str], letter: str) -> int:
    groups = match.groupdict()
    return next(int(k[1:]) for k, v in groups.items() if k[0] == letter and k[1:].isdigit() and v)


def _weekday(match: re.Match[str], today: date) -> date | None:
    ahead = (_index(match, "w") - today.weekday()) % 7 or 7
    before, after = match["before"] or "", match["after"] or ""
    if before in ("last", "past", "pasado"):
        return None
    day = today + timedelta(days=ahead)
    # "Next friday" is the friday of the coming week; "a week from friday" a week after the next.
    monday = today - timedelta(days=today.weekday())
    if before == "next" or re.search(
        r"next week|(?:proxima|otra) semana|semana (?:que viene|proxima)", after
    ):
        return monday + timedelta(days=7 + _index(match, "w"))
    return day + timedelta(days=7) if before == "a week from" else day


def _relative(match: re.Match[str], today: date) -> date | None:
    count = _number(match, "count", _COUNTS)
    unit = match["unit"]
    if unit[0] in "ds":  # days, dias; semanas
        return today + timedelta(days=count * (7 if unit.startswith("s") else 1))
    if unit[0] == "w":
        return today + timedelta(days=7 * count)
    months = today.month - 1 + count
    year, month = today.year + months // 12, months % 12 + 1
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def _calendar(match: re.Match[str], today: date) -> date | None:
    month = _index(match, "m")
    word = match["day"]
    day = _ORDINALS[word] if word in _ORDINALS else int(word)
    return _coming(today, month, day)


def _coming(today: date, month: int, day: int) -> date | None:
    """The day of this year, or of the next where the month is long past."""
    year = today.year + (1 if (today.month - month) % 12 >= 6 and month < today.month else 0)
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        return None
    return date(year, month, day)


def _slashed(match: re.Match[str], today: date) -> date | None:
    return _coming(today, int(match["month"]), int(match["day"]))


def _of_month(match: re.Match[str], today: date) -> date | None:
    word = next(w for w in (match["nth"], match["word"], match["el"]) if w)
    day = _ORDINALS[word] if word in _ORDINALS else int(word)
    if not 1 <= day <= 31:
        return None
    first = today.replace(day=1)
    if day <= today.day or "next month" in (match["rest"] or ""):
        first = _month_end(today) + timedelta(days=1)
    return first.replace(day=min(day, monthrange(first.year, first.month)[1]))


def _first(_: re.Match[str], today: date) -> date | None:
    return _month_end(today) + timedelta(days=1)


def _end(match: re.Match[str], today: date) -> date | None:
    following = "next" in match[0] or "proxim" in match[0] or "que viene" in match[0]
    if re.search(r"week|semana|eow", match[0]):
        friday = today + timedelta(days=4 - today.weekday())
        return friday + timedelta(days=7 if following or friday < today else 0)
    end = _month_end(today)
    return _month_end(end + timedelta(days=1)) if following else end


def _weekend(match: re.Match[str], today: date) -> date | None:
    saturday = today + timedelta(days=(5 - today.weekday()) % 7)
    return saturday + timedelta(days=7 if "next" in match[0] else 0)


def _plus(days: int) -> Days:
    return lambda _, today: today + timedelta(days=days)


def _thanksgiving(_: re.Match[str], today: date) -> date | None:
    first = date(today.year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)


def _yearly(month: int, day: int) -> Days:
    def coming(_: re.Match[str], today: date) -> date:
        this = date(today.year, month, day)
        return this if this >= today else date(today.year + 1, month, day)

    return coming


# What names a day, and how; where two begin at one place the first of the list is right.
_KINDS: tuple[tuple[re.Pattern[str], Days], ...] = tuple(
    (re.compile(rf"\b(?:{pattern})\b"), days)
    for pattern, days in (
        (r"day after tomorrow|pasado manana", _plus(2)),
        (r"tomorrow|tomorow|tommorow|tommorrow|tmrw|tmrow|tmr|tmw|2morrow|2moro|tomoz|(?<!por la )(?<!esta )(?<!la )manana", _plus(1)),
        (r"today|tonight|tonite|2nite|2day|this (?:morning|afternoon|evening)|right now|hoy|esta (?:noche|tarde)|hoy mismo|ahorita|en este momento", _plus(0)),
        (r"(?:the )?end of (?:the |this |next )?(?:month|week)|month ?end|eom|eow|(?:a )?(?:fin|final|fines|finales) (?:de|del) (?:el |la |este |esta |proxim[oa] )?(?:mes|semana)(?: que viene| proxim[oa])?", _end),
        (r"(?:this |the |next |over the )?weekend|(?:este |el )?fin de semana", _weekend),
        (rf"(?:(?:{_MONTH})\.? (?:the )?(?P<day>\d{{1,2}}|{_ORDINAL})(?:st|nd|rd|th)?)", _calendar),
        (rf"(?P<day>\d{{1,2}}|{_ORDINAL})(?:st|nd|rd|th)?(?: of| de) (?:{_MONTH})", _calendar),
        (r"(?P<month>1[0-2]|0?[1-9])[/-](?P<day>3[01]|[12]\d|0?[1-9])(?:[/-](?:20)?\d\d)?(?![/\d-])", _slashed),
        (rf"(?:{_WEEKDAY}),? (?:the |el )?(?P<nth>3[01]|[12]?\d)(?:st|nd|rd|th)?(?! ?(?:am|pm))(?P<word>)(?P<el>)(?P<rest>)", _of_month),
        (r"(?:the )?first (?:of|day of|thing) (?:the |next )month|(?:a )?principios? de(?:l)? mes|primero de(?:l)? mes", _first),
        (rf"(?:(?P<before>next|this|last|past|proximo|pasado|este|coming|a week from) )?(?:{_WEEKDAY})(?P<after> (?:pasado|of next week|next week|de la (?:proxima|otra) semana|de la semana (?:que viene|proxima)))?", _weekday),
        (rf"(?:in|within|en|dentro de|give me|dame|deme|denme) (?:about |like |unos |unas )?{_COUNT} (?:more |mas )?(?P<unit>days?|weeks?|wks?|months?|dias?|semanas?|mes(?:es)?)", _relative),
        (rf"{_COUNT} (?P<unit>days?|weeks?|wks?|months?) from (?:now|today)", _relative),
        (rf"(?:(?:the |on |by )?(?P<nth>3[01]|[12]?\d)(?:st|nd|rd|th)|(?:the |on the |by the )(?P<word>{_ORDINAL}|\d{{1,2}}(?! ?(?:dollars|bucks|usd|percent|%|payments?|of|more|a\b|per)))|(?:el|para el|antes del|del) (?:dia )?(?P<el>\d{{1,2}}|{_ORDINAL}))(?P<rest> of (?:the |next |this )?month| next month| del mes| de este mes)?", _of_month),
        (r"thanksgiving|accion de gracias", _thanksgiving),
        (r"christmas(?: day)?|xmas|navidad", _yearly(12, 25)),
        (r"christmas eve|nochebuena", _yearly(12, 24)),
        (r"new ?years?(?: day)?|ano nuevo", _yearly(1, 1)),
    )
)  # fmt: skip
_AMOUNT = re.compile(
    r"\$ ?(?P<before>\d{1,6}(?:,\d{3})*(?:\.\d\d)?)"
    r"|\b(?P<after>\d{1,6}(?:,\d{3})*(?:\.\d\d)?) ?(?:dollars?|bucks|usd|dolares|pesos)\b"
)
_SHARE = re.compile(r"\b(?:(half)|la (mitad)|(?:full|whole) (?:amount|balance|thing)|(todo)\b)")


def _named(folded: str, today: date) -> Iterator[tuple[int, date]]:
    taken: list[tuple[int, int]] = []
    for pattern, days in _KINDS:
        for match in pattern.finditer(folded):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            day = days(match, today)
            if day is not None and day >= today:
                yield match.start(), day


def promised_day(folded: str, today: date) -> date | None:
    """The first day after today that the words name; today where they name no other."""
    days = sorted({day for _, day in _named(folded[:1_000], today)})
    return next((day for day in days if day > today), days[0] if days else None)


def promised_amount(folded: str) -> str:
    """How much of it: `50.00` in the account's currency, `half`, or "" where nothing is said."""
    if match := _AMOUNT.search(folded[:1_000]):
        return f"{float((match['before'] or match['after']).replace(',', '')):.2f}"
    share = _SHARE.search(folded[:1_000])
    return "half" if share and (share[1] or share[2]) else ""
