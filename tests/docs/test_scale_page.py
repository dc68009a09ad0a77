"""docs/scale.md: its calls are counted anew, and what is reckoned follows from what it names."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from dunlin.service.contact import recovery
from dunlin.service.rollouts import filling, rollouts
from functions.activate_accounts import handler as activate_accounts
from tests.bench import scale
from tests.docs.markdown import ROOT

PAGE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
COST = (ROOT / "docs" / "cost.md").read_text(encoding="utf-8")
PRICES = json.loads((ROOT / "tests" / "bench" / "prices.json").read_text(encoding="utf-8"))[
    "prices"
]
SIZES = (10_000, 100_000, 1_000_000)
FIVE = timedelta(minutes=5)


def row(begins: str) -> list[str]:
    """The cells of the one row that begins so, without the first."""
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| {begins} |")]
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def numbers(begins: str) -> list[int]:
    return [int(cell.replace(",", "")) for cell in row(begins)[:3]]


def price(unit: str) -> float:
    return float(PRICES[unit]["usd"]) / float(PRICES[unit]["each"])


def lasting(cell: str) -> timedelta:
    """`45 s`, `7.6 min`, `5.3 h` or `20 days`."""
    number, unit = cell.split()
    seconds = {"s": 1, "min": 60, "h": 3_600, "day": 86_400, "days": 86_400}[unit]
    return timedelta(seconds=float(number) * seconds)


def assert_lasts(begins: str, *reckoned: float) -> None:
    """Each as long as reckoned in seconds, to the digits that are written."""
    for cell, seconds in zip(row(begins)[:3], reckoned, strict=True):
        assert lasting(cell).total_seconds() == pytest.approx(seconds, rel=0.03), begins


# The message to everybody takes ten seconds even among a thousand.
@pytest.mark.parametrize(
    "walk", [w for w in scale.WALKS if w.sizes == scale.SIZES], ids=lambda w: w.name
)
def test_the_calls_of_a_walk_are_those_of_the_page(walk: scale.Walk) -> None:
    portfolio = walk.before(1_000)
    portfolio.calls.clear()
    walk.run(portfolio)
    assert portfolio.calls.total() == numbers(walk.name)[0]


def test_every_walk_of_the_bench_is_on_the_page() -> None:
    counted = PAGE.split("## Counted")[1].split("\n## ")[0]
    names = [line.split(" | ")[0].strip("| ") for line in counted.splitlines() if "| " in line]
    assert set(names) - {"walk", "|---"} >= {walk.name for walk in scale.WALKS}


def test_an_import_costs_its_writes() -> None:
    (units,) = re.findall(
        r"^\| import of 40 new accounts and people \|.*\| (\d+) \|$", COST, re.MULTILINE
    )
    an_account = int(units) / 40
    assert numbers("import, write units") == [size * an_account for size in SIZES]
    paid = [f"{size * an_account * price('write_unit'):.2f}" for size in SIZES]
    assert row("import, USD")[:3] == paid
    assert_lasts(
        "import, at the writes of a new table", *(size * an_account / 4_000 for size in SIZES)
    )


def test_starts_and_messages_take_what_their_quotas_let_through() -> None:
    calls = numbers("start everybody")
    straight = [*calls[1:], calls[2] * 10]
    share = activate_accounts._SECONDS / FIVE.total_seconds()
    # One run is enough for ten thousand: it waits for no other.
    busy = [n * 0.005 for n in straight]
    assert_lasts("start everybody, one call after another", busy[0], *(b / share for b in busy[1:]))
    assert_lasts("start everybody, at the quota of Step Functions", *(size / 300 for size in SIZES))
    assert_lasts(
        "an e-mail to everybody, at the first rate of SES", *(size / (14 * 0.9) for size in SIZES)
    )
    days = [max(1, size / 50_000) * 86_400 for size in SIZES]
    assert_lasts("an e-mail to everybody, at the first daily quota", *days)
    emails = [f"{size * 4 * price('email'):.0f}" for size in SIZES]
    assert row("their e-mails, USD")[:3] == emails


def test_ladders_cost_what_the_page_of_costs_says() -> None:
    together = re.findall(r"^\| \*\*together\*\* .*\*\*([\d.]+)\*\* \|$", COST, re.MULTILINE)[-1]
    thousand = float(together)
    paid = [f"{size / 1_000 * thousand:,.0f}" for size in SIZES]
    assert row("ladders of four rungs, beside their messages, USD")[:3] == paid


def test_looks_and_recovery_follow_the_straight_line() -> None:
    calls = numbers("look at ladders")
    assert numbers("a look at ladders, calls")[:2] == calls[1:]
    entries = [size / scale._ENTRIES for size in SIZES]
    assert numbers("a look at ladders, calls")[2] == 2 + entries[2] + SIZES[2] / scale._LISTED
    # A megabyte that may lag is 128 read units.
    a_month = timedelta(days=30) / FIVE
    paid = [f"{answers * 128 * a_month * price('read_unit'):.2f}" for answers in entries]
    assert row("looks at ladders, USD a month")[:3] == paid
    runs = [max(1, size / recovery.AT_MOST) for size in SIZES]
    assert_lasts("all ladders lost at once, begun anew within", *(n * 300 for n in runs))
    assert numbers("open executions") == list(SIZES)


def test_the_limits_of_today_are_those_of_the_code() -> None:
    assert f"at most {rollouts.LARGEST_PILOT:,} accounts" in PAGE
    assert f"draws {filling._DRAWN_AT_ONCE:,} at a time" in PAGE
    assert f"begins {recovery.AT_MOST:,} lost ladders anew at most" in PAGE
