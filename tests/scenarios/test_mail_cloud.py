"""E-mail that people write back, on the deployed stack: it comes in as SES delivers it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Channel
from local.inbound_mail import MailFile, deliver, deliver_reply, reply_to
from local.outside import OutboxEmail
from tests.scenarios.test_control_cloud import eventually
from tests.scenarios.test_ladders_cloud import Town, town  # noqa: F401 - the fixture

pytestmark = pytest.mark.cloud
INBOX = "accounts@clinic.example.com"
PDF = b"%PDF-1.7 proof of payment"


def _letter(town: Town, name: str) -> OutboxEmail:  # noqa: F811
    [message_id] = town.emails(name)
    return town.outside.email(message_id)


def _handed_on(town: Town, account: Account) -> list[OutboxEmail]:  # noqa: F811
    return [
        email
        for email in town.outside.emails()
        if INBOX in email.to and email.subject.startswith(account.reference)
    ]


def test_please_stop_by_mail_in_the_middle_of_a_ladder_ends_it(town: Town) -> None:  # noqa: F811
    account = town.moves_in("leaver", "+12175550191")
    town.first_message(account)
    letter = _letter(town, "leaver")
    assert letter.reply_to[0].endswith("@reply.example.com")
    assert "leaver" not in letter.reply_to[0]
    deliver_reply(town.stack.cloud, letter, "please stop")
    eventually(lambda: not town.person(account).consent(Channel.EMAIL).open)
    assert not any(town.person(account).consent(channel).open for channel in Channel)
    [handed] = eventually(lambda: _handed_on(town, account))
    assert "please stop" in handed.text
    town.settle()
    town.lapse.run(town.lapse.now + timedelta(days=75))
    history = town.account_history(account)
    assert len(history.touches) == 1
    assert [(r.channel, r.labels[0]) for r in history.replies] == [("email", "opt_out")]
    assert (town.emails("leaver"), town.texts("+12175550191")) == ([letter.message_id], [])


def test_a_reply_with_a_file_is_evidence_and_reaches_the_inbox(town: Town) -> None:  # noqa: F811
    account = town.moves_in("prover", "+12175550192")
    town.first_message(account)
    letter, cloud = _letter(town, "prover"), town.stack.cloud
    file = MailFile(name="receipt.pdf", content=PDF, content_type="application/pdf")
    deliver_reply(cloud, letter, "I paid this in September, see the receipt.", file=file)
    [reply] = eventually(lambda: town.account_history(account).replies)
    assert "evidence" in reply.labels
    assert "opt_out" not in reply.labels
    assert town.person(account).consent(Channel.EMAIL).open
    kept = reply.text.rpartition("[")[2].rstrip("]")
    stored = cloud.client("s3").get_object(Bucket=town.stack.outputs["DropBucketName"], Key=kept)
    assert stored["Body"].read() == PDF
    [handed] = eventually(lambda: _handed_on(town, account))
    assert f"File kept: {kept}" in handed.text
    assert handed.reply_to == ("prover@example.com",)
    assert town.account_history(account).account.waits_for_staff


def test_mail_of_nobody_waits_for_staff(town: Town) -> None:  # noqa: F811
    from dunlin.runtime import wiring
    from tests.support.builders import CREDITOR

    account = town.moves_in("neighbour", "+12175550193")
    town.first_message(account)
    raw = reply_to(
        _letter(town, "neighbour"),
        "Do you sell boats?",
        headers={"From": "bob@example.org", "In-Reply-To": "<none@example.org>"},
    ).as_bytes()
    key = deliver(town.stack.cloud, raw, ["sales@reply.example.com"], returns_to="bob@example.org")
    [stray] = eventually(lambda: wiring.stray_mails().strays(CREDITOR))
    assert stray.key == key
    assert town.account_history(account).replies == ()
