"""What payment history proposes for a strategy, and that it changes nothing by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from dunlin.adapters.files.yaml_documents import with_numbers
from dunlin.adapters.memory.clock import FixedClock
from dunlin.adapters.memory.drop_box import MemoryDropBox
from dunlin.cli.main import app
from dunlin.domain.errors import DomainError
from dunlin.domain.reports.outcome import Member
from dunlin.domain.reports.strategy_suggestions import (
    LEAST,
    StrategySuggestion,
    proposals,
    quantile,
)
from dunlin.domain.strategy.strategy import Strategy
from dunlin.domain.strategy.strategy_document import read_strategy
from dunlin.runtime import wiring
from tests.reports.members import member
from tests.rollouts.test_rollouts import Town
from tests.support import builders
from tests.support.builders import CREDITOR, NOON
from tests.support.deployment import LAPTOP

DOCUMENT = builders.strategy_document(
    arrangement={"lowest_instalment_minor": 2_500, "longest_months": 6},
    escalation={"days_past_due": 90},
)


def read(document: dict[str, Any] = DOCUMENT) -> Strategy:
    return read_strategy(document, creditor=CREDITOR, version=1)


def suggestions(members: list[Member], document: dict[str, Any] = DOCUMENT) -> dict[str, int]:
    proposed = proposals(document, read(document), members)
    return {".".join(map(str, p.path)): p.after for p in proposed}


def reminded(name: str, answer: int) -> Member:
    """An account that paid so many days after its reminder."""
    person = member(name, touched=[0], paid=[(answer, 100)], due_on=None, issued_on=None)
    return replace(person, touches=[replace(t, rung_name="Reminder") for t in person.touches])


def test_a_quantile_is_a_value_that_so_many_do_not_exceed() -> None:
    assert [quantile([4, 1, 3, 2], share) for share in (0.1, 0.25, 0.5, 0.75, 0.76, 1.0)] == [
        1, 1, 2, 3, 4, 4,
    ]  # fmt: skip


def test_a_rung_follows_when_three_of_four_who_pay_have_paid() -> None:
    # Fifteen pay within five days, four on day 18, one on day 50.
    answers = [5] * 15 + [18] * 4 + [50]
    figures = suggestions([reminded(f"a{n}", days) for n, days in enumerate(answers)])
    assert figures == {"ladders.standard.1.days": 5}
    slower = suggestions([reminded(f"a{n}", days + 8) for n, days in enumerate(answers)])
    assert slower == {"ladders.standard.1.days": 13}
    assert suggestions([reminded(f"a{n}", 5) for n in range(LEAST - 1)]) == {}
    # Never quicker than three days, whatever history says.
    assert suggestions([reminded(f"a{n}", 0) for n in range(LEAST)]) == {
        "ladders.standard.1.days": 3
    }


def test_history_from_before_launch_stands_by_the_due_date() -> None:
    # Due on day -30 and paid 18 days late, without a contact of ours.
    late = [member(f"l{n}", paid=[(-12, 100)], launched=False) for n in range(LEAST)]
    assert suggestions(late) == {
        "ladders.standard.1.days": 18,
        "ladders.standard.2.days": 18,
        "ladders.standard.3.days": 18,
        "escalation.days_past_due": 18,
    }


def test_limits_follow_how_people_in_fact_paid_in_parts() -> None:
    # Eighteen pay 40.00 a month over ten months, two pay 12.34 a month over three.
    parts = [
        member(f"p{n}", owed=40_000, paid=[(31 * k, 4_000) for k in range(10)], due_on=None)
        for n in range(18)
    ] + [
        member(f"q{n}", owed=3_702, paid=[(30 * k, 1_234) for k in range(3)], due_on=None)
        for n in range(2)
    ]
    assert suggestions(parts) == {
        "arrangement.lowest_instalment_minor": 4_000,
        "arrangement.longest_months": 10,
    }
    # Half of them pay small parts: then the lowest is what nine of ten reach.
    many = parts + [
        member(f"s{n}", owed=3_702, paid=[(30 * k, 1_234) for k in range(3)], due_on=None)
        for n in range(30)
    ]
    assert suggestions(many)["arrangement.lowest_instalment_minor"] == 1_200


def test_a_figure_that_does_not_stand_in_the_document_is_not_put_there() -> None:
    late = [member(f"l{n}", paid=[(-12, 100)], launched=False) for n in range(LEAST)]
    assert "escalation.days_past_due" not in suggestions(late, builders.strategy_document())


TEXT = b"""# ours
ladders:
  standard:  # the only one
    - {name: A, days: 0}
    - {name: B, days: 10, note: "days: 10"}
escalation: {days_past_due: 90}
"""


def test_numbers_change_in_place_and_the_rest_of_the_text_stays() -> None:
    changed = with_numbers(
        TEXT, {("ladders", "standard", 1, "days"): 7, ("escalation", "days_past_due"): 120}
    )
    assert changed == TEXT.replace(b"B, days: 10", b"B, days: 7").replace(b"90", b"120")
    assert with_numbers(TEXT, {}) == TEXT
    for path in (("ladders", "standard", 2, "days"), ("ladders",), ("nothing",)):
        with pytest.raises(DomainError):
            with_numbers(TEXT, {path: 1})


def test_the_command_shows_a_difference_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, box = Town(1), MemoryDropBox()
    key = f"config/{CREDITOR}/strategy.yaml"
    text = b"# keep me\n" + yaml.safe_dump(DOCUMENT, sort_keys=False).encode()
    box.files[key] = text
    late = [member(f"l{n}", paid=[(-12, 100)], launched=False) for n in range(LEAST)]
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: LAPTOP)
    monkeypatch.setattr(wiring, "drop_box", lambda: box)
    monkeypatch.setattr(wiring, "rollout_ports", lambda: town.ports)
    monkeypatch.setattr(wiring, "clock", lambda: FixedClock(NOON))
    run, out = CliRunner(), tmp_path / "proposed.yaml"
    nothing = run.invoke(app, ["strategy", "refit", CREDITOR, "-o", str(out)])
    assert (nothing.exit_code, out.exists()) == (0, False)
    monkeypatch.setattr("dunlin.service.reports.measures.members", lambda *_, **__: late)
    done = run.invoke(app, ["strategy", "refit", CREDITOR, "-o", str(out)])
    assert done.exit_code == 0
    assert "escalation.days_past_due: 90 -> 18." in " ".join(done.output.split())
    assert "+  days_past_due: 18" in done.output
    assert box.files == {key: text}
    assert town.book.creditors.strategy(CREDITOR) == read_strategy(
        builders.strategy_document(holdout_percent=0), creditor=CREDITOR, version=1
    )
    proposed = out.read_text()
    assert proposed.startswith("# keep me\n")
    assert read(yaml.safe_load(proposed)).escalation.days_past_due == 18
    assert run.invoke(app, ["strategy", "refit", CREDITOR, "-o", str(out)]).exit_code == 2


def test_a_proposal_says_why_in_words() -> None:
    late = [member(f"l{n}", paid=[(-12, 100)], launched=False) for n in range(LEAST)]
    (last,) = [p for p in proposals(DOCUMENT, read(), late) if p.path[0] == "escalation"]
    assert last == StrategySuggestion(
        path=("escalation", "days_past_due"),
        before=90,
        after=18,
        why="19 of 20 who paid late had paid something by then (20 accounts).",
    )
