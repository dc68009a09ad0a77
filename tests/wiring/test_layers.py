"""The two layers, built by the real sam: small, compiled, complete, and nothing else inside."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from local import deploy
from tests.conftest import WORKER
from tests.wiring import clients, stack
from tools.runtime_requirements import COMMAND_ONLY, LOCK, REQUIREMENTS, requirements
from tools.sizes import LIMIT, bytecode_tags, package_sizes, without_bytecode

pytestmark = pytest.mark.slow

HERE = f"cpython-{sys.version_info.major}{sys.version_info.minor}"


@pytest.fixture(scope="module")
def built() -> Path:
    directory = stack.ROOT / ".aws-sam" / f"wiring-{WORKER}"  # two workers would mix their builds
    return deploy.build(directory=directory, say=lambda line: None).parent


def test_requirements_are_those_of_the_lock():
    assert REQUIREMENTS.read_text() == requirements(LOCK.read_text())
    kept = set(re.findall(r"^([a-z0-9.-]+)==", REQUIREMENTS.read_text(), re.MULTILINE))
    locked = set(re.findall(r"^([a-z0-9.-]+)==", LOCK.read_text(), re.MULTILINE))
    assert kept == locked - COMMAND_ONLY
    assert kept < locked


def test_packages_are_small(built):
    sizes = package_sizes(built)
    assert set(sizes) >= {"RuntimeLayer", "CoreLayer", "CheckComplianceFunction"}
    assert {name: size for name, size in sizes.items() if size > LIMIT} == {}
    functions = {name: size for name, size in sizes.items() if name.endswith("Function")}
    assert {name: size for name, size in functions.items() if size > 256 * 1024} == {}


@pytest.mark.parametrize("layer", ["RuntimeLayer", "CoreLayer"])
def test_layers_carry_the_bytecode_of_their_runtime(built, layer):
    assert bytecode_tags(built / layer) == {HERE}
    assert without_bytecode(built / layer) == []


def test_bytecode_is_used_whatever_the_time_of_its_source(built):
    for path in (built / "CoreLayer").rglob("*.pyc"):
        flags = int.from_bytes(path.read_bytes()[4:8], "little")
        assert flags == 0b01, path  # checked by hash never: an archive changes times


def test_the_core_layer_has_no_command(built):
    package = built / "CoreLayer" / "python" / "dunlin"
    assert (package / "domain" / "money.py").is_file()
    assert not (package / "cli").exists()


def test_what_functions_import_is_in_the_layers_and_nowhere_else(built):
    """Import every module of the core layer with the two layers and the standard library only."""
    site = [str(built / name / "python") for name in ("CoreLayer", "RuntimeLayer")]
    program = (
        "import importlib, pkgutil, sys\n"
        f"sys.path[:0] = {site!r}\n"
        "import dunlin\n"
        "for module in pkgutil.walk_packages(dunlin.__path__, 'dunlin.'):\n"
        "    importlib.import_module(module.name)\n"
        "import stripe, chalice, jinja2, boto3\n"
        "stripe.StripeClient('sk_test_x').v1.checkout.sessions\n"
        f"for service in {sorted(clients.called())!r}:\n"
        "    boto3.client(service, region_name='us-east-1')\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
