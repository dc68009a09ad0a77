"""Candidate zones: the traps of split zones, overlays, de facto time and addresses without one."""

import pytest

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.domain.rulebook.zones import area_code

EAST, CENTRAL, MOUNTAIN = "America/New_York", "America/Chicago", "America/Denver"
PACIFIC, PHOENIX = "America/Los_Angeles", "America/Phoenix"


def _names(state=None, zip5=None, phone=None, tz=None, by="person"):
    zones = load_rulebook().zones.candidates(
        state=state, zip5=zip5, phones=(phone,) if phone else (), tz_known=tz, tz_by=by
    )
    return {z.name for z in zones}


@pytest.mark.parametrize(
    ("zip5", "zones"),
    [
        ("43215", {EAST}),
        ("32501", {CENTRAL}),
        ("33130", {EAST}),
        ("89883", {PACIFIC, MOUNTAIN}),  # West Wendover: both what the package says and what is so
        ("89825", {PACIFIC, MOUNTAIN}),  # Jackpot
        ("86040", {PHOENIX, MOUNTAIN}),  # Page
        ("86045", {PHOENIX, MOUNTAIN}),  # Tuba City
        ("36867", {CENTRAL, EAST}),  # Phenix City
        ("36854", {CENTRAL, EAST}),  # Valley
        ("73946", {CENTRAL, MOUNTAIN}),  # Kenton
        ("97914", {MOUNTAIN}),  # Ontario, Malheur County
        ("79936", {MOUNTAIN}),  # El Paso
        ("00901", {"America/Puerto_Rico"}),
        ("96813", {"Pacific/Honolulu"}),
    ],
)
def test_a_zip_gives_its_own_zones_only(zip5, zones):
    assert _names(zip5=zip5) == zones


@pytest.mark.parametrize(
    ("code", "zones"),
    [
        ("850", {CENTRAL, EAST}), ("448", {CENTRAL, EAST}), ("219", {CENTRAL, EAST}),
        ("574", {CENTRAL, EAST}), ("812", {CENTRAL, EAST}), ("930", {CENTRAL, EAST}),
        ("270", {CENTRAL, EAST}), ("364", {CENTRAL, EAST}), ("606", {CENTRAL, EAST}),
        ("423", {CENTRAL, EAST}), ("729", {CENTRAL, EAST}), ("906", {CENTRAL, EAST}),
        ("701", {CENTRAL, MOUNTAIN}), ("605", {CENTRAL, MOUNTAIN}), ("308", {CENTRAL, MOUNTAIN}),
        ("785", {CENTRAL, MOUNTAIN}), ("620", {CENTRAL, MOUNTAIN}), ("402", {CENTRAL, MOUNTAIN}),
        ("531", {CENTRAL, MOUNTAIN}), ("541", {PACIFIC, MOUNTAIN}), ("458", {PACIFIC, MOUNTAIN}),
        ("208", {PACIFIC, MOUNTAIN}), ("986", {PACIFIC, MOUNTAIN}), ("775", {PACIFIC, MOUNTAIN}),
        ("928", {PHOENIX, MOUNTAIN}), ("915", {MOUNTAIN}), ("432", {CENTRAL}),
        ("334", {CENTRAL, EAST}), ("907", {"America/Anchorage", "America/Adak"}),
        ("580", {CENTRAL, MOUNTAIN}), ("212", {EAST}), ("808", {"Pacific/Honolulu"}),
    ],
)  # fmt: skip
def test_an_area_code_gives_the_zones_of_its_whole_family(code, zones):
    assert _names(phone=f"+1{code}5550123") == zones


@pytest.mark.parametrize("code", ["800", "833", "844", "855", "866", "877", "888", "500", "900"])
def test_a_number_without_a_place_adds_nothing(code):
    assert _names(zip5="43215", phone=f"+1{code}5550123") == {EAST}


def test_zip_and_area_code_are_united_with_their_sources():
    zones = load_rulebook().zones.candidates(
        state="CA", zip5="90012", phones=("+12125550123",), tz_known=None
    )
    assert [(z.name, z.sources) for z in zones] == [
        (PACIFIC, ("zip:90012",)),
        (EAST, ("npa:212",)),
    ]


def test_a_zone_that_the_person_said_replaces_inference():
    assert _names(zip5="90012", phone="+12125550123", tz=MOUNTAIN) == {MOUNTAIN}


def test_a_zone_that_a_file_said_stands_beside_the_others():
    assert _names(zip5="90012", tz=MOUNTAIN, by="file") == {PACIFIC, MOUNTAIN}
    assert _names(zip5="90012", tz="Eastern") == {PACIFIC, EAST}


@pytest.mark.parametrize("tz", ["Mars/Olympus", "UTC", "EST", "MST", "Etc/GMT+8", "-08:00", "Zulu"])
def test_a_zone_that_is_no_place_counts_for_nothing(tz):
    assert _names(zip5="90012", tz=tz) == {PACIFIC}
    assert _names(tz=tz) == _names()


def test_where_zip_and_state_disagree_the_zones_of_both_stand():
    assert _names(state="CA", zip5="12207") == {PACIFIC, EAST}
    assert _names(state="TN", zip5="37402") == {EAST}


def test_without_a_zip_the_state_gives_all_its_zones():
    assert _names(state="TN") == {EAST, CENTRAL}
    assert _names(state="OR") == {PACIFIC, MOUNTAIN}
    assert _names(state="AZ") == {PHOENIX, MOUNTAIN}


def test_without_any_data_every_zone_from_puerto_rico_to_hawaii_stands():
    assert {"America/Puerto_Rico", EAST, PHOENIX, "Pacific/Honolulu"} <= _names()
    assert _names() == _names(phone="+18005550123")


def test_military_addresses_are_known_by_state_and_by_zip():
    zones = load_rulebook().zones
    assert zones.military("AE", None)
    assert zones.military(None, "09021")
    assert zones.military("AP", "96258")
    assert not zones.military("HI", "96813")


@pytest.mark.parametrize(
    ("phone", "code"),
    [("+12125550123", "212"), ("2125550123", "212"), ("+442071234567", None), ("", None)],
)
def test_area_codes_are_read_from_north_american_numbers_only(phone, code):
    assert area_code(phone) == code
