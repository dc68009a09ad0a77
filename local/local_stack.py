"""The whole local Dunlin: the cloud with the deployed stack, and the outside world around it.

`open_stack` starts what does not run yet and returns where everything is; `close_stack` ends it.
State lies in `.local/stack`; every port derives from the cloud's. DUNLIN_HOUSE names another folder
and DUNLIN_PORT another port, so that several can run.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path

from dunlin.cli.target import environment, house
from local import cloud as clouds
from local import processes
from local.cloud import ROOT, Cloud
from local.deploy import Say, build, deploy

STACK = "dunlin"
MAIL_DOMAIN = "reply.example.com"  # where answers to every creditor arrive
DIRECTORY = house()
PORT = int(os.environ.get("DUNLIN_PORT", "4566"))
CONSUMERS = "consumers.json"


class LocalStackError(Exception):
    """A part of the local Dunlin did not start; the message is the end of its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalStack:
    """Where everything is. `outputs` are the stack's."""

    directory: str
    cloud_directory: str
    endpoint: str
    portal_url: str
    stripe_url: str
    people_url: str
    viewer_url: str
    time_lapse: str
    outputs: dict[str, str]

    @property
    def cloud(self) -> Cloud:
        cloud = clouds.find(self.cloud_directory)
        if cloud is None:
            raise LocalStackError("the local cloud does not run; start it with `dunlin up`")
        return cloud

    def environment(self) -> dict[str, str]:
        """What `dunlin.runtime.settings` reads, for programs outside the cloud."""
        return self.cloud.environment() | environment(self.outputs, self.time_lapse)


def find(directory: Path | str = DIRECTORY) -> LocalStack | None:
    """The stack that runs, None where none does."""
    record = Path(directory) / "local_stack.json"
    if not record.exists():
        return None
    stack = LocalStack(**json.loads(record.read_text()))
    return stack if clouds.find(stack.cloud_directory) else None


def open_stack(
    *,
    port: int = PORT,
    directory: Path | str = DIRECTORY,
    time_lapse: str = "",
    built: Path | None = None,
    say: Say = print,
) -> LocalStack:
    """Start the cloud and the world around it, build and deploy the stack. Safe to run twice:
    what runs stays, and the stack is brought up to date."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    cloud = clouds.find(directory / "cloud") or clouds.start(
        port=port, directory=directory / "cloud"
    )
    portal_url = cloud.api_url(f"{STACK}-portal", "live")
    webhook_secret = _webhook_secret(directory)
    stripe_url = _serve(
        directory,
        "stripe",
        port + 1,
        ["--webhook", f"{portal_url}/webhooks/stripe", "--secret", webhook_secret],
    )
    if built is None:
        built = build(directory=directory / "sam", say=say)
    outputs = deploy(
        cloud,
        STACK,
        {
            "Stage": "local",
            "TimeLapse": time_lapse,
            "PortalBaseUrl": portal_url,
            "StripeApiBase": stripe_url,
            "CheckoutOrigin": stripe_url,
            "MailDomain": MAIL_DOMAIN,
        },
        built=built,
        say=say,
    )
    _settle_accounts(cloud, outputs, webhook_secret)
    people_url = _serve(
        directory,
        "people",
        port + 2,
        ["--endpoint", cloud.endpoint, "--reply-topic", outputs["ReplyTopicArn"]],
    )
    viewer_url = _serve(
        directory,
        "viewer",
        port + 3,
        ["--endpoint", cloud.endpoint, "--dashboard", outputs["DashboardName"]],
    )
    stack = LocalStack(
        directory=str(directory),
        cloud_directory=str(directory / "cloud"),
        endpoint=cloud.endpoint,
        portal_url=portal_url,
        stripe_url=stripe_url,
        people_url=people_url,
        viewer_url=viewer_url,
        time_lapse=time_lapse,
        outputs=outputs,
    )
    (directory / "local_stack.json").write_text(json.dumps(asdict(stack), indent=1))
    return stack


def close_stack(directory: Path | str = DIRECTORY) -> bool:
    """End every process of the stack. False where none was there."""
    directory = Path(directory)
    anything = False
    for name in ("people", "viewer", "stripe"):
        anything |= _end(directory / f"{name}.pid")
    cloud = clouds.find(directory / "cloud")
    if cloud is not None:
        cloud.stop()
        anything = True
    for name in ("local_stack.json", CONSUMERS):
        (directory / name).unlink(missing_ok=True)
    return anything


def _webhook_secret(directory: Path) -> str:
    """The secret that signs the stand-in's webhooks, the same as long as the stack stands."""
    path = directory / "webhook_secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(f"whsec_{secrets.token_hex(16)}")
    return path.read_text()


def _settle_accounts(cloud: Cloud, outputs: dict[str, str], webhook_secret: str) -> None:
    """What an operator does once on AWS: store the processor's keys, verify the mail domain."""
    safe = cloud.client("secretsmanager")
    for output, document in (
        ("StripeSecretName", {"api_key": "sk_test_local"}),
        ("WebhookSecretName", {"webhook_secret": webhook_secret}),
    ):
        safe.put_secret_value(SecretId=outputs[output], SecretString=json.dumps(document))
    allow_sender(cloud, MAIL_DOMAIN)


def allow_sender(cloud: Cloud, address: str) -> None:
    """Verify a From address, as the owner of its domain does on AWS."""
    ses = cloud.client("sesv2")
    known = {i["IdentityName"] for i in ses.list_email_identities()["EmailIdentities"]}
    if address not in known:
        ses.create_email_identity(EmailIdentity=address)


def _serve(directory: Path, name: str, port: int, arguments: list[str]) -> str:
    """Start `python -m local.{name}` unless it answers already; its address."""
    url = f"http://127.0.0.1:{port}"
    record = directory / f"{name}.pid"
    if record.exists() and _answers(url):
        return url
    _end(record)
    log = directory / f"{name}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", f"local.{name}", "--port", str(port), *arguments],
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
    processes.CHILDREN[process.pid] = process
    record.write_text(str(process.pid))
    end = time.monotonic() + 30
    while not _answers(url):
        if process.poll() is not None or time.monotonic() > end:
            raise LocalStackError(
                f"{name} did not start: {log.read_text(errors='replace')[-2000:]}"
            )
        time.sleep(0.1)
    return url


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _end(record: Path) -> bool:
    """End the process of a pid file if it is still one of ours."""
    if not record.exists():
        return False
    pid = int(record.read_text())
    record.unlink()
    if "local." not in processes.command_of(pid):
        return False
    os.kill(pid, signal.SIGTERM)
    processes.wait_gone(pid, 5)
    return True
