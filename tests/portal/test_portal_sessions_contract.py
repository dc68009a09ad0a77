"""One suite for every portal door and inbox: in memory and over DynamoDB on the local cloud."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dunlin.adapters.memory.portal_sessions import MemoryInbox, MemoryPortalSessions
from dunlin.adapters.randomness import new_token
from dunlin.domain.errors import Conflict
from dunlin.domain.money import Money
from dunlin.domain.tokens import token_hash
from dunlin.ports.payments import Inbox
from dunlin.ports.portal import FormDraft, Link, PaymentAttempt, Session
from tests.support.wholes import PortalStore

# Real time: the tables delete by it.
NOW = datetime.now(UTC).replace(microsecond=0)
_PLACES = ["memory", pytest.param("dynamo", marks=pytest.mark.cloud)]


@pytest.fixture(scope="module", params=_PLACES)
def place(request: pytest.FixtureRequest) -> str:
    if request.param == "dynamo":
        request.getfixturevalue("stack")
    return str(request.param)


@pytest.fixture
def sessions(place: str) -> PortalStore:
    if place == "memory":
        return MemoryPortalSessions()
    from dunlin.runtime import wiring

    return wiring.sessions()


@pytest.fixture
def inbox(place: str) -> Inbox:
    if place == "memory":
        return MemoryInbox()
    from dunlin.runtime import wiring

    return wiring.inbox()


def test_a_link_is_found_by_the_hash_of_its_token_alone(sessions: PortalStore) -> None:
    token = new_token()
    link = Link(
        token_hash=token_hash(token),
        account_id="acc_1",
        consumer_id="con_1",
        creditor="harbor",
        touch_id="tch_1",
        channel="email",
        address_hash="aa",
        expires_at=NOW + timedelta(days=45),
    )
    sessions.put_link(link)
    assert sessions.link(token_hash(token)) == link
    assert sessions.link(token) is None
    assert sessions.link(token_hash(new_token())) is None


def test_a_session_lives_until_it_is_dropped(sessions: PortalStore) -> None:
    session = Session(
        session_hash=token_hash(new_token()),
        account_id="acc_1",
        consumer_id="con_1",
        creditor="harbor",
        csrf=new_token(),
        language="es",
        expires_at=NOW + timedelta(minutes=30),
    )
    sessions.put_session(session)
    later = replace(session, expires_at=NOW + timedelta(minutes=60))
    sessions.put_session(later)
    assert sessions.session(session.session_hash) == later
    sessions.drop_session(session.session_hash)
    sessions.drop_session(session.session_hash)
    assert sessions.session(session.session_hash) is None


def test_a_session_that_has_ended_can_still_be_recognised(sessions: PortalStore) -> None:
    ended = Session(
        session_hash=token_hash(new_token()),
        account_id="acc_1",
        consumer_id="con_1",
        creditor="harbor",
        csrf=new_token(),
        language="en",
        expires_at=NOW - timedelta(minutes=5),
    )
    sessions.put_session(ended)
    assert sessions.session(ended.session_hash) == ended


def test_a_draft_is_kept_once_an_account_until_it_is_dropped(sessions: PortalStore) -> None:
    account = f"acc_{new_token()}"
    draft = FormDraft(
        account_id=account,
        consumer_id="con_1",
        place="/dispute",
        form={"reason": "other", "text": "Señal <b>\n"},
        expires_at=NOW + timedelta(hours=1),
    )
    assert sessions.draft(account) is None
    sessions.put_draft(draft)
    later = replace(draft, place="/question", form={})
    sessions.put_draft(later)
    assert sessions.draft(account) == later
    sessions.drop_draft(account)
    sessions.drop_draft(account)
    assert sessions.draft(account) is None


def test_attempts_count_up_for_a_day_from_the_first_and_then_anew(sessions: PortalStore) -> None:
    who = new_token()
    counts = [sessions.count_attempt(who, NOW + timedelta(hours=h)) for h in (0, 1, 23)]
    assert counts == [1, 2, 3]
    assert sessions.count_attempt(new_token(), NOW) == 1
    assert sessions.count_attempt(who, NOW + timedelta(hours=24)) == 1
    sessions.clear_attempts(who)
    sessions.clear_attempts(who)
    assert sessions.count_attempt(who, NOW) == 1


def test_parallel_attempts_never_share_a_number(sessions: PortalStore) -> None:
    who = new_token()
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _: sessions.count_attempt(who, NOW), range(24)))
    assert sorted(counts) == list(range(1, 25))


def test_the_newest_code_counts_until_its_end(sessions: PortalStore) -> None:
    link = new_token()
    assert sessions.code(link, NOW) is None
    sessions.put_code(link, "first", NOW + timedelta(minutes=10))
    sessions.put_code(link, "second", NOW + timedelta(minutes=10))
    assert sessions.code(link, NOW + timedelta(minutes=9)) == "second"
    assert sessions.code(link, NOW + timedelta(minutes=10)) is None


def test_a_persons_payment_attempts_replace_only_those_that_were_read(
    sessions: PortalStore,
) -> None:
    person = f"con_{new_token()}"
    first = PaymentAttempt(
        attempt_id="a", account_id="acc_1", amount=Money(1_250, "USD"), locale="en", at=NOW
    )
    assert sessions.payment_attempts(person) == ()
    sessions.put_payment_attempts(person, [first], replaces=())
    with pytest.raises(Conflict):
        sessions.put_payment_attempts(person, [first], replaces=())
    opened = replace(first, checkout_id="cs_1", url="https://checkout.example.com/c/1")
    sessions.put_payment_attempts(person, [opened], replaces=[first])
    assert sessions.payment_attempts(person) == (opened,)
    other = replace(first, attempt_id="b", account_id="acc_2", amount=Money(900, "USD"))
    with pytest.raises(Conflict):
        sessions.put_payment_attempts(person, [other], replaces=[first])
    both = (replace(opened, closed=True), other)
    sessions.put_payment_attempts(person, both, replaces=(opened,))
    with pytest.raises(Conflict):
        sessions.put_payment_attempts(person, [opened], replaces=[opened])
    assert sessions.payment_attempts(person) == both
    assert sessions.payment_attempts(f"con_{new_token()}") == ()


def test_an_event_is_stored_once_and_kept_as_it_came(inbox: Inbox) -> None:
    event_id, body = f"evt_{new_token()}", '{"id": "é \\n", "n": 1}'
    assert inbox.event(event_id) is None
    assert inbox.store(event_id, body, NOW) is True
    assert inbox.store(event_id, "another", NOW) is False
    assert inbox.event(event_id) == body
