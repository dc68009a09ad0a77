"""A dossier proves itself offline, and shows each way of tampering with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.clock import FixedClock
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.cli.audit import signature_holds
from dunlin.cli.main import app
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.audit import audit
from dunlin.domain.audit.audit import AuditEntry
from dunlin.runtime import wiring
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.sending import send
from dunlin.service.reports.audit_log import (
    archive_entries,
    dossier,
    repair,
    sign_day,
    sign_finished_days,
    verify_dossier,
)
from dunlin.service.signals.signals import apply_signal
from tests.support import ground
from tests.support.builders import NOON
from tests.support.deployment import LAPTOP
from tests.support.evidence import LocalSigner, MemoryArchive

Dossier = dict[str, Any]


def lived() -> tuple[MemoryBook, str]:
    """An account that was written to and whose person then opted out, a day later."""
    book, account = ground.memory_world()
    outbox = ground.outbox()
    permit = check_ladder(
        account.account_id,
        1,
        book=book,
        gate=ground.gate("PLAT-FREQ-ALL"),
        templates=outbox.templates,
        now=NOON,
    )
    send(
        account.account_id,
        permit.touch_key,
        permit.permit_id,
        book=book,
        ports=outbox,
        now=NOON,
    )
    later = NOON + timedelta(days=1)
    for kind in (SignalKind.DISPUTE, SignalKind.OPT_OUT):
        signal = Signal(
            signal_id=kind.value,
            kind=kind,
            at=later,
            account_id=account.account_id,
            consumer_id=account.consumer_id,
        )
        apply_signal(signal, book=book, waker=MemoryWaker(), now=later)
    return book, account.account_id


def exported(signer: LocalSigner) -> Dossier:
    book, account_id = lived()
    archive = MemoryArchive(lambda: book.chains)
    entries = [e for chain in book.chains.values() for e in chain]
    archive_entries([(e.at, f"{e.subject}{e.sequence}", e) for e in entries], archive=archive)
    # Another account on the same days: its leaves stand beside ours in the tree.
    other = audit.append(
        subject="account#other",
        sequence=1,
        previous="",
        at=NOON,
        actor="import",
        what="AccountImported",
        data={},
    )
    archive_entries([(NOON, "other", other)], archive=archive)
    roots = sign_finished_days((NOON + timedelta(days=2)).date(), archive=archive, signer=signer)
    assert [r.leaves for r in roots] == [3, 2]
    assert roots[1].previous == roots[0].root
    document = dossier(
        account_id, book=book, archive=archive, signer=signer, now=NOON + timedelta(days=3)
    )
    assert len(document["proofs"]) == 4
    loaded: Dossier = json.loads(json.dumps(document))
    return loaded


def verify(document: Dossier, folder: Path, *more: str) -> tuple[int, str]:
    file = folder / "dossier.json"
    file.write_text(json.dumps(document))
    result = CliRunner().invoke(app, ["audit", "verify", str(file), *more])
    return result.exit_code, result.output


def chain_of(document: Dossier) -> list[dict[str, Any]]:
    """The account's chain: imported, permitted, sent, held."""
    subject = f"account#{document['account_id']}"
    chain: list[dict[str, Any]] = document["chains"][subject]
    assert [e["what"] for e in chain] == [
        "AccountImported",
        "TouchPermitted",
        "TouchSent",
        "AccountHeld",
    ]
    return chain


def rehashed(chain: list[dict[str, Any]], document: Dossier) -> None:
    """Give a chain hashes that fit again, and the dossier a head that fits the chain."""
    previous = ""
    for n, row in enumerate(chain):
        old: AuditEntry = audit.from_json(row)
        fresh = audit.append(
            subject=old.subject,
            sequence=n + 1,
            previous=previous,
            at=old.at,
            actor=old.actor,
            what=old.what,
            data=old.data,
        )
        chain[n] = audit.to_json(fresh)
        previous = fresh.hash
    subject = chain[0]["subject"]
    document["heads"][subject] = {"sequence": len(chain), "hash": previous}


def _edit(document: Dossier) -> None:
    chain_of(document)[1]["data"]["rules"] = {}


def _edit_and_rehash(document: Dossier) -> None:
    _edit(document)
    rehashed(chain_of(document), document)


def _drop(document: Dossier) -> None:
    del chain_of(document)[1]


def _drop_and_rehash(document: Dossier) -> None:
    chain = chain_of(document)
    del chain[1]
    rehashed(chain, document)


def _swap(document: Dossier) -> None:
    chain = chain_of(document)
    chain[1], chain[2] = chain[2], chain[1]


def _swap_and_rehash(document: Dossier) -> None:
    chain = chain_of(document)
    chain[1], chain[2] = chain[2], chain[1]
    rehashed(chain, document)


def _cut(document: Dossier) -> None:
    chain_of(document).pop()


def _cut_and_lower_the_head(document: Dossier) -> None:
    chain = chain_of(document)
    chain.pop()
    rehashed(chain, document)


def _cut_everything(document: Dossier) -> None:
    chain_of(document).clear()


def _lose_a_chain(document: Dossier) -> None:
    del document["chains"][next(s for s in document["chains"] if s.startswith("consumer#"))]


def _forge_root(document: Dossier) -> None:
    for proof in document["proofs"]:
        proof["root"]["root"] = "f" * 64


def _forge_path(document: Dossier) -> None:
    document["proofs"][0]["path"][0][1] = "e" * 64


def _sign_with_another_key(document: Dossier) -> None:
    stranger = LocalSigner()
    for proof in document["proofs"]:
        root = audit.SignedRoot(**proof["root"])
        proof["root"]["signature"] = stranger.sign(root.message())


def _backdate_the_root(document: Dossier) -> None:
    document["proofs"][0]["root"]["day"] = "2026-11-01"


def _other_words(document: Dossier) -> None:
    document["touches"][0]["content"] += " Pay today."


def _no_words(document: Dossier) -> None:
    document["touches"].clear()


TAMPERED: dict[str, Callable[[Dossier], None]] = {
    "a message with other words": _other_words,
    "a message that is left out": _no_words,
    "edited": _edit,
    "edited and rehashed": _edit_and_rehash,
    "dropped": _drop,
    "dropped and rehashed": _drop_and_rehash,
    "swapped": _swap,
    "swapped and rehashed": _swap_and_rehash,
    "tail cut": _cut,
    "tail cut and head lowered": _cut_and_lower_the_head,
    "all cut": _cut_everything,
    "a chain lost": _lose_a_chain,
    "root forged": _forge_root,
    "path forged": _forge_path,
    "signed by another": _sign_with_another_key,
    "root backdated": _backdate_the_root,
}


def test_an_untouched_dossier_verifies(tmp_path: Path) -> None:
    code, output = verify(exported(LocalSigner()), tmp_path)
    assert code == 0, output
    assert "4 proofs" in output


def test_a_dossier_says_what_was_sent_when_by_whose_clock_and_under_which_rules() -> None:
    document = exported(LocalSigner())
    (touch,) = document["touches"]
    assert touch["channel"] == "email"
    assert touch["content"].startswith("reminder.neutral\n\nAda Example: reminder.neutral")
    assert "/m/…" in touch["content"]  # the private link is cut out
    assert "/u/…" in touch["content"]
    assert touch["permitted_utc"] == "2026-11-23T18:00:00+00:00"
    assert touch["permitted_local"] == {"America/Chicago": "2026-11-23T12:00:00-06:00"}
    assert touch["consent_version"] == 1
    assert touch["rulebook"] == "PLAT-FREQ-ALL"


@pytest.mark.parametrize("how", TAMPERED)
def test_tampering_is_found_from_the_file_alone(how: str, tmp_path: Path) -> None:
    document = exported(LocalSigner())
    TAMPERED[how](document)
    code, output = verify(document, tmp_path)
    assert code == 1, output
    assert "✗" in output


def test_a_file_that_brings_its_own_key_is_found_with_the_creditors_key(tmp_path: Path) -> None:
    signer, stranger = LocalSigner(), LocalSigner()
    document = exported(signer)
    document["public_key"] = stranger.public_key()
    for proof in document["proofs"]:
        root = audit.SignedRoot(**proof["root"])
        proof["root"]["signature"] = stranger.sign(root.message())
    key = tmp_path / "key.pem"
    key.write_text(signer.public_key())
    assert verify(document, tmp_path)[0] == 0
    assert verify(document, tmp_path, "--key", str(key))[0] == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [("", 2), ("[]", 2), ("null", 2), ("{}", 1), ('{"format": "dunlin-dossier-1"}', 1)],
)
def test_what_is_no_dossier_is_refused(content: str, code: int, tmp_path: Path) -> None:
    file = tmp_path / "dossier.json"
    file.write_text(content)
    assert CliRunner().invoke(app, ["audit", "verify", str(file)]).exit_code == code


def test_a_signed_day_stays_as_it_is() -> None:
    book, _ = lived()
    archive, signer = MemoryArchive(lambda: book.chains), LocalSigner()
    (first, *others) = [e for chain in book.chains.values() for e in chain]
    archive_entries([(NOON, "a", first)], archive=archive)
    root = sign_day(NOON.date(), archive=archive, signer=signer)
    archive_entries([(NOON, "b", others[0])], archive=archive)
    assert sign_day(NOON.date(), archive=archive, signer=signer) == root
    assert archive_entries([(NOON, "b", others[0])], archive=archive) == 0


def test_what_the_archive_lacks_is_copied_once_and_vouched_for() -> None:
    book, account_id = lived()
    archive, signer = MemoryArchive(lambda: book.chains), LocalSigner()
    entries = [e for chain in book.chains.values() for e in chain]
    archive_entries([(NOON, f"r{n}", e) for n, e in enumerate(entries[:-2])], archive=archive)
    yesterday, today = NOON.date(), NOON.date() + timedelta(days=1)
    sign_day(yesterday, archive=archive, signer=signer)
    assert repair(yesterday, today, archive=archive) == 2
    assert repair(yesterday, today, archive=archive) == 0
    # Signed under the day of the repair: the root of yesterday stands.
    sign_day(today, archive=archive, signer=signer)
    kept = {e.hash for day in (yesterday, today) for e in archive.archived(day)}
    assert kept == {e.hash for e in entries}
    document = dossier(
        account_id, book=book, archive=archive, signer=signer, now=NOON + timedelta(days=2)
    )
    assert verify_dossier(document, signed=signature_holds) == []
    assert repair(today + timedelta(days=1), today + timedelta(days=1), archive=archive) == 0


def test_the_command_repairs_and_says_where_it_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    book, _ = lived()
    archive = MemoryArchive(lambda: book.chains)
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: LAPTOP)
    monkeypatch.setattr(wiring, "audit_archive", lambda: archive)
    monkeypatch.setattr(wiring, "real_clock", lambda: FixedClock(NOON + timedelta(days=1)))
    first = CliRunner().invoke(app, ["audit", "repair"])
    again = CliRunner().invoke(app, ["audit", "repair"])
    number = sum(map(len, book.chains.values()))
    assert f"{number} copied; tonight's root covers them." in first.output
    assert "lacks nothing" in again.output
    assert CliRunner().invoke(app, ["audit", "repair", "--since", "2030-01-01"]).exit_code == 2
