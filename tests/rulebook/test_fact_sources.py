"""Every fact that a rule reads has somebody who sets it, or says what is assumed without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.consumer import (
    Channel,
    Consent,
    ConsentState,
    Consumer,
    Flag,
    PastContact,
)
from dunlin.domain.accounts.known_facts import FACTS, FactKind
from dunlin.domain.errors import DomainError
from dunlin.domain.imports.header_names import facts
from dunlin.domain.rulebook import decide, engine, fact_sources
from dunlin.domain.rulebook.fact_sources import source_of
from dunlin.domain.strategy.strategy import StrategyError
from dunlin.ports.accounts import Facts
from dunlin.service.contact.gate import contact_facts
from dunlin.service.staff.facts import set_fact
from tests.support.builders import NOON, account, consumer, store

BOOK = load_rulebook()
DOCS = Path(__file__).parents[2] / "docs" / "facts.md"
_PATH = re.compile(r"(?:flags|consents|message|policy)\.[\w.]+")
INV = account()


def _read(node: Any) -> Iterator[str]:
    """The paths that a rule's conditions name, and the defects that it asks a message for."""
    if isinstance(node, dict):
        for key, inner in node.items():
            if key == "defects":
                yield from (f"message.{name}" for name in inner)
            elif key == "flag":
                yield f"flags.{inner}"
            else:
                yield from _read(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _read(inner)
    elif isinstance(node, str) and _PATH.fullmatch(node):
        yield node


def _in_code() -> Iterator[str]:
    """The paths that the engine reads itself, in whatever rule."""
    for file in sorted(Path(engine.__file__).parent.glob("*.py")):
        text = file.read_text(encoding="utf-8")
        yield from (".".join(p) for p in re.findall(r'(flags|message)\.get\("(\w+)"\)', text))
        yield from re.findall(r'getter\("((?:flags|consents|message)\.[\w.]+)"\)', text)


READ = {*_in_code()} | {
    p for d in BOOK.documents for key in ("applies_when", "constraint") for p in _read(d[key])
}


def test_every_fact_that_a_rule_reads_is_set_or_its_absence_means_something() -> None:
    sources = {path: source_of(path) for path in READ}
    assert [path for path, source in sources.items() if source is None] == []
    assert all(source.without for source in sources.values() if source is not None)


def test_a_fact_that_nobody_sets_is_found() -> None:
    assert source_of("flags.favourite_colour") is None
    assert set(_read({"any": [{"holds": "flags.favourite_colour"}]})) == {"flags.favourite_colour"}


def test_nothing_is_listed_that_no_rule_reads() -> None:
    assert sorted(set(fact_sources.SOURCES) - READ) == []
    assert sorted({kind.path for kind in FACTS.values()} - READ) == []


def test_the_columns_of_files_are_facts() -> None:
    assert facts.STRONG.keys() == fact_sources.IN_FILES <= FACTS.keys()


def test_the_docs_list_every_fact_with_who_sets_it() -> None:
    rows = [row(path) for path in sorted(READ)]
    written = [line for line in DOCS.read_text().splitlines() if line.startswith("| `")]
    assert written == rows


def row(path: str) -> str:
    """The line of the docs' table on one fact."""
    source = source_of(path)
    assert source is not None
    setters = "; ".join(f"{who}: {how}" for who, how in sorted(source.by.items()))
    return f"| `{path}` | {setters or 'nobody'} | {source.without} |"


def book_with(person: Consumer | None = None, **changes: Any) -> MemoryBook:
    book = MemoryBook()
    store(book, book.creditors, replace(INV, **changes), person=person)
    return book


def say(book: MemoryBook, name: str, value: str, point: str = "") -> bool:
    return set_fact(
        INV.account_id, name, value, by="ana", evidence="letter-7", point=point, book=book,
        waker=MemoryWaker(), now=NOON,
    )  # fmt: skip


def judged(facts: Facts, channel: Channel = Channel.EMAIL) -> Any:
    return contact_facts(facts, channel=channel, template="reminder", purpose="", now=NOON)


def at(facts: Any, path: str) -> Any:
    root, *steps = path.split(".")
    value: Any = getattr(facts, root)
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value


@pytest.mark.parametrize("kind", FACTS.values(), ids=lambda k: k.name)
def test_what_staff_say_is_what_the_rules_read(kind: FactKind) -> None:
    held = {name: Flag(at=NOON, by="staff:ana") for name in ("attorney", "dispute")}
    book = book_with(consumer(flags=held))
    word = kind.words[0] if kind.words else "2026-11-02T15:00:00+00:00"
    before = at(judged(book.facts(INV.account_id)), kind.path)
    assert say(book, kind.name, word)
    after = at(judged(book.facts(INV.account_id)), kind.path)
    assert after == kind.read(word) != before
    assert not say(book, kind.name, word)
    assert say(book, kind.name, "unknown")
    assert at(judged(book.facts(INV.account_id)), kind.path) == before


# What staff write down, of an account and a person so disposed, and what rule it brings or lifts.
MEDICAL = {"industry": "medical"}
NYC, DC, MA, CA = (
    {"state": state, "zip": code}
    for state, code in (("NY", "11201"), ("DC", "20001"), ("MA", "02108"), ("CA", "90012"))
)
THIRD = {"debt_role": "third"}
VERDICTS: tuple[tuple[Any, ...], ...] = (
    # fact, value, account, person, channel, rule, before, after
    ("ppdr_open", "yes", MEDICAL, {}, "email", "US-NSA-PPDR", "pass", "block"),
    ("insurance_appeal_pending", "yes", MEDICAL | THIRD, {"state": "CO", "zip": "80202"}, "email",
     "CO-MED-APPEAL", "pass", "block"),
    ("insurance_appeal_ended_at", "2026-11-20", MEDICAL | THIRD, {"state": "CO", "zip": "80202"},
     "email", "CO-MED-APPEAL", "pass", "defer"),
    ("hospital_fap_notice_missing", "yes", MEDICAL, NYC, "email", "NYC-MED", "pass", "block"),
    ("codebtor_stay", "yes", {}, {}, "email", "US-BK-STAY", "pass", "block"),
    ("sole_prop_mixed_use", "yes", {"debt_kind": "business"} | THIRD, {}, "email",
     "US-REGF-VALIDATION", "not_applicable", "block"),
    ("dc_electronic", "yes", {}, DC, "email", "DC-ECONSENT", "block", "pass"),
    ("nyc_electronic", "yes", {}, NYC, "email", "NYC-SHIELD-ECONSENT", "block", "pass"),
    ("ny_email_written", "yes", THIRD, NYC, "email", "NY-23NYCRR1-EMAIL", "block", "pass"),
    ("text_verified_at", "2026-11-20", THIRD, {}, "sms", "US-REGF-TEXTPROC", "block", "pass"),
    ("validation_sent_at", "2026-11-01", THIRD, {}, "email", "US-REGF-VALIDATION", "block", "pass"),
    ("email_basis", "prior_collector", THIRD, {}, "email", "US-REGF-EMAILPROC", "block", "pass"),
    ("shared_phone", "yes", {}, {}, "sms", "US-REGF-THIRDPARTY", "pass", "block"),
    ("reassigned", "yes", {}, {}, "sms", "US-TCPA-RND", "pass", "block"),
    ("work_email", "yes", {}, {}, "email", "US-REGF-WORKEMAIL", "pass", "block"),
    ("tbd_notice_sent", "yes", {"extras": {"said_time_barred": "yes"}}, NYC, "call",
     "ST-TIMEBARRED", "block", "pass"),
    ("time_barred", "yes", {}, CA, "email", "ST-TIMEBARRED", "pass", "block"),
)  # fmt: skip


@pytest.mark.parametrize("case", VERDICTS, ids=lambda c: c[0])
def test_what_staff_say_changes_what_may_be_sent(case: Any) -> None:
    name, value, debt, of_person, channel, rule, before, after = case
    book = book_with(consumer(**of_person), **debt)
    assert result(book, channel, rule) == before
    assert say(book, name, value)
    assert result(book, channel, rule) == after


def result(book: MemoryBook, channel: str, rule: str) -> str:
    """What one rule says of a reminder now."""
    facts = contact_facts(
        book.facts(INV.account_id), channel=Channel("email" if channel == "call" else channel),
        template="reminder", purpose="", now=NOON,
    )  # fmt: skip
    verdict = decide(BOOK, replace(facts, channel=channel), NOON)
    return next(r.result for r in verdict.results if r.id == rule)


def test_calls_at_work_stop_once_the_employer_forbids_them() -> None:
    book = book_with()
    assert say(book, "work_phone", "yes")
    assert result(book, "call", "US-REGF-WORKPLACE") == "pass"
    assert say(book, "employer_prohibits", "yes")
    assert result(book, "call", "US-REGF-WORKPLACE") == "block"


def test_what_is_said_of_a_number_binds_that_number_alone() -> None:
    person = consumer(phones=("+12175550142", "+12175550143"))
    book = book_with(person)
    assert say(book, "shared_phone", "yes", point="+12175550143")
    assert result(book, "sms", "US-REGF-THIRDPARTY") == "pass"
    assert say(book, "shared_phone", "yes", point="+12175550142")
    assert result(book, "sms", "US-REGF-THIRDPARTY") == "block"
    assert say(book, "shared_phone", "no", point="+12175550142")
    assert result(book, "sms", "US-REGF-THIRDPARTY") == "pass"
    with pytest.raises(DomainError, match="the person's own"):
        say(book, "shared_phone", "yes", point="+12175550199")


def test_where_a_person_is_may_be_said_by_staff() -> None:
    book = book_with(consumer(state=None, zip=None))
    assert result(book, "email", "PLAT-FAILCLOSED") == "block"
    assert say(book, "state", "Illinois")
    assert result(book, "email", "PLAT-FAILCLOSED") == "pass"
    assert say(book, "state", "unknown")
    assert say(book, "zip", "62701")
    assert result(book, "email", "PLAT-FAILCLOSED") == "pass"
    assert say(book, "time_zone", "Eastern")
    person = book.consumer(INV.consumer_id)
    assert person is not None
    assert (person.tz_known, person.tz_by) == ("America/New_York", "person")


@pytest.mark.parametrize(
    ("name", "value"),
    [("state", "Ontario"), ("zip", "6270"), ("time_zone", "EST"), ("ppdr_open", "perhaps"),
     ("validation_sent_at", "soon"), ("favourite_colour", "yes"), ("email_basis", "guess")],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_and_leaves_all_as_it_was(name: str, value: str) -> None:
    book = book_with()
    before = book.facts(INV.account_id)
    with pytest.raises(DomainError):
        say(book, name, value)
    assert book.facts(INV.account_id) == before


def test_who_said_it_from_what_evidence_is_in_the_log() -> None:
    book = book_with()
    assert say(book, "ppdr_open", "yes")
    assert say(book, "dc_electronic", "yes")
    of_debt = book.chains[f"account#{INV.account_id}"][-1]
    of_person = book.chains[f"consumer#{INV.consumer_id}"][-1]
    for entry in (of_debt, of_person):
        assert (entry.what, entry.actor, entry.data["evidence"]) == (
            "FactSaid", "staff:ana", "letter-7",
        )  # fmt: skip


# What nobody needs to say: reckoned from what happened.


def test_agreeing_on_the_portal_is_consent_to_electronic_messages() -> None:
    agreed = Consent(
        state=ConsentState.GRANTED, version=2, at=NOON, evidence="portal consent-2026-11 en"
    )
    book = book_with(consumer(consents=dict.fromkeys(Channel, agreed), **NYC))
    assert result(book, "email", "NYC-SHIELD-ECONSENT") == "pass"
    assert result(book, "sms", "NYC-SHIELD-ECONSENT") == "pass"
    facts = judged(book.facts(INV.account_id), Channel.SMS)
    assert facts.consents["text_verified_at"] == NOON
    by_file = replace(agreed, evidence="import: consent column")
    book = book_with(consumer(consents=dict.fromkeys(Channel, by_file), **NYC))
    assert result(book, "sms", "NYC-SHIELD-ECONSENT") == "block"


def wrote(days: int, channel: str = "sms", direction: str = "in") -> PastContact:
    return PastContact(
        at=NOON - timedelta(days=days), channel=channel, direction=direction, outcome="received",
        account_id=INV.account_id, template="", touch_id=f"t-{days}-{channel}",
    )  # fmt: skip


@pytest.mark.parametrize(("days", "verdict"), [(3, "pass"), (59, "pass"), (61, "block")])
def test_a_number_that_the_person_used_may_be_used_for_sixty_days(days: int, verdict: str) -> None:
    book = book_with(consumer(**NYC), debt_role="third")
    facts = book.facts(INV.account_id)
    heard = replace(facts, history=replace(facts.history, contacts=(wrote(days),)))
    asked = judged(heard, Channel.SMS)
    results = {r.id: r.result for r in decide(BOOK, asked, NOON).results}
    assert results["NYC-SHIELD-ECONSENT"] == results["US-REGF-TEXTPROC"] == verdict


def test_new_york_city_counts_the_contacts_of_a_creditor_once_the_debt_is_late() -> None:
    agreed = Consent(state=ConsentState.GRANTED, version=2, at=NOON, evidence="portal consent-1")
    person = consumer(consents=dict.fromkeys(Channel, agreed), **NYC)
    texted = tuple(wrote(days, direction="out") for days in (1, 2, 3))
    for due, verdict in ((date(2026, 9, 1), "defer"), (NOON.date(), "pass"), (None, "defer")):
        book = book_with(person, due_on=due)
        facts = book.facts(INV.account_id)
        heard = replace(facts, history=replace(facts.history, contacts=texted))
        results = {r.id: r.result for r in decide(BOOK, judged(heard), NOON).results}
        assert results["NYC-SHIELD-3IN7"] == verdict, due


def test_massachusetts_waits_for_the_notice_from_the_first_contact_on() -> None:
    book = book_with(consumer(**MA), due_on=date(2026, 6, 1))
    facts = book.facts(INV.account_id)
    heard = replace(facts, history=replace(facts.history, contacts=(wrote(20, "email", "out"),)))
    asked = judged(heard)
    assert asked.flags["validation"]["initial_comm_at"] == NOON - timedelta(days=20)
    results = {r.id: r.result for r in decide(BOOK, asked, NOON).results}
    assert results["MA-940-VALIDATION"] == "block"


def test_a_creditor_says_what_is_true_of_all_its_debts_and_staff_say_otherwise_of_one() -> None:
    book = MemoryBook()
    store(book, book.creditors, INV, facts={"hospital": True, "nonprofit_hospital": True})
    assert judged(book.facts(INV.account_id)).flags["hospital"] is True
    assert say(book, "hospital", "no")
    assert judged(book.facts(INV.account_id)).flags["hospital"] is False
    with pytest.raises(StrategyError, match="favourite_colour"):
        store(MemoryBook(), book.creditors, facts={"favourite_colour": True})


def test_the_day_of_care_is_the_one_that_the_file_names() -> None:
    facts = judged(book_with(extras={"date_of_service": "2026-07-01"}).facts(INV.account_id))
    assert facts.flags["services_at"] == "2026-07-01"


def test_a_wish_on_the_portal_is_no_message_by_that_medium() -> None:
    book = book_with(consumer(**NYC))
    facts = book.facts(INV.account_id)
    wish = replace(wrote(3, "email"), template="start")
    heard = replace(facts, history=replace(facts.history, contacts=(wish,)))
    assert "consumer_used_at" not in judged(heard).consents
    assert "email_basis" not in judged(heard).consents
