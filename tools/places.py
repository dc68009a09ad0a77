# /// script
# requires-python = ">=3.11"
# dependencies = ["phonenumbers==9.0.43", "zipcodes==3.0.0", "pyyaml"]
# ///
"""Renew the states of ZIP codes and area codes in `zones.json`, and the zones of new area codes.

    .local/uv/bin/uv run --script tools/places.py

The packages are read here and never at run time. Zones that the table holds stay: they were united
by family and corrected by hand where the library is wrong (`tables/split_zones.yaml`).
"""

import importlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from string import ascii_letters
from typing import Any

RULEBOOK = Path(__file__).parents[1] / "layers/core/dunlin/rulebook"
STATES = {
    "Alabama": "AL", "Alaska": "AK", "Arizona": "AZ", "Arkansas": "AR", "California": "CA",
    "Colorado": "CO", "Connecticut": "CT", "Delaware": "DE", "Florida": "FL", "Georgia": "GA",
    "Hawaii": "HI", "Idaho": "ID", "Illinois": "IL", "Indiana": "IN", "Iowa": "IA",
    "Kansas": "KS", "Kentucky": "KY", "Louisiana": "LA", "Maine": "ME", "Maryland": "MD",
    "Massachusetts": "MA", "Michigan": "MI", "Minnesota": "MN", "Mississippi": "MS",
    "Missouri": "MO", "Montana": "MT", "Nebraska": "NE", "Nevada": "NV", "New Hampshire": "NH",
    "New Jersey": "NJ", "New Mexico": "NM", "New York": "NY", "North Carolina": "NC",
    "North Dakota": "ND", "Ohio": "OH", "Oklahoma": "OK", "Oregon": "OR", "Pennsylvania": "PA",
    "Rhode Island": "RI", "South Carolina": "SC", "South Dakota": "SD", "Tennessee": "TN",
    "Texas": "TX", "Utah": "UT", "Vermont": "VT", "Virginia": "VA", "Washington State": "WA",
    "Washington D.C.": "DC", "West Virginia": "WV", "Wisconsin": "WI", "Wyoming": "WY",
}  # fmt: skip
TERRITORIES = frozenset({"PR", "VI", "GU", "AS", "MP"})
MILITARY = {"09": "AE", "34": "AA", "96": "AP"}


def state_of(words: str) -> str | None:
    """The state of a description such as `Florida` or `Palm Beach, FL`; None for others."""
    place, _, code = words.rpartition(", ")
    return code if place and code in STATES.values() else STATES.get(words)


def descriptions(code: str, texts: dict[str, Any]) -> Iterator[str]:
    """What the library says of an area code, else of the exchanges under it."""
    prefix = f"1{code}"
    if prefix in texts:
        yield texts[prefix].get("en", "")
        return
    yield from (t.get("en", "") for p, t in texts.items() if p.startswith(prefix))


def area_states(codes: list[str], overlays: dict[str, str]) -> dict[str, str]:
    """The state or territory of each area code that lies in one."""
    phonenumbers = importlib.import_module("phonenumbers")
    texts = importlib.import_module("phonenumbers.geodata").GEOCODE_DATA
    states: dict[str, str] = {}
    for code in codes:
        counted = Counter(s for w in descriptions(code, texts) if (s := state_of(w)))
        region = phonenumbers.region_code_for_number(phonenumbers.parse(f"+1{code}2345678"))
        if counted:
            states[code] = counted.most_common(1)[0][0]
        elif region in TERRITORIES:
            states[code] = region
    return states | {n: states[parent] for n, parent in overlays.items() if n not in states}


def zip_states(military: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The state of three digits, and of the ZIP codes that lie in another one."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    rows = importlib.import_module("zipcodes").list_all()
    for row in rows:
        counted[row["zip_code"][:3]][row["state"]] += 1
    zip3 = {prefix: states.most_common(1)[0][0] for prefix, states in sorted(counted.items())}
    zip3 |= {prefix: MILITARY[prefix[:2]] for prefix in military}
    zip5 = {
        row["zip_code"]: row["state"]
        for row in rows
        if row["state"] != zip3[row["zip_code"][:3]] and row["zip_code"][:3] not in military
    }
    return zip3, zip5


def main() -> None:
    """Write the tables anew, every other table as it was."""
    yaml: Any = importlib.import_module("yaml")
    path = RULEBOOK / "zones.json"
    tables = json.loads(path.read_text(encoding="utf-8"))
    split = yaml.safe_load((RULEBOOK / "tables/split_zones.yaml").read_text(encoding="utf-8"))
    letters = {name: letter for letter, name in zip(ascii_letters, tables["names"], strict=False)}
    zones = importlib.import_module("phonenumbers.tzdata").TIMEZONE_DATA
    for prefix, names in zones.items():
        # One table: a code that is new in the library gets its zones with its state.
        new = re.fullmatch(r"1([2-9]\d\d)", prefix)
        if new and new[1] not in {*tables["area_codes"], *split["no_place"]}:
            tables["area_codes"][new[1]] = "".join(sorted(letters[n] for n in names))
    codes = sorted(tables["area_codes"])
    zip3, zip5 = zip_states(tables["military_zip3"])
    tables |= {
        "states_source": "Area codes: geocoding data of phonenumbers 9.0.43 (Apache-2.0), newer"
        " overlays by tables/split_zones.yaml. ZIP codes: zipcodes 3.0.0 (MIT), military ones by"
        " their prefix.",
        "states_read_on": datetime.now(tz=UTC).date().isoformat(),
        "area_states": area_states(codes, split["overlays"]),
        "zip3_states": zip3,
        "zip5_states": zip5,
    }
    path.write_text(json.dumps(tables, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
