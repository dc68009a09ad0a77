"""`dunlin audit show | export | verify | repair`: what happened on an account, and the proof of
it."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from dunlin.cli.account import ThisAccount
from dunlin.cli.commands import Commands
from dunlin.cli.speech import day, not_in_order, refused, say
from dunlin.cli.stack import Output, ToWrite
from dunlin.service.reports.audit_log import dossier, verify_dossier
from dunlin.service.reports.audit_log import repair as copy_lacking
from dunlin.views.widgets.words import words

NOTHING: tuple[Any, ...] = (None, "", [], {})

app = Commands("The audit log.", example="dunlin audit show HC-1003")


@app.command()
def show(account: ThisAccount) -> None:
    """Every entry of an account and its consumer, oldest first, with all that it records.

    Example: dunlin audit show HC-1003
    """
    from dunlin.runtime import wiring

    archive = wiring.audit_archive()
    entries = [
        *archive.chain(f"account#{account.account_id}"),
        *archive.chain(f"consumer#{account.consumer_id}"),
    ]
    for entry in sorted(entries, key=lambda e: (e.at, e.subject, e.sequence)):
        chain = f"{entry.subject.split('#')[0]} {entry.sequence}"
        at = f"{day(entry.at.date())} {entry.at:%H:%M:%S} UTC"
        say(f"{at}  {words(entry.what)}, by {entry.actor} ({chain})", deeper=2)
        for name, value in entry.data.items():
            if value not in NOTHING:
                say(f"{words(name).lower()}: {_recorded(value)}", 2, 2)


def _recorded(value: Any) -> str:
    """What an entry records, as it stands there: text as text, the rest as JSON without what is
    empty in it (the dossier holds that too)."""
    return value if isinstance(value, str) else json.dumps(_filled(value), ensure_ascii=False)


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _filled(part) for name, part in value.items() if part not in NOTHING}
    return [_filled(part) for part in value] if isinstance(value, list) else value


@app.command()
def export(account: ThisAccount, output: Output) -> None:
    """Write an account's dossier: chains, heads, signed roots and the key to check them.

    Example: dunlin audit export HC-1003 -o dossier.json
    """
    from dunlin.runtime import wiring

    document = dossier(
        account.account_id,
        book=wiring.account_book(),
        archive=wiring.audit_archive(),
        signer=wiring.signer(),
        now=datetime.now(UTC),
    )
    output.write_text(json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False))
    say(f"{output} holds {_entries(document):,} entries.")


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A dossier written by `audit export`.")],
    key: Annotated[
        Path | None, typer.Option(help="The creditor's public key (PEM), to trust no file.")
    ] = None,
) -> None:
    """Check a dossier offline: every entry there, unchanged, in order, and vouched for.

    Example: dunlin audit verify dossier.json
    """
    try:
        document = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise refused(f"{file} cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise refused(f"{file} is not a dossier.")
    if key is not None:
        document["public_key"] = key.read_text()
    faults = verify_dossier(document, signed=signature_holds)
    if faults:
        raise not_in_order(*(f"✗ {fault}" for fault in faults))
    say(
        f"✓ {_entries(document)} entries in {len(document['chains'])} chains verify;",
        colour="green",
    )
    say(f"{len(document['proofs'])} proofs lead to signed daily roots;", 2)
    say(f"{uncovered(document)} entries are newer than the last root that covers them.", 2)


@app.command()
def repair(
    _on: ToWrite,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="First day; two weeks ago if left out."),
    ] = None,
) -> None:
    """Copy into the write-once archive what it lacks of the log, for a root to vouch for.

    Example: dunlin audit repair
    """
    from dunlin.runtime import wiring

    today = wiring.real_clock().now().date()
    first = since.date() if since is not None else today - timedelta(days=14)
    if first > today:
        raise refused(f"{day(first)} lies ahead.")
    copied = copy_lacking(first, today, archive=wiring.audit_archive())
    if copied:
        say(f"{copied:,} copied; tonight's root covers them.")
        return
    say(f"The archive lacks nothing since {day(first)}.")


def _entries(document: dict[str, Any]) -> int:
    return sum(map(len, document["chains"].values()))


def uncovered(document: dict[str, Any]) -> int:
    """How many entries no signed root vouches for yet: for these only the chain speaks."""
    covered: dict[str, int] = {}
    for proof in document["proofs"]:
        subject = proof["subject"]
        covered[subject] = max(covered.get(subject, 0), int(proof["sequence"]))
    return sum(max(0, len(c) - covered.get(s, 0)) for s, c in document["chains"].items())


def signature_holds(public_key: str, message: bytes, signature: str) -> bool:
    """True where the signature over the message was made by the key (ECDSA P-256, SHA-256)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(public_key.encode())
        if not isinstance(key, EllipticCurvePublicKey):
            return False
        key.verify(base64.b64decode(signature, validate=True), message, ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True
