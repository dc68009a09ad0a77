"""Whatever a file or a strategy holds: a letter is whole and harmless, or it is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.errors import Defect
from dunlin.ports.accounts import Facts
from dunlin.ports.messages import Rendered
from dunlin.views.messages.jinja_messages import JinjaMessages
from tests.messages.samples import BRAND, LINK, STOP_LINK, facts

LETTERS = JinjaMessages()
HOSTILE = st.sampled_from([
    "<script>alert(1)</script>", "{{ link }}", "{% raw %}", "**", "[[ x ]]", "\"'><b>", "&amp;",
    "javascript:alert(1)", "\u202e", "%s {0}", "-->", "]]>", "{{ 7*7 }}",
])  # fmt: skip
TEXT = st.one_of(
    HOSTILE, st.text(min_size=1, max_size=40), st.tuples(HOSTILE, HOSTILE).map("".join)
)


def whole(template: str, channel: Channel, whom: Facts, words: str, *references: str) -> Rendered:
    listed = [replace(whom.account, reference=reference) for reference in references]
    return LETTERS.review(
        template,
        channel,
        facts=whom,
        link=LINK,
        stop_link=STOP_LINK,
        fields={"words": words} if template == "answer" else {},
        accounts=listed if template != "answer" else (),
    )[0]


@pytest.mark.slow
@settings(max_examples=120)
@given(values=st.tuples(TEXT, TEXT, TEXT, TEXT, TEXT))
@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("template", ["reminder.neutral", "answer"])
def test_no_value_adds_a_tag_a_link_or_runs(
    template: str, channel: Channel, values: tuple[str, str, str, str, str]
) -> None:
    name, given_name, signature, reference, words = values
    people = facts(brand=replace(BRAND, name=name, signature=signature), given_name=given_name)
    shape = whole(template, channel, facts(), "Words.", "1001", "1002")
    try:
        mail = whole(template, channel, people, words, "1001", reference)
    except Defect:
        return
    for tag in ("<script", "<b>", "<img", "<a ", "href="):
        assert mail.html.count(tag) == shape.html.count(tag)
    text = mail.text.replace(STOP_LINK, "").replace(LINK, "")
    assert "49" not in text or "49" in "".join(values)  # nothing worked out {{ 7*7 }}
