"""`NAME.mapping.yaml`: what a person fixes about a file, checked with clear errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dunlin.domain.imports import fields
from dunlin.domain.imports.amounts import CURRENCIES
from dunlin.domain.imports.dates import DMY, MDY, YMD
from dunlin.domain.imports.places import country_code
from dunlin.domain.imports.types import FileProfile

VERSION = 1
_KEYS = (
    "version", "mapping", "date_order", "country", "currency", "industry", "debt_kind", "complete",
    "written_off", "answers",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecar:
    """A checked sidecar; an empty value means that nothing is said.

    `answers` are a person's answers to questions, by the question's id; whoever asks a question
    looks here first.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    date_order: str = ""
    country: str = ""
    currency: str = ""
    industry: str = ""
    debt_kind: str = ""
    complete: bool = False
    written_off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SidecarErrors:
    """Everything wrong with a sidecar, one sentence each."""

    errors: tuple[str, ...]


def check_sidecar(raw: object) -> Sidecar | SidecarErrors:
    """The sidecar in a parsed YAML document, or all that is wrong with it."""
    if raw is None:
        return Sidecar()
    if not isinstance(raw, Mapping):
        return SidecarErrors(errors=("the file must be a mapping of keys, as `version: 1`",))
    errors: list[str] = []
    for key in raw:
        if key not in _KEYS:
            known = ", ".join(_KEYS)
            hint = " (the creditor's role comes from its config alone)" if key == "role" else ""
            errors.append(f"unknown key {key!r}{hint}; known keys: {known}")
    version = raw.get("version", VERSION)
    if version != VERSION:
        errors.append(f"version must be {VERSION}, not {version!r}")
    mapping = _mapping(raw.get("mapping"), errors)
    answers = _answers(raw.get("answers"), errors)
    order = _word(raw, "date_order", (YMD, MDY, DMY), errors)
    debt_kind = _word(raw, "debt_kind", ("consumer", "business"), errors)
    complete = _flag(raw, "complete", errors)
    written_off = _flag(raw, "written_off", errors)
    # YAML 1.1 reads NO as false: the one country whose code is a word.
    code = raw.get("country")
    country = ""
    if code is False:
        country = "NO"
    elif code not in (None, ""):
        country = country_code(str(code)) or ""
        if not country:
            errors.append(f"country must be a code like US or DE, not {code!r}")
    currency = str(raw.get("currency") or "").strip().upper()
    if currency and currency not in CURRENCIES:
        errors.append(f"currency must be a code like USD or EUR, not {raw.get('currency')!r}")
    industry = raw.get("industry") or ""
    if not isinstance(industry, str):
        errors.append(f"industry must be a word, not {industry!r}")
    if errors:
        return SidecarErrors(errors=tuple(errors))
    return Sidecar(
        mapping=mapping,
        answers=answers,
        date_order=order,
        country=country,
        currency=currency,
        industry=str(industry),
        debt_kind=debt_kind,
        complete=complete,
        written_off=written_off,
    )


def _flag(raw: Mapping[str, object], key: str, errors: list[str]) -> bool:
    value = raw.get(key)
    if value is None or isinstance(value, bool):
        return bool(value)
    errors.append(f"{key} must be true or false, not {value!r}")
    return False


def _word(raw: Mapping[str, object], key: str, allowed: tuple[str, ...], errors: list[str]) -> str:
    value = raw.get(key)
    if value in (None, ""):
        return ""
    word = str(value).strip().lower()
    if word not in allowed:
        errors.append(f"{key} must be one of {', '.join(allowed)}, not {value!r}")
        return ""
    return word


def _answers(raw: object, errors: list[str]) -> dict[str, str]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        errors.append("answers must hold one `question: answer` a line")
        return {}
    return {str(question): str(answer) for question, answer in raw.items() if answer is not None}


def _mapping(raw: object, errors: list[str]) -> dict[str, str]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        errors.append("mapping must hold one `header: field` a line")
        return {}
    out: dict[str, str] = {}
    for header, target in raw.items():
        name = target.get("field") if isinstance(target, Mapping) else target
        known = canonical(name)
        if known is None:
            errors.append(
                f"mapping of {header!r}: {name!r} is no field; use ignore or one of "
                f"{', '.join(sorted(fields.FIELDS))}"
            )
        else:
            out[str(header)] = known
    return out


def canonical(name: object) -> str | None:
    """The field a person wrote, None where it is none; nothing written means ignore."""
    if name is None or name is False:
        return fields.IGNORE
    return fields.canonical_field(str(name)) if isinstance(name, str) else None


_COMPLETE = (
    "true: this file holds every open account, and those that it lacks are closed; false: they"
    " are listed in the report, and stay"
)


def sidecar_yaml(profile: FileProfile, sidecar: Sidecar) -> str:
    """The text of `NAME.mapping.yaml`: what the import did, ready to be edited."""
    lines = [
        "# What the import took each column for. Edit a line, save, and drop the file again.",
        f"version: {VERSION}",
        "mapping:",
    ]
    for column in profile.mapping:
        why = column.why.replace("\n", " ").replace("\r", " ")
        lines.append(f"  {_quoted(column.key)}: {column.field}  # {column.score:.2f} {why}")
    order = sidecar.date_order or _single_order(profile)
    lines.append(f"date_order: {order}" if order else "# date_order: mdy   # ymd, mdy or dmy")
    lines.append(f"country: {_quoted(profile.country)}")
    lines.append(f"currency: {profile.currency}")
    for key, value in (("industry", sidecar.industry), ("debt_kind", sidecar.debt_kind)):
        lines.append(f"{key}: {_quoted(value)}" if value else f"# {key}:")
    complete = "true" if sidecar.complete else "false"
    lines.append(f"complete: {complete}  # {_COMPLETE}")
    written_off = "true" if sidecar.written_off else "false"
    lines.append(f"written_off: {written_off}  # true: rows written off are debts to be asked for")
    for decision in profile.decisions:
        where = f" ({decision.column})" if decision.column else ""
        lines.append(
            f"# To decide: {decision.kind}{where}: {decision.why} [{', '.join(decision.choices)}]"
            .replace("\n", " ").replace("\r", " ")
        )  # fmt: skip
    return "\n".join(lines) + "\n"


def _single_order(profile: FileProfile) -> str:
    orders = {order for _, order in profile.date_orders if order}
    return orders.pop() if len(orders) == 1 else ""


def _quoted(text: str) -> str:
    """A YAML double-quoted scalar; every control character is escaped."""
    out = []
    for c in text:
        if c in '"\\':
            out.append("\\" + c)
        elif c == "\n":
            out.append("\\n")
        elif c == "\t":
            out.append("\\t")
        elif not c.isprintable():
            out.append(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}")
        else:
            out.append(c)
    return '"' + "".join(out) + '"'
