"""The tables of the rulebook agree with the rules and the zones that are built from them."""

from datetime import UTC, datetime

import pytest

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.domain.rulebook import ContactFacts, decide


def _tables():
    return load_rulebook().tables


def test_every_table_names_its_source():
    assert [name for name, table in _tables().items() if not table.get("source")] == []


def test_the_families_of_split_area_codes_are_what_the_zones_say():
    zones = load_rulebook().zones
    for family in _tables()["split_zones"]["families"]:
        for code in family["codes"]:
            candidates = zones.candidates(
                state=None, zip5=None, phones=(f"+1{code}5550123",), tz_known=None
            )
            assert [z.name for z in candidates] == sorted(family["zones"]), code


def test_numbers_without_a_place_have_no_zone():
    everywhere = load_rulebook().zones.candidates(state=None, zip5=None, phones=(), tz_known=None)
    for code in _tables()["split_zones"]["no_place"]:
        candidates = load_rulebook().zones.candidates(
            state=None, zip5=None, phones=(f"+1{code}5550123",), tz_known=None
        )
        assert candidates == everywhere, code


def test_the_tables_name_rules_that_exist_and_reach_creditors_there():
    ids = {d["id"] for d in load_rulebook().documents}
    for row in _tables()["first_party_states"]["states"].values():
        assert set(row["rules"]) <= ids
    for row in _tables()["solicitation_hours"]["states"].values():
        assert row["rule"] is None or row["rule"] in ids


def test_the_strict_hours_of_a_rule_are_those_of_the_table():
    by_id = {d["id"]: d for d in load_rulebook().documents}
    for state, row in _tables()["solicitation_hours"]["states"].items():
        if row["rule"] is None or row["rule"] == "TX-302":
            continue
        specs = by_id[row["rule"]]["constraint"]
        specs = specs if isinstance(specs, list) else [specs]
        hours = next(s for s in specs if s["kind"] == "hours")
        assert (hours["opens"], hours["closes"]) == (row["opens"], row["closes"]), state


def test_an_approved_late_fee_entry_has_its_days_of_grace():
    rows = _tables()["late_fees"]["states"]
    approved = {state: row["grace_days"] for state, row in rows.items() if row["approved"]}
    assert approved == {
        "NY": 5, "CO": 7, "NC": 5, "ME": 15, "MD": 0, "DC": 5, "MA": 30, "CT": 9,
        "DE": 8, "HI": 0, "NV": 3, "TN": 5, "TX": 2,
    }  # fmt: skip
    assert all((row["dollars"] is None) is (row["take"] is None) for row in rows.values())
    # What the book says of the other states.
    stated = _tables()["questions"]["not_covered"]
    assert f"{', '.join(sorted(approved)[:-1])} and {max(approved)} alone" in stated
    liens = sorted(d["id"][:2] for d in load_rulebook().documents if d["id"].endswith("-STOR-LIEN"))
    assert f"{', '.join(liens[:-1])} and {liens[-1]} alone" in stated


@pytest.mark.parametrize("state", ["OH", "PR", "GU", "VI", "AS", "MP", "WY", None])
@pytest.mark.parametrize("action", ["late_fee", "lien_notice", "lien_sale"])
def test_a_place_without_an_entry_or_a_calendar_is_refused_and_told_so(state, action):
    facts = ContactFacts(
        channel=action, debt_role="first", state=state, industry="self_storage",
        message={"due_date": "2026-11-01", "fee": 1, "rent": 900, "in_lease": True},
    )  # fmt: skip
    verdict = decide(load_rulebook(), facts, datetime(2026, 11, 23, 17, tzinfo=UTC))
    assert verdict.outcome == "block"
    because = {r.because for r in verdict.results if r.id == "PLAT-FAILCLOSED"}
    what = "late fee entry" if action == "late_fee" else "lien calendar"
    assert because == {f"There is no approved {what} for this state."}
