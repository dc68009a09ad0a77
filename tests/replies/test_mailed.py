"""What of a mail is the person's own, with the habits of the usual mail programs."""

from __future__ import annotations

import pytest

from dunlin.domain.replies.mailed import mailed_words

OURS = "Your balance is open.\nReply STOP or unsubscribe to end these messages."
MARKED = "".join(f"> {line}\n" for line in OURS.splitlines())
GMAIL = f"On Mon, Nov 23, 2026 at 9:00 AM Acme <a@example.com> wrote:\n{MARKED}"
WRAPPED = f"On Mon, Nov 23, 2026 at 9:00 AM Acme\n<accounts@clinic.example.com> wrote:\n\n{MARKED}"
SPANISH = f"El lun, 23 nov 2026 a las 9:00, Acme (<a@example.com>) escribió:\n{MARKED}"
OUTLOOK = f"________________________________\nFrom: Acme\nSent: Monday\nSubject: bill\n\n{OURS}"
ORIGINAL = f"-----Original Message-----\nFrom: Acme\n\n{OURS}"


@pytest.mark.parametrize("below", [GMAIL, WRAPPED, SPANISH, OUTLOOK, ORIGINAL, MARKED])
def test_words_above_what_is_quoted(below: str) -> None:
    assert mailed_words(f"Thank you, tomorrow.\n\n{below}") == "Thank you, tomorrow."


@pytest.mark.parametrize("whole", [GMAIL, WRAPPED, SPANISH, OUTLOOK, ORIGINAL, MARKED, ""])
def test_a_mail_without_a_word_of_its_own_has_none(whole: str) -> None:
    assert mailed_words(whole) == ""
    assert mailed_words(f"\n\n{whole}\n") == ""


@pytest.mark.parametrize("above", [GMAIL, WRAPPED, SPANISH, MARKED])
def test_words_below_what_is_quoted(above: str) -> None:
    assert mailed_words(f"{above}\nplease stop\n") == "please stop"


def test_words_between_quotations() -> None:
    assert mailed_words("> Your balance is open.\nI paid it.\n> Reply STOP.\n") == "I paid it."


def test_a_plain_mail_is_all_its_own() -> None:
    assert mailed_words("please stop") == "please stop"
