"""Writes the dashboard's body, `dunlin.json` beside this file.

CloudFormation fills in `${Name}` and `${Name.Attribute}` (`Fn::Sub`). After a change run it and
then `make template`:

    python infra/dashboards/body.py
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
BODY = FOLDER / "dunlin.json"

_REGION = "${AWS::Region}"
# Two stacks of one account count apart.
_NAMESPACE = "Dunlin/${AWS::StackName}"
_CURRENCIES = ("USD", "EUR", "GBP", "CAD")
_OUTCOMES = (("settled", "#2e7d5b"), ("exhausted", "#9a7614"), ("failed", "#b3362c"),
             ("closed", "#6f7884"))  # fmt: skip
_FUNCTIONS = (
    "ActivateAccounts", "CheckCompliance", "SendEmail", "SendSms", "LoadRows", "Portal",
    "ReceiveWebhook", "PostPayment", "RecordEmailEvent", "ReadReply", "ReadMail",
    "PublishChanges", "ArchiveAudit", "ReconcileLadders", "Decide",
)  # fmt: skip
_DEAD_LETTERS = (
    "DropDeadLetters", "ConfigDeadLetters", "EmailEventDeadLetters", "ReplyDeadLetters",
    "MailDeadLetters", "PaymentDeadLetters", "StreamFailures",
)  # fmt: skip


def _place(x: int, y: int, width: int, height: int) -> dict[str, int]:
    return {"x": x, "y": y, "width": width, "height": height}


def _text(place: Mapping[str, int], markdown: str) -> dict[str, Any]:
    return {"type": "text", **place, "properties": {"markdown": markdown}}


def _custom(place: Mapping[str, int], title: str, function: str, **params: str) -> dict[str, Any]:
    return {
        "type": "custom",
        **place,
        "properties": {
            "title": title,
            "endpoint": f"${{{function}.Arn}}",
            "params": {"creditor": "", **params},
            "updateOn": {"refresh": True, "resize": False, "timeRange": False},
        },
    }


def _metric(
    place: Mapping[str, int],
    title: str,
    lines: Iterable[list[Any]],
    *,
    view: str = "timeSeries",
    stacked: bool = False,
    stat: str = "Sum",
    period: int = 60,
) -> dict[str, Any]:
    more = {"sparkline": False} if view == "singleValue" else {"yAxis": {"left": {"min": 0}}}
    return {
        "type": "metric",
        **place,
        "properties": {
            "title": title,
            "region": _REGION,
            "view": view,
            "stacked": stacked,
            "stat": stat,
            "period": period,
            "metrics": list(lines),
            **more,
        },
    }


def _of(name: str, dimension: str, value: str, **look: str) -> list[Any]:
    return [_NAMESPACE, name, dimension, value, {"label": value, **look}]


def _search(name: str, dimension: str, *, period: int) -> str:
    return f"SEARCH('{{\"{_NAMESPACE}\",{dimension}}} MetricName=\"{name}\"', 'Sum', {period})"


def body() -> dict[str, Any]:
    """The dashboard as CloudWatch takes it."""
    return {
        "start": "-PT3H",
        "periodOverride": "inherit",
        "widgets": [
            _text(
                _place(0, 0, 24, 1),
                "What is owed, what waits for a person, and what was sent. Names are "
                "masked until somebody reveals one. Do not share this dashboard by link.",
            ),
            _custom(
                _place(0, 1, 12, 11),
                "Portfolio",
                "ShowPortfolioFunction",
                accounts="${ShowAccountsFunction.Arn}",
                account="${ShowAccountFunction.Arn}",
            ),
            _custom(
                _place(12, 1, 12, 11),
                "Waiting for a decision",
                "ShowDecisionsFunction",
                decide="${DecideFunction.Arn}",
                account="${ShowAccountFunction.Arn}",
            ),
            _custom(
                _place(0, 12, 24, 12),
                "Accounts",
                "ShowAccountsFunction",
                account="${ShowAccountFunction.Arn}",
            ),
            _custom(_place(0, 24, 24, 11), "One account", "ShowAccountFunction"),
            _metric(
                _place(0, 35, 8, 6),
                "Messages by channel",
                [
                    _of("MessagesSent", "channel", "email", color="#1f77b4"),
                    _of("MessagesSent", "channel", "sms", color="#d08a1d"),
                ],
                stacked=True,
            ),
            _metric(
                _place(8, 35, 8, 6),
                "Refusals by rule",
                # A search, not a list: there are over a hundred rules and only those that refused
                # have a line. It is no metric math, the viewer answers it from ListMetrics.
                [[{"expression": _search("Refusals", "rule", period=60), "id": "refusals"}]],
                stacked=True,
            ),
            _metric(
                _place(16, 35, 8, 6),
                "Ladder outcomes",
                [_of("LadderOutcomes", "outcome", o, color=c) for o, c in _OUTCOMES],
                stacked=True,
            ),
            _metric(
                _place(0, 41, 8, 6),
                "Payments posted",
                [[_NAMESPACE, "Payments", {"label": "payments", "color": "#2e7d5b"}]],
                stacked=True,
            ),
            _metric(
                _place(8, 41, 8, 3),
                "Recovered, in cents",
                [_of("RecoveredMinor", "currency", currency) for currency in _CURRENCIES],
                view="singleValue",
                period=86_400,
            ),
            _metric(
                _place(8, 44, 8, 3),
                "To look at",
                [
                    [_NAMESPACE, "TouchesUnknown", "channel", "email", {"label": "mails in doubt"}],
                    [_NAMESPACE, "TouchesUnknown", "channel", "sms", {"label": "texts in doubt"}],
                    [_NAMESPACE, "SendingLimited", {"label": "not taken by a provider"}],
                    [_NAMESPACE, "UnattendedAccounts", {"label": "unattended accounts"}],
                    [_NAMESPACE, "LaddersRestarted", {"label": "ladders restarted"}],
                ],
                view="singleValue",
                period=86_400,
            ),
            _metric(
                _place(16, 41, 8, 6),
                "Errors by function",
                [
                    ["AWS/Lambda", "Errors", "FunctionName", f"${{{name}Function}}",
                     {"label": name}]
                    for name in _FUNCTIONS
                ],
            ),
            _metric(
                _place(0, 47, 24, 3),
                "Parked messages (dead letters)",
                [
                    ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName",
                     f"${{{name}.QueueName}}", {"label": name}]
                    for name in _DEAD_LETTERS
                ],
                view="singleValue",
                stat="Maximum",
            ),
            _custom(
                _place(0, 50, 24, 11),
                "Imports",
                "ShowImportFunction",
                answer="${AnswerImportFunction.Arn}",
            ),
        ],
    }  # fmt: skip


def text() -> str:
    """The body as the file holds it."""
    return json.dumps(body(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    BODY.write_text(text())
