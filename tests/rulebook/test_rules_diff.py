"""`dunlin rules diff` and `rules replay`: what changed, whom it concerns, what still holds."""

import copy
import json
from dataclasses import replace
from datetime import timedelta
from functools import cache
from string import ascii_letters

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from dunlin.adapters.files import rulebook_files
from dunlin.adapters.files.rulebook_files import compiled_text, load_rulebook
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.clock import FixedClock
from dunlin.cli.main import app
from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState, Flag, PastContact
from dunlin.domain.rulebook import Rulebook
from dunlin.domain.rulebook.changes import rulebook_changes
from dunlin.runtime import wiring
from dunlin.service.contact.gate import Gate
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.reports.rule_impact import effects
from tests.support import builders, ground
from tests.support.deployment import LAPTOP

NOON = builders.NOON
BOOK = load_rulebook()
runner = CliRunner()


def _changed(edit) -> Rulebook:
    documents = {d["id"]: copy.deepcopy(dict(d)) for d in BOOK.documents}
    edit(documents)
    compiled = {"version": "changed", "tables": BOOK.tables, "rules": list(documents.values())}
    return Rulebook(compiled, BOOK.zones)


def _shorter_hours(documents):
    documents["PLAT-TIME"]["constraint"] = [
        {"kind": "hours", "opens": "15:00", "closes": "17:00", "because": "Afternoons only."}
    ]


def _never_by_mail(documents):
    documents["US-CANSPAM"]["constraint"] = [{"kind": "not_offered"}]


def _one_a_week(documents):
    specs = documents["PLAT-FREQ-ALL"]["constraint"]
    for spec in [specs] if isinstance(specs, dict) else specs:
        spec["max"] = 1


def _no_texts_without_consent_rules(documents):
    for rule in ("US-TCPA-CONSENT", "IND-CTIA", "IND-10DLC"):
        documents.pop(rule, None)


def _attorneys_forgotten(documents):
    del documents["US-REGF-ATTY"]


EDITS = [_shorter_hours, _never_by_mail, _one_a_week, _no_texts_without_consent_rules,
         _attorneys_forgotten, lambda documents: None]  # fmt: skip


def _elsewhere() -> Rulebook:
    """The rules as they are, and a table of places in which Illinois has the clock of Guam."""
    folder = rulebook_files._folder()
    places = json.loads((folder / "zones.json").read_text(encoding="utf-8"))
    letters = dict(zip(places["names"], ascii_letters, strict=False))
    places["states"]["IL"] = letters["Pacific/Guam"]
    compiled = {"version": "places", "tables": BOOK.tables, "rules": BOOK.documents}
    return Rulebook(compiled, places)


NEW = [*(_changed(edit) for edit in EDITS), _elsewhere()]


@st.composite
def portfolios(draw):
    people = []
    for number in range(draw(st.integers(1, 4))):
        due = NOON + timedelta(hours=draw(st.integers(-30, 40)))
        person = {
            "state": draw(st.sampled_from(["IL", "NY", "WA", None])),
            "zip": None,
            "flags": {"attorney": Flag(at=NOON, by="staff")} if draw(st.booleans()) else {},
        }
        if draw(st.booleans()):
            person["consents"] = {
                Channel.EMAIL: Consent(state=ConsentState.IMPLIED, version=1),
                Channel.SMS: Consent(),
            }
        ages = draw(st.lists(st.integers(1, 200), max_size=4))
        people.append((f"person-{number}", due, person, ages))
    return people


def _stored(people) -> tuple[MemoryBook, list[str]]:
    book, ids = MemoryBook(), []
    for name, due, person, ages in people:
        account = ground.active(name, due_at=due)
        ids.append(account.account_id)
        who = builders.consumer(name, **person)
        builders.store(book, book.creditors, account, person=who)
        past = tuple(
            PastContact(at=due - timedelta(hours=age), channel="email", direction="out",
                        outcome="delivered", account_id=account.account_id, template=f"t{age}",
                        touch_id=f"{name}-{n}")
            for n, age in enumerate(ages)
        )  # fmt: skip
        history = book.facts(account.account_id).history
        book.histories[who.consumer_id] = replace(history, contacts=past)
    return book, ids


WORDS = {"email": "allow", "sms": "allow", "wait": "defer", "held": "block", "exhausted": "block"}


def _what_happens(people, number: int, rulebook: Rulebook) -> str:
    """The real ladder of one account, run at its due time in a book of its own."""
    book, ids = _stored(people)
    account = book.accounts[ids[number]]
    assert account.due_at is not None
    decision = check_ladder(
        account.account_id,
        account.ladder_run,
        book=book,
        gate=Gate(rulebook=rulebook),
        templates=ground.PlainLetters(),
        now=max(account.due_at, NOON),
    )
    return WORDS[decision.outcome]


@pytest.mark.slow
@settings(max_examples=60)
@given(portfolios(), st.sampled_from(NEW))
def test_the_accounts_listed_are_those_whose_next_touch_then_changes(people, new):
    book, ids = _stored(people)
    effects_found = {e.account_id: e for e in effects(ids, old=BOOK, new=new, book=book, now=NOON)}
    for number, account_id in enumerate(ids):
        before, after = (_what_happens(people, number, b) for b in (BOOK, new))
        listed = account_id in effects_found and effects_found[account_id].outcome_changes
        assert listed is (before != after)
        if listed:
            effect = effects_found[account_id]
            assert (effect.before.outcome, effect.after.outcome) == (before, after)
            assert effect.rules


@pytest.mark.parametrize(
    ("edit", "before", "after", "rule"),
    [
        (_shorter_hours, "allow", "defer", "PLAT-TIME"),
        (_attorneys_forgotten, "block", "allow", "US-REGF-ATTY"),
    ],
)
def test_a_change_is_laid_at_the_door_of_its_rule(edit, before, after, rule):
    flags = {"attorney": Flag(at=NOON, by="staff")} if before == "block" else {}
    person = {"state": "IL", "zip": "62701", "flags": flags}
    book, ids = _stored([("ada", NOON, person, [])])
    [effect] = effects(ids, old=BOOK, new=_changed(edit), book=book, now=NOON)
    assert (effect.before.outcome, effect.after.outcome) == (before, after)
    assert rule in effect.rules  # beside rules that carry its result


def test_an_account_without_a_planned_touch_is_never_listed():
    book, ids = _stored([("ada", NOON, {}, [])])
    account = book.accounts[ids[0]]
    book.accounts[ids[0]] = replace(account, due_at=None)
    assert list(effects(ids, old=BOOK, new=NEW[0], book=book, now=NOON)) == []


def test_rules_added_removed_and_changed_are_told_field_by_field():
    def edit(documents):
        del documents["US-CANSPAM"]
        documents["NEW-RULE"] = {**documents["PLAT-PAID"], "id": "NEW-RULE"}
        documents["PLAT-TIME"]["title"] = "Other hours"
        documents["PLAT-TIME"]["authority"][0]["cite"] = "A new source"

    changes = {c.name: c for c in rulebook_changes(BOOK, _changed(edit))}
    assert {name: change.kind for name, change in changes.items()} == {
        "US-CANSPAM": "removed", "NEW-RULE": "added", "PLAT-TIME": "changed"}  # fmt: skip
    fields = {path: now for path, _, now in changes["PLAT-TIME"].fields}
    assert fields == {"title": '"Other hours"', "authority[0].cite": '"A new source"'}
    assert rulebook_changes(BOOK, BOOK) == []


def test_every_change_shows_version_citation_and_reviewer():
    def edit(documents):
        documents["PLAT-TIME"]["constraint"] = {"kind": "not_offered"}
        late = documents["US-REGF-TIME"]
        late["version"] = late["version"] + 1
        late["status"] = {**late["status"], "review": "approved", "counsel": "Ada Counsel",
                          "signed_on": "2026-12-01"}  # fmt: skip

    changes = {c.name: c for c in rulebook_changes(BOOK, _changed(edit))}
    silent, moved = changes["PLAT-TIME"], changes["US-REGF-TIME"]
    assert (silent.unmoved, moved.unmoved) == (True, False)
    assert silent.review == "draft, not signed yet"
    before, after = moved.version.split(" -> ")
    assert int(after) == int(before) + 1
    assert moved.review == "approved, signed by Ada Counsel on 2026-12-01"
    assert moved.cites[0] == "15 USC 1692c(a)(1)"


def test_one_constraint_and_a_list_of_one_are_the_same():
    def wrap(documents):
        only = documents["US-REGF-7IN7"]["constraint"]
        assert isinstance(only, dict)
        documents["US-REGF-7IN7"]["constraint"] = [only | {"max": 6}]

    [change] = rulebook_changes(BOOK, _changed(wrap))
    assert change.fields == (("constraint[0].max", "7", "6"),)


@cache
def _text() -> str:
    return compiled_text()


@pytest.fixture
def two(tmp_path):
    """The rulebook as a file, and one of shorter hours in a folder."""
    old, new = tmp_path / "old.json", tmp_path / "new"
    old.write_text(_text(), encoding="utf-8")
    compiled = json.loads(_text())
    _shorter_hours({d["id"]: d for d in compiled["rules"]})
    compiled["version"] = "next"
    new.mkdir()
    (new / "rulebook.json").write_text(json.dumps(compiled), encoding="utf-8")
    return str(old), str(new)


@pytest.fixture
def stored_accounts(monkeypatch):
    book, ids = _stored([
        ("ada", NOON, {"state": "IL", "zip": "62701"}, []),
        ("bob", NOON, {"state": "IL", "flags": {"attorney": Flag(at=NOON, by="staff")}}, []),
    ])  # fmt: skip
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: LAPTOP)
    monkeypatch.setattr(wiring, "account_book", lambda: book)
    monkeypatch.setattr(wiring, "creditors", lambda: book.creditors)
    monkeypatch.setattr(wiring, "clock", lambda: FixedClock(NOON))
    monkeypatch.setattr(wiring, "audit_archive", lambda: _Chains(book))
    return book, ids


class _Chains:
    def __init__(self, book: MemoryBook) -> None:
        self._book = book

    def chain(self, subject: str):
        return self._book.chains.get(subject, [])

    def archived(self, day):
        return [e for chain in self._book.chains.values() for e in chain if e.at.date() == day]


def test_the_command_estimates_what_refused_touches_might_have_cost(stored_accounts):
    book, ids = stored_accounts
    person = book.consumer(book.account(ids[1]).consumer_id)
    book.consumers[person.consumer_id] = replace(person, state="CA", zip="90012")
    check_ladder(
        ids[1], 1, book=book, gate=ground.gate(), templates=ground.PlainLetters(), now=NOON
    )

    def diff(*more: str) -> dict:
        result = runner.invoke(app, ["rules", "exposure", "--json", *more])
        assert result.exit_code == 0, result.output
        return json.loads(result.output)

    report = diff()
    assert report["estimate"] is True
    attorney = next(line for line in report["rules"] if line["rule"] == "US-REGF-ATTY")
    assert (attorney["low_minor"], attorney["high_minor"]) == (10_000, 100_000)
    assert (report["low_minor"], report["high_minor"]) == (10_000, 100_000)
    assert diff("--creditor", "nobody")["touches"] == 0
    assert diff("--to", "2020-01-02", "--from", "2020-01-01")["touches"] == 0
    words = runner.invoke(app, ["rules", "exposure"]).output
    assert words.startswith("Estimate: $100 to $1,000 for")
    assert "US-REGF-ATTY" in words
    assert runner.invoke(app, ["rules", "exposure", "--from", "spring"]).exit_code == 2


def test_the_command_lists_whose_outcome_changes(two, stored_accounts):
    _, ids = stored_accounts
    result = runner.invoke(app, ["rules", "diff", *two, "--portfolio"])
    assert result.exit_code == 0, result.output
    assert "changed  PLAT-TIME" in result.output
    assert "Afternoons only." in result.output
    assert ids[0] in result.output
    assert ids[1] not in result.output  # blocked before and after
    assert "allow e-mail" in result.output
    assert "defer until 23 Nov 2026 21:00" in result.output
    assert "1 account: the next touch changes outcome." in result.output


def test_a_folder_without_a_rulebook_is_refused(two, tmp_path):
    (tmp_path / "empty").mkdir()
    result = runner.invoke(app, ["rules", "diff", two[0], str(tmp_path / "empty")])
    assert result.exit_code == 2
    assert "no rulebook" in result.output


def test_recorded_decisions_hold_under_their_rulebook_and_differ_under_another(
    two, stored_accounts
):
    book, ids = stored_accounts
    for account_id in ids:
        check_ladder(account_id, 1, book=book, gate=ground.gate(), templates=ground.PlainLetters(),
                     now=NOON)  # fmt: skip
    held = runner.invoke(app, ["rules", "replay", ids[0]])
    assert held.exit_code == 0, held.output
    assert "Touch permitted e-mail allow: holds" in held.output
    assert "1 recorded verdict, 1 hold." in held.output
    other = runner.invoke(app, ["rules", "replay", ids[0], "--rulebook", two[1]])
    assert other.exit_code == 1
    assert "outcome was allow, is defer" in other.output
    assert "judged under" in other.output
    both = runner.invoke(app, ["rules", "replay", ids[1]])
    assert "Account held e-mail block: holds" in both.output
    assert "Account held text block: holds" in both.output
