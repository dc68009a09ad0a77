"""`NAME.mapping.yaml`: what a person fixes about a file, checked with clear errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dunlin.domain.imports import fields
from dunlin.domain.imports.dates import DMY, MDY, YMD
from dunlin.domain.imports.places import US_STATES, country_code, state_code
from dunlin.domain.money import CURRENCIES

VERSION = 1
LARGEST = 1 << 20
"""Bytes of a mapping file; a larger one is refused, and never read whole."""
_KEYS = (
    "version", "mapping", "date_order", "country", "state", "currency", "industry", "debt_kind",
    "complete", "written_off", "answers",
)  # fmt: skip

Lines = Mapping[tuple[str, str], int]
"""Where things stand in a mapping file: (section, or "" for a key of its own; name) to line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecar:
    """A checked sidecar; an empty value means that nothing is said.

    `state` is where everybody lives whose row names neither state nor ZIP code. `answers` are a
    person's answers to questions, by the question's id; whoever asks a question looks here first.
    `lines` says on which line of the file a column or an answer stands, under
    `(section, name)`; `recalled` are the questions that were answered for an earlier file. What a
    sidecar says hangs on neither.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    date_order: str = ""
    country: str = ""
    state: str = ""
    currency: str = ""
    industry: str = ""
    debt_kind: str = ""
    complete: bool = False
    written_off: bool = False
    lines: Lines = field(default_factory=dict, compare=False)
    recalled: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SidecarErrors:
    """Everything wrong with a sidecar, one sentence each, which names the line where it knows."""

    errors: tuple[str, ...]


def check_sidecar(raw: object, lines: Lines | None = None) -> Sidecar | SidecarErrors:
    """The sidecar in a parsed YAML document, or all that is wrong with it."""
    if raw is None:
        return Sidecar()
    if not isinstance(raw, Mapping):
        return SidecarErrors(errors=("the file must be a mapping of keys, as `version: 1`",))
    check = _Check(raw, lines or {})
    sidecar = check.run()
    return SidecarErrors(errors=tuple(check.errors)) if check.errors else sidecar


class _Check:
    """One look at a mapping file; what is wrong is gathered, so that it comes at once."""

    def __init__(self, raw: Mapping[object, object], lines: Lines) -> None:
        self.raw = raw
        self.lines = lines
        self.errors: list[str] = []

    def run(self) -> Sidecar:
        for key in self.raw:
            if key not in _KEYS:
                known = ", ".join(_KEYS)
                hint = " (the creditor's role comes from its config alone)" if key == "role" else ""
                self._wrong(f"unknown key {key!r}{hint}; known keys: {known}", str(key))
        version = self.raw.get("version", VERSION)
        if str(version) != str(VERSION):
            self._wrong(f"version must be {VERSION}, not {version!r}", "version")
        return Sidecar(
            mapping=self._mapping(),
            answers=self._answers(),
            date_order=self._word("date_order", (YMD, MDY, DMY)),
            country=self._country(),
            state=self._state(),
            currency=self._currency(),
            industry=self._industry(),
            debt_kind=self._word("debt_kind", ("consumer", "business")),
            complete=self._flag("complete"),
            written_off=self._flag("written_off"),
            lines=self.lines,
        )

    def _wrong(self, what: str, name: str, section: str = "") -> None:
        line = self.lines.get((section, name))
        self.errors.append(f"line {line}: {what}" if line else what)

    def _flag(self, key: str) -> bool:
        value = self.raw.get(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        self._wrong(f"{key} must be true or false, not {value!r}", key)
        return False

    def _word(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.raw.get(key)
        if value in (None, ""):
            return ""
        word = str(value).strip().lower()
        if word not in allowed:
            self._wrong(f"{key} must be one of {', '.join(allowed)}, not {value!r}", key)
            return ""
        return word

    def _country(self) -> str:
        # YAML 1.1 reads NO as false: the one country whose code is a word.
        code = self.raw.get("country")
        if code is False:
            return "NO"
        if code in (None, ""):
            return ""
        country = country_code(str(code)) or ""
        if not country:
            self._wrong(f"country must be a code like US or DE, not {code!r}", "country")
        return country

    def _state(self) -> str:
        written = self.raw.get("state")
        if written in (None, ""):
            return ""
        state = state_code(str(written)) or ""
        if state not in US_STATES:
            self._wrong(f"state must be one of the United States like IL, not {written!r}", "state")
            return ""
        return state

    def _currency(self) -> str:
        value = self.raw.get("currency")
        currency = str(value or "").strip().upper()
        if currency and currency not in CURRENCIES:
            self._wrong(f"currency must be a code like USD or EUR, not {value!r}", "currency")
        return currency

    def _industry(self) -> str:
        industry = self.raw.get("industry") or ""
        if not isinstance(industry, str):
            self._wrong(f"industry must be a word, not {industry!r}", "industry")
            return ""
        return industry

    def _answers(self) -> dict[str, str]:
        raw = self.raw.get("answers")
        if raw is None:
            return {}
        if not isinstance(raw, Mapping):
            self._wrong("answers must hold one `question: answer` a line", "answers")
            return {}
        # YAML 1.1 reads yes and no as true and false.
        words = {True: "yes", False: "no"}
        return {
            str(question): words[answer] if isinstance(answer, bool) else str(answer).strip()
            for question, answer in raw.items()
            if answer is not None and str(answer).strip()
        }

    def _mapping(self) -> dict[str, str]:
        raw = self.raw.get("mapping")
        if raw is None:
            return {}
        if not isinstance(raw, Mapping):
            self._wrong("mapping must hold one `header: field` a line", "mapping")
            return {}
        out: dict[str, str] = {}
        for header, target in raw.items():
            name = target.get("field") if isinstance(target, Mapping) else target
            if name is None:  # a line of the file as it was written: nothing is said
                continue
            known = canonical(name)
            if known is None:
                self._wrong(
                    f"mapping of {header!r}: {name!r} is no field; use ignore or one of "
                    f"{', '.join(sorted(fields.FIELDS))}",
                    str(header),
                    "mapping",
                )
            else:
                out[str(header)] = known
        return out


def canonical(name: object) -> str | None:
    """The field a person wrote, None where it is none."""
    if name is False:  # what YAML makes of `no`
        return fields.IGNORE
    return fields.canonical_field(str(name)) if isinstance(name, str) else None
