"""Rows of the table Touches, under the account: what was sent, and what people wrote."""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from dunlin.adapters.dynamo.rows.forms import INSTANT, WORDS, word
from dunlin.adapters.dynamo.rows.row import JsonAttribute, StoredRow, TextAttribute, WholeAttribute
from dunlin.adapters.dynamo.rows.tables import TOUCHES
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.touch import Touch, TouchState
from dunlin.domain.instants import sortable_text
from dunlin.ports.accounts import Answer, Reply

SENT = ("T#", "N#")
"""How the sort keys of touches begin: rungs, notices."""
REPLY, ANSWER = "IN#", "OUT#"


class ByMessage(GlobalSecondaryIndex["TouchRow"]):
    class Meta:
        index_name = "byMessage"
        projection = KeysOnlyProjection()

    message_id = UnicodeAttribute(hash_key=True)


class TouchRow(StoredRow):
    """One attempt. `expires_at` is stored under a name that the table does not expire by."""

    Meta: Any = TOUCHES

    account_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    touch_id = UnicodeAttribute()
    consumer_id = UnicodeAttribute()
    creditor = UnicodeAttribute()
    channel = TextAttribute(word(Channel))
    template = UnicodeAttribute()
    template_version = UnicodeAttribute()
    state = TextAttribute(word(TouchState))
    permitted_at = TextAttribute(INSTANT)
    expires_at = TextAttribute(INSTANT, attr_name="ends_at")
    run = WholeAttribute(null=True)
    rung = WholeAttribute(null=True)
    occurrence = WholeAttribute(null=True)
    message_id = UnicodeAttribute(null=True)
    sent_at = TextAttribute(INSTANT, null=True)
    body_sha256 = UnicodeAttribute(null=True)
    content = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    opened_at = TextAttribute(INSTANT, null=True)
    clicked_at = TextAttribute(INSTANT, null=True)
    rung_name = UnicodeAttribute(null=True)
    covers = JsonAttribute(WORDS, null=True)

    by_message = ByMessage()

    MOVES = (
        "state", "message_id", "sent_at", "body_sha256", "content", "reason", "opened_at",
        "clicked_at",
    )  # fmt: skip
    """What happens to a touch after its permit; the rest of its row never changes."""

    @classmethod
    def of(cls, touch: Touch) -> TouchRow:
        row = cls.holding(touch, sk=touch.key)
        # Nothing where there is none: an index holds no empty key, an erased text leaves no trace.
        row.message_id, row.content = touch.message_id or None, touch.content or None
        return row

    def to_domain(self) -> Touch:
        return Touch(**self.fields_of(Touch), key=self.sk)


class ReplyRow(StoredRow):
    """Sort key `IN#{instant}#{reply_id}`; under the person's id where it is about no account."""

    Meta: Any = TOUCHES

    account_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    consumer_id = UnicodeAttribute()
    channel = UnicodeAttribute()
    text = UnicodeAttribute()
    labels = JsonAttribute(WORDS, null=True)

    @classmethod
    def of(cls, reply: Reply) -> ReplyRow:
        row = cls.holding(reply, sk=f"{REPLY}{sortable_text(reply.at)}#{reply.reply_id}")
        row.account_id = reply.account_id or reply.consumer_id
        return row

    def to_domain(self) -> Reply:
        _, at, reply_id = self.sk.split("#", 2)
        held = self.fields_of(Reply)
        if self.account_id == self.consumer_id:
            held["account_id"] = None
        return Reply(**held, reply_id=reply_id, at=INSTANT.read(at))


class AnswerRow(StoredRow):
    """Sort key `OUT#{instant}#{answer_id}`: what staff wrote."""

    Meta: Any = TOUCHES

    account_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    by = UnicodeAttribute()
    channel = UnicodeAttribute()
    text = UnicodeAttribute()

    @classmethod
    def of(cls, answer: Answer) -> AnswerRow:
        return cls.holding(answer, sk=f"{ANSWER}{sortable_text(answer.at)}#{answer.answer_id}")

    def to_domain(self) -> Answer:
        _, at, answer_id = self.sk.split("#", 2)
        return Answer(**self.fields_of(Answer), answer_id=answer_id, at=INSTANT.read(at))
