"""`dunlin new CREDITOR`: a few questions, and a strategy of one's own stands in a file.

Nothing is put anywhere: the file is rehearsed and put by its own commands. Every question has an
option, so that a script can answer it; what is asked at a terminal has the pack's usual answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from dunlin.adapters.imports.contact_checks import CHECKS
from dunlin.cli.asking import somebody_is_there
from dunlin.cli.packs import PACKS, names
from dunlin.cli.speech import refused, say, say_whole
from dunlin.cli.strategies import read_or_exit
from dunlin.domain.errors import DomainError
from dunlin.domain.ids import creditor_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One question: the option that answers it, what is asked, how an answer is read (None where
    it is none), what is said then, and the usual answer, `""` where a person must give one."""

    option: str
    asks: str
    read: Callable[[str], str | None]
    help: str
    usual: str = ""
    empty: bool = False


def _line(text: str) -> str | None:
    return " ".join(text.split()) or None


def _phone(text: str) -> str | None:
    return CHECKS.phone(text, "US")


def _email(text: str) -> str | None:
    return CHECKS.email(text.strip())


def _dollars(text: str) -> str | None:
    match = re.fullmatch(r"\$?([\d,]+)(?:\.(\d\d))?", text.strip())
    return f"{match[1].replace(',', '')}{match[2] or '00'}" if match else None


def _months(text: str) -> str | None:
    return text.strip() if text.strip().isdecimal() and 1 <= int(text) <= 120 else None


def _choice(*words: str) -> Callable[[str], str | None]:
    return lambda text: next((w for w in words if w == text.strip().lower()), None)


def _industries() -> Entry:
    known = ", ".join(names())
    return Entry(
        option="industry",
        asks=f"Which line of business? {known}",
        read=_choice(*names()),
        help=f"one of {known}",
        usual="generic",
    )


_ROLE = Entry(
    option="role",
    asks="Are the bills your own (first) or somebody else's (third)?",
    read=_choice("first", "third"),
    help="first or third: it decides which law applies",
    usual="first",
)
_BRAND = (
    Entry(
        option="name",
        asks="The name that people know you by",
        read=_line,
        help="a name, as it stands on your bills",
    ),
    Entry(
        option="address",
        asks="Your postal address, on one line",
        read=_line,
        help="every e-mail must show one",
    ),
    Entry(
        option="phone",
        asks="The number people call with questions",
        read=_phone,
        help="a number such as (217) 555-0100",
    ),
    Entry(
        option="email_from",
        asks="The address that messages come from",
        read=_email,
        help="an e-mail address of a domain that is yours",
    ),
    Entry(
        option="reply_to",
        asks="The address that a person of yours reads",
        read=_email,
        help="an e-mail address",
        usual="=email_from",
    ),
    Entry(
        option="sms_origination",
        asks="Your number for texts (Enter: no texts for now)",
        read=_phone,
        help="a number that the carriers have approved, or nothing",
        empty=True,
    ),
)
_TERMS = (
    Entry(
        option="lowest_instalment",
        asks="The smallest instalment you agree to at once, in dollars",
        read=_dollars,
        help="an amount such as 25",
        usual="lowest_instalment_minor",
    ),
    Entry(
        option="longest_months",
        asks="The most months that paying in parts may take",
        read=_months,
        help="a number of months, 1 to 120",
        usual="longest_months",
    ),
)


def new(
    creditor: Annotated[str, typer.Argument(help="Its id, such as harbor-clinic.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write.")] = None,
    industry: Annotated[str, typer.Option(help="The pack to start from.")] = "",
    role: Annotated[str, typer.Option(help="first (own bills) or third.")] = "",
    name: Annotated[str, typer.Option(help="The name that people know.")] = "",
    address: Annotated[str, typer.Option(help="Postal address, one line.")] = "",
    phone: Annotated[str, typer.Option(help="Number for questions.")] = "",
    email_from: Annotated[str, typer.Option(help="Sender of messages.")] = "",
    reply_to: Annotated[str, typer.Option(help="Where replies are read.")] = "",
    sms_origination: Annotated[str, typer.Option(help="Number for texts.")] = "",
    lowest_instalment: Annotated[str, typer.Option(help="Dollars.")] = "",
    longest_months: Annotated[str, typer.Option(help="Of an arrangement.")] = "",
) -> None:
    """Answer a few questions; your strategy is written to a file. Nobody is contacted.

    Example: dunlin new lakeside-clinic --industry healthcare
    """
    given = {
        "industry": industry,
        "role": role,
        "name": name,
        "address": address,
        "phone": phone,
        "email_from": email_from,
        "reply_to": reply_to,
        "sms_origination": sms_origination,
        "lowest_instalment": lowest_instalment,
        "longest_months": longest_months,
    }
    creditor = creditor_id(creditor)
    path = output or Path(f"{creditor}.strategy.yaml")
    if path.exists():
        raise DomainError(f"{path} is there already: move it, or name another with -o")
    pack = (PACKS / f"{_answer(_industries(), given)}.yaml").read_text("utf-8")
    text = _with_role(pack, _answer(_ROLE, given))
    text = _with_brand(text, given)
    for entry in _TERMS:
        key = str(entry.usual)
        usual = _setting(pack, key)
        shown = f"{int(usual) / 100:.2f}" if key.endswith("_minor") else usual
        text = _with_setting(text, key, _answer(entry, given, usual=shown))
    strategy = read_or_exit(text.encode(), creditor, path.name)
    path.write_text(text, "utf-8")
    ladders = ", ".join(f"{name} ({len(rungs)} steps)" for name, rungs in strategy.ladders.items())
    say(f"{path} is written. Its ladders: {ladders}.")
    say("See next, without contacting anybody:")
    for command in (
        f"dunlin template lint --strategy {path}",
        f"dunlin rehearse YOUR.csv --strategy {path}",
        f"dunlin strategy put {creditor} {path}",
    ):
        say_whole(f"  {command}")


def _answer(entry: Entry, given: dict[str, str], *, usual: str | None = None) -> str:
    """What was given for an entry, else what a person types; exits with 2 where nobody is there
    and nothing is usual."""
    usual = entry.usual if usual is None else usual
    flag = f"--{entry.option.replace('_', '-')}"
    text = given[entry.option]
    if text:
        read = entry.read(text)
        if read is None:
            raise refused(f"{flag} {text}: {entry.help}")
        return read
    if not somebody_is_there():
        if usual or entry.empty:
            return entry.read(usual) or ""
        raise refused(f"{flag} is needed: {entry.asks}")
    while True:
        typed = typer.prompt(entry.asks, default=usual, show_default=bool(usual))
        if not typed.strip() and entry.empty:
            return ""
        read = entry.read(typed)
        if read is not None:
            return read
        say(f"That is none: {entry.help}.", 2, 2)


def _with_brand(text: str, given: dict[str, str]) -> str:
    """The pack with the creditor's own brand in place of the sample's; the colour stays."""
    brand: dict[str, str] = {}
    for entry in _BRAND:
        usual = brand[entry.usual[1:]] if entry.usual.startswith("=") else entry.usual
        brand[entry.option] = _answer(entry, given, usual=usual)
    accent = re.search(r'^  accent: "(#\w{6})"', text, re.MULTILINE)
    brand["accent"] = accent[1] if accent else ""
    lines = [f"  {field}: {json.dumps(value)}" for field, value in brand.items() if value]
    block = "\n".join(["brand:", *lines, ""])
    return re.sub(r"^brand:\n(?:[ #].*\n)+", lambda _: block, text, count=1, flags=re.MULTILINE)


def _with_role(text: str, role: str) -> str:
    return re.sub(r"^debt_role: .*$", f"debt_role: {role}", text, count=1, flags=re.MULTILINE)


def _setting(text: str, key: str) -> str:
    match = re.search(rf"^  {key}: ([^#\n]*)", text, re.MULTILINE)
    return match[1].strip() if match else ""


def _with_setting(text: str, key: str, value: str) -> str:
    return re.sub(rf"^  {key}: [^#\n]*$", f"  {key}: {value}", text, count=1, flags=re.MULTILINE)
