"""Builds the stack with the real sam and deploys it into a local cloud.

The template is the one that goes to AWS; only Runtime and Architecture are this machine's.
"""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from local.cloud import ROOT, Cloud, CloudError

SAM = ROOT / ".local" / "sam" / "bin" / "sam"
BUCKET = "dunlin-deployments"

Say = Callable[[str], None]


class DeployError(Exception):
    """sam refused to build or deploy; the message is the end of what it said."""


def machine_parameters() -> dict[str, str]:
    """Runtime and Architecture of the interpreter that runs now."""
    arm = platform.machine().lower() in ("arm64", "aarch64")
    return {
        "Runtime": f"python{sys.version_info.major}.{sys.version_info.minor}",
        "Architecture": "arm64" if arm else "x86_64",
    }


def build(
    template: Path | str = ROOT / "template.yaml",
    *,
    directory: Path | str = ROOT / ".aws-sam",
    parameters: Mapping[str, str] | None = None,
    say: Say = print,
) -> Path:
    """Build functions and layers, reusing what has not changed; the built template.

    `directory` takes the results and the cache; two builds at a time need two. Raises
    `DeployError`.
    """
    directory = Path(directory).resolve()
    built = directory / "build" / "template.yaml"
    asked = {**machine_parameters(), **(parameters or {})}
    _sam(
        [
            "build",
            "--template-file",
            str(Path(template).resolve()),
            "--build-dir",
            str(built.parent),
            "--cache-dir",
            str(directory / "cache"),
            "--cached",
            "--parallel",
            "--language-extensions",
            *_overrides(asked),
        ],
        # The layers' Makefiles cannot read template parameters.
        environment={
            "DUNLIN_RUNTIME": asked["Runtime"],
            "DUNLIN_ARCHITECTURE": asked["Architecture"],
            "DUNLIN_WHEELS": "native",
        },
        say=_choosing(say, ("Building ", "Valid cache", "Build Succeeded")),
    )
    return built


def deploy(
    cloud: Cloud,
    stack_name: str,
    parameters: Mapping[str, str] | None = None,
    *,
    built: Path | str = ROOT / ".aws-sam" / "build" / "template.yaml",
    say: Say = print,
) -> dict[str, str]:
    """Deploy a built template into the cloud, or update it; the stack's outputs.

    Raises `DeployError` when the stack cannot be made, with what CloudFormation said.
    """
    s3 = cloud.client("s3")
    try:
        s3.create_bucket(Bucket=BUCKET)
    except (s3.exceptions.BucketAlreadyOwnedByYou, s3.exceptions.BucketAlreadyExists):
        say(f"Uploading to {BUCKET}")
    _sam(
        [
            "deploy",
            "--template-file",
            str(built),
            "--stack-name",
            stack_name,
            "--s3-bucket",
            BUCKET,
            "--region",
            "us-east-1",
            "--capabilities",
            "CAPABILITY_IAM",
            "CAPABILITY_NAMED_IAM",
            "CAPABILITY_AUTO_EXPAND",
            "--no-confirm-changeset",
            "--no-fail-on-empty-changeset",
            "--no-progressbar",
            "--language-extensions",
            *_overrides({**machine_parameters(), **(parameters or {})}),
        ],
        environment=cloud.environment(),
        say=_choosing(say, ("CREATE_", "UPDATE_", "DELETE_", "ROLLBACK_", "Successfully")),
    )
    return outputs(cloud, stack_name)


def outputs(cloud: Cloud, stack_name: str) -> dict[str, str]:
    """The outputs of a deployed stack. Raises `CloudError` when there is no such stack."""
    formation = cloud.client("cloudformation")
    try:
        (stack,) = formation.describe_stacks(StackName=stack_name)["Stacks"]
    except formation.exceptions.ClientError as error:
        raise CloudError(str(error)) from error
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}


def _overrides(parameters: Mapping[str, str]) -> list[str]:
    # sam reads quoted values with backslashes, which is how JSON writes a string.
    pairs = [
        f"ParameterKey={name},ParameterValue={json.dumps(value, ensure_ascii=False)}"
        for name, value in parameters.items()
    ]
    return ["--parameter-overrides", *pairs]


def _choosing(say: Say, starts: tuple[str, ...]) -> Say:
    """Pass on the lines that tell of progress, with single blanks."""

    def choose(line: str) -> None:
        line = " ".join(line.split())
        if line.startswith(starts):
            say(line)

    return choose


def _sam(arguments: list[str], *, environment: Mapping[str, str], say: Say) -> None:
    """Run sam without the shell's AWS settings and with this interpreter for its builds."""
    if not SAM.exists():
        raise DeployError(f"{SAM} is missing: install aws-sam-cli there")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    process = subprocess.Popen(
        # An unknown environment of samconfig.toml keeps the settings of real stages out.
        [str(SAM), *arguments, "--config-env", "local"],
        cwd=ROOT,
        env={
            **kept,
            **environment,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "SAM_CLI_TELEMETRY": "0",
            "COLUMNS": "160",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: list[str] = []
    assert process.stdout is not None
    with process.stdout as output:
        for line in output:
            lines.append(line)
            say(line)
    if process.wait():
        raise DeployError("".join(lines[-40:]))
