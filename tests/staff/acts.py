"""Every command of staff about one account, and every standing that it can find it in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain import ids
from dunlin.domain.accounts.account import Account, LedgerEntry, Status
from dunlin.domain.accounts.consumer import PastContact
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.arrangements.terms import Terms
from dunlin.domain.money import Money
from dunlin.ports.accounts import Change, Reply
from dunlin.ports.machines import LadderWaker
from dunlin.ports.strategies import Creditors
from dunlin.service import arrangements
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.accounts.writing import write
from dunlin.service.signals.signals import apply_signal
from dunlin.service.staff import pauses
from tests.support.builders import CREDITOR, NOON
from tests.support.wholes import AccountBook

LETTER = "tch_" + "3" * 32


@dataclass(frozen=True)
class Standing:
    """A status, and what happened on the account before: `question`, `dispute`, `request` for an
    arrangement, `arranged`, `paused`, `promise`, or "" for nothing."""

    status: Status
    before: str = ""

    def __str__(self) -> str:
        return f"{self.status}-{self.before}" if self.before else self.status.value

    @property
    def owes(self) -> bool:
        return self.status not in (Status.SETTLED, Status.CLOSED)

    @property
    def waits(self) -> bool:
        waiting = self.before in ("question", "dispute", "request")
        return waiting or self.status is Status.FAILED


STANDINGS = (
    *(Standing(status) for status in Status),
    *(Standing(status, "question") for status in Status),
    *(Standing(status, "dispute") for status in Status),
    *(
        Standing(status, before)
        for status in (Status.IMPORTED, Status.ACTIVE, Status.EXHAUSTED, Status.FAILED)
        for before in ("request", "arranged", "paused", "promise")
    ),
)
_SAID = {
    "question": (SignalKind.QUESTION, {}),
    "dispute": (SignalKind.DISPUTE, {"reason": "not_mine"}),
    "promise": (
        SignalKind.PROMISE,
        {"rest": "promise", "until": (NOON + timedelta(days=9)).isoformat()},
    ),
}


def set_up(
    account: Account, at: Standing, *, book: AccountBook, creditors: Creditors, waker: LadderWaker
) -> Account:
    """Bring an active account to a standing, as its life would; returns it as it is then."""
    fee = LedgerEntry(
        entry_id=ids.entry_id(account.account_id, "fee"), account_id=account.account_id,
        kind="fee", amount=Money(500, "USD"), on=NOON.date(), source="fee",
    )  # fmt: skip
    owed = account.balance + fee.amount
    lines, status = [fee], at.status
    if status is Status.SETTLED:
        paid = replace(
            fee, entry_id=ids.entry_id(account.account_id, "paid"), kind="payment",
            amount=-owed, source="paid by hand",
        )  # fmt: skip
        lines, owed = [fee, paid], Money(0, "USD")
    runs = status in (Status.ACTIVE, Status.FAILED)
    brought = replace(
        account, status=status, balance=owed, due_at=account.due_at if runs else None,
        ladder_run=0 if status is Status.IMPORTED else 1,
    )  # fmt: skip
    here = Change(ledger=tuple(lines))
    after = write(book, account, brought, what="BroughtHere", data={}, now=NOON, besides=here)
    if at.before in _SAID:
        _say(after, at.before, book=book, waker=waker)
    if at.before in ("request", "arranged"):
        _ask(after, 4 if at.before == "arranged" else 100, book=book, creditors=creditors)
    if at.before == "paused":
        paused = pauses.pause(
            after.account_id, StaffCommand(by="bea", why="case-1"), book=book, now=NOON
        )
        assert paused.outcome == "done"
    stored = book.account(after.account_id)
    assert stored is not None
    return stored


def _say(account: Account, word: str, *, book: AccountBook, waker: LadderWaker) -> None:
    kind, detail = _SAID[word]
    signal = Signal(
        signal_id=f"{word}-{account.account_id}", kind=kind, at=NOON,
        account_id=account.account_id, consumer_id=account.consumer_id, channel="portal",
        detail=detail,
    )  # fmt: skip
    reply = Reply(
        reply_id=signal.signal_id, account_id=account.account_id,
        consumer_id=account.consumer_id, channel="portal", at=NOON, text="Please look.",
        labels=(word,),
    )  # fmt: skip
    assert apply_signal(signal, book=book, waker=waker, now=NOON, reply=reply)


def _ask(account: Account, count: int, *, book: AccountBook, creditors: Creditors) -> None:
    today = NOON.date()
    terms = arrangements.propose(
        account, arrangements.in_force(CREDITOR, creditors, today), instalment=None, count=count,
        frequency="monthly", first_on=today + timedelta(days=7), today=today,
    )  # fmt: skip
    assert isinstance(terms, Terms)
    arrangement = arrangements.ask(
        account.account_id, terms, consent=None, book=book, creditors=creditors,
        waker=MemoryWaker(), now=NOON,
    )  # fmt: skip
    assert not isinstance(arrangement, arrangements.AskRefusal)
    assert arrangement.in_force is (count == 4)


def letter_written(account: Account, book: AccountBook) -> None:
    """A letter that was printed for it before, not yet mailed."""
    history = book.facts(account.account_id).history
    contact = PastContact(
        at=NOON - timedelta(days=1), channel="letter", direction="out", outcome="permitted",
        account_id=account.account_id, template="reminder", touch_id=LETTER,
    )  # fmt: skip
    kept = replace(history, contacts=(*history.contacts, contact), version=history.version + 1)
    book.apply(Change(history=kept))


@dataclass(frozen=True)
class Expected:
    """What a command leaves: its exit code, what the log calls it ("" where nothing is written),
    words that it says, and the kind in the queue afterwards, None where that stays."""

    code: int = 0
    what: str = ""
    says: str = ""
    kind: str | None = None


@dataclass(frozen=True)
class Act:
    """One command: its words after the account's reference, and what it leaves by standing."""

    command: str
    more: tuple[str, ...]
    leaves: Callable[[Standing], Expected]
    name: str = ""

    def __str__(self) -> str:
        return self.name or self.command


_WHY_NOT = {
    Status.IMPORTED: "not activated yet",
    Status.EXHAUSTED: "Its ladder has ended",
    Status.FAILED: "stopped on an error",
    Status.SETTLED: "It is settled",
    Status.CLOSED: "It is closed",
}
_NOBODY = Expected(3, says="Nothing on it waits for a person")


def kind_of(at: Standing) -> str:
    """Its kind in the queue, as a person finds it."""
    kind = {"request": "arrangement_request"}.get(at.before, at.before)
    if at.before in ("question", "dispute", "request"):
        return kind
    return "failed" if at.status is Status.FAILED else ""


def _reads(at: Standing) -> Expected:
    return Expected()


def _take(at: Standing) -> Expected:
    return Expected(what="CaseTaken") if at.waits else _NOBODY


def _approve(at: Standing) -> Expected:
    if at.before == "request":
        kind = "failed" if at.status is Status.FAILED else ""
        return Expected(what="ArrangementAgreed", says="approved", kind=kind)
    return Expected(what="ReleaseApproved", says="approved", kind="") if at.waits else _NOBODY


def _correct(at: Standing) -> Expected:
    if at.before in ("question", "dispute", "promise"):
        return Expected(what="ReplyCorrected", says="is read as question")
    return Expected(3, says="Nobody wrote that")


def _release(at: Standing) -> Expected:
    if at.before == "request":
        return Expected(2, says="approve, counter or decline it")
    return Expected(what="ReleaseApproved", says="released", kind="") if at.waits else _NOBODY


def _decline(at: Standing) -> Expected:
    if at.before == "request":
        kind = "failed" if at.status is Status.FAILED else ""
        return Expected(what="ArrangementDeclined", says="declined", kind=kind)
    return Expected(what="ReleaseDeclined", says="declined") if at.waits else _NOBODY


def _close(at: Standing) -> Expected:
    return Expected(what="AccountClosed", says="closed", kind="") if at.waits else _NOBODY


def _counter(at: Standing) -> Expected:
    if at.before == "request":
        kind = "failed" if at.status is Status.FAILED else ""
        return Expected(what="ArrangementCountered", says="countered", kind=kind)
    if at.status is Status.SETTLED:
        return Expected(2, says="no such schedule can be made")
    return Expected(3, says="Nobody asks for an arrangement")


def _answer(at: Standing) -> Expected:
    if not at.waits:
        return _NOBODY
    kind = kind_of(at)
    if at.before == "question":
        kind = "failed" if at.status is Status.FAILED else ""
    return Expected(what="AnswerWritten", says="on its way", kind=kind)


def _flag_dispute(at: Standing) -> Expected:
    if not at.owes:
        return Expected(2, says="nothing is owed on it")
    return Expected() if at.before == "dispute" else Expected(what="AccountHeld")


def _on_ladder(what: str, says: str) -> Callable[[Standing], Expected]:
    """What needs a ladder that runs, and nothing that holds it."""

    def leaves(at: Standing) -> Expected:
        if at.status is not Status.ACTIVE:
            return Expected(3, says=_WHY_NOT[at.status])
        if at.before and not (at.before == "request" and what == "AccountSnoozed"):
            return Expected(3, says="Something else holds this account")
        return Expected(what=what, says=says)

    return leaves


def _pause(at: Standing) -> Expected:
    if not at.owes:
        return Expected(3, says=_WHY_NOT[at.status])
    if at.before == "paused":
        return Expected(says="It was so already")
    return Expected(what="AccountPaused", says="is paused")


def _resume(at: Standing) -> Expected:
    if at.before == "paused":
        return Expected(what="AccountResumed", says="no longer paused")
    return Expected(says="It was so already")


def _override(at: Standing) -> Expected:
    if not at.owes:
        return Expected(3, says=_WHY_NOT[at.status])
    return Expected(what="AccountOverridden", says="is overridden")


def _record(at: Standing) -> Expected:
    if at.status is Status.SETTLED:
        return Expected(2, says="no such schedule can be made")
    if at.status is Status.CLOSED:
        return Expected(2, says="nothing was recorded: closed")
    kinds = {"question": "question", "dispute": "dispute"}
    failed = "failed" if at.status is Status.FAILED else ""
    return Expected(what="ArrangementAgreed", kind=kinds.get(at.before, failed))


def _cancel(at: Standing) -> Expected:
    if at.before not in ("arranged", "request"):
        return Expected(2, says="there is no arrangement to end")
    kind = "failed" if at.status is Status.FAILED else ""
    return Expected(what="ArrangementCancelled", says="is cancelled", kind=kind)


def _contact(what: str) -> Callable[[Standing], Expected]:
    """A call or letter of staff, as the rules judge it."""

    def leaves(at: Standing) -> Expected:
        if at.before == "paused":
            return Expected(3, says="PAUSED: Paused by staff")
        if at.status not in (Status.ACTIVE, Status.EXHAUSTED, Status.FAILED):
            return Expected(3, says=f"STATUS: The account is {at.status}")
        if at.before == "dispute":
            return Expected(3, says="disputes this debt")
        return Expected(what=what)

    return leaves


def _reenter(at: Standing) -> Expected:
    if at == Standing(Status.EXHAUSTED):
        return Expected(what="AccountReentered", says="has entered again")
    if at.status is not Status.EXHAUSTED:
        return Expected(3, says="only a ladder that has ended is begun anew")
    held = {"request": "something on it waits for a person"}.get(at.before, "held: ")
    return Expected(3, says=held)


def _waive(at: Standing) -> Expected:
    if at.status is Status.SETTLED:
        return Expected(2, says="is left")
    return Expected(what="ChargeWaived", says="waived")


def _always(what: str, says: str = "") -> Callable[[Standing], Expected]:
    return lambda at: Expected(what=what, says=says)


_WHO = ("--by", "ana", "--why", "case-7")
_FLAG = ("--by", "ana", "--evidence", "case-7")
ACTS: tuple[Act, ...] = (
    Act("queue show", (), _reads),
    Act("queue take", _WHO, _take),
    Act("queue approve", _WHO, _approve),
    Act("queue release", _WHO, _release),
    Act("queue decline", _WHO, _decline),
    Act("queue close", _WHO, _close),
    Act(
        "queue counter",
        (*_WHO, "--frequency", "monthly", "--first", "2026-12-01", "--count", "10"),
        _counter,
    ),
    Act("queue answer", ("{answer}", *_WHO), _answer),
    Act("replies correct", ("--label", "question", *_WHO), _correct),
    Act("account show", (), _reads),
    Act("account card", (), lambda at: Expected(2, says="The log holds no such decision")),
    Act("account flag", ("hardship", *_FLAG), _always("FlagRaised"), "account flag hardship"),
    Act("account flag", ("dispute", *_FLAG), _flag_dispute, "account flag dispute"),
    Act("account flag", ("attorney", *_FLAG), _always("FlagRaised"), "account flag attorney"),
    Act("account fact", ("ppdr_open", "yes", *_FLAG), _always("FactSaid"), "account fact debt"),
    Act("account fact", ("zip", "62704", *_FLAG), _always("FactSaid"), "account fact zip"),
    Act("account unflag", ("attorney", *_FLAG), lambda at: Expected(says="does not stand")),
    Act(
        "account contact",
        ("ada.new@example.com", *_FLAG),
        _always("ContactPointGiven"),
    ),
    Act("account pause", _WHO, _pause),
    Act("account resume", _WHO, _resume),
    Act(
        "account snooze",
        (*_WHO, "--until", "2026-12-24"),
        lambda at: (
            Expected(what="AccountSnoozed")
            if at == Standing(Status.ACTIVE, "promise")
            else _on_ladder("AccountSnoozed", "is left in peace")(at)
        ),
    ),
    Act("account skip", _WHO, _on_ladder("RungSkipped", "is left out")),
    Act("account move", (*_WHO, "--to", "2026-11-24T18:00Z"), _on_ladder("RungMoved", "is due")),
    Act("account override", (*_WHO, "--longest-months", "36"), _override),
    Act("arrangement show", (), _reads),
    Act("arrangement record", ("2026-12-01=6500", "2027-01-01=6500", *_WHO), _record),
    Act("arrangement cancel", _WHO, _cancel),
    Act("call check", ("--by", "ana"), _contact("CallPermitted")),
    Act("call log", ("--by", "ana", "--outcome", "conversation"), _always("CallLogged")),
    Act(
        "letter write",
        ("--by", "ana", "--template", "reminder", "-o", "{letter}"),
        _contact("LetterPrinted"),
    ),
    Act(
        "letter proof",
        (LETTER, "--by", "ana", "--mailed-on", "2026-11-23", "--proof", "batch-9"),
        _always("LetterMailed", "mailed on"),
    ),
    Act("person export", ("-o", "{export}"), _reads),
    Act(
        "person erase",
        (*_WHO, "--yes"),
        lambda at: Expected(
            what="" if at.owes or at.waits else "PersonErased",
            says="kept: ",
        ),
    ),
    Act("reentry take", _WHO, _reenter),
    Act("payments applied", (), _reads),
    Act("payments waive", (*_WHO, "--kind", "fee", "--minor", "200"), _waive),
    Act("payments refund", _WHO, lambda at: Expected(2, says="nothing was paid too much")),
    Act("rules replay", (), lambda at: Expected(says="recorded verdicts")),
    Act("audit show", (), _reads),
)
