"""What failed to its end lies in dead letters, and is given once more to who was to take it.

A message leaves its dead letters only once the other side has it, so what breaks off in between is
given twice, which every reader bears. What a message names as its taker is obeyed only where the
stack itself could have put it there: whoever may write to these queues moves nothing else by them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from dunlin.adapters.aws.readiness import Clients
from dunlin.adapters.aws.refusals import code_of

WORK = ("Drop", "Config", "EmailEvent", "Reply", "Mail", "Payment")
"""Each has a queue, and dead letters of the same name beside it."""
RULES, STREAMS, CALLS = "RuleFailures", "StreamFailures", "AsyncFailures"
NAMES = (*(f"{work}DeadLetters" for work in WORK), RULES, STREAMS, CALLS)
STREAM_READERS = ("PublishChanges", "ArchiveAudit")
"""The functions whose records are laid in the bucket when they are given up."""
CALLED_ASIDE = (
    "ActivateAccounts",
    "RecordSmsReceipt",
    "ReconcilePayments",
    "SignAuditRoots",
    "ReconcileLadders",
    "SyncOptouts",
    "GuardSpend",
    "ReconcileCounts",
)
"""The functions that are called without anybody waiting, by a clock, a log or a command."""

_HIDDEN_SECONDS = 900
"""No other redrive sees a message meanwhile; longer than a reader of a stream may take."""
_MEANING = {
    RULES: "events go to the queue, function or topic that their rule names",
    STREAMS: "records of a stream go to the function that gave them up",
    CALLS: "calls go to their functions again",
}


class Refused(Exception):
    """A message that stays, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetters:
    """One queue of dead letters: its name in the template, how many messages wait there (as SQS
    counts, which lags some seconds), and what giving them again does."""

    name: str
    messages: int
    meaning: str


@dataclass(slots=True)
class Redriven:
    """What became of one queue's messages: how many were given again, and of each that stays its
    id and why."""

    given: int = 0
    stayed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redrive:
    """The dead letters of one stack.

    Args:
        outputs: The stack's outputs.
        clients: Service → boto3 client.
    """

    outputs: Mapping[str, str]
    clients: Clients

    def look(self, name: str) -> DeadLetters:
        """How many messages wait, and what would become of them."""
        counts = self.clients("sqs").get_queue_attributes(
            QueueUrl=self._url(name),
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )["Attributes"]
        work = name.removesuffix("DeadLetters")
        return DeadLetters(
            name=name,
            messages=sum(int(number) for number in counts.values()),
            meaning=_MEANING.get(name, f"messages go to {work}Queue again"),
        )

    def give_again(self, name: str) -> Redriven:
        """Give every message to who was to take it. What fails anew comes back after minutes, and
        is for the next redrive: this one ends where nothing is left to see."""
        sqs, url, redriven = self.clients("sqs"), self._url(name), Redriven()
        kept: list[str] = []
        for message in self._messages(url):
            try:
                self._give(name, message)
            except (Refused, ClientError) as error:
                redriven.stayed[message["MessageId"]] = _why(error)
                kept.append(message["ReceiptHandle"])
                continue
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            redriven.given += 1
        for receipt in kept:
            sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=0)
        return redriven

    def _messages(self, url: str) -> Iterator[dict[str, Any]]:
        while True:
            answer = self.clients("sqs").receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=10,
                VisibilityTimeout=_HIDDEN_SECONDS,
                WaitTimeSeconds=1,
                MessageAttributeNames=["All"],
            )
            if not answer.get("Messages"):
                return
            yield from answer["Messages"]

    def _give(self, name: str, message: Mapping[str, Any]) -> None:
        body = str(message["Body"])
        if name == RULES:
            self._to_target(message)
        elif name == STREAMS:
            self._to_stream_reader(body)
        elif name == CALLS:
            call = _document(body)
            function = _named(call, "requestContext", "functionArn")
            self._call(function, CALLED_ASIDE, call.get("requestPayload"))
        else:
            self._send(f"{name.removesuffix('DeadLetters')}Queue", body)

    def _to_target(self, message: Mapping[str, Any]) -> None:
        """An event that a rule could not deliver; EventBridge names the target beside it."""
        target = message.get("MessageAttributes", {}).get("TARGET_ARN", {}).get("StringValue", "")
        service, last = (target.split(":") + [""] * 3)[2], target.rpartition(":")[2]
        if service == "sqs":
            self._send(last.removeprefix(self._prefix), str(message["Body"]))
        elif service == "lambda":
            self._call(target, CALLED_ASIDE, _document(str(message["Body"])))
        elif service == "sns" and target == self.outputs["StaffTopicArn"]:
            self.clients("sns").publish(TopicArn=target, Message=str(message["Body"]))
        else:
            raise Refused(f"its target is none of this stack's: {target or 'none is named'}")

    def _to_stream_reader(self, body: str) -> None:
        """The message says in which object the records lie, and the object who gave them up."""
        event = _document(body)
        key = str(_named(event, "detail", "object", "key"))
        if not key.startswith("aws/lambda/"):
            raise Refused(f"{key} holds no records of a stream")
        stored = self.clients("s3").get_object(Bucket=self.outputs["DropBucketName"], Key=key)
        record = _document(stored["Body"].read().decode())
        function = str(_named(record, "requestContext", "functionArn"))
        records = _document(str(_named(record, "payload")))
        answer = self._call(function, STREAM_READERS, records, waits=True)
        if answer.get("batchItemFailures"):
            raise Refused(f"{len(answer['batchItemFailures'])} of its records failed again")

    def _call(
        self, function: str, allowed: tuple[str, ...], payload: Any, *, waits: bool = False
    ) -> dict[str, Any]:
        """Call a function of this stack. Raises `Refused` where it is none of `allowed`, or where
        its answer is waited for and is an error."""
        own = {self.outputs[f"{name}FunctionName"] for name in allowed}
        name = (function.split(":") + [""] * 7)[6]
        if name not in own:
            raise Refused(f"{function} is none of the functions that end here")
        answer = self.clients("lambda").invoke(
            FunctionName=name,
            InvocationType="RequestResponse" if waits else "Event",
            Payload=json.dumps(payload),
        )
        if answer.get("FunctionError"):
            raise Refused(f"{name} failed again; its log says why")
        return dict(_document(answer["Payload"].read().decode())) if waits else {}

    def _send(self, queue: str, body: str) -> None:
        if queue not in {*(f"{work}Queue" for work in WORK), STREAMS}:
            raise Refused(f"its target is none of this stack's: {queue}")
        self.clients("sqs").send_message(QueueUrl=self._url(queue), MessageBody=body)

    @property
    def _prefix(self) -> str:
        """What the names of the stack's queues begin with."""
        return self._url("").rpartition("/")[2]

    def _url(self, name: str) -> str:
        """A queue's address: all are named alike, and the stack says that of one."""
        return self.outputs["PaymentQueueUrl"].removesuffix("PaymentQueue") + name


def _document(text: str) -> dict[str, Any]:
    """A JSON object, `{}` for the null of a function that answers nothing."""
    try:
        document = json.loads(text or "null")
    except ValueError as error:
        raise Refused("it is no JSON") from error
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise Refused("it is no JSON object")
    return document


def _named(document: Mapping[str, Any], *path: str) -> Any:
    value: Any = document
    for name in path:
        if not isinstance(value, Mapping) or name not in value:
            raise Refused(f"it lacks {'.'.join(path)}")
        value = value[name]
    return value


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, Refused) else code_of(error) or type(error).__name__
