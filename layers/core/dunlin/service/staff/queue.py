"""The staff queue, worked: who takes an item, what is decided, what is answered.

Every act is one write of the account under the version that was looked at, with its audit entry;
then the ladder is woken. A hold that is lifted gives no permission: every touch passes the gate.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from dunlin.domain.accounts import lifecycle, reasons
from dunlin.domain.accounts.account import Account, Hold
from dunlin.domain.accounts.consequences import ABOUT_ANOTHER
from dunlin.domain.accounts.consumer import Consumer
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.arrangements.terms import Terms
from dunlin.domain.audit.audit import content_sha256
from dunlin.domain.errors import Conflict, DomainError
from dunlin.domain.messages.wording import judged
from dunlin.domain.messages.words_model import WordsModel
from dunlin.domain.staff import queue
from dunlin.domain.strategy.strategy import StaffQueuePolicy
from dunlin.ports.accounts import (
    AccountHistory,
    Accounts,
    AccountsAndPeople,
    Answer,
    ChangeWriter,
    People,
    PeoplesHistories,
)
from dunlin.ports.arrangements import ArrangedAccounts, Arrangements
from dunlin.ports.machines import LadderWaker
from dunlin.ports.staff import WaitingForStaff
from dunlin.ports.strategies import Creditors
from dunlin.service import arrangements
from dunlin.service.accounts.staff_command import (
    AccountChange,
    CommandResult,
    StaffCommand,
    accounts_of,
    apply_command,
    change_of,
    code,
    waits_for_nobody,
)
from dunlin.service.accounts.writing import retry_on_conflict, write
from dunlin.service.staff import matches

SHOWN = 25  # a widget is a page of the queue, not the queue
LONGEST_ANSWER = 1_000  # characters
DECISIONS = ("approve", "release", "decline", "close")
FREES = frozenset({"approve", "release"})
# A question is settled by its answer; the others by a decision of their own.
SETTLED_BY_ANSWER = frozenset({"question", "reply"})


class QueueBook(People, Arrangements, WaitingForStaff, Protocol):
    """Who waits, with the request that an account waits for."""


class LapseBook(ChangeWriter, WaitingForStaff, Protocol):
    """Who waits, and the note that the law is near."""


class AnsweringBook(PeoplesHistories, Arrangements, Protocol):
    """A person's words with all that is known of their account, and what they asked for."""


class DecidingBook(ArrangedAccounts, People, Protocol):
    """A case, its request, and the other accounts of its person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One item of the staff queue with its person; not `approvable` while what it waits for is
    missing. `request` is the arrangement that is asked for."""

    item: queue.Item
    consumer: Consumer | None
    approvable: bool = True
    request: Arrangement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What became of a decision.

    outcome: `done`, `stale` (the account has moved since the page was drawn), `gone` (nothing
    waits for a person there), `refused` (`because` says why) or `unmet` (what the account waits
    for is still missing). `on_ladder`: a ladder goes on afterwards, or may begin.
    """

    outcome: str
    account_id: str
    decision: str
    request: bool = False  # the decision was about an arrangement asked for
    because: tuple[tuple[str, str], ...] = ()
    on_ladder: bool = False


def listing(
    *,
    creditor: str,
    book: WaitingForStaff,
    creditors: Creditors,
    now: datetime,
    kind: str = "",
    owner: str = "",
    late: bool = False,
) -> list[queue.Item]:
    """What waits for staff of one creditor, or of all for "", by when it is due. Raises
    `DomainError` for a kind that does not exist."""
    if kind and kind not in queue.KINDS:
        raise DomainError(f"a kind is one of {', '.join(queue.KINDS)}")
    items = [
        item
        for item in _items(creditor, book, creditors)
        if kind in ("", item.kind, *item.also)
        and owner in ("", item.owner)
        and (item.late(now) or not late)
    ]
    return sorted(items, key=_by_due)


def _items(creditor: str, book: WaitingForStaff, creditors: Creditors) -> Iterator[queue.Item]:
    for name in [creditor] if creditor else creditors.all():
        policy = queue_policy(name, creditors)
        for account in book.waiting_for_staff(name):
            item = queue.item_of(account, policy)
            if item is not None:
                yield item


def _by_due(item: queue.Item) -> tuple[bool, float, str]:
    return (
        item.due is None,
        item.due.timestamp() if item.due else 0.0,
        item.account.account_id,
    )


def queue_policy(creditor: str, creditors: Creditors) -> StaffQueuePolicy:
    """The creditor's hours as they stand now; the usual ones where there is no strategy."""
    strategy = creditors.strategy(creditor)
    return strategy.queue if strategy else StaffQueuePolicy()


def waiting(
    *, creditor: str, book: QueueBook, creditors: Creditors, now: datetime
) -> tuple[list[Waiting], int]:
    """The first `SHOWN` of the queue with their people, and how many wait in all."""
    items = listing(creditor=creditor, book=book, creditors=creditors, now=now)
    return [_waiting(item, book) for item in items[:SHOWN]], len(items)


def _waiting(item: queue.Item, book: QueueBook) -> Waiting:
    consumer = book.consumer(item.account.consumer_id)
    asks = item.kind == reasons.REQUEST
    return Waiting(
        item=item,
        consumer=consumer,
        approvable=not _unreachable(item.account, consumer),
        request=arrangements.open_request(item.account.account_id, book) if asks else None,
    )


def take(
    account_id: str, order: StaffCommand, *, owner: str, book: Accounts, now: datetime
) -> CommandResult:
    """Give an item to a member of staff, by their code. Raises `DomainError`."""
    code(owner, "the owner")

    def decide_owner(account: Account) -> CommandResult | AccountChange:
        if not account.waits_for_staff:
            return waits_for_nobody()
        if account.case is not None and account.case.owner == owner:
            return CommandResult(outcome="unchanged")
        return AccountChange(
            what="CaseTaken",
            account=lifecycle.take_case(account, owner),
            data={"owner": owner, "kind": queue.kind_of(account)},
        )

    return apply_command(account_id, order, decide_owner, book=book, now=now)


def decide(
    *,
    account_id: str,
    decision: str,
    order: StaffCommand,
    book: DecidingBook,
    waker: LadderWaker,
    now: datetime,
) -> Decided:
    """Take a decision about an account as it was at the order's version.

    approve: an arrangement asked for is agreed to, a probable match is one person; else as
    release. release: the hold or escalation is lifted, what the person asked counts as seen to,
    and the ladder looks at once; the rules still bind. decline: an arrangement asked for is
    refused, a probable match is two people; else the account stays with a person and nothing is
    sent. close: the account is closed and its ladder ends. `unmet`
    while an account that waits for a contact point still has none. A second click meets a newer
    version and changes nothing. Raises `DomainError` for another word, and for the release of a
    request that is not decided.
    """
    if decision not in DECISIONS:
        raise DomainError(f"a decision is one of {', '.join(DECISIONS)}")
    before = book.account(account_id)
    if before is not None and decision != "close" and _requests(before, book):
        answered = _decide_request(before, decision, order, book=book, waker=waker, now=now)
        return _decided(account_id, decision, answered, book=book, request=True)
    if before is not None and matches.probable_match(before) and decision in ("approve", "decline"):
        same = decision == "approve"
        settled = matches.settle(account_id, order, same=same, book=book, now=now)
        return _decided(account_id, decision, settled, book=book)
    unmet = False

    def decide_account(account: Account) -> CommandResult | AccountChange:
        nonlocal before, unmet
        before = account
        if not account.waits_for_staff:
            return waits_for_nobody()
        if decision in FREES and _unreachable(account, book.consumer(account.consumer_id)):
            unmet = True
            return CommandResult(outcome="refused")
        return _decision(account, decision, now)

    done = apply_command(account_id, order, decide_account, book=book, now=now, known=before)
    if done.account is not None and before is not None:
        _follow(before, done.account, decision, order, book=book, waker=waker, now=now)
    decided = _decided(account_id, decision, done, book=book)
    return replace(decided, outcome="unmet") if unmet else decided


def _decided(
    account_id: str,
    decision: str,
    done: CommandResult,
    *,
    book: Accounts,
    request: bool = False,
) -> Decided:
    after = done.account
    if after is None and done.outcome == "done":
        after = book.account(account_id)
    return Decided(
        outcome=done.outcome,
        account_id=account_id,
        decision=decision,
        request=request,
        because=done.because,
        on_ladder=after is not None and after.on_ladder,
    )


def _requests(account: Account, book: Arrangements) -> bool:
    """True where what waits is a request for an arrangement, which has its own decisions."""
    return (
        queue.kind_of(account) == reasons.REQUEST
        and arrangements.open_request(account.account_id, book) is not None
    )


def _decide_request(
    account: Account,
    decision: str,
    order: StaffCommand,
    *,
    book: ArrangedAccounts,
    waker: LadderWaker,
    now: datetime,
) -> CommandResult:
    if order.version is not None and account.version != order.version:
        return CommandResult(outcome="stale")
    account_id = account.account_id
    if decision == "release":
        raise DomainError(_ASKS_FOR_ARRANGEMENT)
    if decision == "approve":
        arrangement = arrangements.approve(account_id, by=order.by, book=book, waker=waker, now=now)
    else:
        arrangement = arrangements.decline(
            account_id, by=order.by, why=order.why, book=book, waker=waker, now=now
        )
    return (
        CommandResult(outcome="done")
        if isinstance(arrangement, Arrangement)
        else _refused(arrangement)
    )


_ASKS_FOR_ARRANGEMENT = "somebody asks for an arrangement: approve, counter or decline it"
_NO_ARRANGEMENT = {
    arrangements.AskRefusal.NOTHING_OWED: "Nothing is owed that could be arranged.",
    arrangements.AskRefusal.CLOSED: "The account is closed: the creditor took it back.",
    arrangements.AskRefusal.PENDING: "A bank payment is on its way: wait for what becomes of it.",
    arrangements.AskRefusal.STALE: "What is owed has changed since: counter it or decline it.",
}


def _refused(why: arrangements.AskRefusal) -> CommandResult:
    if why not in _NO_ARRANGEMENT:
        return waits_for_nobody()
    return CommandResult(outcome="refused", because=(("", _NO_ARRANGEMENT[why]),))


def counter(
    account_id: str,
    order: StaffCommand,
    terms: Terms,
    *,
    book: ArrangedAccounts,
    waker: LadderWaker,
    now: datetime,
) -> CommandResult:
    """Answer a request for an arrangement with other terms, and tell the person. Raises
    `DomainError` where the terms do not sum to what is owed."""
    account = book.account(account_id)
    if account is None or not _requests(account, book):
        return CommandResult(outcome="gone", because=(("", "Nobody asks for an arrangement."),))
    if order.version is not None and account.version != order.version:
        return CommandResult(outcome="stale")
    arrangement = arrangements.counter(
        account_id, terms, by=order.by, book=book, waker=waker, now=now
    )
    done = isinstance(arrangement, Arrangement)
    return CommandResult(outcome="done" if done else "gone")


def _follow(
    before: Account,
    after: Account,
    decision: str,
    order: StaffCommand,
    *,
    book: AccountsAndPeople,
    waker: LadderWaker,
    now: datetime,
) -> None:
    """Start or wake what the decision frees."""
    if decision == "decline":
        return
    if after.ladder_run != before.ladder_run:
        waker.start(after, wait_seconds=1)
    else:
        waker.wake(after.account_id)
    if decision in FREES:
        _free_others(after, order, due=now, book=book, waker=waker, now=now)


def _unreachable(account: Account, consumer: Consumer | None) -> bool:
    """True where lifting the hold would only end the ladder: there is nobody to write to."""
    reachable = consumer is not None and bool(consumer.emails or consumer.phones)
    return account.hold is Hold.NO_CONTACT_POINT and not reachable


def _decision(account: Account, decision: str, now: datetime) -> AccountChange:
    """What a decision makes of the account, and its word in the audit log."""
    data = {
        "status": account.status.value,
        "hold": account.hold.value if account.hold else "",
        "trigger": account.escalated,
        "kind": queue.kind_of(account),
    }
    if decision == "close":
        closed = lifecycle.dismiss(account)
        return AccountChange(what="AccountClosed", account=closed, data=data)
    if decision == "decline":
        kept = lifecycle.keep_held(account)
        return AccountChange(what="ReleaseDeclined", account=kept, data=data)
    freed = lifecycle.release(account, now)
    return AccountChange(what="ReleaseApproved", account=freed, data=data)


def tell_lapsed(*, book: LapseBook, creditors: Creditors, now: datetime) -> int:
    """Mark what staff have not seen to by its time, once for each wait; the write is what the
    stream tells of. Returns how many were marked now."""
    marked = 0
    for item in listing(creditor="", late=True, book=book, creditors=creditors, now=now):
        if item.account.case is None or item.account.case.lapsed:
            continue
        account = item.account
        after = lifecycle.lapse_case(account)
        data = {"kind": item.kind, "due": item.due and item.due.isoformat()}
        with suppress(Conflict):  # somebody works on it this moment; the next run looks again
            write(book, account, after, what="ServiceTimerLapsed", data=data, now=now)
            marked += 1
    return marked


def answer(
    account_id: str,
    order: StaffCommand,
    text: str,
    *,
    release: bool | None = None,
    model: WordsModel,
    book: AnsweringBook,
    creditors: Creditors,
    waker: LadderWaker,
    now: datetime,
) -> CommandResult:
    """Write back to the person, word for word, as a notice that passes the gate, in words that
    pass the words check with `model`.

    `release` lifts the hold besides; None lifts it where the answer settles the matter, as for a
    question. The ladder then waits as long as after any reply. The words are kept with the
    thread; the log knows their hash. The same words again only start the notice again. Raises
    `DomainError` for words that are empty or too long, and for the release of a request for an
    arrangement, which is decided by itself.
    """
    words = _words(text)
    findings = judged(words, model=model)
    if findings:
        reasons = tuple((f.rule, f"{f.why} (“{f.words}”); say: {f.instead}") for f in findings)
        return CommandResult(outcome="refused", because=reasons)
    account_history = book.account_history(account_id) if book.account(account_id) else None
    if account_history is None:
        return CommandResult(outcome="gone")
    message = Answer(
        answer_id=_answer_id(account_history, words),
        account_id=account_id,
        at=now,
        by=code(order.by, "who"),
        channel=_asked_on(account_history),
        text=words,
    )
    if any(earlier.answer_id == message.answer_id for earlier in account_history.answers):
        waker.notice(account=account_history.account, kind="answer", cause=message.answer_id)
        return CommandResult(outcome="unchanged")
    freed: list[Account] = []

    def attempt() -> CommandResult:
        account = book.account(account_id)
        if account is None or not account.waits_for_staff:
            return waits_for_nobody()
        if order.version is not None and account.version != order.version:
            return CommandResult(outcome="stale")
        if release and _requests(account, book):
            raise DomainError(_ASKS_FOR_ARRANGEMENT)
        step = _answered(account, message, release, due=_after_reply(account, creditors, now))
        change = change_of(account, step, order, now)
        book.apply(replace(change, answer=message))
        freed[:] = [account] if step.data["release"] else []
        return CommandResult(outcome="done")

    done = retry_on_conflict(attempt)
    if done.outcome == "done":
        waker.notice(account=account_history.account, kind="answer", cause=message.answer_id)
    for account in freed:
        waker.wake(account.account_id)
        due = _after_reply(account, creditors, now)
        _free_others(account, order, due=due, book=book, waker=waker, now=now)
    return done


def _words(text: str) -> str:
    """Staff's words as they are sent: no control characters, no line breaks but plain ones."""
    lines = (line.rstrip() for line in text.replace("\r\n", "\n").split("\n"))
    words = "\n".join("".join(c for c in line if c.isprintable()) for line in lines).strip()
    if not words:
        raise DomainError("an answer needs words")
    if len(words) > LONGEST_ANSWER:
        raise DomainError(f"an answer has at most {LONGEST_ANSWER} characters")
    return words


def _asked_on(account_history: AccountHistory) -> str:
    return account_history.replies[-1].channel if account_history.replies else ""


def _answer_id(account_history: AccountHistory, words: str) -> str:
    """The same words to the same message have one id. It begins with the channel that was written
    on, so that who decides about the notice need not read what was said."""
    asked = account_history.replies[-1].reply_id if account_history.replies else ""
    once = f"{account_history.account.account_id}\x1f{asked}\x1f{words}"
    return f"{_asked_on(account_history) or 'any'}.{hashlib.sha256(once.encode()).hexdigest()[:32]}"


def _answered(
    account: Account, message: Answer, release: bool | None, *, due: datetime
) -> AccountChange:
    kind = queue.kind_of(account)
    lift = kind in SETTLED_BY_ANSWER if release is None else release
    after = lifecycle.release(account, due, anew=False) if lift else account
    # A part in dispute waits for its decision, as a hold does.
    if not lift and not (kind == "dispute" and account.hold is not Hold.DISPUTE):
        after = lifecycle.answer(account, due)
    data = {
        "answer_id": message.answer_id,
        "words_sha256": content_sha256(message.text),
        "kind": kind,
        "release": lift,
    }
    return AccountChange(what="AnswerWritten", account=after, data=data)


def _after_reply(account: Account, creditors: Creditors, now: datetime) -> datetime:
    """When a ladder goes on after the person was answered: it gives them time to read."""
    strategy = creditors.strategy(account.creditor, account.strategy_version or None)
    days = strategy.coordination.resume_after_reply_days if strategy else None
    later = now + timedelta(days=days or 0)
    return max(later, account.due_at) if account.due_at else later


def _freed(account: Account, due: datetime) -> Account:
    """Held no longer, and its ladder goes on at `due` where nothing else stops it."""
    freed = lifecycle.lift(account, due)
    freed = lifecycle.hold_paused(freed) if freed.paused else freed
    return freed if freed.escalated or not freed.runs else lifecycle.look_again(freed, due)


def _free_others(
    account: Account,
    order: StaffCommand,
    *,
    due: datetime,
    book: AccountsAndPeople,
    waker: LadderWaker,
    now: datetime,
) -> None:
    """Let the person's other accounts go on that were held for this message. What waits for staff
    on them besides has nothing to do with it."""
    others = [a for a in accounts_of(account, book) if a.account_id != account.account_id]
    if any(other.has_open_message for other in others):
        return  # another message of theirs is still unanswered

    for other in others:

        def attempt(account_id: str = other.account_id) -> bool:
            stored = book.account(account_id)
            if stored is None or stored.hold_reason != ABOUT_ANOTHER or stored.has_open_message:
                return False
            write(
                book,
                stored,
                _freed(stored, due),
                what="ReleaseApproved",
                data={"with": account.account_id, "why": order.why},
                now=now,
                actor=f"staff:{order.by}",
            )
            return True

        if retry_on_conflict(attempt):
            waker.wake(other.account_id)
