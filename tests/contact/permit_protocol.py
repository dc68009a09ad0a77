"""The permit protocol as a model: the real services on the book in memory, one call at a time.

An actor is an execution of a ladder: it asks the gate, then sends. Between any two of its calls
to the outside anything else may happen, and it may crash and be called again. A service cannot be
stopped in the middle, so it is run anew for each step: what it was answered before is replayed,
one call is real, and at the next it is left.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from dunlin.adapters.memory.portal_sessions import MemoryPortalSessions
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.accounts.consumer import (
    Channel,
    ContactHistory,
    PastContact,
)
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.accounts.touch import Touch, TouchState
from dunlin.domain.audit import audit
from dunlin.domain.errors import Conflict, DomainError, Unavailable
from dunlin.ports.accounts import AlreadySeen, Change, Conversation, Facts
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.recovery import reconcile
from dunlin.service.contact.sending import SendingPorts, send
from dunlin.service.signals.signals import apply_signal
from tests.contact.condition_removal import ForgetfulMemory
from tests.contact.permit_state import (
    Actor,
    State,
    account_key,
    actor_key,
    consumer_key,
    history_key,
    with_actor,
)
from tests.contact.permit_surroundings import PAUSES, WRITES
from tests.support import builders, ground

CAP = 7
GATE = ground.gate("PLAT-FREQ-ALL", "PLAT-OPTOUT-ALL", "US-REGF-ATTY")
_TABLES = ("accounts", "consumers", "histories", "touches", "permits", "ledgers", "replies")
_COUNTED = frozenset(TouchState) - {TouchState.RELEASED}


class _Leave(BaseException):
    """The next call belongs to the next step."""


class _Calls:
    """Answers what was answered before, makes one real call, and leaves at the next."""

    def __init__(self, answers: tuple[Any, ...], real: Callable[..., Any]) -> None:
        self.answers, self.real = list(answers), real
        self._replayed = 0
        self.made = ""

    def __call__(self, name: str, *args: Any, **kwargs: Any) -> Any:
        if self._replayed < len(self.answers):
            answer = self.answers[self._replayed]
            self._replayed += 1
        elif self.made:
            raise _Leave
        else:
            self.made = name
            try:
                answer = self.real(name, *args, **kwargs)
            except (Conflict, Unavailable, AlreadySeen) as refused:
                answer = refused
            self.answers.append(answer)
            self._replayed += 1
        if isinstance(answer, Exception):
            raise answer
        return answer


class _Port:
    """A port whose methods go through `_Calls`."""

    def __init__(self, calls: _Calls, *names: str) -> None:
        self._calls, self._names = calls, names

    def __getattr__(self, name: str) -> Any:
        if name == "accounts_of_consumer":
            return (
                lambda _person, **_beside: []
            )  # an index that may lag: nothing here depends on it
        if name == "conversation":
            return lambda _account: Conversation()  # only how long a refused message waits
        if name not in self._names:
            raise AttributeError(name)
        return lambda *args, **kwargs: self._calls(name, *args, **kwargs)


class Protocol:
    """Ladders of one person, what may happen around them, and one condition to leave out.

    `ladders` names the account of each execution; two of a name are a double start. `room` is
    how many messages the cap still allows. `crashes` is how often each function may die. Two
    mistakes that no part of Dunlin makes can be allowed, to see what catches them: a gate that
    `misreads` everything as it was at first, a machine that `mixes` up permits.
    """

    def __init__(
        self,
        *,
        ladders: tuple[str, ...] = ("A",),
        events: tuple[str, ...] = (),
        room: int = 2,
        crashes: int = 1,
        looks: int = 2,
        mail: tuple[str, ...] = ("taken", "lost", "refused"),
        without: tuple[str, str] = ("", ""),
        misreads: bool = False,
        mixes: bool = False,
    ) -> None:
        self.misreads, self.mixes = misreads, mixes
        self.ladders, self.events, self.room = ladders, events, room
        self.crashes, self.looks, self.mail, self.without = crashes, looks, mail, without
        self.book = ForgetfulMemory(*without)
        person = builders.consumer("ada")
        self.consumer_id = person.consumer_id
        first, *others = sorted(set(ladders))
        builders.store(
            self.book, self.book.creditors, self._account(first), person=person, **ground.EACH_ALONE
        )
        for other in others:
            account = self._account(other)
            entry = entry_of(account, now=builders.NOON, what="AccountImported", data={})
            self.book.apply(Change(account=next_version(account, entry), audit=[entry]))
        self.book.histories[self.consumer_id] = ContactHistory(
            consumer_id=self.consumer_id,
            version=1,
            contacts=tuple(_past(n) for n in range(CAP - room)),
        )

    def _account(self, name: str) -> Account:
        return ground.active(name, consumer_id=self.consumer_id)

    def _misread(self, facts: Facts) -> Facts:
        was = self._account("A")
        account = replace(
            facts.account, status=was.status, hold=was.hold, balance=was.balance, due_at=was.due_at
        )
        person = replace(facts.consumer, consents=builders.consumer("ada").consents, flags={})
        return replace(facts, account=account, consumer=person)

    def first(self) -> State:
        actors = tuple(
            Actor(
                name=f"{account}{n}",
                account_id=self._account(account).account_id,
                crashes=self.crashes,
                looks=self.looks,
            )
            for n, account in enumerate(self.ladders, start=1)
        )
        return State(
            tables=self._frozen(),
            actors=actors,
            taken=(),
            events=frozenset(self.events),
            now=builders.NOON,
        )

    def _frozen(self) -> dict[str, Any]:
        kept: dict[str, Any] = {name: getattr(self.book, name) for name in _TABLES}
        kept["chains"] = {k: tuple(v) for k, v in self.book.chains.items()}
        kept["pauses"], kept["seen"] = frozenset(self.book.pauses), frozenset(self.book.seen)
        kept["segments"] = tuple(self.book.paused_segments.items())
        return kept

    def _thaw(self, state: State) -> ForgetfulMemory:
        for name in _TABLES:
            table = type(getattr(self.book, name))()
            for key, row in state.tables[name].items():
                table[key] = row
            setattr(self.book, name, table)
        self.book.chains = {k: list(v) for k, v in state.tables["chains"].items()}
        self.book.pauses, self.book.seen = (
            set(state.tables["pauses"]),
            set(state.tables["seen"]),
        )
        self.book.paused_segments = dict(state.tables["segments"])
        return self.book

    def key(self, state: State) -> Hashable:
        tables = state.tables
        return (
            tuple(account_key(a) for a in tables["accounts"].values()),
            tuple(consumer_key(c) for c in tables["consumers"].values()),
            tuple(history_key(h) for h in tables["histories"].values()),
            tuple((k, t.state) for k, t in sorted(tables["touches"].items())),
            frozenset(tables["permits"]),
            tuple(len(c) for _, c in sorted(tables["chains"].items())),
            tables["pauses"],
            tables["seen"],
            tuple((name, version) for name, (version, _) in tables["segments"]),
            tuple(actor_key(a) for a in state.actors),
            state.taken,
            state.events,
            state.now,
            state.fault,
        )

    def moves(self, state: State) -> Iterator[tuple[str, State]]:
        if state.fault:
            return
        for place, actor in enumerate(state.actors):
            yield from self._act(state, place, actor)
        for event in sorted(state.events):
            after = self._happen(state, event)
            if after is not None:
                yield event, replace(after, events=state.events - {event})

    def _act(self, state: State, place: int, actor: Actor) -> Iterator[tuple[str, State]]:
        if actor.stage == "gone":
            return
        if actor.stage == "idle":
            due = state.tables["accounts"][actor.account_id].due_at
            if not actor.looks or due is None or due > state.now:
                return
            actor = replace(actor, stage="check")
        label, after, mailed = self._step(state, place, actor, self.mail[0])
        yield label, after
        if mailed:
            for fate in self.mail[1:]:
                label, after, _ = self._step(state, place, actor, fate)
                yield label, after
        if actor.crashes and actor.answers:
            again = replace(actor, answers=(), at=None, crashes=actor.crashes - 1)
            yield (
                f"{actor.name} dies in {actor.stage} and is called again",
                with_actor(state, place, again),
            )
            lost = replace(actor, stage="gone", answers=())
            yield f"{actor.name} dies in {actor.stage} for good", with_actor(state, place, lost)

    def _step(self, state: State, place: int, actor: Actor, fate: str) -> tuple[str, State, bool]:
        """One call of one actor; its label, the state after it, and whether it was the mail."""
        book = self._thaw(state)
        at = actor.at or state.now
        actor = replace(actor, at=at)
        faults: list[str] = []
        taken = list(state.taken)

        def real(name: str, *args: Any, **kwargs: Any) -> Any:
            if name == "mail":
                return _mail(args[0], fate, taken, faults)
            wrong = list(_wrong(book, name, kwargs, self.consumer_id))
            answer = getattr(book, name)(*args, **kwargs)
            if answer is not False:
                faults.extend(wrong)
            if name == "facts" and actor.stage == "check" and self.misreads:
                return self._misread(answer)
            return answer

        calls = _Calls(actor.answers, real)
        try:
            actor = self._run(actor, calls, at)
        except _Leave:
            actor = replace(actor, answers=tuple(calls.answers))
        except (Conflict, Unavailable):
            actor = replace(actor, answers=(), at=None)  # the machine calls again
        except DomainError:
            actor = replace(actor, stage="gone", answers=())  # LadderFailed
        verb = f"{calls.made} {fate}" if calls.made == "mail" else calls.made.replace("_", " ")
        after = replace(
            with_actor(state, place, actor),
            tables=self._frozen(),
            taken=tuple(taken),
            fault=faults[0] if faults else "",
        )
        return f"{actor.name}: {verb}", after, calls.made == "mail"

    def _run(self, actor: Actor, calls: _Calls, at: datetime) -> Actor:
        """The present function of an actor, to its end."""
        book: Any = _Port(
            calls, "facts", "touch", "account", "thread", "take_permit", "spend_permit", "apply"
        )
        rest: dict[str, Any] = {"answers": (), "at": None}
        if actor.stage == "check":
            decision = check_ladder(
                actor.account_id, actor.run, book=book, gate=GATE, templates=_LETTERS, now=at
            )
            if decision.permit_id:
                return replace(
                    actor,
                    stage="send",
                    touch_key=decision.touch_key,
                    permit_id=decision.permit_id,
                    **rest,
                )
            stage = "idle" if decision.outcome == "wait" else "gone"
            return replace(actor, stage=stage, looks=actor.looks - 1, **rest)
        # A machine that mixes up permits hands over one that is out for another touch.
        others = sorted(p for p in self.book.permits if p != actor.permit_id)
        send(
            actor.account_id,
            actor.touch_key,
            others[0] if self.mixes and others else actor.permit_id,
            book=book,
            ports=_outbox(calls),
            now=at,
        )
        return replace(actor, stage="idle", looks=actor.looks - 1, **rest)

    def _happen(self, state: State, event: str) -> State | None:
        """The state after an event, None where it cannot happen yet."""
        if event.startswith("time passes"):
            return replace(state, now=state.now + timedelta(seconds=301))
        if event == "lost ladders are found":
            return self._found(state)
        book = self._thaw(state)
        if event in PAUSES:
            book.pause(PAUSES[event], on=True, actor="staff", at=state.now)
        elif event in WRITES:
            if not WRITES[event](book, self._account(self.ladders[0]).account_id, state):
                return None
        else:
            signal = self._signal(event, state)
            if signal is None:
                return None
            try:
                apply_signal(signal, book=book, waker=MemoryWaker(), now=state.now)
            except Unavailable:
                return None  # delivered again later
        return replace(state, tables=self._frozen())

    def _signal(self, event: str, state: State) -> Signal | None:
        account = self._account(self.ladders[0]).account_id
        if event == "the person opts out":
            return Signal(
                signal_id="stop",
                kind=SignalKind.OPT_OUT,
                at=state.now,
                consumer_id=self.consumer_id,
                account_id=account,
            )
        if event == "the person disputes":
            return Signal(
                signal_id="wrong", kind=SignalKind.DISPUTE, at=state.now, account_id=account
            )
        kind = {
            "a message is delivered": SignalKind.DELIVERED,
            "a message bounces": SignalKind.BOUNCE,
        }[event]
        if not state.taken:
            return None
        touch_id = state.taken[0]
        touch = next(t for t in state.tables["touches"].values() if t.touch_id == touch_id)
        detail = {"permanent": True} if kind is SignalKind.BOUNCE else {}
        return Signal(
            signal_id=kind.value,
            kind=kind,
            at=state.now,
            account_id=touch.account_id,
            touch_id=touch_id,
            channel="email",
            detail=detail,
        )

    def _found(self, state: State) -> State | None:
        """The reconciler, a good while later, starts again the ladders whose execution is gone."""
        gone = [a for a in state.actors if a.stage == "gone"]
        if not gone:
            return None
        book, waker = self._thaw(state), _Clock(state.actors)
        now = state.now + timedelta(minutes=30)
        reconcile(book=book, creditors=book.creditors, waker=waker, now=now)
        actors = list(state.actors)
        for account_id, run in waker.restarted:
            place = next(
                n for n, a in enumerate(actors) if a.account_id == account_id and a.stage == "gone"
            )
            actors[place] = Actor(
                name=f"{actors[place].name}'", account_id=account_id, run=run, crashes=0, looks=2
            )
        return replace(state, tables=self._frozen(), actors=tuple(actors), now=now)

    def fault(self, state: State, *, final: bool) -> str:
        if state.fault:
            return state.fault
        tables = state.tables
        outreach = [t for t in tables["touches"].values() if t.state in _COUNTED]
        if len(outreach) > self.room:
            return f"I2: {len(outreach)} messages where the cap left room for {self.room}"
        if not final:
            return ""
        for touch in tables["touches"].values():
            if touch.touch_id in state.taken and touch.state in (
                TouchState.PERMITTED,
                TouchState.RELEASED,
            ):
                return f"a message was taken and its touch says {touch.state}"
        for subject, chain in tables["chains"].items():
            if audit.verify(chain):
                return f"I6: the chain of {subject.split('#')[0]} is broken"
        for account in tables["accounts"].values():
            looked_after = account.due_at or account.hold or account.escalated
            if account.on_ladder and not looked_after:
                return "I7: an open account with neither timer nor reason"
        return ""


class _Clock(MemoryWaker):
    """Knows which executions live; a waiting one needs no new start."""

    def __init__(self, actors: tuple[Actor, ...]) -> None:
        super().__init__()
        self._alive = {a.account_id for a in actors if a.stage != "gone"}
        self.restarted: list[tuple[str, int]] = []

    def wake(self, account_id: str) -> bool:
        return account_id in self._alive

    def running(self, account: Account) -> bool:
        return account.account_id in self._alive

    def start(self, account: Account, *, wait_seconds: int) -> bool:
        self.restarted.append((account.account_id, account.ladder_run))
        self._alive.add(account.account_id)
        return True


_LETTERS = ground.PlainLetters()


def _outbox(calls: _Calls) -> SendingPorts:
    class Mail:
        def send(self, email: Any) -> str:
            message: str = calls("mail", email.tags["touch_id"])
            return message

    return replace(ground.outbox(mailbox=Mail(), links=MemoryPortalSessions()), templates=_LETTERS)


def _mail(touch_id: str, fate: str, taken: list[str], faults: list[str]) -> str:
    if fate == "refused":
        raise Unavailable("ses", "refused", certain=True)
    if touch_id in taken:
        faults.append("I1: one touch gives two messages")
    taken.append(touch_id)
    if fate == "lost":
        raise Unavailable("ses", "read timeout")
    return f"ses-{len(taken)}"


def _wrong(
    book: ForgetfulMemory, call: str, asked: Mapping[str, Any], consumer_id: str
) -> Iterator[str]:
    """What the tables say against a permit or its spending at this instant, as harm."""
    if call == "take_permit":
        account = book.accounts[asked["account"].account_id]
        if account.version != asked["account"].version - 1:
            yield "I7: a write on the account is lost"
        yield from _stands_against(book, account, consumer_id, "a permit")
        if (asked["touch"].account_id, asked["touch"].key) in book.touches:
            yield "I1: a touch that was tried is tried again"
        if asked["permit"].permit_id in book.permits:
            yield "I1: a permit that is out is given anew"
        if any(e.sequence == asked["audit"].sequence for e in book.chains[asked["audit"].subject]):
            yield "I6: an audit entry is covered up"
    if call == "spend_permit":
        touch: Touch = asked["facts"].touch
        yield from _stands_against(book, book.accounts[touch.account_id], consumer_id, "a message")
        permit = book.permits.get(asked["permit_id"])
        if permit is None:
            yield "I1: a message without a permit"
        elif permit.touch_id != touch.touch_id:
            yield "I1: a message on another touch's permit"
        elif permit.expires_at <= asked["now"]:
            yield "I2: a message after the closing second"
        held = book.touches.get((touch.account_id, touch.key))
        if held is not None and held.state is TouchState.RELEASED:
            yield "I2: a message that no longer counts for the cap"
        others = (t for t in book.touches.values() if _same_rung(t, touch))
        if any(t.state in _COUNTED - {TouchState.PERMITTED} for t in others):
            yield "I1: a rung whose message may have been sent is sent again"


def _stands_against(
    book: ForgetfulMemory, account: Account, consumer_id: str, what: str
) -> Iterator[str]:
    person = book.consumers[consumer_id]
    if account.balance.minor <= 0:
        yield f"I3: {what} after everything was paid"
    if account.status is not Status.ACTIVE:
        yield f"I3: {what} on an account that is {account.status}"
    if account.hold is Hold.DISPUTE:
        yield f"I3: {what} in spite of a dispute"
    if not person.consent(Channel.EMAIL).open:
        yield f"I2, I3: {what} after an opt-out"
    if "attorney" in person.flags:
        yield f"I3: {what} although the person named a lawyer"
    if book.pauses:
        yield f"I2: {what} in a pause"
    _, paused = book.paused_segments.get(account.creditor, (0, {}))
    if any(s.when.takes(account, builders.NOON.date()) for s in paused.values()):
        yield f"I2: {what} in the pause of a segment"


def _same_rung(touch: Touch, other: Touch) -> bool:
    return touch.touch_id != other.touch_id and (touch.account_id, touch.rung) == (
        other.account_id,
        other.rung,
    )


def _past(n: int) -> PastContact:
    return PastContact(
        at=builders.NOON - timedelta(hours=n + 1),
        channel="email",
        direction="out",
        outcome="sent",
        account_id=None,
        template="reminder",
        touch_id=f"past {n}",
    )
