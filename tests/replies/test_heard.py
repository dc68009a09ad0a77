"""Cases of `dunlin judge` hear replies as the deployed reading does."""

from __future__ import annotations

import json

import pytest

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.cli.judge import judge_line

RULEBOOK = load_rulebook()
ENDS = """
pls no txts
You text us without our consent
I never agreed to these texts
unenroll my number
deactivate the reminders
turn those texts off
I'd like to be taken off
saquen mi número de su lista
""".strip().splitlines()
HALTS = """
talk to our solicitor, not to us
case no 26-20411, ch. 13
this is no longer his phone, I am someone else
you billed us twice
this was settled in 2023
somebody used my identity
I'm 15, this is my mom's phone
we filed BK
I'm represented by counsel
her estate is in probate
this is her widower
I returned the items
""".strip().splitlines()
GOES_ON = ["thanks, got it", "text me the invoice please", "ok", "email is fine", "gracias"]


def outcome(text: str, channel: str = "sms") -> str:
    given = {
        "now_utc": "2026-12-08T18:00:00Z", "channel": channel, "debt_role": "first",
        "industry": "generic", "debt_id": "D1", "debt_kind": "consumer", "dpd": 60,
        "consumer": {
            "state": "OH", "zip": "43215", "phone": "+16145550123", "tz_known": None,
            "consents": {"sms": True, "number_confirmed": True}, "flags": {"time_barred": False},
        },
        "history": [{"ts": "2026-12-07T17:00:00Z", "channel": channel, "direction": "in",
                     "outcome": "received", "text": text}],
    }  # fmt: skip
    return str(judge_line(RULEBOOK, json.dumps({"id": "1", "given": given}))["outcome"])


@pytest.mark.parametrize("text", ENDS)
def test_a_wish_to_stop_that_no_list_holds_blocks(text: str) -> None:
    assert outcome(text) == "block"


@pytest.mark.parametrize("text", HALTS)
def test_a_matter_that_halts_blocks_until_a_person_decides(text: str) -> None:
    assert outcome(text) == "block"


@pytest.mark.parametrize("text", GOES_ON)
def test_what_asks_for_no_end_blocks_nothing(text: str) -> None:
    assert outcome(text) == "allow"


def test_an_address_that_is_to_go_closes_mails() -> None:
    assert outcome("Remove this address from your mailings", "email") == "block"
    assert outcome("please resend the email", "email") == "allow"
