"""What the local cloud adds to the emulator: mark and rewind, and whether anything is moving."""

import asyncio
import copy
import json
import os
import time
from collections.abc import Callable
from typing import Any

from ministack import app
from ministack.core import lambda_runtime
from ministack.services import (
    cloudwatch,
    cloudwatch_logs,
    dynamodb,
    eventbridge,
    lambda_svc,
    s3,
    scheduler,
    ses,
    sns,
    sqs,
    stepfunctions,
)

from local.emulator_patches import events, machines
from local.emulator_patches.answers import JSON_HEADERS, Response
from local.emulator_patches.events import Accepted

# Services whose whole state is data that a test or a demonstration changes.
_SERVICES = (dynamodb, sqs, sns, ses, cloudwatch, cloudwatch_logs)
_S3_STORES = (
    s3._object_versions,
    s3._object_tags,
    s3._object_retention,
    s3._object_legal_hold,
    s3._multipart_uploads,
)


def _route(method: str, path: str, act: Callable[[], Response]) -> None:
    """Answer `method` on `path` with `act`, which runs beside the event loop."""
    handle = app._handle_admin_reset

    async def answer(asked: str, verb: str, query: dict[str, Any]) -> Response | None:
        if (verb, asked) == (method, path):
            return await asyncio.to_thread(act)
        response: Response | None = await handle(asked, verb, query)
        return response

    app._handle_admin_reset = answer


def schedules() -> None:
    """LOCAL_SCHEDULES=0 keeps schedules from firing, so that a test decides what happens when.

    Upstream always fires them; those of EventBridge Scheduler up to 10 seconds late, here one.
    """
    scheduler._SCHEDULE_TICK_INTERVAL = 1
    if os.environ.get("LOCAL_SCHEDULES", "1") == "0":
        eventbridge.start_scheduler = scheduler.start_scheduler = lambda: None


class _Mark:
    """The remembered state."""

    services: list[Any]
    objects: dict[Any, dict[str, Any]]
    stores: list[dict[Any, Any]]
    taken = False


class _Pollers:
    paused = False


def _remember() -> Response:
    _Mark.services = [service.get_state() for service in _SERVICES]
    _Mark.objects = {name: dict(bucket["objects"]) for name, bucket in s3._buckets._data.items()}
    _Mark.stores = [copy.deepcopy(store._data) for store in _S3_STORES]
    _Mark.taken = True
    return 204, {}, b""


def _calls_in_flight() -> int:
    running, _ = lambda_svc.executions_in_flight()
    batches = sum(lambda_svc._esm_inflight.values())
    return int(running) + int(batches) + Accepted.count


def _wait_for_calls(seconds: float) -> bool:
    """Whether no call is in flight at two looks, 5 ms apart, before `seconds` are over."""
    deadline = time.monotonic() + seconds
    calm = 0
    while calm < 2:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
        calm = 0 if _calls_in_flight() else calm + 1
    return True


def _halt() -> None:
    """End executions and calls; workers that do not finish in a second are killed."""
    Accepted.era += 1
    for execution in stepfunctions._executions.all_values():
        if execution["status"] == "RUNNING":
            execution["status"] = "ABORTED"
    for execution in list(machines.WAITING.values()):
        machines.release(execution)
    if _wait_for_calls(1.0):
        return
    with lambda_runtime._lock:
        pools = list(lambda_runtime._workers.values())
        busy = [worker._proc for pool in pools for worker in pool if worker.in_use]
    for process in busy:
        if process is not None:
            process.kill()
    _wait_for_calls(2.0)


def _restore() -> None:
    stepfunctions._executions.clear()
    stepfunctions._task_tokens.clear()
    stepfunctions._map_runs.clear()
    eventbridge._events_log.clear()
    for service, state in zip(_SERVICES, _Mark.services, strict=True):
        service.reset()
        service.load_persisted_state(copy.deepcopy(state))
    for name in list(s3._buckets._data):
        s3._buckets._data[name]["objects"] = dict(_Mark.objects.get(name, {}))
    for store, saved in zip(_S3_STORES, _Mark.stores, strict=True):
        store._data.clear()
        store._data.update(copy.deepcopy(saved))
    # Streams are empty now. A mapping must start at the new beginning: one that chose its
    # position at the next poll would miss what is written before.
    lambda_svc._dynamodb_stream_positions.clear()
    for _, _, mapping in lambda_svc._iter_all_esms():
        lambda_svc._init_stream_position(mapping["UUID"], mapping["EventSourceArn"], "LATEST")
    lambda_svc._esm_backoff_until.clear()


def _rewind() -> Response:
    if not _Mark.taken:
        return 409, dict(JSON_HEADERS), b'{"message": "nothing was marked"}'
    _Pollers.paused = True
    try:
        _halt()
        _restore()
    finally:
        _Pollers.paused = False
        lambda_svc._esm_wake.set()
    return 204, {}, b""


def rewind() -> None:
    """POST /_ministack/mark remembers the deployed stack, POST /_ministack/rewind goes back.

    Upstream can only forget everything, and a fresh deployment costs 13 s. Rewinding takes
    milliseconds, ends what was running and keeps the workers warm. Rows, objects, queues,
    outboxes, logs, metrics and executions go back; functions, rules, roles and secrets stay.
    """

    def unless_paused(poll: Callable[[], bool]) -> Callable[[], bool]:
        return lambda: not _Pollers.paused and poll()

    lambda_svc._poll_sqs = unless_paused(lambda_svc._poll_sqs)
    lambda_svc._poll_dynamodb_streams = unless_paused(lambda_svc._poll_dynamodb_streams)
    _route("POST", "/_ministack/mark", _remember)
    _route("POST", "/_ministack/rewind", _rewind)


def _queued() -> int:
    """Messages that a function could receive now."""
    now = time.time()
    queues = {queue["attributes"]["QueueArn"]: queue for queue in sqs._queues.all_values()}
    mapped = {mapping["EventSourceArn"] for _, _, mapping in lambda_svc._iter_all_esms()}
    return sum(
        1
        for arn in mapped & queues.keys()
        for message in queues[arn]["messages"]
        if message.get("visible_at", 0) <= now
    )


def _streaming() -> int:
    """Stream records that a function has not seen yet."""
    return sum(
        events.waiting(account, region, mapping)
        for account, region, mapping in lambda_svc._iter_all_esms()
        if "/stream/" in mapping.get("EventSourceArn", "") and mapping.get("Enabled", True)
    )


def _activity() -> Response:
    running = [
        execution
        for execution in stepfunctions._executions.all_values()
        if execution["status"] == "RUNNING" and "mapRunArn" not in execution
    ]
    waiting = machines.at_rest()
    report = {
        "executions_running": len(running),
        "executions_waiting": sum(1 for execution in running if id(execution) in waiting),
        "calls": _calls_in_flight(),
        "messages": _queued(),
        "stream_records": _streaming(),
    }
    return 200, dict(JSON_HEADERS), json.dumps(report).encode()


def activity() -> None:
    """GET /_ministack/activity says whether the cloud is at rest.

    It counts executions that run, those of them that wait for a token, calls in flight, messages
    that a function could receive and stream records that none has seen. A test, or a virtual
    clock, knows from it that all that can happen now has happened.
    """
    _route("GET", "/_ministack/activity", _activity)
