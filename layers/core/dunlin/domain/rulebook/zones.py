"""Where a consumer may be: every state and every time zone, each zone with what pointed to it.

Reg F comment 6(b)(1)(i)-2: a time must be lawful in all locations the information points to. Where
ZIP and state disagree both are known, and both count: the law of each, the zones of each.
Tables are data (`zones.json`): ZIP by three digits with exceptions, states, area-code families.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from string import ascii_letters
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dunlin.domain.rulebook.verdict import CandidateZone
from dunlin.domain.zone_names import named_as_place, place_zone

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


def five_digits(text: str | None) -> str | None:
    """The five digits of a ZIP code, with the zeros in front that a spreadsheet took; None where
    there are none."""
    digits = (text or "").strip().partition("-")[0][:5]
    if not (digits.isascii() and digits.isdigit()):
        return None
    return digits.zfill(5) if len(digits) in (3, 4, 5) else None


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
        # Editions before 2026.12 knew no state by ZIP and took any zone for a place.
        self.knows_places = "zip3_states" in tables
        self._zip3_states: Mapping[str, str] = tables.get("zip3_states", {})
        self._zip5_states: Mapping[str, str] = tables.get("zip5_states", {})
        self._area_states: Mapping[str, str] = tables.get("area_states", {})

    @property
    def entries(self) -> Mapping[str, Mapping[str, Any]]:
        """What each table says, by its name for people: the zones or the state of every key."""
        return {
            "zones of three-digit ZIP codes": self._zip3,
            "zones of five-digit ZIP codes": self._zip5,
            "zones of states": self._states,
            "zones of area codes": self._area_codes,
            "states of three-digit ZIP codes": self._zip3_states,
            "states of five-digit ZIP codes": self._zip5_states,
            "states of area codes": self._area_states,
        }

    def states(self, state: str | None, zip5: str | None) -> frozenset[str]:
        """Every state that the address points to: the one it names and the one of its ZIP; empty
        where it points to none. Territories count, and AA, AE, AP for military addresses."""
        if not self.knows_places:
            return frozenset({state} if state else ())
        known = {state} if state in self._states or state in MILITARY_STATES else set()
        by_zip = self.zip_state(zip5)
        return frozenset(s for s in (*known, by_zip) if s)

    def zip_state(self, zip5: str | None) -> str | None:
        """The state of a ZIP code by its five or its three digits; None where nobody has it."""
        code = zip5 or ""
        return self._zip5_states.get(code) or self._zip3_states.get(code[:3])

    def area_state(self, phone: str) -> str | None:
        """The state or territory of a number's area code; None for one without."""
        return self._area_states.get(area_code(phone) or "")

    def clock_known(self, tz_known: str | None) -> bool:
        """Whether a known time zone is a place, so that it gives a clock."""
        if not self.knows_places:
            return tz_known is not None
        return tz_known is not None and place_zone(tz_known) is not None

    def military(self, state: str | None, zip5: str | None) -> bool:
        """Whether the address is APO, FPO or DPO: no clock can be computed from it."""
        return state in MILITARY_STATES or (zip5 or "")[:3] in self._military

    def candidates(
        self,
        *,
        state: str | None,
        zip5: str | None,
        phones: Iterable[str],
        tz_known: str | None,
        tz_by: str = "person",
    ) -> tuple[CandidateZone, ...]:
        """All zones to respect, by IANA name. A place that the person said replaces inference, one
        that a file said (`tz_by` "file") stands beside it, and what names no place counts for
        nothing; without any data every zone of the United States from Puerto Rico to Hawaii
        stands."""
        place = self._place(tz_known)
        if place and tz_by == "person" and self._is_stated(tz_known or ""):
            return (CandidateZone(name=place, sources=("stated",)),)
        sources: dict[str, list[str]] = {}

        def add(zones: Iterable[str], source: str) -> None:
            for zone in zones:
                sources.setdefault(zone, []).append(source)

        by_zip = self._zip5.get(zip5 or "") or self._zip3.get((zip5 or "")[:3])
        if by_zip:
            add(by_zip, f"zip:{zip5}")
        if state in self._states and not (by_zip and self._agree(state, zip5)):
            add(self._states[state], f"state:{state}")
        for phone in phones:
            code = area_code(phone)
            if code in self._area_codes:
                add(self._area_codes[code], f"npa:{code}")
        if place:
            add((place,), "named")
        if not sources:
            add(self._everywhere, "no data")
        return tuple(
            CandidateZone(name=name, sources=tuple(dict.fromkeys(sources[name])))
            for name in sorted(sources)
        )

    def _place(self, tz_known: str | None) -> str | None:
        if not tz_known:
            return None
        if self.knows_places:
            return place_zone(tz_known)
        return tz_known if zone_info(tz_known) is not None else None

    def _is_stated(self, tz_known: str) -> bool:
        return not self.knows_places or named_as_place(tz_known)

    def _agree(self, state: str | None, zip5: str | None) -> bool:
        """Whether a ZIP code lies in the state named, as far as anybody knows."""
        by_zip = self.zip_state(zip5)
        return by_zip is None or by_zip == state
