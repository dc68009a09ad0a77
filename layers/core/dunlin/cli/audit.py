"""`dunlin audit show | export | key | verify | repair`: what happened on an account, and the proof
of it."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from dunlin.cli.account import ThisAccount
from dunlin.cli.commands import Commands
from dunlin.cli.speech import day, not_in_order, refused, say
from dunlin.cli.stack import Output, ToWrite
from dunlin.domain.audit.verification import verify as verify_dossier
from dunlin.service.reports.audit_log import dossier
from dunlin.service.reports.audit_log import repair as copy_lacking
from dunlin.views.widgets.words import words

_SIGNED_AFTER = timedelta(hours=6)  # a day is signed at 05:20 UTC of the next
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
def export(
    account: ThisAccount,
    output: Output,
    until: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Leave out what no root of a day until then covers."
        ),
    ] = None,
) -> None:
    """Write the dossier of an account's person: chains, what they tell, and proofs.

    Example: dunlin audit export HC-1003 -o dossier.json
    """
    from dunlin.runtime import wiring

    document = dossier(
        account.account_id,
        book=wiring.account_book(),
        archive=wiring.audit_archive(),
        until=until.date() if until is not None else None,
    )
    output.write_text(json.dumps(document, indent=1, ensure_ascii=False))
    reach = f"until the end of {document['until']}" if document["days"] else "and no signed day"
    say(f"{output} holds {_entries(document):,} entries, {reach}.")


@app.command()
def key(output: Output) -> None:
    """Write the public key that signs the days, for whoever checks a dossier.

    Example: dunlin audit key -o creditor.pem
    """
    from dunlin.runtime import wiring

    pem = wiring.signer().public_key()
    output.write_text(pem)
    say(f"{output} holds the key {fingerprint(pem)}.")
    say("Publish it where you cannot take it back: a key that comes with a dossier proves nothing.")


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A dossier written by `audit export`.")],
    key: Annotated[Path, typer.Option(help="The creditor's public key, from `audit key`.")],
    until: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="The day until which nothing may be missing; the last finished one if left out.",
        ),
    ] = None,
) -> None:
    """Check a dossier offline: all that it shows is vouched for, and nothing is missing.

    Example: dunlin audit verify dossier.json --key creditor.pem
    """
    from dunlin.runtime import wiring

    try:
        document = json.loads(file.read_text(), object_pairs_hook=_once)
        pem = key.read_text()
    except (OSError, ValueError) as error:
        raise refused(f"{file} cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise refused(f"{file} is not a dossier.")
    day = until or wiring.real_clock().now() - _SIGNED_AFTER - timedelta(days=1)
    faults = verify_dossier(document, public_key=pem, until=day.date(), signed=signature_holds)
    if faults:
        raise not_in_order(*(f"✗ {fault}" for fault in faults))
    touches = sum(len(a["touches"]) for a in document["accounts"].values())
    say(
        f"✓ {_entries(document)} entries in {len(document['chains'])} chains and"
        f" {touches} messages are vouched for",
        colour="green",
    )
    say(f"by {len(document['days'])} signed days, until the end of {document['until']} (UTC),", 2)
    say(f"under the key {fingerprint(pem)}.", 2)
    say("What happened later is not in it, and whose key that is only its publisher can say.", 2)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object whose names are all different: another reader might show the other one."""
    names = dict(pairs)
    if len(names) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return names


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

    today = wiring.clock().now().date()  # its days are those of the archive
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


def fingerprint(public_key: str) -> str:
    """The SHA-256 of a key's DER form, as others print it; "" where it is no key."""
    try:
        der = base64.b64decode("".join(public_key.split("-----")[2].split()))
    except (IndexError, ValueError):
        return ""
    return hashlib.sha256(der).hexdigest()


def signature_holds(public_key: str, message: bytes, signature: str) -> bool:
    """True where the signature over the message was made by the key (ECDSA P-256, SHA-256), and
    is spelled as it was: base64 has other spellings of the same bytes."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(public_key.encode())
        if not isinstance(key, EllipticCurvePublicKey):
            return False
        der = base64.b64decode(signature, validate=True)
        if base64.b64encode(der).decode() != signature:
            return False
        key.verify(der, message, ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True
