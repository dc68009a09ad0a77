"""The account book in memory: for tests, the rehearsal and the simulation.

It keeps the same promises as the one over DynamoDB; the contract suite runs over both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from dunlin.adapters.memory.account_reads import MemoryReads
from dunlin.adapters.memory.permits import MemoryPermits
from dunlin.domain.accounts.consumer import Consumer
from dunlin.domain.errors import Conflict, Defect
from dunlin.domain.rollouts.rollout import Segment
from dunlin.ports.accounts import (
    AlreadySeen,
    Change,
    Reply,
)


class MemoryBook(MemoryReads, MemoryPermits):
    """Accounts, consumers, touches and permits in dictionaries, one lock around each write."""

    def apply(self, change: Change) -> None:
        with self._lock:
            if change.seen and change.seen in self.seen:
                raise AlreadySeen(change.seen)
            self._check(change)
            self._append(change.audit)
            if change.account is not None:
                self.accounts[change.account.account_id] = change.account
            if change.consumer is not None:
                self.consumers[change.consumer.consumer_id] = change.consumer
            if change.taken_in is not None:
                self.consumers[change.taken_in.consumer_id] = change.taken_in
            if change.history is not None:
                self.histories[change.history.consumer_id] = change.history
            for entry in change.ledger:
                self.ledgers.setdefault(entry.account_id, {})[entry.entry_id] = entry
            for arrangement in change.arrangements:
                self.arranged[arrangement.arrangement_id] = arrangement
            if change.touch_move is not None:
                touch = change.touch_move[0]
                self.touches[touch.account_id, touch.key] = touch
            if change.reply is not None:
                self.replies[change.reply.reply_id] = change.reply
            if change.answer is not None:
                self.answers[change.answer.answer_id] = change.answer
            if change.seen:
                self.seen.add(change.seen)
                self.digests[change.seen] = change.digest

    def _check(self, change: Change) -> None:
        if change.account is not None:
            self._account_at(change.account, change.account.version - 1)
            stored = self.accounts.get(change.account.account_id)
            # The tables would keep the old balance: it is not named in such a write.
            if stored and not change.ledger and stored.balance != change.account.balance:
                raise Defect("a balance moved without an entry of the ledger")
        for person in (change.consumer, change.taken_in):
            if person is not None:
                held = self.consumers.get(person.consumer_id)
                version = held.version if held else 0
                self._require(version == person.version - 1, "consumer moved")
        if change.history is not None:
            past = self.histories.get(change.history.consumer_id)
            self._require(
                (past.version if past else 0) == change.history.version - 1, "history moved"
            )
        for entry in change.ledger:
            known = self.ledgers.get(entry.account_id, {})
            self._require(entry.entry_id not in known, "ledger entry exists")
        for arrangement in change.arrangements:
            agreed = self.arranged.get(arrangement.arrangement_id)
            version = agreed.version if agreed else 0
            self._require(version == arrangement.version - 1, "arrangement moved")
        if change.touch_move is not None:
            touch, states = change.touch_move
            sent = self.touches.get((touch.account_id, touch.key))
            self._require(sent is not None and sent.state in states, "touch moved")
        if change.reply is not None:
            self._require(change.reply.reply_id not in self.replies, "reply exists")
        if change.answer is not None:
            self._require(change.answer.answer_id not in self.answers, "answer exists")
        for audit in change.audit if self.log else ():
            chain = self.chains.get(audit.subject, [])
            self._require(audit.sequence == len(chain) + 1, f"audit {audit.subject} moved")

    def apply_many(self, changes: Sequence[Change]) -> list[Change]:
        refused = []
        for change in changes:
            try:
                self.apply(change)
            except Conflict:
                refused.append(change)
        return refused

    def texts(self, owner: str) -> int:
        replies = sum(bool(r.text) for r in self.replies.values() if _owner(r) == owner)
        answers = sum(bool(a.text) for a in self.answers.values() if a.account_id == owner)
        touches = sum(bool(t.content) for (a, _), t in self.touches.items() if a == owner)
        return replies + answers + touches

    def erase_texts(self, owner: str) -> int:
        with self._lock:
            number = self.texts(owner)
            for key, touch in self.touches.items():
                if touch.account_id == owner:
                    self.touches[key] = replace(touch, content="")
            for reply in [r for r in self.replies.values() if _owner(r) == owner]:
                self.replies[reply.reply_id] = replace(reply, text="")
            for answer in [a for a in self.answers.values() if a.account_id == owner]:
                self.answers[answer.answer_id] = replace(answer, text="")
            return number

    def index_people(self, people: Iterable[Consumer]) -> None:
        """There is no index beside the rows."""

    def drop_points(self, consumer_id: str) -> None:
        """There is no index beside the rows."""

    def pause(self, scope: str, *, on: bool, actor: str, at: datetime) -> None:
        with self._lock:
            (self.pauses.add if on else self.pauses.discard)(scope)

    def pause_segment(
        self, creditor: str, segment: Segment, *, on: bool, actor: str, at: datetime
    ) -> bool:
        with self._lock:
            version, paused = self.paused_segments.get(creditor, (0, {}))
            others = {name: s for name, s in paused.items() if name != segment.name}
            after = others | {segment.name: segment} if on else others
            if after != paused:
                self.paused_segments[creditor] = version + 1, after
            return after != paused


def _owner(reply: Reply) -> str:
    return reply.account_id or reply.consumer_id
