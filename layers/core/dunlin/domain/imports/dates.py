"""Calendar days as exports write them, and the order of a column decided from all its rows."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

YMD, MDY, DMY = "ymd", "mdy", "dmy"

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ]\d\d?:\d\d.*)?")
_CLOCK = re.compile(
    r"[T,\s]+\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?:[.,]\d+)?\s*(?:[AaPp]\.?\s?[Mm]\.?)?"
    r"\s*(?:UTC|GMT|Z|[A-Z]{2,4})?\s*(?:[+-]\d\d:?\d\d)?$|(?<=\d)T\d.*$"
)
_NUMERIC = re.compile(r"(\d{1,4})\s?([-/. ])\s?(\d{1,2})\s?\2\s?(\d{1,4})\.?")
_COMPACT = re.compile(r"\d{8}")
_SERIAL = re.compile(r"[2-6]\d{4}(?:\.\d+)?")
_EPOCH = re.compile(r"1[0-9]{9}(?:\d{3})?")
_WORDY = re.compile(r"[a-z]+|\d+")
_WEEKDAY = re.compile(
    r"^(?:mon|tue|wed|thu|fri|sat|sun|lun|mar|mie|jue|vie|sab|dom|mer|jeu|ven|sam|dim|mo|di|mi|do|"
    r"fr|sa|so)[a-z]*\.?,\s*"
)
_WEEKDAYS = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday tue wed thu fri sat sun lunes martes
    miercoles jueves viernes sabado domingo lun mie jue vie dom lundi mardi mercredi jeudi vendredi
    samedi dimanche montag dienstag mittwoch donnerstag freitag samstag sonntag segunda terca quarta
    quinta sexta feira""".split()
)
_FILLERS = _WEEKDAYS | frozenset(
    "de del den der le of the st nd rd th er el dia o do di t utc".split()
)
_EPOCH_DAY = dt.date(1899, 12, 30)

_MONTHS: dict[str, int] = {}
for _number, _names in enumerate(
    (
        "january jan enero ene januar jaenner jaen janner janvier janv janeiro",
        "february feb febrero februar fevrier fevr fev febr fevereiro",
        "march mar marzo marz maerz mrz mars marco",
        "april apr abril abr avril avr",
        "may mayo mai maio",
        "june jun junio juni juin junho",
        "july jul julio juli juillet juil julho",
        "august aug agosto ago aout",
        "september sep sept septiembre setiembre septembre setembro set",
        "october oct octubre oktober okt octobre outubro out",
        "november nov noviembre novembre novembro",
        "december dec diciembre dic dezember dez decembre dezembro",
    ),
    1,
):
    for _name in _names.split():
        _MONTHS[_name] = _number


@dataclass(frozen=True, slots=True)
class DateReading:
    """What a text says as a date: numbers that fit one order only, or `first` and `second` open."""

    fixed: dt.date | None = None
    first: int = 0
    second: int = 0
    year: int = 0
    shape: str = ""

    @property
    def order(self) -> str | None:
        """The only order that fits, None where both do or none is needed."""
        if self.first > 12:
            return DMY
        if self.second > 12:
            return MDY
        return None


def full_year(number: int, digits: int) -> int:
    """A two-digit year as people mean it: 00-49 is 2000-2049, 50-99 is 1950-1999."""
    if digits > 2:
        return number
    return number + (2000 if number < 50 else 1900)


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def fold(text: str) -> str:
    """Lower case without accents."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).lower()


def read_date(text: str) -> DateReading | None:
    """The reading of one cell, or None where it is no date."""
    if len(text) > 60:
        return None
    iso = _ISO.fullmatch(text)
    if iso:
        day = _day(int(iso[1]), int(iso[2]), int(iso[3]))
        return DateReading(fixed=day, shape="iso") if day else None
    bare = _CLOCK.sub("", text.strip()).strip()
    numeric = _NUMERIC.fullmatch(bare)
    if numeric:
        return _numeric(numeric)
    if _COMPACT.fullmatch(bare):
        return _compact(bare)
    if _SERIAL.fullmatch(bare):
        return DateReading(fixed=_EPOCH_DAY + dt.timedelta(days=int(float(bare))), shape="serial")
    if _EPOCH.fullmatch(bare):
        seconds = int(bare[:10])
        return DateReading(fixed=dt.datetime.fromtimestamp(seconds, dt.UTC).date(), shape="epoch")
    return _wordy(bare)


def _numeric(match: re.Match[str]) -> DateReading | None:
    a, b, c = int(match[1]), int(match[3]), int(match[4])
    if len(match[1]) >= 3:
        day = _day(full_year(a, len(match[1])), b, c) if len(match[1]) == 4 else None
        return DateReading(fixed=day, shape="iso") if day else None
    if len(match[4]) == 3 or a == 0 or b == 0 or (a > 12 and b > 12):
        return None
    year = full_year(c, len(match[4]))
    if _day(year, b, a) is None and _day(year, a, b) is None:
        return None
    return DateReading(first=a, second=b, year=year, shape=match[2])


def _compact(bare: str) -> DateReading | None:
    if bare[:2] in ("19", "20"):
        day = _day(int(bare[:4]), int(bare[4:6]), int(bare[6:]))
        if day:
            return DateReading(fixed=day, shape="compact")
    year = int(bare[4:])
    a, b = int(bare[:2]), int(bare[2:4])
    if 1900 <= year < 2100 and (_day(year, b, a) or _day(year, a, b)):
        return DateReading(first=a, second=b, year=year, shape="compact")
    return None


def _wordy(bare: str) -> DateReading | None:
    words = _WORDY.findall(_WEEKDAY.sub("", fold(bare)))
    months = [w for w in words if w in _MONTHS]
    numbers = [w for w in words if w.isdigit()]
    if len(months) != 1 or len(numbers) != 2:
        return None
    if any(not (w in _MONTHS or w.isdigit() or w in _FILLERS) for w in words):
        return None
    month = _MONTHS[months[0]]
    a, b = numbers
    if len(a) == 4:
        day = _day(int(a), month, int(b))
    else:
        day = _day(full_year(int(b), len(b)), month, int(a)) if len(b) in (2, 4) else None
    return DateReading(fixed=day, shape="word") if day else None


def to_date(text: str, order: str = "") -> dt.date | None:
    """The day in `text` under a column's order; None where it is none or the order is missing."""
    reading = read_date(text)
    return None if reading is None else resolve(reading, order)


def turn_back(reading: DateReading, order: str) -> dt.date | None:
    """The day of a reading whose day and month a spreadsheet took for each other; what only one
    order fits is left alone."""
    day = resolve(reading, order)
    if day is None or day.day > 12 or reading.shape not in _STAMPS:
        return day
    return _day(day.year, day.day, day.month)


def resolve(reading: DateReading, order: str) -> dt.date | None:
    """The day of a reading; a reading that both orders allow needs one."""
    if reading.fixed is not None:
        return reading.fixed
    if order == MDY:
        return _day(reading.year, reading.first, reading.second)
    if order == DMY:
        return _day(reading.year, reading.second, reading.first)
    if order == YMD:
        return _day(full_year(reading.first, 2), reading.second, reading.year % 100)
    if reading.first == reading.second:
        return _day(reading.year, reading.first, reading.second)
    return None


_STAMPS = ("iso", "serial", "word")
"""Shapes in which a spreadsheet writes the days that it understood."""
_CHANCE = 4
"""Stamps none of which is later than the 12th by chance: fewer say nothing of themselves."""


@dataclass(slots=True)
class OrderVote:
    """Counts over a column's rows; dots are day first wherever they are written."""

    dmy: int = 0
    mdy: int = 0
    open: int = 0
    dotted: int = 0
    dates: int = 0
    stamps: int = 0
    late_stamps: int = 0

    def add(self, reading: DateReading) -> None:
        """Count one cell."""
        self.dates += 1
        if reading.fixed is not None:
            if reading.shape in _STAMPS and 1980 <= reading.fixed.year < 2060:
                self.stamps += 1
                self.late_stamps += reading.fixed.day > 12
            return
        if reading.first == reading.second:
            return
        if reading.first > 12:
            self.dmy += 1
        elif reading.second > 12:
            self.mdy += 1
        else:
            self.open += 1
            self.dotted += reading.shape == "."

    @property
    def turned(self) -> bool:
        """True where a spreadsheet seems to have taken days for months: it turns what reads both
        ways into stamps and leaves the days after the 12th as text."""
        if bool(self.dmy) == bool(self.mdy):
            return False
        by_chance = self.open and self.stamps < _CHANCE
        return bool(self.stamps) and not self.late_stamps and not by_chance

    def order(self) -> str | None:
        """The order of the column; "" where none is needed; None where it must be asked."""
        if self.dmy and self.mdy:
            return None
        if self.dmy or self.mdy:
            return DMY if self.dmy else MDY
        if not self.open:
            return ""
        return DMY if self.dotted == self.open else None
