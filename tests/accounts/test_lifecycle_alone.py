"""Nobody but `lifecycle` and its two parts sets where an account stands: read from the syntax."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from dunlin.domain.accounts.account import Account
from tests.wiring import stack

PACKAGE = stack.ROOT / "layers/core/dunlin"
HOMES = {
    "domain/accounts/lifecycle.py",
    "domain/accounts/absence.py",
    "domain/accounts/arrangement_steps.py",
}
# Where an account stands: its other fields are what it is about, or the write's own.
STANDING = frozenset(
    {
        "status", "hold", "hold_reason", "escalated", "behind", "approved_triggers", "case",
        "due_at", "next_action", "ladder", "ladder_run", "rung", "occurrence", "sent", "touched_at",
        "activated_at", "shadow", "cohort", "contested_minor", "arrangement_id", "arranged",
        "override",
    }
)  # fmt: skip
# Rows become accounts, and a sample is an account that nobody ever had.
BUILDERS = {
    "adapters/dynamo/rows/accounts.py": "the row of an account, read",
    "adapters/dynamo/rows/row.py": "the attributes of a row, by its record's fields",
    "views/messages/message_samples.py": "an account to show messages with",
}


# What is replaced under the same field names and is no account: by its place and its text.
OTHERS = {
    ("domain/contact/planner.py", "_rung_due(due_now)"): "a plan",
    ("domain/imports/assemble.py", "account"): "an account as a file gives it",
    ("service/contact/ladders.py", "touch"): "a touch",
    ("service/contact/notices.py", "touch"): "a touch",
    ("service/imports/people.py", "after"): "a person",
    ("service/rollouts/filling.py", "rollout"): "a rollout",
    ("service/staff/overview.py", "account"): "an account as a sheet shows it, which is not kept",
}


def setters(source: str) -> Iterator[tuple[str, str]]:
    """What is changed and by which field, of everything that sets a field of STANDING: in
    `replace` or a new `Account`, by fields that are spread, and past a frozen record."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rsplit(".", maxsplit=1)[-1]
        if name == "Account" or (name == "replace" and node.keywords):
            what = ast.unparse(node.args[0]) if node.args else name
            for keyword in node.keywords:
                if keyword.arg is None or keyword.arg in STANDING:
                    yield what, keyword.arg or "**"
        elif name in ("__setattr__", "setattr") and len(node.args) > 1:
            field = node.args[-2]
            if not isinstance(field, ast.Constant) or field.value in STANDING:
                yield ast.unparse(node.args[0]), ast.unparse(field).strip("'")


def _modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def test_nobody_else_sets_where_an_account_stands() -> None:
    settings = {
        (place, what): field
        for path in _modules()
        if (place := str(path.relative_to(PACKAGE))) not in {*HOMES, *BUILDERS}
        for what, field in setters(path.read_text("utf-8"))
    }
    assert settings.keys() == OTHERS.keys()


def test_the_home_itself_sets_every_one_of_them() -> None:
    texts = [(PACKAGE / home).read_text("utf-8") for home in sorted(HOMES)]
    fields_set = {field for text in texts for _, field in setters(text)}
    assert fields_set == STANDING
    assert set(Account.__dataclass_fields__) >= STANDING


@pytest.mark.parametrize(
    ("planted", "field"),
    [
        ("after = replace(account, status=Status.SETTLED)", "status"),
        ("after = dataclasses.replace(facts.account, hold=None)", "hold"),
        ("replace(stored, balance=left, escalated='')", "escalated"),
        ("replace(self.read(account_id), due_at=now)", "due_at"),
        ("replace(lifecycle.lift(account, now), case=None)", "case"),
        ("replace(account, **changes)", "**"),
        ("Account(account_id=one, hold=Hold.REVIEW)", "hold"),
        ("replace(anything, **{'hold': None})", "**"),
        ("Account(**changes)", "**"),
        ("object.__setattr__(account, 'arranged', True)", "arranged"),
    ],
)
def test_a_planted_setter_is_found(planted: str, field: str) -> None:
    assert field in [field for _, field in setters(planted)]


@pytest.mark.parametrize(
    "source",
    [
        "replace(account, balance=left, extras=extras)",
        "replace(instalment, missed_at=now)",
        "replace(touch, state=TouchState.RELEASED)",
        "replace(arrangement, state=state, run=2)",
        "after = lifecycle.hold(account, Hold.REVIEW, why, now)",
        "data = {'status': account.status.value, 'hold': ''}",
    ],
)
def test_what_sets_something_else_is_left_alone(source: str) -> None:
    assert list(setters(source)) == []
