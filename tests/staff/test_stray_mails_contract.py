"""One suite for mail that is nobody's: in memory and over DynamoDB on the local cloud."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dunlin.adapters.memory.mail import MemoryStrayMails
from dunlin.adapters.randomness import new_token
from dunlin.ports.staff import StrayMail, StrayMails

# Real time: the tables delete by it.
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(params=["memory", pytest.param("dynamo", marks=pytest.mark.cloud)], scope="module")
def mails(request: pytest.FixtureRequest) -> StrayMails:
    if request.param == "memory":
        return MemoryStrayMails()
    request.getfixturevalue("stack")
    from dunlin.runtime import wiring

    return wiring.stray_mails()


def test_a_mail_waits_for_its_creditor_until_it_is_settled(mails: StrayMails) -> None:
    creditor, other = f"a-{new_token()}".lower(), f"b-{new_token()}".lower()
    late = StrayMail(mail_id="a", creditor=creditor, at=NOW, key="mail/2")
    early = StrayMail(mail_id="b", creditor=creditor, at=NOW - timedelta(hours=1), key="mail/1")
    for mail in (late, early, late):
        mails.keep_stray(mail)
    assert mails.strays(creditor) == [early, late]
    assert mails.strays(other) == []
    assert mails.settle_stray(creditor, "b")
    assert not mails.settle_stray(creditor, "b")
    assert not mails.settle_stray(other, "a")
    assert mails.strays(creditor) == [late]
