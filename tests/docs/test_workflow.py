"""The sample workflow tests before it deploys, asks before production, and names what there is."""

from __future__ import annotations

import shlex
import tomllib
from typing import Any

import yaml

from tests.cli.examples import commands, takes
from tests.docs.markdown import ROOT
from tests.docs.test_commands import TARGETS

WORKFLOW: dict[str, Any] = yaml.safe_load((ROOT / "docs/ci/deploy.yaml").read_text("utf-8"))
JOBS = WORKFLOW["jobs"]


def _orders(job: str) -> list[list[str]]:
    runs = [step["run"] for step in JOBS[job]["steps"] if "run" in step]
    return [shlex.split(run.partition("||")[0]) for run in runs]


def test_production_comes_after_the_sandbox_and_the_sandbox_after_the_tests() -> None:
    assert _orders("test") == [["make", "test"]]
    assert JOBS["sandbox"]["needs"] == "test"
    assert JOBS["production"]["needs"] == "sandbox"
    assert JOBS["production"]["environment"] == "production"  # which asks for a reviewer
    assert WORKFLOW["concurrency"]


def test_it_holds_no_key_and_takes_a_role() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read", "id-token": "write"}
    for job in ("sandbox", "production"):
        (role,) = [s["with"] for s in JOBS[job]["steps"] if "configure-aws" in s.get("uses", "")]
        assert role["role-to-assume"] == "${{ vars.ROLE }}"


def test_every_order_is_one_and_waits_for_nobody() -> None:
    stages = tomllib.loads((ROOT / "samconfig.toml").read_text("utf-8"))
    for job in JOBS:
        for program, *words in _orders(job):
            if program == "make":
                assert set(words) <= TARGETS
                continue
            assert program == ".venv/bin/dunlin"
            assert words[0] in set(commands())
            assert all(takes(words[0], word) for word in words if word.startswith("--"))
            assert takes(words[0], "--yes") is ("--yes" in words)
            if "--stage" in words:
                assert words[words.index("--stage") + 1] in stages
            if "--stack" in words:
                name = words[words.index("--stack") + 1]
                assert name == stages["sandbox"]["global"]["parameters"]["stack_name"]


def test_the_python_is_that_of_the_stages() -> None:
    for stage in ("sandbox", "prod"):
        runtime = tomllib.loads((ROOT / f"infra/stages/{stage}.toml").read_text())["Runtime"]
        for job in JOBS.values():
            (python,) = [s for s in job["steps"] if "setup-python" in s.get("uses", "")]
            assert f"python{python['with']['python-version']}" == runtime
