"""`dunlin audit show | export | verify`: what happened on an account, and the proof of it."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from dunlin.cli.account import Creditor, Which, find_account
from dunlin.cli.stack import Aws, StackName, console, target_or_exit
from dunlin.service.reports.audit_log import dossier, verify_dossier

app = typer.Typer(no_args_is_help=True, help="The audit log.")


@app.command()
def show(
    which: Which, creditor: Creditor = "", aws: Aws = False, stack: StackName = "dunlin"
) -> None:
    """Every entry of an account and its consumer, oldest first."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    account = find_account(which, creditor)
    archive = wiring.audit_archive()
    entries = [
        *archive.chain(f"account#{account.account_id}"),
        *archive.chain(f"consumer#{account.consumer_id}"),
    ]
    table = Table("at (UTC)", "chain", "what", "by", "detail", show_lines=False)
    for entry in sorted(entries, key=lambda e: (e.at, e.subject, e.sequence)):
        table.add_row(
            f"{entry.at:%Y-%m-%d %H:%M:%S}",
            f"{entry.subject.split('#')[0]} {entry.sequence}",
            entry.what,
            entry.actor,
            json.dumps(entry.data, ensure_ascii=False)[:300],
        )
    console.print(table)


@app.command()
def export(
    which: Which,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write it.")],
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Write an account's dossier: chains, heads, signed roots and the key to check them."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    account = find_account(which, creditor)
    document = dossier(
        account.account_id,
        book=wiring.account_book(),
        archive=wiring.audit_archive(),
        signer=wiring.signer(),
        now=datetime.now(UTC),
    )
    output.write_text(json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False))
    console.print(f"{sum(map(len, document['chains'].values()))} entries written to {output}")


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A dossier written by `audit export`.")],
    key: Annotated[
        Path | None, typer.Option(help="The creditor's public key (PEM), to trust no file.")
    ] = None,
) -> None:
    """Check a dossier offline: every entry there, unchanged, in order, and vouched for."""
    try:
        document = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        console.print(f"[red]{file} cannot be read: {error}")
        raise typer.Exit(2) from error
    if not isinstance(document, dict):
        console.print(f"[red]{file} is not a dossier.")
        raise typer.Exit(2)
    if key is not None:
        document["public_key"] = key.read_text()
    faults = verify_dossier(document, signed=signature_holds)
    for fault in faults:
        console.print(f"[red]✗[/] {fault}")
    if faults:
        raise typer.Exit(1)
    entries = sum(map(len, document["chains"].values()))
    console.print(f"[green]✓[/] {entries} entries in {len(document['chains'])} chains verify;")
    console.print(f"  {len(document['proofs'])} proofs lead to signed daily roots;")
    console.print(f"  {uncovered(document)} entries are newer than the last root that covers them.")


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
