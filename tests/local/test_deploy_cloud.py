"""The way from a SAM template to the local cloud, with the real sam."""

import json
from pathlib import Path

import pytest

from local.deploy import DeployError, build, deploy, outputs

pytestmark = pytest.mark.cloud

STACK = Path(__file__).parent / "stack"
ROOT = STACK.parents[2]


@pytest.fixture(scope="module")
def deployed(patched):
    """The outputs of the small stack, and what was said on the way."""
    lines: list[str] = []
    built = build(
        STACK / "template.yaml", directory=ROOT / ".aws-sam" / "tests-local", say=lines.append
    )
    outputs = deploy(
        patched.cloud, "tiny", {"Greeting": "good morning"}, built=built, say=lines.append
    )
    return outputs, lines


def test_a_deployed_stack_works(patched, deployed):
    """Layers, parameters and a state machine in YAML with its own role arrive."""
    deployed_outputs, lines = deployed
    ended = patched.run(deployed_outputs["Machine"], {"name": "Ada"})
    assert json.loads(ended["output"]) == {"said": "good morning, Ada"}
    assert outputs(patched.cloud, "tiny") == deployed_outputs
    assert any(line.startswith("CREATE_COMPLETE AWS::StepFunctions") for line in lines)
    assert any("Building " in line or "Valid cache" in line for line in lines)


def test_a_function_has_its_layers_and_no_others(patched, deployed):
    deployed_outputs, _ = deployed
    assert patched.call(deployed_outputs["WithLayers"], {"name": "Bo"}) == {
        "said": "good morning, Bo"
    }
    failed = patched.call(deployed_outputs["WithoutLayers"], {})
    assert "No module named 'aws_lambda_powertools'" in failed["errorMessage"]


def test_a_broken_template_says_why(tmp_path):
    broken = tmp_path / "template.yaml"
    broken.write_text("Resources: 7\n")
    with pytest.raises(DeployError, match="InvalidSamDocument"):
        build(broken, directory=tmp_path / "out", say=lambda _line: None)
