"""Patch of IAM over DynamoDB: a request says which rows and which attributes it touches.

AWS' words for both: the developer guide of DynamoDB, "Using IAM policy conditions for fine-grained
access control", and the service authorization reference.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id
from ministack.services import dynamodb

from local.emulator_patches.machines import Payload

# Where a request is kept from the call that describes it to the one that judges it. No policy can
# name a key of this service.
_REQUEST = "emulator:request"

_EXPRESSIONS = (
    "ProjectionExpression",
    "UpdateExpression",
    "ConditionExpression",
    "FilterExpression",
    "KeyConditionExpression",
)
# Parameters of before expressions; each names its attributes as keys.
_BY_NAME = ("Item", "Key", "AttributeUpdates", "Expected", "ScanFilter", "QueryFilter")
_FUNCTIONS = {
    "attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains",
    "size", "if_not_exists", "list_append",
}  # fmt: skip
# Upstream's own reader of expressions goes letter by letter, which every write would wait for.
_WORDS = re.compile(r"(\.?)\s*([#:]?\w+)")
_KEYWORDS = {"SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN"}


def _named(expression: str, names: Payload) -> Iterator[str]:
    """The top-level attributes that an expression speaks of: no value, nothing below a point."""
    for below, word in _WORDS.findall(expression):
        if below or word[0] == ":" or word.isdigit():
            continue
        if word not in _FUNCTIONS and word.upper() not in _KEYWORDS:
            yield str(names.get(word, word))


def _attributes(call: Payload) -> set[str]:
    names = call.get("ExpressionAttributeNames") or {}
    spoken = {name for key in _EXPRESSIONS for name in _named(call.get(key) or "", names)}
    spoken |= {name for key in (*_BY_NAME, "KeyConditions") for name in call.get(key) or {}}
    return spoken | set(call.get("AttributesToGet") or ())


def _hash_key(table: str, index: str, region: str) -> str:
    """The name of the partition key of a table or of one of its indexes, "" where unknown."""
    kept = dynamodb._tables.get_scoped(get_account_id(), region, table.rsplit("/", 1)[-1]) or {}
    indexes = (kept.get("GlobalSecondaryIndexes") or []) + (kept.get("LocalSecondaryIndexes") or [])
    keyed = next((i for i in indexes if i["IndexName"] == index), {}) if index else kept
    schema = keyed.get("KeySchema") or []
    return next((k["AttributeName"] for k in schema if k["KeyType"] == "HASH"), "")


def _queried(call: Payload, key: str) -> Payload | None:
    """The value of the partition that a query asks for."""
    legacy = (call.get("KeyConditions") or {}).get(key)
    if legacy:
        value: Payload = legacy["AttributeValueList"][0]
        return value
    names, values = (call.get(f"ExpressionAttribute{what}") or {} for what in ("Names", "Values"))
    tokens = dynamodb._tokenize(call.get("KeyConditionExpression") or "")
    for left, sign, right in zip(tokens, tokens[1:], tokens[2:], strict=False):
        for name, value_ref in ((left, right), (right, left)):
            if sign[0] == "EQ" and names.get(name[1], name[1]) == key:
                return values.get(value_ref[1])
    return None


def _facts(calls: Iterable[Payload], table: str, region: str) -> Payload:
    """The condition keys of calls on one table that are judged as one.

    A scan names no partition, so it has no leading keys: AWS leaves the key out, and `ForAllValues`
    then holds.
    """
    leading: list[str] = []
    attributes: set[str] = set()
    for call in calls:
        key = _hash_key(table, call.get("IndexName") or "", region)
        value = (call.get("Item") or call.get("Key") or {}).get(key) or _queried(call, key)
        leading += [str(next(iter(value.values())))] if value else []
        attributes |= _attributes(call)
    facts: Payload = {"dynamodb:LeadingKeys": leading} if leading else {}
    return facts | ({"dynamodb:Attributes": sorted(attributes)} if attributes else {})


def _judged(action: str, arn: str, data: Payload, region: str) -> Iterator[Payload]:
    """What is judged under one action on one resource: each item of a transaction by itself, a
    batch's items of one table together, any other call as it is."""
    if isinstance(data.get("TransactItems"), list):
        for item in data["TransactItems"]:
            for member, call in item.items():
                needed = iam_actions._DYNAMODB_TRANSACT_ITEM_ACTIONS.get(member)
                table = call.get("TableName", "")
                if (needed, iam_actions._dynamodb_table_arn(table, region, get_account_id())) == (
                    action,
                    arn,
                ):
                    yield _facts([call], table, region)
    elif isinstance(data.get("RequestItems"), dict):
        for table, asked in data["RequestItems"].items():
            if iam_actions._dynamodb_table_arn(table, region, get_account_id()) == arn:
                yield _facts(_of_batch(asked), table, region)
    else:
        yield _facts([data], data.get("TableName", ""), region)


def _of_batch(asked: Any) -> list[Payload]:
    """The items of one table of a batch, each as a call."""
    if isinstance(asked, dict):
        return [{**asked, "Key": key} for key in asked.get("Keys", [])]
    return [call for request in asked for call in request.values()]


def row_conditions() -> None:
    """dynamodb:LeadingKeys and dynamodb:Attributes hold for every call, as on AWS.

    Upstream knows no leading keys, so a condition on them with `ForAllValues` allows every row; of
    the attributes it knows those of a projection alone, so a condition on them allows every write.
    """
    describe, judge = iam_actions.dynamodb_service_context, iam_evaluator.enforce

    def describing(body: bytes) -> Payload:
        context: Payload = describe(body)
        try:
            data = json.loads(body or b"{}")
        except ValueError:
            return context
        # Upstream asks once for each item of a transaction; all items of one kind are judged at
        # the first.
        return {**context, _REQUEST: (data, set())} if isinstance(data, dict) else context

    def enforce(  # noqa: PLR0917 - upstream's own parameters
        access_key: str,
        action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: Payload | None = None,
    ) -> Any:
        context = dict(service_context or {})
        request = context.pop(_REQUEST, None)
        if request is None:
            return judge(access_key, action, service, region, resource_arn, service_context)
        data, allowed = request
        if (action, resource_arn) in allowed:
            return None
        context.pop("dynamodb:Attributes", None)
        # Nothing that is judged is still a call: one on no table, or a malformed one.
        for facts in list(_judged(action, resource_arn, data, region)) or [{}]:
            refused = judge(access_key, action, service, region, resource_arn, {**context, **facts})
            if refused:
                return refused
        allowed.add((action, resource_arn))
        return None

    iam_actions.dynamodb_service_context = describing
    iam_evaluator.enforce = enforce
