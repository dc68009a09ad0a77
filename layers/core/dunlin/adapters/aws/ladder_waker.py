"""Step Functions as the alarm clock of accounts: start, wake and look at executions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from dunlin.adapters.dynamo import reading
from dunlin.adapters.dynamo.faults import translated
from dunlin.adapters.dynamo.rows.accounts import AWAIT, META, AccountRow, WaitRow
from dunlin.adapters.dynamo.rows.arrangements import ARRANGEMENT, ArrangementRow
from dunlin.domain.accounts.account import Account
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.errors import Conflict, Defect, Unavailable
from dunlin.domain.ids import execution_name, notice_touch_id

# A dead token has several names (a used one, one that timed out, one that never was).
_DEAD = frozenset({"TaskDoesNotExist", "TaskTimedOut", "InvalidToken"})
_BUSY = frozenset({"ThrottlingException", "ExecutionLimitExceeded", "ServiceUnavailable"})


@cache
def _client() -> Any:
    return botocore.session.get_session().create_client(
        "stepfunctions",
        config=Config(connect_timeout=2, read_timeout=10, retries={"max_attempts": 4}),
    )


class StepMachine:
    """`Machine` over Step Functions."""

    def __init__(self, *, arn: str) -> None:
        self._arn = arn

    def start(self, name: str, content: Mapping[str, Any]) -> bool:
        try:
            _client().start_execution(
                stateMachineArn=self._arn, name=name, input=json.dumps(dict(content))
            )
        except ClientError as error:
            code = _code(error)
            if code == "ExecutionAlreadyExists":
                return False
            raise Unavailable("stepfunctions", code, certain=code in _BUSY) from error
        except BotoCoreError as error:  # no answer, and it may have begun
            raise Unavailable("stepfunctions", type(error).__name__) from error
        return True


class StepFunctionsWaker:
    """`LadderWaker` over Step Functions."""

    def __init__(self, *, ladder: str, notice: str, arrangement: str = "") -> None:
        """`arrangement` is empty where a function starts no arrangement."""
        self._ladder, self._arrangement = ladder, arrangement
        self._ladders, self._notices = StepMachine(arn=ladder), StepMachine(arn=notice)

    def wake(self, account_id: str) -> bool:
        row = reading.get(
            AccountRow,
            account_id,
            META,
            attributes_to_get=["version", "task_token", "arrangement_id"],
        )
        if row is None:
            return False
        if row.arrangement_id:
            self._wake(_arrangement_token(account_id, row.arrangement_id))
        return self._wake(_ladder_token(account_id, row.version) or row.task_token or "")

    def _wake(self, token: str) -> bool:
        if not token:
            return False
        try:
            _client().send_task_success(taskToken=token, output="{}")
        except BotoCoreError:
            return False
        except ClientError as error:
            if _code(error) in _DEAD | _BUSY or _status(error) >= 500:
                return False
            raise Unavailable("stepfunctions", _code(error)) from error
        return True

    def start(self, account: Account, *, wait_seconds: int) -> bool:
        return self._ladders.start(
            execution_name(account.account_id, account.ladder_run),
            {
                "account_id": account.account_id,
                "run": account.ladder_run,
                "version": account.version,
                "wait_seconds": wait_seconds,
            },
        )

    def running(self, account: Account) -> bool:
        return _running(self._ladder, execution_name(account.account_id, account.ladder_run))

    def alive(self) -> Iterator[str]:
        asked: dict[str, Any] = {"stateMachineArn": self._ladder, "statusFilter": "RUNNING"}
        while True:
            try:
                page = _client().list_executions(**asked, maxResults=1000)
            except ClientError as error:
                raise Unavailable("stepfunctions", _code(error)) from error
            yield from (execution["name"] for execution in page["executions"])
            if not page.get("nextToken"):
                return
            asked["nextToken"] = page["nextToken"]

    def start_arrangement(self, arrangement: Arrangement, *, wait_seconds: int) -> bool:
        if not self._arrangement:
            raise Defect("this function was not given the arrangement machine")
        return StepMachine(arn=self._arrangement).start(
            execution_name(arrangement.arrangement_id, arrangement.run),
            {
                "account_id": arrangement.account_id,
                "arrangement_id": arrangement.arrangement_id,
                "run": arrangement.run,
                "version": arrangement.version,
                "wait_seconds": wait_seconds,
            },
        )

    def wake_arrangement(self, arrangement: Arrangement) -> bool:
        return self._wake(_arrangement_token(arrangement.account_id, arrangement.arrangement_id))

    def arrangement_running(self, arrangement: Arrangement) -> bool:
        name = execution_name(arrangement.arrangement_id, arrangement.run)
        return _running(self._arrangement, name)

    def notice(self, *, account: Account, kind: str, cause: str) -> bool:
        return self._notices.start(
            notice_touch_id(cause, kind),
            {"account_id": account.account_id, "kind": kind, "cause": cause},
        )


def _ladder_token(account_id: str, version: int) -> str:
    """What the ladder waits on. An execution that looked at an older version of the account, and
    has not stored its token yet, will not: it looks again."""
    row = WaitRow(account_id, AWAIT)
    unseen = WaitRow.version.does_not_exist() | (WaitRow.version <= version)
    try:
        with translated("wait"):
            row.update(actions=[WaitRow.version.set(version)], condition=unseen)
    except Conflict:  # it has been seen newer than here, and waits after that look
        row = reading.get(WaitRow, account_id, AWAIT) or row
    return row.task_token or ""


def _arrangement_token(account_id: str, arrangement_id: str) -> str:
    row = reading.get(
        ArrangementRow, account_id, ARRANGEMENT + arrangement_id, attributes_to_get=["task_token"]
    )
    return row.task_token or "" if row else ""


def _running(machine: str, name: str) -> bool:
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
    try:
        answer = _client().describe_execution(executionArn=arn)
    except ClientError as error:
        if _code(error) == "ExecutionDoesNotExist":
            return False
        raise Unavailable("stepfunctions", _code(error)) from error
    return bool(answer["status"] == "RUNNING")


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "unknown"))


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
