"""Every single condition of the permit and of its spending, removed: what then goes wrong.

Each story is safe with the whole transaction and ends in its violation without the one condition
it is about. Some conditions back each other up; their stories name the mistake of another part
of Dunlin (a gate that misread, a writer that forgot) that they alone still catch.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from dunlin.adapters.memory.senders import MemoryMailbox
from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.accounts.consumer import (
    Channel,
    Consent,
    ConsentState,
    ContactHistory,
    Flag,
    PastContact,
)
from dunlin.domain.accounts.touch import PERMIT_LIFE, Touch, TouchState
from dunlin.domain.audit.audit import append
from dunlin.domain.errors import Conflict
from dunlin.domain.rollouts.rollout import Segment
from dunlin.domain.strategy.strategy import Selection
from dunlin.ports.accounts import Change, Facts
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.permits import LadderDecision
from dunlin.service.contact.sending import send
from tests.contact.condition_removal import (
    IN_DYNAMO,
    ForgetfulDynamo,
    ForgetfulMemory,
    forgetful_transaction,
)
from tests.support import builders, ground
from tests.support.builders import CREDITOR
from tests.support.wholes import AccountBook


class Misled:
    """A book whose reader holds old facts, or misreads them; its writes are the real ones."""

    def __init__(self, book: AccountBook, facts: Facts) -> None:
        self._book, self._facts = book, facts

    def facts(self, account_id: str, *, touch_key: str = "") -> Facts:
        return self._facts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._book, name)


class Ground:
    """One story's place: a book, one person, one due account, and the gate's only cap."""

    def __init__(self, book: Any, name: str, now: datetime) -> None:
        self.book, self.name, self.now = book, name, now
        self.gate = ground.gate("PLAT-FREQ-ALL")
        self.mailbox = MemoryMailbox()
        self.outbox = ground.outbox(mailbox=self.mailbox, at=now)
        account = ground.active(name, at=now)
        self.account_id = account.account_id
        person = builders.consumer(name)
        self.consumer_id = person.consumer_id
        builders.store(book, book.creditors, account, person=person, at=now, **ground.EACH_ALONE)

    @property
    def account(self) -> Account:
        account: Account = self.book.account(self.account_id)
        return account

    def sibling(self) -> str:
        second = ground.active(f"{self.name}-2", at=self.now, consumer_id=self.consumer_id)
        entry = entry_of(second, now=self.now, what="AccountImported", data={})
        self.book.apply(Change(account=next_version(second, entry), audit=[entry]))
        return second.account_id

    def facts(self, account_id: str = "", key: str = "") -> Facts:
        facts: Facts = self.book.facts(account_id or self.account_id, touch_key=key)
        return facts

    def check(self, account_id: str = "", *, believing: Facts | None = None) -> str:
        """Ask for the due rung's permit; its id, "" where there was none."""
        book = Misled(self.book, believing) if believing else self.book
        try:
            decision: LadderDecision = check_ladder(
                account_id or self.account_id,
                1,
                book=book,
                gate=self.gate,
                templates=self.outbox.templates,
                now=self.now,
            )
        except Conflict:
            return ""
        return decision.permit_id

    def send(
        self,
        touch: Touch,
        *,
        permit: str = "",
        believing: Facts | None = None,
        after: timedelta = timedelta(0),
    ) -> None:
        try:
            send(
                touch.account_id,
                touch.key,
                permit or touch.touch_id,
                book=Misled(self.book, believing) if believing else self.book,
                ports=self.outbox,
                now=self.now + after,
            )
        except Conflict:
            return

    def permitted(self) -> Touch:
        assert self.check()
        (touch,) = self.book.account_history(self.account_id).touches
        assert touch.state is TouchState.PERMITTED
        return touch

    def change(self, **changes: Any) -> None:
        entry = entry_of(self.account, now=self.now, what="Changed", data={})
        after = next_version(replace(self.account, **changes), entry)
        ledger = builders.adjusted(self.account, after.balance, self.now)
        self.book.apply(Change(account=after, ledger=ledger, audit=[entry]))

    def change_person(self, **changes: Any) -> None:
        person = self.book.consumer(self.consumer_id)
        entry = append(
            subject=f"consumer#{self.consumer_id}",
            sequence=person.version + 1,
            previous=person.audit_head,
            at=self.now,
            actor="test",
            what="Changed",
            data={},
        )
        after = replace(person, version=person.version + 1, audit_head=entry.hash, **changes)
        self.book.apply(Change(consumer=after, audit=[entry]))

    def raise_flag(self) -> None:
        self.change_person(flags={"attorney": Flag(at=self.now, by="test")})

    def opt_out(self) -> None:
        self.change_person(consents=_REVOKED)

    def pause_segment(self) -> None:
        """Staff pause a segment that takes the account."""
        self.book.pause_segment(CREDITOR, EVERYBODY, on=True, actor="test", at=self.now)

    def had(self, contacts: int) -> None:
        """So many messages within the last hours."""
        past = tuple(
            PastContact(
                at=self.now - timedelta(hours=n + 1),
                channel="email",
                direction="out",
                outcome="sent",
                account_id=self.account_id,
                template="reminder",
                touch_id=f"tch_past_{n}",
            )
            for n in range(contacts)
        )
        history = ContactHistory(consumer_id=self.consumer_id, contacts=past, version=1)
        self.book.apply(Change(history=history))

    # What no part of Dunlin does: mistakes that only the conditions themselves can catch.

    def forgets_version(self) -> None:
        """A writer closes the channel and forgets the person's version."""
        if isinstance(self.book, ForgetfulMemory):
            person = self.book.consumers[self.consumer_id]
            self.book.consumers[self.consumer_id] = replace(person, consents=_REVOKED)
            return
        from dunlin.adapters.dynamo.rows.people import PROFILE, ProfileRow

        row = ProfileRow.get(self.consumer_id, PROFILE)
        row.update(actions=[ProfileRow.email_open.remove(), ProfileRow.sms_open.remove()])

    def loses_permit(self, permit_id: str) -> None:
        if isinstance(self.book, ForgetfulMemory):
            del self.book.permits[permit_id]
            return
        from dunlin.adapters.dynamo.rows.permits import PermitRow

        PermitRow(permit_id).delete()

    def loses_touch(self, touch: Touch) -> None:
        if isinstance(self.book, ForgetfulMemory):
            del self.book.touches[touch.account_id, touch.key]
            return
        from dunlin.adapters.dynamo.rows.touches import TouchRow

        TouchRow(touch.account_id, touch.key).delete()


EVERYBODY = Segment(name="everybody", when=Selection())
_REVOKED = {c: Consent(state=ConsentState.REVOKED, version=2, evidence="test") for c in Channel}


@dataclass(frozen=True)
class Story:
    """`happens` plays it and says whether the violation happened."""

    violates: str
    happens: Callable[[Ground], bool]


def _stale_account(g: Ground) -> bool:
    before = g.facts()
    # A writer that forgot its audit entry: only the version shows that the account moved.
    promised = g.now + timedelta(days=30)
    g.book.apply(Change(account=replace(g.account, version=g.account.version + 1, due_at=promised)))
    return bool(g.check(believing=before)) and g.account.due_at != promised


def _misread(**changes: Any) -> Callable[[Ground], bool]:
    """The account moved, and the gate read it as if it had not."""

    def happened(g: Ground) -> bool:
        good = g.account
        g.change(**changes)
        kept = {name: getattr(good, name) for name in changes}
        facts = g.facts()
        return bool(g.check(believing=replace(facts, account=replace(facts.account, **kept))))

    return happened


def _misread_consent(g: Ground) -> bool:
    open_still = g.facts().consumer.consents
    g.opt_out()
    facts = g.facts()
    return bool(
        g.check(believing=replace(facts, consumer=replace(facts.consumer, consents=open_still)))
    )


def _stale_person(g: Ground) -> bool:
    before = g.facts()
    g.raise_flag()
    return bool(g.check(believing=before))


def _paused(scope: str) -> Callable[[Ground], bool]:
    def happened(g: Ground) -> bool:
        before = g.facts()
        g.book.pause(scope, on=True, actor="test", at=g.now)
        return bool(g.check(believing=before))

    return happened


def _segment_paused(g: Ground) -> bool:
    before = g.facts()
    g.pause_segment()
    return bool(g.check(believing=before))


def _two_accounts_one_place(g: Ground) -> bool:
    g.had(6)
    second = g.sibling()
    before = g.facts(second)
    assert g.check()
    return bool(g.check(second, believing=before))


def _wound_back(g: Ground) -> bool:
    """The account is set back to a rung that was sent; one touch, two messages."""
    g.send(g.permitted())
    g.change(rung=0, occurrence=0, sent=(), touched_at=None, due_at=g.now)
    again = g.check()
    if again:
        g.send(g.book.account_history(g.account_id).touches[0])
    return len(g.mailbox.sent) == 2


def _authority_twice(g: Ground) -> bool:
    """The touch row was lost while its permit is out; the permit must not be given anew."""
    touch = g.permitted()
    g.loses_touch(touch)
    g.change(occurrence=0, due_at=g.now)
    return g.check() == touch.touch_id


def _entry_replaced(g: Ground) -> bool:
    """Somebody wrote an entry where the next one belongs; it must not be covered up."""
    entry = entry_of(g.account, now=g.now, what="Planted", data={})
    g.book.apply(Change(audit=[entry]))
    return bool(g.check())


def _forged_permit(g: Ground) -> bool:
    touch = g.permitted()
    g.loses_permit(touch.touch_id)
    g.send(touch)
    return bool(g.mailbox.sent)


def _anothers_permit(g: Ground) -> bool:
    second = g.sibling()
    other = g.check(second)
    touch = g.permitted()
    g.loses_permit(touch.touch_id)
    g.send(touch, permit=other)
    return bool(g.mailbox.sent)


def _too_late(g: Ground) -> bool:
    g.send(g.permitted(), after=PERMIT_LIFE)
    return bool(g.mailbox.sent)


def _flag_before_the_sender_reads(g: Ground) -> bool:
    touch = g.permitted()
    g.raise_flag()
    g.send(touch)
    return bool(g.mailbox.sent)


def _released_meanwhile(g: Ground) -> bool:
    """The touch was given back and no longer counts for the cap; its sender read it before."""
    touch = g.permitted()
    before = g.facts(key=touch.key)
    released = replace(touch, state=TouchState.RELEASED)
    g.book.apply(Change(touch_move=(released, [TouchState.PERMITTED.value])))
    g.send(touch, believing=before)
    return bool(g.mailbox.sent)


def _moved_after_the_permit(**changes: Any) -> Callable[[Ground], bool]:
    def happened(g: Ground) -> bool:
        touch = g.permitted()
        g.change(**changes)
        g.send(touch)
        return bool(g.mailbox.sent)

    return happened


def _paid_after_the_permit(g: Ground) -> bool:
    return _moved_after_the_permit(balance=replace(g.account.balance, minor=0))(g)


def _misread_paid(g: Ground) -> bool:
    return _misread(balance=replace(g.account.balance, minor=0))(g)


def _flag_after_the_sender_read(g: Ground) -> bool:
    touch = g.permitted()
    before = g.facts(key=touch.key)
    g.raise_flag()
    g.send(touch, believing=before)
    return bool(g.mailbox.sent)


def _closed_without_a_version(g: Ground) -> bool:
    touch = g.permitted()
    before = g.facts(key=touch.key)
    g.forgets_version()
    g.send(touch, believing=before)
    return bool(g.mailbox.sent)


def _paused_after(scope: str) -> Callable[[Ground], bool]:
    def happened(g: Ground) -> bool:
        touch = g.permitted()
        g.book.pause(scope, on=True, actor="test", at=g.now)
        g.send(touch)
        return bool(g.mailbox.sent)

    return happened


def _segment_paused_after_the_sender_read(g: Ground) -> bool:
    touch = g.permitted()
    before = g.facts(key=touch.key)
    g.pause_segment()
    g.send(touch, believing=before)
    return bool(g.mailbox.sent)


STORIES: dict[tuple[str, str], Story] = {
    ("take", "account version"): Story(
        "I7: a later due time is overwritten and the account contacted", _stale_account
    ),
    ("take", "account active"): Story(
        "I3: a permit on an account the creditor took back", _misread(status=Status.CLOSED)
    ),
    ("take", "balance"): Story("I3: a permit after everything was paid", _misread_paid),
    ("take", "hold"): Story("I3: a permit in spite of a dispute", _misread(hold=Hold.DISPUTE)),
    ("take", "consumer version"): Story(
        "I3: a permit although the person named a lawyer meanwhile", _stale_person
    ),
    ("take", "consent"): Story("I2, I3: a permit after an opt-out", _misread_consent),
    ("take", "pause of the platform"): Story("I2: a permit in a pause", _paused("platform")),
    ("take", "pause of the creditor"): Story("I2: a permit in a pause", _paused(CREDITOR)),
    ("take", "paused segments as read"): Story(
        "I2: a permit in the pause of a segment", _segment_paused
    ),
    ("take", "contact history version"): Story(
        "I2: two accounts take the seventh place of one person", _two_accounts_one_place
    ),
    ("take", "touch absent"): Story("I1: one touch gives two messages", _wound_back),
    ("take", "permit absent"): Story("I1: a permit that is out is given anew", _authority_twice),
    ("take", "audit entry absent"): Story("I6: an audit entry is replaced", _entry_replaced),
    ("spend", "permit exists"): Story("I1: a message without a permit", _forged_permit),
    ("spend", "permit of this touch"): Story(
        "I1: a message on another touch's permit", _anothers_permit
    ),
    ("spend", "permit alive"): Story("I2: a message after the closing second", _too_late),
    ("spend", "consumer as the gate saw them"): Story(
        "I3: a message although the person named a lawyer before the sender looked",
        _flag_before_the_sender_reads,
    ),
    ("spend", "touch permitted"): Story(
        "I2: a message that no longer counts for the cap", _released_meanwhile
    ),
    ("spend", "account active"): Story(
        "I3: a message after the creditor took the account back",
        _moved_after_the_permit(status=Status.CLOSED),
    ),
    ("spend", "balance"): Story("I3: a message after everything was paid", _paid_after_the_permit),
    ("spend", "hold"): Story(
        "I3: a message in spite of a dispute", _moved_after_the_permit(hold=Hold.DISPUTE)
    ),
    ("spend", "consumer version"): Story(
        "I3: a message although the person named a lawyer after the sender looked",
        _flag_after_the_sender_read,
    ),
    ("spend", "consent"): Story("I2, I3: a message after an opt-out", _closed_without_a_version),
    ("spend", "pause of the platform"): Story(
        "I2: a message in a pause", _paused_after("platform")
    ),
    ("spend", "pause of the creditor"): Story("I2: a message in a pause", _paused_after(CREDITOR)),
    ("spend", "paused segments as read"): Story(
        "I2: a message in the pause of a segment", _segment_paused_after_the_sender_read
    ),
}
NAMES = [f"{phase}: {name}" for phase, name in STORIES]


@pytest.mark.parametrize("condition", STORIES, ids=NAMES)
def test_in_memory_each_condition_alone_keeps_its_story_from_happening(
    condition: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    story = STORIES[condition]
    whole = ForgetfulMemory()
    assert not story.happens(Ground(whole, "whole", builders.NOON))
    assert story.happens(Ground(ForgetfulMemory(*condition), "less", builders.NOON))
    with capsys.disabled():
        sys.stdout.write(f"\n  without {condition[0]}/{condition[1]}: {story.violates} ")


def test_every_condition_in_memory_has_its_story() -> None:
    met: set[tuple[str, str]] = set()
    for story in STORIES.values():
        book = ForgetfulMemory()
        story.happens(Ground(book, "whole", builders.NOON))
        met |= book.met
    assert met == set(STORIES) == set(IN_DYNAMO)


@pytest.fixture(params=[pytest.param("dynamo", marks=pytest.mark.cloud)])
def dynamo(request: pytest.FixtureRequest) -> tuple[Any, datetime]:
    request.getfixturevalue("still_stack")
    from dunlin.runtime import wiring

    now = wiring.clock().now()
    book: Any = ForgetfulDynamo(wiring.creditors())
    book.creditors = wiring.creditors()
    book.transaction = forgetful_transaction(book)
    return book, now


@pytest.mark.parametrize("condition", STORIES, ids=NAMES)
def test_on_dynamodb_each_condition_alone_keeps_its_story_from_happening(
    condition: tuple[str, str], dynamo: tuple[Any, datetime]
) -> None:
    book, now = dynamo
    name = "-".join(condition).replace(" ", "-")
    for forgets in (("", ""), condition):
        book.forgets = forgets
        violated = STORIES[condition].happens(Ground(book, f"{len(forgets[0])}-{name}", now))
        for scope in (CREDITOR, "platform") if "pause" in name else ():
            book.pause(scope, on=False, actor="test", at=now)
        book.pause_segment(CREDITOR, EVERYBODY, on=False, actor="test", at=now)
        assert violated is (forgets == condition)


def test_every_condition_on_dynamodb_has_its_story(dynamo: tuple[Any, datetime]) -> None:
    book, now = dynamo
    g = Ground(book, "all", now)
    g.send(g.permitted())
    assert len(g.mailbox.sent) == 1
    known = {
        (phase, row, attribute)
        for (phase, _), (row, attributes) in IN_DYNAMO.items()
        for attribute in attributes
    }
    assert book.met == known
