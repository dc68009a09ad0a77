"""Candidate time zones: every zone a consumer may be in, each with what pointed to it.

Reg F comment 6(b)(1)(i)-2: a time must be lawful in all locations the information points to.
Tables are data (`zones.json`): ZIP by three digits with exceptions, states, area-code families.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from string import ascii_letters
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dunlin.domain.rulebook.verdict import CandidateZone

MILITARY_STATES = frozenset({"AA", "AE", "AP"})


@lru_cache(maxsize=256)
def zone_info(name: str) -> ZoneInfo | None:
    """The zone of an IANA name, None where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def area_code(phone: str) -> str | None:
    """The three-digit area code of a number of the North American plan, None for others."""
    digits = "".join(c for c in phone if c.isdigit())
    if len(digits) == 11 and digits[0] == "1":
        return digits[1:4]
    return digits[:3] if len(digits) == 10 and not phone.startswith("+") else None


class ZoneTables:
    """The tables of `zones.json`, ready for look-up. Never changes after construction."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        names: list[str] = list(tables["names"])

        letters = dict(zip(ascii_letters, names, strict=False))

        def expand(table: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
            return {key: tuple(letters[c] for c in codes) for key, codes in table.items()}

        self._zip3 = expand(tables["zip3"])
        self._zip5 = expand(tables["zip5"])
        self._states = expand(tables["states"])
        self._area_codes = expand(tables["area_codes"])
        self._everywhere = tuple(letters[c] for c in tables["everywhere"])
        self._military = frozenset(tables["military_zip3"])

    def military(self, state: str | None, zip5: str | None) -> bool:
        """Whether the address is APO, FPO or DPO: no clock can be computed from it."""
        return state in MILITARY_STATES or (zip5 or "")[:3] in self._military

    def candidates(
        self, *, state: str | None, zip5: str | None, phones: Iterable[str], tz_known: str | None
    ) -> tuple[CandidateZone, ...]:
        """All zones to respect, by IANA name. A stated zone replaces inference; without any
        data every zone of the United States from Puerto Rico to Hawaii stands."""
        if tz_known and zone_info(tz_known) is not None:
            return (CandidateZone(name=tz_known, sources=("stated",)),)
        sources: dict[str, list[str]] = {}

        def add(zones: Iterable[str], source: str) -> None:
            for zone in zones:
                sources.setdefault(zone, []).append(source)

        by_zip = self._zip5.get(zip5 or "") or self._zip3.get((zip5 or "")[:3])
        if by_zip:
            add(by_zip, f"zip:{zip5}")
        elif state in self._states:
            add(self._states[state], f"state:{state}")
        for phone in phones:
            code = area_code(phone)
            if code in self._area_codes:
                add(self._area_codes[code], f"npa:{code}")
        if not sources:
            add(self._everywhere, "no data")
        return tuple(
            CandidateZone(name=name, sources=tuple(dict.fromkeys(sources[name])))
            for name in sorted(sources)
        )
