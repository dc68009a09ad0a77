"""Notes that say that nothing is left to pay: `truth/settled_notes.txt` holds such notes in five
languages, and as many that only speak of payment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dunlin.domain.imports.noted_payments import says_settled
from tests.imports.reading import read

TRUTH = Path(__file__).parent / "truth" / "settled_notes.txt"


def _truth() -> Iterator[tuple[str, bool]]:
    settled = False
    for line in TRUTH.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            settled = line == "[settled]"
        elif line:
            yield line, settled


@pytest.mark.parametrize(("note", "settled"), list(_truth()))
def test_a_note_says_that_it_is_settled_or_not(note: str, settled: bool) -> None:
    assert says_settled(note) is settled


@pytest.mark.parametrize(
    ("heading", "note"),
    [("Notes", "paid cash 9/12"), ("Observaciones", "ya pagado en efectivo"),
     ("Bemerkung", "bar bezahlt am 12.9."), ("Remarque", "réglé par chèque"),
     ("Observação", "pago via pix dia 10")],
)  # fmt: skip
def test_a_debt_that_a_note_calls_settled_waits_for_a_person(heading: str, note: str) -> None:
    document = read(
        f"Invoice,Customer,Email,Due Date,Balance,{heading}\n"
        f"1,Ada Abbott,ada@example.com,2026-01-15,10.00,{note}\n"
        "2,Ben Barker,ben@example.com,2026-01-15,20.00,will pay friday\n"
    )
    assert [r["account"]["held"] for r in document["rows"]] == ["payment_shown", None]
