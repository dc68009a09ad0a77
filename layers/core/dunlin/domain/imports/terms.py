"""When a bill falls due by its terms: `Net 30`, `2/10 net 30`, `30 Tage netto`, `fin de mois`."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from functools import lru_cache
from typing import NamedTuple

from dunlin.domain.imports.dates import fold

_AT_ONCE = re.compile(
    r"\b(?:receipt|cod|c\.o\.d|immediate(?:ly)?|due now|cash|prepaid|in advance|on delivery|"
    r"sofort|bei erhalt|nach erhalt|prompt|vorkasse|vorauskasse|barzahlung|contado|inmediat[oa]|"
    r"recepcion|contra entrega|anticipado|comptant|reception|immediat|a la commande|"
    r"a vista|avista|imediat[oa]|na entrega|antecipado)\b"
)
_MONTH_END = re.compile(
    r"\b(?:eom|e\.o\.m|end of (?:the )?month|month end|mfi|prox|monatsende|monatsultimo|"
    r"fin (?:de|du) mois|fdm|fin (?:de|del) mes|f\.?m|fim (?:de|do) mes)\b"
)
_AFTER_MONTH_END = re.compile(r"\b(?:eom|e\.o\.m|end of (?:the )?month|month end|mfi|prox)\b")
_NUMBER = re.compile(r"(?<![\d.,])(\d{1,3})(?![\d.,]*\d)(?!\s?%)")
_WORKING = re.compile(r"\b(?:business|working|werktage?n?|arbeitstage?n?|ouvres|habiles|uteis)\b")
_WEEKS = re.compile(r"\b(?:weeks?|wks?|wochen?|semanas?|semaines?)\b")
_MONTHS = re.compile(r"\b(?:months?|monate?n?|mes(?:es)?|mois)\b")
_MOST = 365


class PaymentTerms(NamedTuple):
    """Days after the bill; to the end of the month in which they end, or from the end of its own
    month."""

    days: int
    month_end: bool = False
    from_month_end: bool = False


@lru_cache(maxsize=1024)
def read_terms(text: str) -> PaymentTerms | None:
    """The terms that a text names, None where it names none that we know. Of several days the
    last counts: the others are those of a discount."""
    plain = fold(text)
    numbers = [int(n) for n in _NUMBER.findall(plain)]
    ends = bool(_MONTH_END.search(plain))
    if not numbers:
        if ends:
            return PaymentTerms(0, month_end=True)
        return PaymentTerms(0) if _AT_ONCE.search(plain) else None
    days = max(numbers)
    if _WEEKS.search(plain):
        days *= 7
    elif _MONTHS.search(_MONTH_END.sub(" ", plain)):
        days *= 31
    elif _WORKING.search(plain):
        days = -(-days * 7 // 5)
    if days > _MOST:
        return None
    return PaymentTerms(days, month_end=ends, from_month_end=bool(_AFTER_MONTH_END.search(plain)))


def due_on(terms: PaymentTerms, issued: dt.date) -> dt.date:
    """The day on which a bill of `issued` falls due."""
    if terms.from_month_end:
        return _month_end(issued) + dt.timedelta(days=terms.days)
    day = issued + dt.timedelta(days=terms.days)
    return _month_end(day) if terms.month_end else day


def _month_end(day: dt.date) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
