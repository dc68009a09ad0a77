"""A reply that no list understands, read with and without the model."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dunlin.adapters.files.reply_model_file import load_reply_model
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.replies.inbound import Inbound
from dunlin.service.signals.replies import read_reply
from tests.signals.test_signals import ADA, LATER, book_with

UNHEARD = "would you quit blowing up my phone"


@pytest.mark.parametrize("asked", [True, False])
def test_what_the_lists_miss_closes_the_person_where_the_model_hears_it(asked: bool) -> None:
    book = book_with()
    person = book.consumers[ADA]
    inbound = Inbound(
        message_id="in-1", sender=person.phones[0], receiver="+12175550101", text=UNHEARD
    )
    outcome = read_reply(
        inbound,
        book=book,
        creditors=book.creditors,
        waker=MemoryWaker(),
        now=LATER,
        model=load_reply_model() if asked else None,
    )
    assert outcome == ("opt_out" if asked else "reply")
    assert book.consumers[ADA].consent(Channel.SMS).open is not asked


def test_only_the_reader_of_replies_loads_the_model() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            (
                "import sys, dunlin.service.signals.signals, dunlin.service.contact.sending;"
                "import dunlin.runtime.wiring;"
                "assert 'dunlin.domain.replies.model' not in sys.modules"
            ),
        ],
        check=False,
    )
    assert done.returncode == 0
