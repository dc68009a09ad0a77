"""What one deployment may change over the version that is deployed (docs/deploy.md, 6)."""

import copy
import json

import pytest

from tests.wiring import released


def _before():
    return json.loads(released.PATH.read_text())


def test_the_template_can_be_deployed_over_the_version_before_it():
    """Where this fails the change needs two deployments; after a release: `make released`."""
    assert list(released.forbidden(_before(), released.facts())) == []


def _two_indexes(now):
    for name in ("byOne", "byTwo"):
        now["tables"]["AccountsTable"]["indexes"][name] = {"keys": [], "copies": {}}


def _one_for_another(now):
    indexes = now["tables"]["AccountsTable"]["indexes"]
    indexes["byOwed"] = indexes.pop("byDue")


def _narrower(now):
    index = now["tables"]["AccountsTable"]["indexes"]["byQueue"]
    index["copies"] = {"ProjectionType": "KEYS_ONLY"}


def _other_stream(now):
    now["tables"]["AuditTable"]["stream"] = {"StreamViewType": "KEYS_ONLY"}


def _renamed_function(now):
    now["called_by_machines"]["SendEmailFunction"] = {"Fn::Sub": "${AWS::StackName}-send_mail"}


def _function_of_no_machine_any_more(now):
    del now["called_by_machines"]["CheckComplianceFunction"]


def _renamed_machine(now):
    now["held"]["LadderMachine"]["made_anew"]["StateMachineName"] = "other"


def _other_name_for_a_table(now):
    now["held"]["DebtsTable"] = now["held"].pop("AccountsTable")


def _other_keys(now):
    now["held"]["OpsTable"]["made_anew"]["KeySchema"] = []


def _named_queue(now):
    now["held"]["ReplyQueue"]["made_anew"]["QueueName"] = "replies"


def _lost_output(now):
    now["outputs"].remove("DropBucketName")


def _asked_for(now):
    now["to_be_given"].append("Owner")


def _lost_row(now):
    del now["rows"]["touch"]


def _older_shape(now):
    now["rows"]["touch"]["shape"] -= 1


def _lost_attribute(now):
    now["rows"]["touch"]["attributes"].pop()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_two_indexes, "AccountsTable: byOne, byTwo: a deployment adds or drops one index"),
        (_one_for_another, "AccountsTable: byDue, byOwed: a deployment adds or drops one"),
        (_narrower, "AccountsTable.byQueue: an index cannot be changed"),
        (_other_stream, "AuditTable: its stream would be made anew"),
        (_renamed_function, "SendEmailFunction: executions that wait call it by its name"),
        (_function_of_no_machine_any_more, "CheckComplianceFunction: executions that wait"),
        (_renamed_machine, "LadderMachine: would be made anew"),
        (_other_name_for_a_table, "AccountsTable: is gone or another thing"),
        (_other_keys, "OpsTable: would be made anew"),
        (_named_queue, "ReplyQueue: would be made anew"),
        (_lost_output, "output DropBucketName: commands of the version before read it"),
        (_asked_for, "parameter Owner: has no default"),
        (_lost_row, "rows of touch: are stored and would be read by nobody"),
        (_older_shape, "rows of touch: shape 1 is stored already"),
        (_lost_attribute, "gone without a new shape"),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else "",
)
def test_what_needs_more_than_one_deployment_is_found(change, words):
    before = released.facts()
    now = copy.deepcopy(before)
    change(now)
    (sentence,) = released.forbidden(before, now)
    assert words in sentence


def _one_index(now):
    now["tables"]["AccountsTable"]["indexes"]["byOne"] = {"keys": [], "copies": {}}


def _one_index_less(now):
    del now["tables"]["AccountsTable"]["indexes"]["byDue"]


def _more_of_everything(now):
    now["outputs"].append("NewThing")
    now["called_by_machines"]["NewFunction"] = "new"
    now["held"]["NewTable"] = {"type": "AWS::DynamoDB::Table", "made_anew": {}}
    now["rows"]["touch"]["attributes"].append("added")


def _attribute_goes_with_a_new_shape(now):
    now["rows"]["touch"]["attributes"].pop()
    now["rows"]["touch"]["shape"] += 1


@pytest.mark.parametrize(
    "change",
    [_one_index, _one_index_less, _more_of_everything, _attribute_goes_with_a_new_shape],
    ids=lambda change: change.__name__.strip("_"),
)
def test_what_one_deployment_does_well_is_let_be(change):
    before = released.facts()
    now = copy.deepcopy(before)
    change(now)
    assert list(released.forbidden(before, now)) == []


def test_the_facts_are_those_of_a_stack():
    facts = released.facts()
    assert {"LadderMachine", "AuditBucket", "DataKey", "ReplyQueue"} <= facts["held"].keys()
    assert facts["tables"]["AccountsTable"]["indexes"].keys() >= {"byDue", "byCreditor"}
    assert {"SendEmailFunction", "ChargeInstalmentFunction"} <= facts["called_by_machines"].keys()
    assert facts["rows"]["account"]["shape"] >= 1
