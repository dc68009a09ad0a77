"""Where a person is: every state and zone that ZIP, state, area code and time zone point to."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dunlin.adapters.files.rulebook_files import edition, load_rulebook
from dunlin.cli.judge import judge_line
from dunlin.cli.scoring import faults
from dunlin.domain.rulebook import ContactFacts, decide
from dunlin.domain.rulebook.records import plain_facts, read_facts
from dunlin.domain.rulebook.zones import five_digits
from dunlin.domain.zone_names import ZONE_NAMES, named_as_place, place_zone

# Written from the law and before the code: a ZIP without a state, a zone that is no place, ZIP
# and state that disagree, an area code that presumes a state.
PLACES = [
    json.loads(line)
    for line in (Path(__file__).parent / "places.jsonl").read_text(encoding="utf-8").splitlines()
]
BEFORE = "2026.11.3+957bf765fa1c"


@pytest.mark.parametrize("case", PLACES, ids=[c["id"] for c in PLACES])
def test_a_person_is_in_every_place_that_is_known(case):
    answer = judge_line(load_rulebook(), json.dumps(case), "baseline")
    assert faults(case, answer) == [], case["why"]


def test_each_kind_has_twenty_cases_some_of_them_lawful():
    kinds = Counter(c["id"].partition("/")[0] for c in PLACES)
    assert set(kinds) == {"PLACE-A", "PLACE-B", "PLACE-C", "PLACE-D"}
    assert min(kinds.values()) >= 20
    lawful = {c["id"].partition("/")[0] for c in PLACES if c["expect"]["outcome"] == "allow"}
    assert lawful == set(kinds)


@pytest.mark.parametrize(
    ("zip5", "state"),
    [
        ("20001", "DC"), ("00501", "NY"), ("06390", "NY"), ("06320", "CT"), ("00901", "PR"),
        ("00802", "VI"), ("96910", "GU"), ("96799", "AS"), ("96950", "MP"), ("09021", "AE"),
        ("34002", "AA"), ("96258", "AP"), ("83414", "WY"), ("99999", "AK"), ("00000", None),
        ("", None), (None, None), ("SW1A1", None),
    ],
)  # fmt: skip
def test_a_zip_lies_in_its_state(zip5, state):
    zones = load_rulebook().zones
    assert zones.zip_state(zip5) == state
    assert zones.states(None, zip5) == frozenset({state} if state else ())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("20001", "20001"), ("20001-1234", "20001"), ("200011234", "20001"), (" 20001 ", "20001"),
        ("2108", "02108"), ("501", "00501"), ("12", None), ("", None), (None, None),
        ("K1A 0B6", None), ("٢٠٠٠١", None),
    ],
)  # fmt: skip
def test_a_zip_code_has_five_digits(text, code):
    assert five_digits(text) == code


def test_every_state_has_zips_and_area_codes():
    zones = json.loads(_rulebook_file("zones.json"))
    freely_associated = {"FM", "MH", "PW"}
    assert set(zones["zip3_states"].values()) | set(zones["zip5_states"].values()) >= set(
        zones["states"]
    )
    assert set(zones["area_states"].values()) >= set(zones["states"]) - freely_associated
    assert set(zones["area_states"]) <= set(zones["area_codes"])
    assert zones["states_source"]
    assert zones["states_read_on"]


def test_an_area_code_lies_in_a_state_whose_zones_it_keeps():
    zones = json.loads(_rulebook_file("zones.json"))
    strangers = {
        code: state
        for code, state in zones["area_states"].items()
        if not set(zones["area_codes"][code]) & set(zones["states"][state])
    }
    assert strangers == {}


def _rulebook_file(name: str) -> str:
    from importlib import resources

    return (resources.files("dunlin") / "rulebook" / name).read_text(encoding="utf-8")


def test_an_overlay_has_the_state_of_the_code_under_it():
    tables = json.loads(_rulebook_file("zones.json"))
    for code, parent in load_rulebook().tables["split_zones"]["overlays"].items():
        assert tables["area_states"][code] == tables["area_states"][parent], code
        assert tables["area_codes"][code] == tables["area_codes"][parent], code


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("America/New_York", "America/New_York"), ("america/new york", "America/New_York"),
        ("US/Eastern", "US/Eastern"), ("Eastern", "America/New_York"), (" ET ", "America/New_York"),
        ("Pacific Time (US & Canada)", "America/Los_Angeles"), ("Europe/Berlin", "Europe/Berlin"),
        ("EST", None), ("EDT", None), ("MST", None), ("UTC", None), ("GMT", None), ("Zulu", None),
        ("Etc/GMT+5", None), ("Etc/UTC", None), ("+05:00", None), ("-5", None), ("UTC-5", None),
        ("Local", None), ("", None), ("Mars/Olympus", None), ("../etc/passwd", None),
        ("America/", None), ("America/New_York\x00", None),
    ],
)  # fmt: skip
def test_a_zone_is_a_place(text, zone):
    assert place_zone(text) == zone


def test_every_mapped_name_is_a_place_and_none_is_a_places_own():
    for name, zone in ZONE_NAMES.items():
        assert place_zone(name) == place_zone(zone) == zone
        assert named_as_place(zone)
        assert not named_as_place(name)


def test_an_edition_of_before_judges_as_it_did():
    """A ZIP alone gave no state, `UTC` was a zone, few area codes presumed one."""
    kept = edition(BEFORE)
    assert kept is not None
    night = datetime(2026, 7, 15, 8, 30, tzinfo=UTC)
    albany = ContactFacts(
        channel="sms", debt_role="first", state="NY", zip="12207", tz_known="UTC",
        consents={"sms": True}, profile="baseline",
    )  # fmt: skip
    district = ContactFacts(
        channel="sms", debt_role="first", zip="20001", consents={"sms": True}, profile="baseline"
    )
    noon = datetime(2026, 11, 23, 17, tzinfo=UTC)
    assert decide(kept, albany, night).outcome == "allow"
    assert decide(kept, district, noon).outcome == "allow"
    assert decide(load_rulebook(), albany, night).outcome == "defer"
    assert decide(load_rulebook(), district, noon).outcome == "block"


@pytest.mark.parametrize(("by", "outcome"), [("person", "allow"), ("file", "defer")])
def test_a_record_keeps_who_said_the_zone(by, outcome):
    facts = ContactFacts(
        channel="sms", debt_role="first", state="OH", zip="43215", tz_by=by,
        tz_known="America/Los_Angeles", consents={"sms": True}, profile="baseline",
    )  # fmt: skip
    kept = json.loads(json.dumps(plain_facts(facts, load_rulebook())))
    evening = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
    assert decide(load_rulebook(), facts, evening).outcome == outcome
    assert decide(load_rulebook(), read_facts(kept), evening) == decide(
        load_rulebook(), facts, evening
    )
