"""`dunlin billing key | end | list | tell`: the keys with which creditors' billing systems sign,
and what they tell in files.

A key is shown once, when it is made. Two are in force while a billing system changes over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from dunlin.cli.commands import Commands
from dunlin.cli.payments import call_function
from dunlin.cli.speech import day, say, say_whole
from dunlin.cli.stack import OnStack, ToWrite
from dunlin.cli.who import ByStaff
from dunlin.domain import ids
from dunlin.domain.errors import DomainError
from dunlin.domain.imports.billing_words import MOST_CHANGES
from dunlin.domain.imports.delta_file import answer_lines, read_delta
from dunlin.domain.payments.billing_keys import BillingKeys, rotated
from dunlin.service.accounts.staff_command import StaffCommand, staff

app = Commands(
    "What billing systems tell, and the keys with which they sign.", example="dunlin billing list"
)
_SHOWN = 10
CreditorKeys = Annotated[str, typer.Argument(help="The creditor.")]


@app.command()
def key(creditor: CreditorKeys, asked: ByStaff) -> None:
    """Make a creditor's key and show it, this once; the one before stays in force beside it.

    Example: dunlin billing key harbor-clinic --by desk-1 --why set-up
    """
    from dunlin.adapters.randomness import new_key
    from dunlin.runtime import wiring

    target, now, fresh = asked.target, wiring.real_clock().now(), new_key()
    if ids.creditor_id(creditor) not in wiring.creditors().all():
        raise DomainError(f"there is no creditor {creditor}: put its strategy first")

    def with_fresh(keys: Mapping[str, BillingKeys]) -> BillingKeys:
        return rotated(keys.get(creditor), fresh, now.date())

    secret = target.outputs["BillingSecretName"]
    changed = _store(secret, creditor, with_fresh, "BillingKeyMade", asked.order)
    say_whole(f"POST {target.outputs['PortalUrl']}/billing/{creditor}/changes")
    say_whole(f"key  {fresh}")
    say(
        "Keep it where secrets are kept: it is not shown again. It is taken from now on, within"
        " five minutes."
    )
    if changed.older:
        say(f"The key before is in force too, until dunlin billing end {creditor}.")


@app.command()
def end(creditor: CreditorKeys, asked: ByStaff) -> None:
    """End a creditor's older key, once its billing system signs with the newer one.

    Example: dunlin billing end harbor-clinic --by desk-1 --why changed-over
    """

    def without_older(keys: Mapping[str, BillingKeys]) -> BillingKeys:
        if creditor not in keys:
            raise DomainError(f"{creditor} has no key")
        return keys[creditor].without_older()

    secret = asked.target.outputs["BillingSecretName"]
    _store(secret, creditor, without_older, "BillingKeyEnded", asked.order)
    say("The older key ends, within five minutes.")


@app.command("list")
def show(target: OnStack) -> None:
    """Which creditors have a key, since when, and whether an older one is in force; no key.

    Example: dunlin billing list
    """
    from dunlin.adapters.aws.secrets import read_billing_keys

    keys = read_billing_keys(target.outputs["BillingSecretName"])
    for creditor, has in keys.items():
        older = ", an older one is in force too" if has.older else ""
        say(f"{creditor}: key of {day(has.made_on)}{older}", deeper=2)
    if not keys:
        say("No creditor has a key. Make one: dunlin billing key CREDITOR")


@app.command()
def tell(
    creditor: CreditorKeys,
    file: Annotated[Path, typer.Argument(help="Changes: CSV, JSON, or a line of JSON each.")],
    target: ToWrite,
) -> None:
    """Apply a file of changes, each once; the answers are written beside it as FILE.answers.csv.

    Example: dunlin billing tell harbor-clinic changes.csv
    """
    try:
        changes = read_delta(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise DomainError(f"{file} is not in UTF-8") from None
    answers: list[dict[str, Any]] = []
    for start in range(0, len(changes), MOST_CHANGES):
        own = changes[start : start + MOST_CHANGES]
        document = {"creditor": creditor, "changes": [change.document for change in own]}
        answer = call_function(target, "ChangeBalance", document)
        if "changes" not in answer:
            raise DomainError(answer["reason"])
        answered = zip(own, answer["changes"], strict=True)
        answers += [{"row": change.row, **each} for change, each in answered]
    beside = file.with_name(f"{file.stem}.answers.csv")
    with beside.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(answer_lines(answers))
    outcomes = Counter(answer["outcome"] for answer in answers)
    say(", ".join(f"{outcomes[word]:,} {word}" for word in ("applied", "known", "refused")))
    for answer in [a for a in answers if a["outcome"] == "refused"][:_SHOWN]:
        named = answer["change_id"] or "a change without an id"
        say(f"row {answer['row']}, {named}: {answer['reason']}", 2, 2)
    say(f"Every answer stands in {beside}.")
    if outcomes["refused"]:
        raise typer.Exit(1)


def _store(
    secret: str,
    creditor: str,
    change: Callable[[Mapping[str, BillingKeys]], BillingKeys],
    what: str,
    who: StaffCommand,
) -> BillingKeys:
    """Store what `change` makes of a creditor's keys, and on the creditor's chain of the audit log
    who changed them."""
    from dunlin.adapters.aws.secrets import change_billing_keys
    from dunlin.runtime import wiring
    from dunlin.service.accounts.creditor_log import record

    changed = change_billing_keys(secret, lambda keys: {**keys, creditor: change(keys)})
    record(
        creditor,
        what,
        {"why": who.why},
        staff(who.by),
        book=wiring.account_book(),
        log=wiring.audit_archive(),
        now=wiring.clock().now(),
    )
    return changed[creditor]
