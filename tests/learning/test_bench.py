"""The bench: what it asks of a world, what the planner sees of it, and that the gate holds."""

import json
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from dunlin.bench.choosing import WORLDS, policy_named, world_named
from dunlin.bench.gate import BenchGate, place_in
from dunlin.bench.policies import Static
from dunlin.bench.run import BenchRun
from dunlin.bench.world import DAY
from dunlin.cli.main import app
from dunlin.domain.errors import DomainError
from dunlin.domain.learning.decision_record import repeated
from dunlin.domain.learning.learner_model import read_model
from dunlin.domain.learning.static_rules import HEURISTIC

PLACED = datetime(2025, 3, 4, 15, tzinfo=UTC).timestamp()
ACCOUNT = {
    "account_id": "a1", "industry": "dental", "placed_at": "2025-03-04T15:00:00+00:00",
    "balance": 300.0, "days_past_due": 30, "prior_invoices": 2, "prior_on_time_ratio": 0.5,
    "prior_partial_payments": 0, "prior_payment_plan": False, "uses_portal": False,
    "has_email": True, "email_domain": None, "has_phone": True, "sms_consent": True,
    "timezone": "America/New_York", "state": "OH", "zip": "43215", "language": "en",
}  # fmt: skip


class Scripted:
    """A world of one account that answers its touches as a script says: delay in days, event."""

    horizon_days = 60

    def __init__(self, *answers, unprompted=(), **facts):
        self.touches, self.clock, self._answers = [], PLACED, answers
        self._unprompted = [(PLACED + days * DAY, event) for days, event in unprompted]
        self._facts = facts

    def reset(self, seed, n, industry, arrival_days):
        return [{**ACCOUNT, **self._facts}]

    def _passes(self, until):
        at = until if isinstance(until, float) else datetime.fromisoformat(until).timestamp()
        assert at >= self.clock, "time runs backwards"
        self.clock = at
        return at

    def step(self, account_id, touch):
        at = self._passes(touch["send_at_utc"])
        number = len(self.touches)
        self.touches.append({**touch, "day": int((at - PLACED) / DAY)})
        answers = self._answers[number] if number < len(self._answers) else ()
        return [
            {"ts": at + days * DAY, "touch": number, "channel": touch["channel"], **event}
            for days, event in answers
        ]

    def advance(self, account_id, until):
        at = self._passes(until)
        due = [(ts, event) for ts, event in self._unprompted if ts <= at]
        self._unprompted = [pair for pair in self._unprompted if pair not in due]
        return [{"ts": ts, "touch": None, **event} for ts, event in due]

    def metrics(self):
        return {}


@pytest.fixture(scope="module")
def gate():
    return BenchGate()


def _driven(world, gate):
    BenchRun(world, Static(HEURISTIC), 1, gate).run(1, "dental", 1)
    return world.touches


def test_nobody_answers_and_the_heuristic_walks_its_way(gate):
    touches = _driven(Scripted(), gate)
    assert [touch["channel"] for touch in touches] == ["email", "sms", "email", "sms", "email"]
    gaps = [b["day"] - a["day"] for a, b in pairwise(touches)]
    assert gaps == [6, 6, 6, 10]
    hours = [datetime.fromisoformat(touch["send_at_utc"]).hour for touch in touches]
    assert set(hours) <= {16, 17, 18, 22, 23, 0}  # noon and six in New York, in UTC


@pytest.mark.parametrize(
    "answer",
    [
        {"type": "opt_out"},
        {"type": "complaint"},
        {"type": "payment", "kind": "full", "amount": 300.0},
        {"type": "plan_started", "instalments": 3},
        {"type": "reply", "text": "STOP"},
        {"type": "reply", "text": "My attorney handles this, contact her"},
    ],
)
def test_after_what_ends_contact_nothing_is_sent(gate, answer):
    assert len(_driven(Scripted([(0.1, answer)]), gate)) == 1


def test_what_lies_ahead_is_not_seen_before_its_time(gate):
    """A payment of the twentieth day, told at the first touch, stops nothing before it."""
    touches = _driven(Scripted([(20, {"type": "payment", "kind": "full", "amount": 300})]), gate)
    assert [touch["day"] for touch in touches] == sorted(touch["day"] for touch in touches)
    assert 3 <= len(touches) <= 4


def test_a_payment_that_no_touch_caused_ends_it_too(gate):
    paid = [(8, {"type": "payment", "kind": "full", "amount": 300.0})]
    assert len(_driven(Scripted(unprompted=paid), gate)) == 2


def test_a_missed_instalment_opens_the_account_again(gate):
    answers = [(0.1, {"type": "plan_started", "instalments": 3}), (15, {"type": "plan_missed"})]
    touches = _driven(Scripted(answers), gate)
    assert len(touches) > 1
    assert touches[1]["day"] >= 15


def test_a_promise_is_waited_for(gate):
    plain = _driven(Scripted(), gate)
    promised = _driven(Scripted([(0.1, {"type": "reply", "text": "I will pay next Friday"})]), gate)
    assert promised[1]["day"] > plain[1]["day"]


def test_a_hard_bounce_closes_its_channel(gate):
    touches = _driven(Scripted([(0.01, {"type": "bounce", "bounce_type": "hard"})]), gate)
    assert [touch["channel"] for touch in touches] == ["email", "sms", "sms", "sms", "sms"]


def test_keys_of_the_world_and_events_that_nobody_knows_change_nothing(gate):
    odd = [(0.1, {"type": "thunder", "_nature": "angry"}), (0.2, {"type": None})]
    assert len(_driven(Scripted(odd), gate)) == 5


def test_the_gate_refuses_texts_without_consent_and_writing_at_night(gate):
    run = BenchRun(Scripted(), Static(HEURISTIC), 1, gate)
    run.run(1, "dental", 1)
    account = run.accounts[0]
    account.public["sms_consent"] = False
    day = PLACED + 90 * DAY
    assert not gate.allows(account, "sms", day)
    assert gate.allows(account, "email", day)
    account.public["sms_consent"] = True
    assert not gate.allows(account, "sms", day + 0.5 * DAY)
    account.harmed = True
    assert not gate.allows(account, "email", day)


def test_a_zone_that_is_not_listed_is_judged_by_its_time():
    assert place_in("America/Detroit")[0] == "OH"
    for nonsense in ("Mars/Olympus", "Europe/Berlin"):
        with pytest.raises(DomainError):
            place_in(nonsense)


@pytest.mark.parametrize("name", list(WORLDS))
@pytest.mark.parametrize("policy", ["learner", "heuristic", "rule", "ladder", "random", "none"])
def test_every_policy_runs_in_every_world_without_a_violation(gate, name, policy):
    chosen = policy_named(policy, seed=1, budget=None, harm_price=2.0, shipped=None)
    measured = BenchRun(world_named(name), chosen, 5, gate).run(150, "dental", 20)
    assert measured["violations"] == 0
    assert measured["accounts"] == sum(m["accounts"] for m in measured["months"].values()) == 150
    assert 0 <= measured["recovery"] <= 1
    assert (measured["touches"] == 0) == (policy == "none")


def test_a_run_is_the_same_run_again(gate):
    def run():
        chosen = policy_named("learner", seed=2, budget=None, harm_price=2.0, shipped=None)
        measured = BenchRun(world_named("fatigue"), chosen, 5, gate).run(150, "used", 20)
        return {key: value for key, value in measured.items() if key != "seconds"}

    assert run() == run()


def test_a_world_of_somebody_else_is_read_from_its_file(tmp_path, gate, capsys):
    file = tmp_path / "mine.py"
    file.write_text(
        "from dunlin.bench.fatigue import Fatigue\n\n\nclass Mine(Fatigue):\n    pass\n"
    )
    with pytest.raises(SystemExit) as ended:
        app(
            ["learn", "bench", "--world", f"{file}:Mine", "--accounts", "40", "--policy", "rule",
             "--arrival-days", "5", "--json"],
        )  # fmt: skip
    assert ended.value.code == 0
    assert json.loads(capsys.readouterr().out)["accounts"] == 40
    for name in ("nowhere", f"{tmp_path}/none.py:World", f"{file}:Other", f"{file}:DomainError"):
        with pytest.raises(DomainError):
            world_named(name)


def test_every_decision_of_a_run_is_repeated_from_its_record(gate):
    """By plain Python, while the run decided for many at once."""
    noted = []
    chosen = policy_named(
        "learner", seed=2, budget=None, harm_price=2.0, shipped=None,
        note=lambda line: noted.append(json.loads(json.dumps(line))),
    )  # fmt: skip
    BenchRun(world_named("private-schedules"), chosen, 5, gate).run(260, "dental", 20)
    models = {line["hash"]: read_model(line) for line in noted if "hash" in line}
    records = [line for line in noted if "hash" not in line]
    assert models
    assert len(records) > 100
    for record in records[:: max(1, len(records) // 60)]:
        choice = repeated(record, models[record["model"]])
        assert (choice.arm, choice.wait_days) == (record["arm"], record["wait_days"])
        assert {str(arm): p for arm, p in choice.probabilities.items()} == record["probabilities"]
    with pytest.raises(DomainError):
        repeated({**records[0], "model": "another"}, next(iter(models.values())))
