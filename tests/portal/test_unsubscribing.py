"""The portal's routes as API Gateway calls them, over ports in memory: unsubscribing."""

from __future__ import annotations

import pytest

from dunlin.domain.accounts.consumer import Channel
from tests.portal.harness import Browser, PortalHarness


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_one_click_from_a_mail_program_stops_even_by_an_old_link(
    harness: PortalHarness, content_type: str
) -> None:
    person = harness.person()
    token = harness.link(harness.debt(person), days=0)
    answer = harness.call(
        "POST",
        f"/u/{token}",
        body="List-Unsubscribe=One-Click",
        headers={"Content-Type": content_type},
    )
    assert answer.status == 200
    assert not harness.book.consumers[person.consumer_id].consent(Channel.EMAIL).open


def test_fetching_the_unsubscribe_link_only_asks(harness: PortalHarness, browser: Browser) -> None:
    person = harness.person()
    token = harness.link(harness.debt(person))
    answer = browser.get(f"/u/{token}")
    assert 'method="post"' in answer.body
    assert harness.book.consumers[person.consumer_id].consent(Channel.EMAIL).open
    assert browser.get("/u/" + "a" * 22).status == 404


@pytest.mark.parametrize("path", ["/u/{}", "/m/{}/not-me"])
def test_a_link_of_a_record_that_was_taken_in_stops_the_one_that_holds_the_person(
    harness: PortalHarness, browser: Browser, path: str
) -> None:
    person = harness.person()
    token = harness.link(harness.debt(person))
    kept = harness.taken_in(person)
    assert browser.get(f"/m/{token}").status == 200
    answer = browser.post(path.format(token))
    assert answer.status == 200
    assert not harness.book.consumers[kept.consumer_id].consent(Channel.EMAIL).open
