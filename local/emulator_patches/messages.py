"""Patches of SES and SNS: what is kept of a sent message, what is refused, who publishes events."""

import json
import re
import time
from typing import Any
from urllib.parse import parse_qs

from ministack import app
from ministack.core import iam_actions
from ministack.core.iam_evaluator import caller_arn
from ministack.services import eventbridge, ses, ses_v2, sns

from local.emulator_patches.answers import JSON_HEADERS, Response


def _is_send(method: str, path: str) -> bool:
    return method == "POST" and path.rstrip("/").endswith("/outbound-emails")


def mail_details() -> None:
    """The outbox keeps a message's tags, configuration set, headers and reply address.

    Upstream keeps addresses, subject and bodies of SESv2 `SendEmail` and drops the rest.
    """
    handle = ses_v2.handle_request

    async def handle_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Response:
        response: Response = await handle(method, path, headers, body, query)
        if _is_send(method, path) and response[0] == 200:
            sent, message_id = json.loads(body), json.loads(response[2])["MessageId"]
            content = sent.get("Content", {})
            for record in ses._sent_emails_list():
                if record["MessageId"] == message_id:
                    record |= {
                        "ConfigurationSetName": sent.get("ConfigurationSetName"),
                        "EmailTags": sent.get("EmailTags", []),
                        "ReplyTo": sent.get("ReplyToAddresses", []),
                        "Headers": content.get("Simple", {}).get("Headers", []),
                        "Raw": content.get("Raw", {}).get("Data"),
                    }
        return response

    ses_v2.handle_request = handle_request


def mail_resources() -> None:
    """Sending a mail is a right on the identity of its From address, as on AWS.

    Upstream asks for the right on `*`, which no policy that names identities gives.
    """
    known = iam_actions._ses_v2_resource_arn

    def resource(method: str, path: str, body: bytes, region: str, account: str) -> str:
        if not _is_send(method, path):
            return str(known(method, path, body, region, account))
        sender = str(json.loads(body).get("FromEmailAddress", ""))
        address = sender.rpartition("<")[2].rstrip("> ")
        return f"arn:aws:ses:{region}:{account}:identity/{address}"

    iam_actions._ses_v2_resource_arn = resource


def mail_refusals() -> None:
    """`SendEmail` refuses an unknown configuration set and a malformed tag, as SES does.

    Upstream accepts both. API reference SESv2, MessageTag: names and values of 1 to 256 ASCII
    letters, digits, underscores and dashes.
    """
    handle = ses_v2.handle_request

    def refusal(sent: dict[str, Any]) -> tuple[int, str, str] | None:
        chosen = sent.get("ConfigurationSetName")
        if chosen and chosen not in ses_v2._config_sets:
            return 404, "NotFoundException", f"Configuration set <{chosen}> does not exist."
        for tag in sent.get("EmailTags", []):
            for text in (tag.get("Name", ""), tag.get("Value", "")):
                if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", text):
                    return 400, "BadRequestException", f"Invalid tag: {text!r}"
        return None

    async def handle_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Response:
        refused = refusal(json.loads(body)) if _is_send(method, path) else None
        if refused is not None:
            status, code, message = refused
            answer = json.dumps({"__type": code, "message": message}).encode()
            return status, {**JSON_HEADERS, "x-amzn-errortype": code}, answer
        response: Response = await handle(method, path, headers, body, query)
        return response

    ses_v2.handle_request = handle_request


def mail_events() -> None:
    """The outside world may put events of `aws.ses` on the default bus.

    Upstream publishes no SES event and refuses every source that starts with `aws.`, even to
    root. The world holds the root key and functions never do, so root may.
    """
    put = eventbridge._put_events

    def put_events(data: dict[str, Any], allow_aws_source: bool = False) -> Response:
        root = caller_arn().endswith(":root")
        response: Response = put(data, allow_aws_source=allow_aws_source or root)
        return response

    eventbridge._put_events = put_events


def phone_numbers() -> None:
    """SMS go to numbers in E.164 only, and the outbox says when.

    Upstream accepts any text as a number and keeps no time. SNS refuses what is no number with
    `InvalidParameter`.
    """
    publish = sns._publish

    def publish_message(params: dict[str, Any]) -> Response:
        number = sns._p(params, "PhoneNumber")
        if number and not re.fullmatch(r"\+[1-9]\d{6,14}", number):
            refused: Response = sns._error(
                "InvalidParameter",
                f"Invalid parameter: PhoneNumber Reason: {number} is not valid to publish to",
                400,
            )
            return refused
        response: Response = publish(params)
        if number and response[0] == 200:
            sns._sms_log_for(number)[-1]["Timestamp"] = time.time()
        return response

    sns._publish = publish_message


def outboxes() -> None:
    """The outboxes show all that is kept, and DELETE empties them.

    `/_ministack/ses/messages` upstream shows a fixed choice of fields; neither it nor
    `/_ministack/sns/sms-messages` can be emptied without a reset of everything.
    """
    texts = app._handle_sns_sms_messages_request

    async def mails(
        method: str, path: str, _headers: dict[str, str], _query: dict[str, Any]
    ) -> Response | None:
        if path != "/_ministack/ses/messages":
            return None
        if method == "DELETE":
            ses._sent_emails_list().clear()
            return 204, {}, b""
        outbox = {"messages": {"000000000000": ses._sent_emails_list()}}
        return 200, dict(JSON_HEADERS), json.dumps(outbox).encode()

    async def texts_or_delete(
        method: str, path: str, headers: dict[str, str], query: dict[str, Any]
    ) -> Response | None:
        if path == app._SNS_SMS_PATH and method == "DELETE":
            sns._sms_messages.clear()
            return 204, {}, b""
        response: Response | None = await texts(method, path, headers, query)
        return response

    app._handle_ses_messages_request = mails
    app._handle_sns_sms_messages_request = texts_or_delete


def optout_lists() -> None:
    """SNS tells which numbers opted out, SES keeps its suppression list, as AWS does.

    Upstream answers `ListPhoneNumbersOptedOut` with InvalidAction, always lists no suppressed
    address and knows no call that puts one there. A carrier's opt-out is no call of SNS: the
    outside world PUTs it on the outbox of texts.
    """
    opted_out: dict[str, float] = {}
    suppressed: dict[str, str] = {}
    query, rest, reset = sns.handle_request, ses_v2.handle_request, sns.reset
    texts = app._handle_sns_sms_messages_request

    async def phones(
        method: str, path: str, headers: dict[str, str], body: bytes, params: dict[str, Any]
    ) -> Response:
        asked = parse_qs(body.decode("utf-8", "replace")) if body else params
        if sns._p(asked, "Action") == "ListPhoneNumbersOptedOut":
            members = "".join(f"<member>{number}</member>" for number in opted_out)
            inner = (
                "<ListPhoneNumbersOptedOutResult>"
                f"<phoneNumbers>{members}</phoneNumbers></ListPhoneNumbersOptedOutResult>"
            )
            answer: Response = sns._xml(200, "ListPhoneNumbersOptedOutResponse", inner)
            return answer
        response: Response = await query(method, path, headers, body, params)
        return response

    async def mails(
        method: str, path: str, headers: dict[str, str], body: bytes, params: dict[str, Any]
    ) -> Response:
        if not path.rstrip("/").endswith("/suppression/addresses"):
            response: Response = await rest(method, path, headers, body, params)
            return response
        if method == "PUT":
            asked = json.loads(body)
            suppressed[asked["EmailAddress"].lower()] = asked["Reason"]
            return 200, dict(JSON_HEADERS), b"{}"
        destinations = [
            {"EmailAddress": address, "Reason": reason, "LastUpdateTime": 0}
            for address, reason in suppressed.items()
        ]
        return (
            200,
            dict(JSON_HEADERS),
            json.dumps({"SuppressedDestinationSummaries": destinations}).encode(),
        )

    async def carrier(
        method: str, path: str, headers: dict[str, str], params: dict[str, Any]
    ) -> Response | None:
        if path == app._SNS_SMS_PATH and method == "PUT":
            opted_out[sns._p(params, "optedOut")] = time.time()
            return 204, {}, b""
        response: Response | None = await texts(method, path, headers, params)
        return response

    def forget() -> None:
        opted_out.clear()
        suppressed.clear()
        reset()

    sns.handle_request, ses_v2.handle_request, sns.reset = phones, mails, forget
    app._handle_sns_sms_messages_request = carrier
