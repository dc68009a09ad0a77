"""Patches of event sources, shown with and without, and the sources that need none."""

import json
import time

import pytest

pytestmark = pytest.mark.cloud

FAILS = """
def handler(event, context):
    raise RuntimeError("no")
"""

# Writes what it was given beside how often, and fails for a poisonous record.
KEEPS = """
import boto3, json, os
table = os.environ["TABLE"]
def keep(name, text):
    boto3.client("dynamodb").update_item(
        TableName=table, Key={"id": {"S": name}},
        UpdateExpression="ADD times :one SET event = :e",
        ExpressionAttributeValues={":one": {"N": "1"}, ":e": {"S": text}})
def handler(event, context):
    failures = []
    for record in event.get("Records", [event]):
        body = record.get("body") or json.dumps(record)
        keep("poison" if "poison" in body else "good", body)
        if "poison" in body:
            number = record.get("dynamodb", {}).get("SequenceNumber")
            failures.append({"itemIdentifier": number or record["messageId"]})
    return {"batchItemFailures": failures}
"""


COUNTS = """
def handler(event, context):
    keep(str(len(event["Records"])), "")
"""


def _keeper(place, name, **options):
    place.table(name)
    return place.function(name, KEEPS, Environment={"Variables": {"TABLE": name}}, **options)


def _times(place, table, item):
    return int(place.rows(table).get(item, {}).get("times", {}).get("N", 0))


def _allow_events(place, url, arn):
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
            }
        ],
    }
    place.client("sqs").set_queue_attributes(
        QueueUrl=url, Attributes={"Policy": json.dumps(policy)}
    )


def _rule(place, name, target):
    events = place.client("events")
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": target}])


def _put(place, source):
    entry = {"Source": source, "DetailType": "t", "Detail": json.dumps({"n": 1})}
    answer = place.client("events").put_events(Entries=[entry])
    assert answer["FailedEntryCount"] == 0


def test_asynchronous_calls_from_a_rule(patched, bare):
    """An event for an alias whose calls fail ends in the alias's failure destination."""
    arrived = []
    for place in (patched, bare):
        url, arn = place.queue("lost-events")
        function = place.function("fails-by-rule", FAILS)
        functions = place.client("lambda")
        functions.publish_version(FunctionName="fails-by-rule")
        functions.create_alias(FunctionName="fails-by-rule", Name="live", FunctionVersion="1")
        functions.put_function_event_invoke_config(
            FunctionName="fails-by-rule",
            Qualifier="live",
            MaximumRetryAttempts=1,
            DestinationConfig={"OnFailure": {"Destination": arn}},
        )
        _rule(place, "failing", f"{function}:live")
        _put(place, "failing")
        if place is patched:
            arrived.append(place.received(url)[0]["requestPayload"]["source"])
            continue
        place.until(lambda place=place: _invocations(place, "fails-by-rule"))
        arrived.append(_visible(place, url))
    assert arrived == ["failing", 0]


def _invocations(place, function):
    groups = place.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{function}")[
        "logGroups"
    ]
    return len(groups)


def _visible(place, url):
    asked = ["ApproximateNumberOfMessages"]
    answer = place.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=asked)
    return int(answer["Attributes"][asked[0]])


def test_an_invoke_of_type_event_ends_in_the_dead_letters(patched):
    url, arn = patched.queue("dead-invokes")
    patched.function("fails-async", FAILS, DeadLetterConfig={"TargetArn": arn})
    patched.client("lambda").invoke(
        FunctionName="fails-async", InvocationType="Event", Payload=json.dumps({"n": 7})
    )
    assert patched.received(url)[0]["requestPayload"] == {"n": 7}


def test_asynchronous_calls_from_a_log_group(patched):
    """The delivery status log of SNS feeds a function."""
    group = "sns/us-east-1/000000000000/DirectPublishToPhoneNumber"
    code = KEEPS.replace(
        "def handler(event, context):",
        "import base64, gzip\n"
        "def handler(event, context):\n"
        "    packed = base64.b64decode(event['awslogs']['data'])\n"
        "    keep('good', gzip.decompress(packed).decode())\n"
        "    return\n",
    )
    patched.table("receipts")
    arn = patched.function("receipts", code, Environment={"Variables": {"TABLE": "receipts"}})
    logs = patched.client("logs")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="one")
    logs.put_subscription_filter(
        logGroupName=group, filterName="all", filterPattern="", destinationArn=arn
    )
    line = json.dumps({"status": "SUCCESS"})
    logs.put_log_events(
        logGroupName=group,
        logStreamName="one",
        logEvents=[{"timestamp": int(time.time() * 1000), "message": line}],
    )
    kept = patched.until(lambda: patched.rows("receipts").get("good"))
    data = json.loads(kept["event"]["S"])
    assert data["logGroup"] == group
    assert [event["message"] for event in data["logEvents"]] == [line]


def _stream(place, name):
    specification = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    place.table(name, StreamSpecification=specification)
    described = place.client("dynamodb").describe_table(TableName=name)["Table"]
    return described["LatestStreamArn"]


def test_streams(patched, bare):
    """A reported record is retried alone, twice, then goes to the dead letters; others pass."""
    seen = []
    for place in (patched, bare):
        source = _stream(place, "source")
        url, arn = place.queue("poisoned")
        _keeper(place, "keeps-stream")
        place.client("lambda").create_event_source_mapping(
            FunctionName="keeps-stream",
            EventSourceArn=source,
            StartingPosition="LATEST",
            BatchSize=10,
            MaximumRetryAttempts=2,
            BisectBatchOnFunctionError=True,
            FunctionResponseTypes=["ReportBatchItemFailures"],
            DestinationConfig={"OnFailure": {"Destination": arn}},
        )
        batch = [{"PutRequest": {"Item": {"id": {"S": name}}}} for name in ("poison", "plain")]
        place.client("dynamodb").batch_write_item(RequestItems={"source": batch})
        place.until(lambda place=place: _times(place, "keeps-stream", "good"))
        if place is patched:
            event = place.received(url)[0]
            assert event["DDBStreamBatchInfo"]["batchSize"] == 1
        seen.append((_times(place, "keeps-stream", "poison"), _visible(place, url)))
    assert seen[0][0] in (3, 4), "a call and two retries alone, before it perhaps one in the batch"
    assert seen[1] == (1, 0)


@pytest.mark.parametrize("kind", ["queue", "stream"])
def test_windows(patched, bare, kind):
    """What arrives apart is given to the function together, once a batch is full or time is up."""
    for place in (patched, bare):
        _counter(place, kind, BatchSize=3, MaximumBatchingWindowInSeconds=60)
        _arrives(place, kind, "a")
        if place is bare:
            place.until(lambda place=place: _times(place, f"sizes-{kind}", "1"))
        else:
            _arrives(place, kind, "b")
            _arrives(place, kind, "c")
            place.until(lambda place=place: _times(place, f"sizes-{kind}", "3"))
            assert not _times(place, f"sizes-{kind}", "1")
    mappings = patched.client("lambda").list_event_source_mappings(FunctionName=f"sizes-{kind}")
    (mapping,) = mappings["EventSourceMappings"]
    patched.client("lambda").update_event_source_mapping(
        UUID=mapping["UUID"], MaximumBatchingWindowInSeconds=1
    )
    _arrives(patched, kind, "d")
    patched.until(lambda: _times(patched, f"sizes-{kind}", "1"))


def _counter(place, kind, **options):
    """A function that counts its calls by how much each was given."""
    name = f"sizes-{kind}"
    place.table(name)
    source = _stream(place, "arrivals") if kind == "stream" else place.queue("arrivals")[1]
    code = KEEPS.partition("def handler")[0] + COUNTS
    place.function(name, code, Environment={"Variables": {"TABLE": name}})
    start = {"StartingPosition": "LATEST"} if kind == "stream" else {}
    place.client("lambda").create_event_source_mapping(
        FunctionName=name, EventSourceArn=source, **start, **options
    )


def _arrives(place, kind, item):
    if kind == "stream":
        place.client("dynamodb").put_item(TableName="arrivals", Item={"id": {"S": item}})
    else:
        sqs = place.client("sqs")
        url = sqs.get_queue_url(QueueName="arrivals")["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody=item)


def test_stream_filters(patched):
    """FilterCriteria of a stream works upstream."""
    source = _stream(patched, "filtered")
    _keeper(patched, "keeps-filtered")
    pattern = json.dumps({"dynamodb": {"NewImage": {"kind": {"S": ["touch"]}}}})
    patched.client("lambda").create_event_source_mapping(
        FunctionName="keeps-filtered",
        EventSourceArn=source,
        StartingPosition="LATEST",
        FilterCriteria={"Filters": [{"Pattern": pattern}]},
    )
    for name, kind in (("a", "account"), ("poison", "account"), ("t", "touch")):
        patched.client("dynamodb").put_item(
            TableName="filtered", Item={"id": {"S": name}, "kind": {"S": kind}}
        )
    patched.until(lambda: _times(patched, "keeps-filtered", "good"))
    patched.cloud.settle()
    assert _times(patched, "keeps-filtered", "good") == 1
    assert _times(patched, "keeps-filtered", "poison") == 0


def test_queue_policies(patched, bare):
    """A rule reaches only the queue whose policy lets it."""
    seen = []
    for place in (patched, bare):
        shut, shut_arn = place.queue("shut")
        opened, opened_arn = place.queue("opened")
        _allow_events(place, opened, opened_arn)
        events = place.client("events")
        events.put_rule(Name="both", EventPattern=json.dumps({"source": ["both"]}))
        targets = [{"Id": "1", "Arn": shut_arn}, {"Id": "2", "Arn": opened_arn}]
        events.put_targets(Rule="both", Targets=targets)
        _put(place, "both")
        seen.append((_visible(place, shut), _visible(place, opened)))
    assert seen == [(0, 1), (1, 1)]


def test_a_queue_retries_what_failed_and_redrives_it(patched):
    """Partial failures, redrive and topic to queue need no patch; our inboxes rest on them."""
    dead, dead_arn = patched.queue("inbox-dead")
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 2})
    # Longer than a call takes on a busy machine: unanswered for that long, the good comes back too.
    url, arn = patched.queue("inbox", VisibilityTimeout="15", RedrivePolicy=redrive)
    topic = patched.client("sns").create_topic(Name="replies")["TopicArn"]
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
            }
        ],
    }
    patched.client("sqs").set_queue_attributes(
        QueueUrl=url, Attributes={"Policy": json.dumps(policy)}
    )
    patched.client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"}
    )
    _keeper(patched, "reads-inbox")
    patched.client("lambda").create_event_source_mapping(
        FunctionName="reads-inbox",
        EventSourceArn=arn,
        BatchSize=10,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    for text in ("fine", "poison"):
        patched.client("sns").publish(TopicArn=topic, Message=json.dumps(text))
    assert patched.received(dead) == ["poison"]
    assert _times(patched, "reads-inbox", "poison") == 2
    assert _times(patched, "reads-inbox", "good") == 1


def test_a_functions_role_is_enforced(patched):
    """A function may do what its role allows; this needs no patch."""
    nothing = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}
    role = patched.role("writes-nothing", [nothing])
    patched.table("forbidden")
    patched.function(
        "forbidden", KEEPS, Role=role, Environment={"Variables": {"TABLE": "forbidden"}}
    )
    assert "AccessDenied" in patched.call("forbidden", {})["errorMessage"]
    assert patched.rows("forbidden") == {}


def test_cancellation_reasons(patched):
    """A cancelled transaction says which item failed and why; this needs no patch."""
    patched.table("ledger")
    dynamodb = patched.client("dynamodb")
    dynamodb.put_item(TableName="ledger", Item={"id": {"S": "taken"}})
    puts = [
        {
            "Put": {
                "TableName": "ledger",
                "Item": {"id": {"S": name}},
                "ConditionExpression": "attribute_not_exists(id)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }
        for name in ("free", "taken")
    ]
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as refused:
        dynamodb.transact_write_items(TransactItems=puts)
    reasons = refused.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"]
    assert reasons[1]["Item"] == {"id": {"S": "taken"}}
    assert list(patched.rows("ledger")) == ["taken"]


def test_file_versions(patched, bare):
    """What the bus says of a dropped file names its version, so that this version is read."""
    named = []
    for place in (patched, bare):
        url, arn = place.queue("dropped")
        s3, rules = place.client("s3"), place.client("events")
        s3.create_bucket(Bucket="versions")
        s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
        s3.put_bucket_notification_configuration(
            Bucket="versions", NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
        pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": ["versions"]}}}
        rules.put_rule(Name="versions", EventPattern=json.dumps(pattern))
        rules.put_targets(Rule="versions", Targets=[{"Id": "queue", "Arn": arn}])
        place.client("sqs").set_queue_attributes(
            QueueUrl=url,
            Attributes={
                "Policy": json.dumps(
                    {
                        "Version": "2012-10-17",
                        "Statement": [
                            {
                                "Effect": "Allow",
                                "Principal": {"Service": "events.amazonaws.com"},
                                "Action": "sqs:SendMessage",
                                "Resource": arn,
                            }
                        ],
                    }
                )
            },
        )
        put = s3.put_object(Bucket="versions", Key="a.csv", Body=b"x")
        version = place.received(url)[0]["detail"]["object"]
        named.append(version.get("version-id") == put["VersionId"])
    assert named == [True, False]


def test_mail_resources(patched, bare):
    """A role that may send as one identity sends as that one and as no other."""
    code = (
        "import boto3\n"
        "def handler(event, context):\n"
        "    return boto3.client('sesv2').send_email(\n"
        "        FromEmailAddress=event['from'],\n"
        "        Destination={'ToAddresses': ['a@example.com']},\n"
        "        Content={'Simple': {'Subject': {'Data': 's'}, 'Body': {'Text': {'Data': 't'}}}},\n"
        "    )['MessageId']\n"
    )
    seen = []
    for place in (patched, bare):
        for address in ("bills@example.com", "other@example.com"):
            place.client("sesv2").create_email_identity(EmailIdentity=address)
        may = {
            "Effect": "Allow",
            "Action": "ses:SendEmail",
            "Resource": "arn:aws:ses:*:*:identity/bills@example.com",
        }
        place.function("mails", code, Role=place.role("mails", [may]))
        allowed = place.call("mails", {"from": "Bills <bills@example.com>"})
        denied = place.call("mails", {"from": "other@example.com"})
        assert "AccessDenied" in denied["errorMessage"]
        seen.append("AccessDenied" not in str(allowed))
    assert seen == [True, False]


def test_ranges_of_a_version(patched, bare):
    """A large file is fetched in pieces, and of the version that was dropped."""
    pieces = []
    for place in (patched, bare):
        s3 = place.client("s3")
        s3.create_bucket(Bucket="ranges")
        s3.put_bucket_versioning(Bucket="ranges", VersioningConfiguration={"Status": "Enabled"})
        first = s3.put_object(Bucket="ranges", Key="a.csv", Body=b"0123456789")["VersionId"]
        s3.put_object(Bucket="ranges", Key="a.csv", Body=b"newer")
        named = {"Bucket": "ranges", "Key": "a.csv", "VersionId": first}
        pieces.append(s3.get_object(**named, Range="bytes=2-4")["Body"].read())
        if place is patched:
            with pytest.raises(s3.exceptions.ClientError, match="InvalidRange"):
                s3.get_object(**named, Range="bytes=10-12")
    assert pieces == [b"234", b"0123456789"]
