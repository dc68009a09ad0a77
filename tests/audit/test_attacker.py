"""Nothing that is done to a dossier without the signing key passes, by either of two checks.

The one is Dunlin's, the other `tools/verify_dossier.py`, written from docs/audit-format.md alone.
Every place of the file is changed, and the moves of somebody who knows the form are made in every
combination of two.
"""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest

from dunlin.domain.audit import audit
from tests.audit.attacks import FORGERIES, edits, forged, repaired
from tests.audit.checks import Checks
from tests.audit.lives import LAST, exported
from tests.support.evidence import LocalSigner

CHECKS = Checks(LocalSigner(), LAST)
DOSSIER = exported(CHECKS.signer)


def test_both_checks_find_nothing_in_an_untouched_dossier() -> None:
    assert CHECKS.both(DOSSIER) == ([], [])


def test_a_change_of_any_place_is_named_by_both() -> None:
    places = {edit.place: edit for edit in edits(DOSSIER)}
    assert len(places) > 400
    assert [place for place, edit in places.items() if CHECKS.passes(edit(DOSSIER))] == []


def test_every_forgery_is_named_by_both_also_once_all_else_is_put_right() -> None:
    for name in FORGERIES:
        attacked = forged(DOSSIER, name)
        assert attacked != DOSSIER, f"{name} changes nothing"
        assert not CHECKS.passes(attacked), name
        assert not CHECKS.passes(repaired(attacked)), name


def test_no_two_forgeries_pass_together() -> None:
    for pair in combinations(FORGERIES, 2):
        attacked = repaired(forged(DOSSIER, *pair))
        # What the second puts back, as an invented entry that is cut off again, was no attack.
        assert attacked == DOSSIER or not CHECKS.passes(attacked), pair


def test_what_is_cut_back_to_an_earlier_day_is_no_answer_for_a_later_one() -> None:
    """The one thing that can be done: an honest dossier of an earlier day, which says so."""
    earlier = exported(CHECKS.signer, until=LAST)
    earlier["days"].pop()
    earlier["until"] = earlier["days"][-1]["day"]
    ours, others = CHECKS.both(earlier)
    (fault,) = ours
    assert f"it reaches to the end of {earlier['until']}, and {LAST} was asked for" in fault
    assert len(others) == 1
    assert Checks(CHECKS.signer, LAST.replace(day=LAST.day - 1)).both(earlier) == ([], [])


@pytest.mark.parametrize("twice", ['"person": "con_x", ', '"until": "2030-01-01", '])
def test_a_name_that_stands_twice_is_refused_by_both(twice: str, tmp_path: Path) -> None:
    file, key = tmp_path / "dossier.json", tmp_path / "key.pem"
    key.write_text(CHECKS.signer.public_key())
    text = json.dumps(DOSSIER)
    for content, code in ((text, 0), ("{" + twice + text[1:], 1)):
        file.write_text(content)
        done = subprocess.run(
            [sys.executable, "tools/verify_dossier.py", file, key, str(LAST)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr


def test_a_hash_that_fits_is_not_enough() -> None:
    """The attacker's repairs are whole: without proofs and signatures nothing would be seen."""
    attacked = repaired(forged(DOSSIER, "another channel"))
    for rows in attacked["chains"].values():
        assert audit.verify([audit.from_json(row) for row in rows]) == []
    ours, _ = CHECKS.both(attacked)
    assert all("the signed root vouches for entry" in fault for fault in ours), ours
