"""Days are signed without a gap, and a dossier of them is exported, read and checked by command."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dunlin.adapters.memory.clock import FixedClock
from dunlin.cli.audit import signature_holds
from dunlin.cli.main import app
from dunlin.domain.audit.verification import verify
from dunlin.runtime import wiring
from dunlin.service.reports.audit_log import (
    archive_entries,
    dossier,
    repair,
    sign_day,
    sign_finished_days,
)
from tests.audit.lives import DAY, FIRST, LAST, Dossier, archived, exported, lived, paused
from tests.support.builders import NOON
from tests.support.deployment import LAPTOP
from tests.support.evidence import LocalSigner, MemoryArchive

SIGNER = LocalSigner()


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The morning after the last signed day."""
    monkeypatch.setattr(wiring, "real_clock", lambda: FixedClock(NOON + 3 * DAY))


def checked(document: Any, folder: Path, *more: str, key: str = "") -> tuple[int, str]:
    file, pem = folder / "dossier.json", folder / "key.pem"
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    pem.write_text(key or SIGNER.public_key())
    result = CliRunner().invoke(app, ["audit", "verify", str(file), "--key", str(pem), *more])
    return result.exit_code, " ".join(result.output.split())


def touch_of(document: Dossier) -> dict[str, Any]:
    (touch,) = [t for a in document["accounts"].values() for t in a["touches"]]
    return dict(touch)


def test_an_untouched_dossier_verifies_and_says_how_far(tmp_path: Path) -> None:
    code, output = checked(exported(SIGNER), tmp_path)
    assert code == 0, output
    assert "9 entries in 4 chains and 1 messages are vouched for" in output
    assert f"by 3 signed days, until the end of {LAST} (UTC)" in output


def test_a_dossier_says_what_was_sent_when_by_whose_clock_and_under_which_rules() -> None:
    document = exported(SIGNER)
    touch = touch_of(document)
    assert touch["channel"] == "email"
    assert touch["words"].startswith("reminder.neutral\n\nAda Example: reminder.neutral")
    assert "/m/…" in touch["words"]  # the private link is cut out
    assert "/u/…" in touch["words"]
    assert touch["permitted_at"] == "2026-11-23T18:00:00Z"
    assert touch["permitted_local"] == {"America/Chicago": "2026-11-23T12:00:00-06:00"}
    assert (touch["state"], touch["sent_at"]) == ("sent", "2026-11-23T18:00:00Z")
    assert (touch["consent_version"], touch["rulebook"]) == (1, "PLAT-FREQ-ALL")
    (person,) = document["persons"].values()
    assert person["consents"]["email"]["state"] == "revoked"
    assert set(person["flags"]) == {"email_optout", "sms_optout"}
    life = lived()
    account = document["accounts"][life.account_id]
    assert (account["hold"], account["balance_minor"]) == ("dispute", 12_000)
    assert [line["minor"] for line in account["ledger"]] == [12_500, -500]
    assert document["accounts"][life.other_id]["touches"] == []


def test_a_dossier_that_reaches_less_far_than_asked_is_no_proof(tmp_path: Path) -> None:
    document = exported(SIGNER)
    assert checked(document, tmp_path, "--until", str(LAST))[0] == 0
    code, output = checked(document, tmp_path, "--until", str(LAST + DAY))
    assert code == 1
    assert f"it reaches to the end of {LAST}" in output


def test_entries_that_no_root_covers_yet_are_named_and_are_no_success(tmp_path: Path) -> None:
    document = exported(SIGNER, until=FIRST)
    code, output = checked(document, tmp_path, "--until", str(FIRST))
    assert code == 1
    assert "not vouched for yet: 2 of 5 entries of account#" in output
    assert "from 2026-11-24 18:00 on" in output


def test_an_export_until_a_signed_day_leaves_out_what_came_later(tmp_path: Path) -> None:
    life = lived()
    archive = archived(lambda: life.book.chains)
    sign_finished_days(LAST, archive=archive, signer=SIGNER)
    document = dossier(life.account_id, book=life.book, archive=archive, until=FIRST)
    assert document["until"] == str(FIRST)
    assert checked(document, tmp_path, "--until", str(FIRST))[0] == 0
    (person,) = document["persons"].values()
    assert person["flags"] == {}
    nothing = dossier(life.account_id, book=life.book, archive=archive, until=FIRST - DAY)
    code, output = checked(nothing, tmp_path, "--until", str(FIRST - DAY))
    assert code == 1
    assert "no day is signed" in output


def test_a_key_that_is_not_the_creditors_proves_nothing(tmp_path: Path) -> None:
    document = exported(SIGNER)
    code, output = checked(document, tmp_path, key=LocalSigner().public_key())
    assert code == 1
    assert "signature is not valid" in output
    assert checked(document, tmp_path, key="no key")[0] == 1
    file = tmp_path / "dossier.json"
    assert CliRunner().invoke(app, ["audit", "verify", str(file)]).exit_code == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", 2),
        ("[]", 2),
        ("null", 2),
        ('{"format": "x", "format": "dunlin-dossier-2"}', 2),
        ("{}", 1),
        ('{"format": "dunlin-dossier-2"}', 1),
    ],
)
def test_what_is_no_dossier_is_refused(content: str, code: int, tmp_path: Path) -> None:
    assert checked(content, tmp_path)[0] == code


def test_a_dossier_of_the_form_before_is_read_and_is_no_proof(tmp_path: Path) -> None:
    document = exported(SIGNER)
    older = {"format": "dunlin-dossier-1", "chains": document["chains"], "proofs": []}
    code, output = checked(older, tmp_path)
    assert code == 1
    assert "a dossier of an older form" in output
    assert "edited" not in output
    (chain, *_) = older["chains"].values()
    chain[0]["actor"] = "somebody"
    assert "it was edited" in checked(older, tmp_path)[1]


def test_entries_from_before_they_named_what_they_show_are_not_vouched_for(tmp_path: Path) -> None:
    life = lived(older=True)
    archive = archived(lambda: life.book.chains)
    sign_finished_days(LAST + DAY, archive=archive, signer=SIGNER)
    document = dossier(life.account_id, book=life.book, archive=archive)
    code, output = checked(document, tmp_path)
    assert code == 1
    assert f"account#{life.account_id}: no entry of its person names it" in output
    assert "its ledger does not add up to its balance" in output
    assert "✗ not vouched for" in output
    assert output.count("✗") == output.count("✗ not vouched for"), output


def test_a_signed_day_stays_as_it_is() -> None:
    life = lived()
    archive = MemoryArchive(lambda: life.book.chains)
    (first, *others) = [e for chain in life.book.chains.values() for e in chain]
    archive_entries([(NOON, "a", first)], archive=archive)
    root = sign_day(FIRST, archive=archive, signer=SIGNER)
    archive_entries([(NOON, "b", others[0])], archive=archive)
    assert sign_day(FIRST, archive=archive, signer=SIGNER) == root
    assert archive_entries([(NOON, "b", others[0])], archive=archive) == 0


def test_every_day_from_the_first_on_is_signed_also_those_on_which_nothing_moved() -> None:
    life = lived()
    archive = archived(lambda: life.book.chains)
    assert sign_finished_days(FIRST, archive=archive, signer=SIGNER) == []
    first = sign_finished_days(FIRST + DAY, archive=archive, signer=SIGNER)
    late = sign_finished_days(FIRST + 20 * DAY, archive=archive, signer=SIGNER)
    assert [r.day for r in (*first, *late)] == [str(FIRST + n * DAY) for n in range(20)]
    assert [r.leaves for r in late][:3] == [6, 4, 0]
    assert [r.previous for r in late] == [r.root for r in (*first, *late)][:-1]
    assert sign_finished_days(FIRST + 20 * DAY, archive=archive, signer=SIGNER) == []
    document = dossier(life.account_id, book=life.book, archive=archive)
    until = FIRST + 19 * DAY
    key = SIGNER.public_key()
    assert verify(document, public_key=key, until=until, signed=signature_holds) == []


def test_the_creditors_own_entries_belong_to_it() -> None:
    life = lived()
    paused(life)
    archive = archived(lambda: life.book.chains)
    sign_finished_days(LAST + DAY, archive=archive, signer=SIGNER)
    document = dossier(life.account_id, book=life.book, archive=archive)
    key = SIGNER.public_key()
    assert verify(document, public_key=key, until=LAST, signed=signature_holds) == []
    document["chains"]["creditor#acme-clinic"] = []
    faults = verify(document, public_key=key, until=LAST, signed=signature_holds)
    assert faults
    assert "creditor#acme-clinic on 2026-11-23: the signed root vouches for entry 1" in faults[0]


def test_what_the_archive_lacks_is_copied_once_and_vouched_for() -> None:
    life = lived()
    archive = MemoryArchive(lambda: life.book.chains)
    entries = [e for chain in life.book.chains.values() for e in chain]
    archive_entries([(NOON, f"r{n}", e) for n, e in enumerate(entries[:-2])], archive=archive)
    yesterday, today = FIRST, FIRST + DAY
    sign_day(yesterday, archive=archive, signer=SIGNER)
    assert repair(yesterday, today, archive=archive) == 2
    assert repair(yesterday, today, archive=archive) == 0
    # Signed under the day of the repair: the root of yesterday stands.
    sign_day(today, archive=archive, signer=SIGNER)
    kept = {e.hash for day in (yesterday, today) for e in archive.archived(day)}
    assert kept == {e.hash for e in entries}
    document = dossier(life.account_id, book=life.book, archive=archive)
    key = SIGNER.public_key()
    assert verify(document, public_key=key, until=today, signed=signature_holds) == []
    assert repair(today + DAY, today + DAY, archive=archive) == 0


def test_the_command_repairs_and_says_where_it_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    life = lived()
    archive = MemoryArchive(lambda: life.book.chains)
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: LAPTOP)
    monkeypatch.setattr(wiring, "audit_archive", lambda: archive)
    monkeypatch.setattr(wiring, "clock", lambda: FixedClock(NOON + timedelta(days=1)))
    first = CliRunner().invoke(app, ["audit", "repair"])
    again = CliRunner().invoke(app, ["audit", "repair"])
    number = sum(map(len, life.book.chains.values()))
    assert f"{number} copied; tonight's root covers them." in first.output
    assert "lacks nothing" in again.output
    assert CliRunner().invoke(app, ["audit", "repair", "--since", "2030-01-01"]).exit_code == 2
