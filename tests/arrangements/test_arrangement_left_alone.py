"""An arrangement whose account a file lacks for a while, or whose person wants no messages."""

from __future__ import annotations

import pytest

from dunlin.adapters.memory.portal_sessions import MemoryPortalSessions
from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.arrangements.arrangement import ArrangementState
from dunlin.ports.accounts import Change
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.contact.notices import check_notice
from dunlin.service.imports import missing
from dunlin.service.signals.signals import apply_signal
from tests.arrangements.ground import NOW, days
from tests.arrangements.life import Life
from tests.arrangements.test_arrangement_life import with_card
from tests.support import ground


def test_closed_because_a_file_lacked_it_an_arrangement_waits_for_its_return() -> None:
    """A cut-short file closed it; the whole one next week brings it back with its arrangement."""
    life = with_card()
    stood = life.account

    def written(after: Account) -> None:
        entry = entry_of(life.account, now=life.now, what="Changed", data={})
        life.book.apply(Change(account=next_version(after, entry), audit=[entry]))

    written(missing.closed(life.account, life.now))
    assert life.account.status is Status.CLOSED
    life.after(7)
    assert life.newest.frozen_since is not None
    written(missing.named_again(life.account, life.now))
    back = life.account
    assert (back.status, back.hold, back.arranged) == (stood.status, Hold.ARRANGEMENT, True)
    arrangement = life.after(220)
    assert arrangement.state is ArrangementState.KEPT
    assert life.processor.taken == 60_000


def test_closed_because_a_file_lacked_it_and_never_named_again_it_ends() -> None:
    life = with_card()
    entry = entry_of(life.account, now=life.now, what="AccountClosed", data={})
    closed = missing.closed(life.account, life.now)
    life.book.apply(Change(account=next_version(closed, entry), audit=[entry]))
    life.after(7)
    life.now += days(60)
    life.look()
    assert life.newest.state is ArrangementState.CANCELLED
    assert life.processor.taken == 0


@pytest.mark.parametrize("autopay", [False, True])
def test_who_pays_by_hand_and_is_not_to_be_reminded_is_for_staff_once(*, autopay: bool) -> None:
    life = with_card() if autopay else Life()
    if not autopay:
        life.agreed()
    stop = Signal(
        signal_id="stop-1", kind=SignalKind.OPT_OUT, at=NOW, account_id=life.account_id,
        channel="email",
    )  # fmt: skip
    assert apply_signal(stop, book=life.book, waker=life.waker, now=NOW)

    def remind(number: int) -> str:
        return check_notice(
            life.account_id, kind="instalment_due",
            cause=f"{life.newest.arrangement_id}.{number}", book=life.book,
            links=MemoryPortalSessions(), gate=life.gate, templates=ground.PlainLetters(),
            now=life.now,
        ).outcome  # fmt: skip

    assert remind(1) == "refused"
    assert life.account.escalated == ("" if autopay else "unreminded")
    assert (life.account.hold, life.account.waits_for_staff) == (Hold.ARRANGEMENT, not autopay)
    if autopay:
        return
    # Staff have seen to it: the next refusal asks nobody anew, and the arrangement stands.
    entry = entry_of(life.account, now=NOW, what="Released", data={})
    released = lifecycle.release(life.account, NOW)
    life.book.apply(Change(account=next_version(released, entry), audit=[entry]))
    assert remind(2) == "refused"
    assert (life.account.escalated, life.newest.in_force) == ("", True)
