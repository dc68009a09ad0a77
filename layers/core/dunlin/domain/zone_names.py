"""Names of time zones that are places: only a place tells when its summer time begins.

`UTC`, `EST`, `MST` and offsets are no places: they have no summer time, and say of nobody where
they are. Names that people and programs write for a place are mapped by `ZONE_NAMES`.
"""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

# Names of the zones of the United States as files write them, read on 2026-11-30: the plain
# words; the `windowsZones` of Unicode CLDR 46; the links of tzdata's `backward` for the names of
# POSIX rules. "Eastern Standard Time" is what Windows calls the zone in summer too.
ZONE_NAMES = {
    "eastern": "America/New_York",
    "eastern time": "America/New_York",
    "eastern time (us & canada)": "America/New_York",
    "eastern standard time": "America/New_York",
    "us eastern": "America/New_York",
    "est5edt": "America/New_York",
    "et": "America/New_York",
    "central": "America/Chicago",
    "central time": "America/Chicago",
    "central time (us & canada)": "America/Chicago",
    "central standard time": "America/Chicago",
    "us central": "America/Chicago",
    "cst6cdt": "America/Chicago",
    "ct": "America/Chicago",
    "mountain": "America/Denver",
    "mountain time": "America/Denver",
    "mountain time (us & canada)": "America/Denver",
    "mountain standard time": "America/Denver",
    "us mountain": "America/Denver",
    "mst7mdt": "America/Denver",
    "mt": "America/Denver",
    "us mountain standard time": "America/Phoenix",
    "arizona": "America/Phoenix",
    "pacific": "America/Los_Angeles",
    "pacific time": "America/Los_Angeles",
    "pacific time (us & canada)": "America/Los_Angeles",
    "pacific standard time": "America/Los_Angeles",
    "us pacific": "America/Los_Angeles",
    "pst8pdt": "America/Los_Angeles",
    "pt": "America/Los_Angeles",
    "alaska": "America/Anchorage",
    "alaska time": "America/Anchorage",
    "alaskan standard time": "America/Anchorage",
    "hawaii": "Pacific/Honolulu",
    "hawaii time": "Pacific/Honolulu",
    "hawaiian standard time": "Pacific/Honolulu",
}
_REGIONS = frozenset({
    "africa", "america", "antarctica", "arctic", "asia", "atlantic", "australia", "brazil",
    "canada", "chile", "europe", "indian", "mexico", "pacific", "us",
})  # fmt: skip


@lru_cache(maxsize=1)
def _places() -> dict[str, str]:
    """Every zone of a place by its name in small letters."""
    known = (name for name in available_timezones() if "/" in name)
    return {n.lower(): n for n in known if n.lower().partition("/")[0] in _REGIONS}


@lru_cache(maxsize=1024)
def place_zone(text: str) -> str | None:
    """The IANA name of the place that a text names, `America/New_York`; None where it names none:
    `UTC`, `EST`, `-05:00`, `Local`."""
    plain = " ".join(text.split()).lower()
    name = ZONE_NAMES.get(plain) or _places().get(plain.replace(" ", "_"))
    if name is None:
        return None
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    return name


def named_as_place(text: str) -> bool:
    """Whether the text is a place's own name, and none that was mapped to one."""
    return " ".join(text.split()).lower() not in ZONE_NAMES and place_zone(text) is not None
