"""An opt-out between the permit and the sender: nothing is sent, whichever way it came."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.optout_lists import MemoryLists
from dunlin.adapters.memory.senders import MemoryMailbox
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Channel, ConsentState
from dunlin.domain.accounts.signal import ProviderSignal, Signal, SignalKind
from dunlin.domain.accounts.touch import Touch, TouchState
from dunlin.domain.replies.inbound import Inbound
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.sending import send
from dunlin.service.signals.optouts import reconcile_optouts
from dunlin.service.signals.provider_events import record
from dunlin.service.signals.replies import read_reply
from dunlin.service.signals.signals import apply_signal
from dunlin.service.staff.flags import set_flag
from tests.support import ground
from tests.support.builders import NOON

LATER = NOON + timedelta(seconds=30)
GATE = ground.gate("PLAT-FREQ-ALL", "PLAT-OPTOUT-ALL")

Route = Callable[[MemoryBook, Account, Touch], object]


def _signal(account: Account, touch: Touch, kind: SignalKind, by: str) -> Signal:
    return Signal(
        signal_id=f"{by}-1",
        kind=kind,
        at=LATER,
        account_id=account.account_id,
        consumer_id=account.consumer_id,
        touch_id=touch.touch_id,
        channel="email",
        detail={"by": by},
    )


def by_screen(book: MemoryBook, account: Account, touch: Touch) -> object:
    signal = _signal(account, touch, SignalKind.OPT_OUT, "portal_link")
    return apply_signal(signal, book=book, waker=MemoryWaker(), now=LATER)


def by_queue(book: MemoryBook, account: Account, _touch: Touch) -> object:
    person = book.consumers[account.consumer_id]
    inbound = Inbound(message_id="m-1", sender=person.phones[0], receiver="+12175550101",
                      text="please stop texting me, STOP")  # fmt: skip
    return read_reply(inbound, book=book, creditors=book.creditors, waker=MemoryWaker(), now=LATER)


def by_complaint(book: MemoryBook, account: Account, touch: Touch) -> object:
    signal = _signal(account, touch, SignalKind.COMPLAINT, "ses")
    complaint = ProviderSignal(signal=signal, message_id="m-0")
    return record(complaint, book=book, waker=MemoryWaker(), now=LATER)


def by_provider_list(book: MemoryBook, account: Account, _touch: Touch) -> object:
    lists = MemoryLists()
    lists.numbers = [book.consumers[account.consumer_id].phones[0]]
    return reconcile_optouts(lists=lists, book=book, addresses=book, waker=MemoryWaker(), now=LATER)


def by_staff(book: MemoryBook, account: Account, _touch: Touch) -> object:
    return set_flag(account.account_id, "cease", by="sam", evidence="call-1", book=book,
                    waker=MemoryWaker(), now=LATER)  # fmt: skip


@pytest.mark.parametrize("route", [by_screen, by_queue, by_complaint, by_provider_list, by_staff])
def test_nothing_leaves_after_an_opt_out_whichever_way_it_came(route: Route) -> None:
    book, account = ground.memory_world()
    check_ladder(account.account_id, 1, book=book, gate=GATE, templates=ground.PlainLetters(),
                 now=NOON)  # fmt: skip
    (touch,) = book.touches.values()
    assert route(book, account, touch)
    mailbox = MemoryMailbox()
    outbox = ground.outbox(mailbox=mailbox)
    result = send(touch.account_id, touch.key, touch.touch_id, book=book, ports=outbox, now=LATER)
    assert result.outcome == "void"
    assert mailbox.calls == 0
    assert book.touches[touch.account_id, touch.key].state is TouchState.RELEASED
    # The evidence is in the log of the person or of the account.
    person = book.consumers[account.consumer_id]
    closed = person.consent(Channel.EMAIL)
    assert closed.state is ConsentState.REVOKED or "cease" in person.flags
    subjects = (f"consumer#{person.consumer_id}", f"account#{account.account_id}")
    chains = [book.chains.get(subject, []) for subject in subjects]
    assert any(entry.at == LATER for chain in chains for entry in chain)
