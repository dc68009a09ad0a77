"""Patches of event sources: who waits for a worker, what is retried, what ends in a dead letter."""

import base64
import contextvars
import gzip
import json
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import (
    cloudwatch_logs,
    dynamodb,
    eventbridge,
    lambda_svc,
    s3,
    sns,
    sqs,
    stepfunctions,
)

Record = dict[str, Any]


class Turns:
    """How many calls that can wait may run at a time (LOCAL_WAVE, default 4).

    A thread that holds a turn does not wait for a second one.
    """

    def __init__(self, size: int) -> None:
        self._turns = threading.Semaphore(size)
        self._holds: contextvars.ContextVar[bool] = contextvars.ContextVar("holds", default=False)

    def free(self) -> bool:
        """Whether a turn could be had now."""
        if self._turns.acquire(blocking=False):
            self._turns.release()
            return True
        return False

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for a turn, and hold it."""
        if self._holds.get():
            yield
            return
        with self._turns:
            mark = self._holds.set(True)
            try:
                yield
            finally:
                self._holds.reset(mark)
        lambda_svc._esm_wake.set()


TURNS = Turns(int(os.environ.get("LOCAL_WAVE", "4")))


def _call(func: Record, event: object) -> Record:
    """Call a function, waiting while the account's concurrency is used up.

    A function at its own reserved concurrency is throttled as on AWS.
    """
    while True:
        result: Record = lambda_svc._execute_function(func, event)
        body = result.get("body")
        reason = body.get("Reason") if result.get("throttle") and isinstance(body, dict) else None
        if reason != "ConcurrentInvocationLimitExceeded":
            return result
        time.sleep(0.05)


def turns() -> None:
    """A wave of executions and messages waits its turn for a worker.

    Upstream starts a process for each call: 120 executions due at once took 5.6 GB and half of
    them failed. With a gate they need 300 MB and none fails. Calls that somebody waits for
    (Invoke, the API) do not pass the gate; LAMBDA_ACCOUNT_CONCURRENCY bounds those. Waiting for
    a turn does not count against the timeout of the task, and a batch of messages waits where
    the account's concurrency is used up. A function must not wait for another execution: with
    all turns taken by such functions nothing would move.
    """
    invoke, call = stepfunctions._invoke_resource_with_timeout, stepfunctions._call_lambda
    allowed, run_batch = lambda_svc._sqs_esm_concurrency, lambda_svc._run_sqs_batch
    execute = lambda_svc._execute_function
    batches: contextvars.ContextVar[bool] = contextvars.ContextVar("batches", default=False)

    def invoke_in_turn(resource: str, data: object, timeout: float) -> object:
        if ":lambda:" not in resource:
            return invoke(resource, data, timeout)
        with TURNS.taken():
            return invoke(resource, data, timeout)

    def call_in_turn(reference: str, event: object) -> object:
        with TURNS.taken():
            return call(reference, event)

    def batches_allowed(*args: Any, **options: Any) -> int:
        return int(allowed(*args, **options)) if TURNS.free() else 0

    def run_batch_in_turn(*args: Any, **options: Any) -> None:
        with TURNS.taken():
            mark = batches.set(True)
            try:
                run_batch(*args, **options)
            finally:
                batches.reset(mark)

    def execute_function(func: Record, event: object) -> Record:
        if not batches.get():
            result: Record = execute(func, event)
            return result
        mark = batches.set(False)
        try:
            return _call(func, event)
        finally:
            batches.reset(mark)

    stepfunctions._invoke_resource_with_timeout = invoke_in_turn
    stepfunctions._call_lambda = call_in_turn
    lambda_svc._sqs_esm_concurrency = batches_allowed
    lambda_svc._run_sqs_batch = run_batch_in_turn
    lambda_svc._execute_function = execute_function


class Accepted:
    """Asynchronous calls accepted and not yet finished; a new era forgets the old ones."""

    count = 0
    era = 0
    lock = threading.Lock()

    @classmethod
    def add(cls, change: int) -> None:
        with cls.lock:
            cls.count += change


def _invoke_config(func: Record, config: Record) -> Record:
    """Retries and destinations of the alias that was called, or of the function itself."""
    named = config["FunctionArn"].split(":")
    base = lambda_svc._functions.get(config["FunctionName"]) or func
    for qualifier in (named[7],) if len(named) > 7 else ("$LATEST", None):
        stored: Record | None = lambda_svc._event_invoke_config(base, qualifier)
        if stored:
            return stored
    return {}


def _deliver(func: Record, event: object, era: int) -> None:
    """Call asynchronously as Lambda does: retry, then the failure destination or dead letters."""
    config = func.get("config") or func
    chosen = _invoke_config(func, config)
    retries = chosen.get("MaximumRetryAttempts")
    on_failure = (chosen.get("DestinationConfig") or {}).get("OnFailure") or {}
    destination = on_failure.get("Destination") or (config.get("DeadLetterConfig") or {}).get(
        "TargetArn"
    )
    result: Record = {}
    for attempt in range(1 + (2 if retries is None else int(retries))):
        time.sleep(attempt * lambda_svc._LAMBDA_ASYNC_RETRY_BASE_SECONDS)
        with TURNS.taken():
            if era != Accepted.era:
                return
            result = _call(func, event)
        if not result.get("error"):
            return
    if destination:
        lambda_svc._route_async_failure(destination, config["FunctionName"], event, result)


def _accept(func: Record, event: object) -> None:
    """Take an event for a function and return; it is delivered in a thread of its own."""
    era = Accepted.era
    Accepted.add(1)

    def run() -> None:
        try:
            config = func.get("config") or func
            lambda_svc._run_with_function_config_scope(config, _deliver, func, event, era)
        finally:
            Accepted.add(-1)

    threading.Thread(target=contextvars.copy_context().run, args=(run,), daemon=True).start()


def _accept_by_reference(reference: str, event: object) -> None:
    func, config, name = lambda_svc._get_func_record_for_ref(reference)
    if func and config:
        called = {**config, "FunctionArn": reference}
        _accept(lambda_svc._execution_record_for_config(func, called), event)
    else:
        lambda_svc.logger.warning("event for a function that does not exist: %s", name)


def asynchronous_calls() -> None:
    """Rules, topics and log subscriptions call functions as AWS does: retried, then dead letters.

    Upstream retries only `Invoke` with type Event and S3 notifications; a rule, a schedule, a
    topic or a subscription filter calls once and forgets, a throttled call counts as one of the
    three attempts, and the retries and destinations of an alias are never read. AWS retries all
    of them twice and keeps throttled events for hours.
    """

    def from_topic(
        endpoint: str,
        envelope: str,
        _topic: str,
        subscription: str,
        *_: object,
    ) -> None:
        record = {
            "EventVersion": "1.0",
            "EventSubscriptionArn": subscription,
            "EventSource": "aws:sns",
            "Sns": json.loads(envelope),
        }
        _accept_by_reference(endpoint, {"Records": [record]})

    def from_log_group(group: str, stream: str, events: list[Record]) -> None:
        filters = (cloudwatch_logs._log_groups.get(group) or {}).get("subscriptionFilters") or {}
        for each in list(filters.values()):
            matches = [
                event
                for event in events
                if cloudwatch_logs._subscription_pattern_matches(
                    each.get("filterPattern", ""), event["message"]
                )
            ]
            function = each["destinationArn"].partition(":function:")[2]
            if not matches or not function or group == f"/aws/lambda/{function.split(':')[0]}":
                continue
            data = {
                "messageType": "DATA_MESSAGE",
                "owner": get_account_id(),
                "logGroup": group,
                "logStream": stream,
                "subscriptionFilters": [each.get("filterName", "")],
                "logEvents": [{**event, "id": uuid.uuid4().hex} for event in matches],
            }
            packed = base64.b64encode(gzip.compress(json.dumps(data).encode())).decode()
            _accept_by_reference(each["destinationArn"], {"awslogs": {"data": packed}})

    def from_rule(arn: str, payload: str) -> None:
        _accept_by_reference(arn, json.loads(payload))

    lambda_svc.invoke_async_with_retry = _accept
    eventbridge._dispatch_to_lambda = from_rule
    sns._deliver_to_lambda = from_topic
    cloudwatch_logs._fanout_to_subscription_filters = from_log_group


def _mapping(func: Record, source: str) -> Record:
    """The event source mapping between a stream and a function."""
    name = (func.get("config") or func)["FunctionName"]
    for _, _, mapping in lambda_svc._iter_all_esms():
        if mapping.get("EventSourceArn") == source and mapping["FunctionName"] == name:
            record: Record = mapping
            return record
    return {}


def _first_failed(result: Record, batch: list[Record], mapping: Record) -> int | None:
    """Where a batch failed: the first record, the first that was reported, or nowhere."""
    if result.get("error"):
        return 0
    body = result.get("body")
    if "ReportBatchItemFailures" not in mapping.get("FunctionResponseTypes", []):
        return None
    failures = body.get("batchItemFailures", []) if isinstance(body, dict) else []
    reported = {failure["itemIdentifier"] for failure in failures}
    numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
    return next((at for at, number in enumerate(numbers) if number in reported), None)


def _drain(func: Record, mapping: Record, batch: list[Record], retries: int) -> Record:
    """Work a batch off: bisected, retried, and what still fails sent to the destination."""
    result = _call(func, {"Records": batch})
    failed = _first_failed(result, batch, mapping)
    if failed is None:
        return result
    batch = batch[failed:]
    if mapping.get("BisectBatchOnFunctionError") and len(batch) > 1:
        half = len(batch) // 2 if result.get("error") else 1
        _drain(func, mapping, batch[:half], retries)
        return _drain(func, mapping, batch[half:], retries)
    if retries > 0:
        return _drain(func, mapping, batch, retries - 1)
    lambda_svc._send_ddb_stream_failure_record(
        mapping, func, batch, mapping["EventSourceArn"], result, "RetryAttemptsExhausted"
    )
    return {"body": None}


def streams() -> None:
    """A table's stream honours partial failures, bounded retries, bisection and OnFailure.

    Upstream loses a record that the function reports as failed, and retries a batch whose call
    raised for ever, which blocks the shard. FilterCriteria works upstream.
    """
    poll = lambda_svc._poll_dynamodb_streams
    execute = lambda_svc._execute_function
    polls: contextvars.ContextVar[bool] = contextvars.ContextVar("polls", default=False)

    def poll_streams() -> bool:
        mark = polls.set(True)
        try:
            return bool(poll())
        finally:
            polls.reset(mark)

    def execute_function(func: Record, event: Record) -> Record:
        if not polls.get():
            result: Record = execute(func, event)
            return result
        mark = polls.set(False)
        try:
            batch = event["Records"]
            mapping = _mapping(func, batch[0]["eventSourceARN"])
            retries = mapping.get("MaximumRetryAttempts")
            if retries is None or retries < 0:
                return _call(func, event)
            return _drain(func, mapping, batch, int(retries))
        finally:
            polls.reset(mark)

    lambda_svc._poll_dynamodb_streams = poll_streams
    lambda_svc._execute_function = execute_function


def waiting(account: str, region: str, mapping: Record) -> int:
    """Messages or stream records that the function of a mapping could be given now."""
    source = mapping.get("EventSourceArn", "")
    if "/stream/" in source:
        table = source.split("/stream/")[0].rsplit("/", 1)[-1]
        end = dynamodb.stream_end_position(table, account_id=account, region=region)
        seen = lambda_svc._dynamodb_stream_positions.get_scoped(account, region, mapping["UUID"])
        return int(max(0, end - (end if seen is None else seen)))
    now = time.time()
    return sum(
        message.get("visible_at", 0) <= now
        for queue in sqs._queues.all_values()
        if queue["attributes"]["QueueArn"] == source
        for message in queue["messages"]
    )


def windows() -> None:
    """A function with a batching window is called when the window is over or a batch is full.

    Upstream calls it at once with whatever is there, so nobody sees what a window saves. It opens
    with the first record that waits.
    """
    opened: dict[str, float] = {}
    backing_off = lambda_svc._esm_backoff_until

    def gather(service: str) -> None:
        for account, region, mapping in lambda_svc._iter_all_esms():
            if f":{service}:" not in mapping.get("EventSourceArn", ""):
                continue
            name, window = mapping["UUID"], mapping.get("MaximumBatchingWindowInSeconds") or 0
            number = waiting(account, region, mapping) if window else 0
            if not number:
                opened.pop(name, None)
                continue
            until = opened.setdefault(name, time.time() + window)
            if number < mapping.get("BatchSize", 10) and time.time() < until:
                backing_off.setdefault(name, until)
            else:
                if backing_off.get(name) == until:
                    del backing_off[name]
                del opened[name]

    def gathering(service: str, poll: Callable[[], bool]) -> Callable[[], bool]:
        def gather_and_poll() -> bool:
            gather(service)
            return poll()

        return gather_and_poll

    lambda_svc._poll_sqs = gathering("sqs", lambda_svc._poll_sqs)
    lambda_svc._poll_dynamodb_streams = gathering("dynamodb", lambda_svc._poll_dynamodb_streams)


def queue_policies() -> None:
    """A rule reaches a queue only where the queue's policy lets it.

    Upstream checks the policy for topics and buckets, but delivers a rule's events to any queue,
    so a forgotten `AWS::SQS::QueuePolicy` goes unseen until the stack meets AWS. A schedule of
    EventBridge Scheduler acts in its own role and needs no such policy.
    """
    invoke = eventbridge._invoke_target

    def invoke_target(target: Record, event: Record, rule: Record, view: object = None) -> None:
        arn = target.get("Arn", "")
        by_schedule = "Target" in rule
        if (
            by_schedule
            or ":sqs:" not in arn
            or sqs.queue_policy_allows(
                arn, "events.amazonaws.com", rule.get("Arn", ""), get_account_id()
            )
        ):
            invoke(target, event, rule, view)
        else:
            eventbridge.logger.warning("policy of %s refuses rule %s", arn, rule.get("Arn"))

    eventbridge._invoke_target = invoke_target


def file_versions() -> None:
    """An S3 event on the bus does not name the version of the file; here it does, as on AWS."""
    fire, dispatch = s3._fire_s3_event, eventbridge._dispatch_event
    version: contextvars.ContextVar[str | None] = contextvars.ContextVar("version", default=None)

    def fire_with(*arguments: Any, **named: Any) -> None:
        mark = version.set(named.get("version_id"))
        try:
            fire(*arguments, **named)
        finally:
            version.reset(mark)

    def dispatch_with(event: Record, *arguments: Any, **named: Any) -> Any:
        if event.get("Source") == "aws.s3" and version.get():
            detail = json.loads(event["Detail"])
            detail["object"]["version-id"] = version.get()
            event = {**event, "Detail": json.dumps(detail)}
        return dispatch(event, *arguments, **named)

    s3._fire_s3_event, eventbridge._dispatch_event = fire_with, dispatch_with


def version_ranges() -> None:
    """A read of some bytes of a named version returns all of it; here those bytes, as on AWS."""
    get = s3._get_object

    def get_object(
        bucket: str, key: str, headers: Record, query_params: Record | None = None
    ) -> Any:
        status, response_headers, body = get(bucket, key, headers, query_params)
        asked = headers.get("range", "")
        if status != 200 or not asked or not s3._qp(query_params or {}, "versionId", ""):
            return status, response_headers, body
        byte_range = s3._parse_range(asked, len(body))
        if byte_range is None:
            missed = {"Content-Type": "application/xml", "Content-Range": f"bytes */{len(body)}"}
            return 416, missed, s3._xml_body(s3._range_error_xml(bucket, key))
        start, end = byte_range
        # The checksum of the whole does not fit a part.
        response_headers = {
            n: v for n, v in response_headers.items() if not n.lower().startswith("x-amz-checksum")
        }
        response_headers["Content-Range"] = f"bytes {start}-{end}/{len(body)}"
        response_headers["Content-Length"] = str(end + 1 - start)
        return 206, response_headers, body[start : end + 1]

    s3._get_object = get_object
