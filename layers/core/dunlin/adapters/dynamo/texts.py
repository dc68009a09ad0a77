"""Taking out words and addresses of a person: what happened stays."""

from __future__ import annotations

from collections.abc import Iterator

from dunlin.adapters.dynamo import reading
from dunlin.adapters.dynamo.faults import translated
from dunlin.adapters.dynamo.rows.people import POINT, PROFILE, AddressRow, ProfileRow
from dunlin.adapters.dynamo.rows.touches import ANSWER, REPLY, SENT, AnswerRow, ReplyRow, TouchRow


class Texts:
    """The erasures of the account book."""

    def texts(self, owner: str) -> int:
        return sum(1 for _ in _with_words(owner))

    def erase_texts(self, owner: str) -> int:
        number = 0
        for row in _with_words(owner):
            gone = (
                TouchRow.content.remove() if isinstance(row, TouchRow) else type(row).text.set("")
            )
            with translated("text"):
                row.update(actions=[gone])
            number += 1
        return number

    def drop_points(self, consumer_id: str) -> None:
        row = reading.get(ProfileRow, consumer_id, PROFILE)
        person = row.to_domain() if row else None
        held = {POINT + hashed for hashed in AddressRow.hashes(person)} if person else set()
        for point in reading.under(AddressRow, consumer_id, POINT):
            if point.sk not in held and not point.marks_a_day:
                with translated("contact point"):
                    point.delete()


def _with_words(owner: str) -> Iterator[TouchRow | ReplyRow | AnswerRow]:
    """The rows of an account, or of a person's id, that hold words."""
    for prefix in SENT:
        for touch in reading.under(TouchRow, owner, prefix):
            if touch.content:
                yield touch
    for reply in reading.under(ReplyRow, owner, REPLY):
        if reply.text:
            yield reply
    for answer in reading.under(AnswerRow, owner, ANSWER):
        if answer.text:
            yield answer
