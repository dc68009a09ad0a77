"""A shadow beside the present process: what both did, and what the rules would have refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dunlin.cli.main import app
from dunlin.domain.errors import DomainError
from dunlin.domain.reports.shadow_comparison import Spoken, agreement, read_contacts
from dunlin.runtime import wiring
from dunlin.service.rollouts.shadows import beside
from tests.rollouts.test_rollouts import Town
from tests.support import ground
from tests.support.builders import NOON
from tests.support.deployment import LAPTOP


def spoken(hours: float, account: str = "a", channel: str = "email") -> Spoken:
    return Spoken(at=NOON + timedelta(hours=hours), account_id=account, channel=channel)


def test_agreement_pairs_each_contact_once_within_a_day() -> None:
    contacts = [spoken(0), spoken(1), spoken(0, "b"), spoken(0, "c", "sms"), spoken(200, "d")]
    proposed = [spoken(23), spoken(25.1, "b"), spoken(0, "c"), spoken(190, "d")]
    match = agreement(contacts, proposed)
    # a once of twice, d once; b is an hour too far, c is on another channel.
    assert (match.both, match.only_made, match.only_proposed) == (2, 3, 2)
    assert match.rate == Fraction(2, 7)
    assert agreement([], []).rate is None


def test_a_line_that_says_nothing_is_named() -> None:
    good = {"at": "2026-11-23T15:00Z", "reference": "INV-1", "channel": "Email"}
    assert read_contacts([good, good | {"reference": "X"}], {"INV-1": "a"}) == (
        [Spoken(at=datetime(2026, 11, 23, 15, tzinfo=UTC), account_id="a", channel="email")],
        1,
    )
    for wrong in ({"channel": "fax"}, {"at": "yesterday"}, {"at": "2026-11-23T15:00"}):
        with pytest.raises(DomainError, match="line 3"):
            read_contacts([good, good | wrong], {})


@pytest.fixture
def town() -> Town:
    """Three accounts whose shadow has proposed one e-mail each, at noon in Chicago."""
    pilot = Town(3)
    pilot.begin(stage="shadow", size=3)
    pilot.contact(hours=1)
    return pilot


BREACHES = """at,reference,channel
2026-11-23T19:00Z,INV-0,email
2026-11-24T04:30Z,INV-1,call
2026-11-24T15:00Z,INV-2,sms
""" + "".join(f"2026-11-2{n}T1{n}:00Z,INV-0,call\n" for n in range(4, 9)) + (
    "2026-11-29T18:00Z,INV-0,call\n2026-11-29T19:00Z,INV-0,call\n2026-11-29T20:00Z,X-9,call\n"
)  # fmt: skip


def test_every_known_breach_is_listed_and_the_rate_is_right(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (rollout,) = town.ports.rollouts.rollouts("acme-clinic")
    log = tmp_path / "contacts.csv"
    log.write_text(BREACHES)
    lines = [line.split(",") for line in BREACHES.splitlines()[1:]]
    rows = [{"at": at, "reference": of, "channel": channel} for at, of, channel in lines]
    comparison = beside(rollout.rollout_id, rows, ports=town.ports, gate=ground.gate())
    assert (comparison.contacts, comparison.others) == (10, 1)
    # One e-mail in ten contacts and three proposals is in both.
    assert comparison.agreement.rate == Fraction(1, 10 + 3 - 1)
    refused = {(r.contact.at, r.contact.channel) for r in comparison.refused}
    assert (datetime(2026, 11, 24, 4, 30, tzinfo=UTC), "call") in refused
    # The eighth contact in seven days, and no other of that person for its number.
    eighth = datetime(2026, 11, 29, 19, tzinfo=UTC)
    rules = {r.contact.at: {rule for rule, _ in r.because} for r in comparison.refused}
    assert "PLAT-FREQ-ALL" in rules[eighth]
    assert sum("PLAT-FREQ-ALL" in names for names in rules.values()) == 1
    assert datetime(2026, 11, 23, 19, tzinfo=UTC) not in rules
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: LAPTOP)
    monkeypatch.setattr(wiring, "rollout_ports", lambda: town.ports)
    monkeypatch.setattr(wiring, "gate", ground.gate)
    result = CliRunner().invoke(app, ["pilot", "agree", rollout.rollout_id, str(log)])
    assert result.exit_code == 0
    assert "Agreement: 8.3%." in result.output
    assert "PLAT-FREQ-ALL" in result.output


def test_what_is_no_shadow_is_refused() -> None:
    town = Town(1)
    begun = town.begin()
    for name in (begun.rollout.rollout_id, "nobody.1"):
        with pytest.raises(DomainError):
            beside(name, [], ports=town.ports, gate=ground.gate())
