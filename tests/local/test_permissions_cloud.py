"""The patch of IAM over DynamoDB, shown with and without."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.cloud

TRUST = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
OPEN, SHUT = {"id": {"S": "OPEN#1"}}, {"id": {"S": "SHUT#1"}}
OPEN_ONLY = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["OPEN#*"]}}
ROLES: dict[str, list[dict[str, Any]]] = {
    "keys": [{"Action": "dynamodb:*", "Resource": "*", "Condition": OPEN_ONLY}],
    # Two statements, each for one kind of row: an item needs one of them, not all items the same.
    "kinds": [
        {
            "Action": ["dynamodb:PutItem", "dynamodb:GetItem"],
            "Resource": "*",
            "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [prefix]}},
        }
        for prefix in ("OPEN#*", "ALSO#*")
    ],
    # Whoever counts only Ops' keys may read other tables freely in the same batch.
    "one table": [
        {
            "Action": "dynamodb:BatchGetItem",
            "Resource": "arn:aws:dynamodb:us-east-1:000000000000:table/keyed",
            "Condition": OPEN_ONLY,
        },
        {
            "Action": "dynamodb:BatchGetItem",
            "Resource": "arn:aws:dynamodb:us-east-1:000000000000:table/other",
        },
    ],
    "attributes": [
        {
            "Action": "dynamodb:*",
            "Resource": "*",
            "Condition": {
                "ForAllValues:StringEquals": {"dynamodb:Attributes": ["id", "size", "note"]},
                "StringEqualsIfExists": {"dynamodb:Select": ["SPECIFIC_ATTRIBUTES"]},
            },
        }
    ],
    "writes": [
        {
            "Action": ["dynamodb:UpdateItem", "dynamodb:PutItem"],
            "Resource": "*",
            "Condition": {"ForAllValues:StringEquals": {"dynamodb:Attributes": ["id", "note"]}},
        }
    ],
}


@pytest.fixture(scope="module")
def tables(patched, bare):
    for place in (patched, bare):
        for table in ("keyed", "other"):
            place.table(table)
        for role, statements in ROLES.items():
            name = role.replace(" ", "-")
            place.role(name, [{"Effect": "Allow", **statement} for statement in statements])
            place.client("iam").update_assume_role_policy(
                RoleName=name, PolicyDocument=json.dumps({"Statement": [TRUST]})
            )
    return patched, bare


def _rows(place, role):
    """A client of the tables with the rights of one role."""
    arn = f"arn:aws:iam::000000000000:role/{role.replace(' ', '-')}"
    key = place.client("sts").assume_role(RoleArn=arn, RoleSessionName="proof")["Credentials"]
    return boto3.client(
        "dynamodb",
        endpoint_url=place.cloud.endpoint,
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        aws_session_token=key["SessionToken"],
    )


def _put(key, table="keyed"):
    return {"Put": {"TableName": table, "Item": key}}


def _query(key, **more):
    return {
        "TableName": "keyed",
        "KeyConditionExpression": "#i = :id",
        "ExpressionAttributeNames": {"#i": "id"} | more.pop("names", {}),
        "ExpressionAttributeValues": {":id": key["id"]},
        **more,
    }


def _set(expression, names=None):
    """An update of the open row; every placeholder stands for a one."""
    asked = {"TableName": "keyed", "Key": OPEN, "UpdateExpression": expression}
    if ":one" in expression:
        asked["ExpressionAttributeValues"] = {":one": {"N": "1"}}
    return asked | ({"ExpressionAttributeNames": names} if names else {})


# role, call, what it says, whether AWS allows it
CALLS = [
    ("keys", "put_item", {"TableName": "keyed", "Item": OPEN}, True),
    ("keys", "put_item", {"TableName": "keyed", "Item": SHUT}, False),
    ("keys", "get_item", {"TableName": "keyed", "Key": OPEN}, True),
    ("keys", "get_item", {"TableName": "keyed", "Key": SHUT}, False),
    ("keys", "update_item", {"TableName": "keyed", "Key": SHUT}, False),
    ("keys", "delete_item", {"TableName": "keyed", "Key": SHUT}, False),
    ("keys", "query", _query(OPEN), True),
    ("keys", "query", _query(SHUT), False),
    ("keys", "batch_get_item", {"RequestItems": {"keyed": {"Keys": [OPEN]}}}, True),
    ("keys", "batch_get_item", {"RequestItems": {"keyed": {"Keys": [OPEN, SHUT]}}}, False),
    (
        "keys",
        "batch_write_item",
        {"RequestItems": {"keyed": [{"PutRequest": {"Item": OPEN}}]}},
        True,
    ),
    (
        "keys",
        "batch_write_item",
        {
            "RequestItems": {
                "keyed": [{"PutRequest": {"Item": OPEN}}, {"DeleteRequest": {"Key": SHUT}}]
            }
        },
        False,
    ),
    ("keys", "transact_write_items", {"TransactItems": [_put(OPEN)]}, True),
    ("keys", "transact_write_items", {"TransactItems": [_put(OPEN), _put(SHUT, "other")]}, False),
    (
        "keys",
        "transact_write_items",
        {
            "TransactItems": [
                {
                    "ConditionCheck": {
                        "TableName": "keyed",
                        "Key": SHUT,
                        "ConditionExpression": "attribute_not_exists(id)",
                    }
                }
            ]
        },
        False,
    ),
    # A scan has no leading keys, and ForAllValues holds over nothing.
    ("keys", "scan", {"TableName": "keyed"}, True),
    (
        "kinds",
        "transact_write_items",
        {"TransactItems": [_put(OPEN), _put({"id": {"S": "ALSO#1"}})]},
        True,
    ),
    ("kinds", "transact_write_items", {"TransactItems": [_put(OPEN), _put(SHUT)]}, False),
    (
        "one table",
        "batch_get_item",
        {"RequestItems": {"keyed": {"Keys": [OPEN]}, "other": {"Keys": [SHUT]}}},
        True,
    ),
    (
        "one table",
        "batch_get_item",
        {"RequestItems": {"keyed": {"Keys": [SHUT]}, "other": {"Keys": [SHUT]}}},
        False,
    ),
    ("attributes", "get_item", {"TableName": "keyed", "Key": OPEN}, False),
    (
        "attributes",
        "get_item",
        {
            "TableName": "keyed",
            "Key": OPEN,
            "ProjectionExpression": "#s, note.deep",
            "ExpressionAttributeNames": {"#s": "size"},
        },
        True,
    ),
    (
        "attributes",
        "get_item",
        {"TableName": "keyed", "Key": OPEN, "ProjectionExpression": "secret"},
        False,
    ),
    ("attributes", "query", _query(OPEN, Select="ALL_ATTRIBUTES"), False),
    ("attributes", "query", _query(OPEN, ProjectionExpression="id"), True),
    (
        "attributes",
        "query",
        _query(
            OPEN,
            ProjectionExpression="id",
            FilterExpression="attribute_exists(#f)",
            names={"#f": "secret"},
        ),
        False,
    ),
    (
        "attributes",
        "batch_get_item",
        {"RequestItems": {"keyed": {"Keys": [OPEN], "ProjectionExpression": "id, secret"}}},
        False,
    ),
    ("writes", "put_item", {"TableName": "keyed", "Item": {**OPEN, "note": {"S": "x"}}}, True),
    ("writes", "put_item", {"TableName": "keyed", "Item": {**OPEN, "size": {"N": "1"}}}, False),
    ("writes", "update_item", _set("SET #s = :one", {"#s": "note"}), True),
    ("writes", "update_item", _set("SET #s = :one", {"#s": "size"}), False),
    ("writes", "update_item", _set("SET amount = :one"), False),
    ("writes", "update_item", _set("REMOVE amount"), False),
    ("writes", "update_item", _set("SET #s = if_not_exists(amount, :one)", {"#s": "note"}), False),
    (
        "writes",
        "update_item",
        _set("SET #s = :one", {"#s": "note"})
        | {"ConditionExpression": "attribute_not_exists(amount)"},
        False,
    ),
    (
        "writes",
        "update_item",
        {
            "TableName": "keyed",
            "Key": OPEN,
            "AttributeUpdates": {"amount": {"Value": {"N": "1"}, "Action": "PUT"}},
        },
        False,
    ),
    ("writes", "update_item", {"TableName": "keyed", "Key": OPEN}, True),
    (
        "writes",
        "transact_write_items",
        {"TransactItems": [_put({**OPEN, "note": {"S": "x"}}), _put({**OPEN, "amount": {}})]},
        False,
    ),
]


def _allowed(rows, call, asked):
    try:
        getattr(rows, call)(**asked)
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return False
    return True


def test_row_conditions(tables):
    patched, bare = tables
    there = {role: _rows(patched, role) for role in ROLES}
    for role, call, asked, allowed in CALLS:
        assert _allowed(there[role], call, asked) is allowed, (role, call, asked)
    here = {role: _rows(bare, role) for role in ROLES}
    assert _allowed(here["keys"], "put_item", {"TableName": "keyed", "Item": SHUT})
    assert _allowed(here["writes"], "update_item", _set("SET amount = :one"))


def test_row_conditions_of_a_machine(tables):
    """A state that writes a row is judged as a function that does."""
    patched, _ = tables
    ends = []
    for key in (OPEN, SHUT):
        state = {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:dynamodb:putItem",
            "Arguments": {"TableName": "keyed", "Item": key},
            "End": True,
        }
        definition = {"QueryLanguage": "JSONata", "StartAt": "Write", "States": {"Write": state}}
        machine = patched.machine(
            f"keyed-{key['id']['S'][:4]}", definition, "arn:aws:iam::000000000000:role/keys"
        )
        ends.append(patched.run(machine)["status"])
    assert ends == ["SUCCEEDED", "FAILED"]
