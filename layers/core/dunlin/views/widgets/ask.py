"""How a call of a widget is read. All of it comes from a browser and is not trusted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta, timezone
from typing import Any

_ARN = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,64}(:[\w$-]{1,128})?")
_LONGEST = 200  # of anything that comes from the page, but for
_LONGEST_KEY = 1_024  # the key of a file, which is as long as S3 takes one


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a call of a widget asks: its values, and how the page is shown.

    `values` came with the call (the parameters, or an action's JSON), `params` are the widget's
    own, `forms` what stands in its fields.
    """

    describe: bool
    endpoint: str
    values: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)
    dark: bool = False
    zone: timezone = UTC

    def value(self, name: str) -> str:
        """A value of the call, else the widget's own parameter, else ""."""
        return self.values.get(name) or self.params.get(name, "")

    def function(self, name: str) -> str:
        """The function that the widget's own parameter names, else the call; "" for anything but
        the ARN of one."""
        return safe_arn(self.params.get(name) or self.values.get(name, ""))

    @property
    def creditor(self) -> str:
        """The creditor this widget is made for: its own parameter, else the call's."""
        return self.params.get("creditor") or self.values.get("creditor", "")

    @property
    def account(self) -> str:
        """The account asked for: what was clicked, else what was typed."""
        return self.values.get("account_id") or self.forms.get("account") or ""

    @property
    def reveal(self) -> bool:
        return self.values.get("reveal") == "yes"

    @property
    def popup(self) -> bool:
        """The page is shown over the dashboard, not in the widget's own place."""
        return self.values.get("popup") == "yes"

    @property
    def version(self) -> int:
        """The account's version on the page that was clicked; 0 fits none."""
        text = self.values.get("version", "")
        return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else 0

    @property
    def by(self) -> str:
        """Who acts, as far as the console tells: the alias of the function that was called, which
        IAM gives to a role or a person. A custom widget's call names no caller."""
        alias = self.endpoint.split(":")[7:8]
        return alias[0] if alias else "dashboard"


def read_ask(event: Mapping[str, Any], endpoint: str) -> Ask:
    """The call of a widget; `endpoint` is the ARN that was invoked, with its alias."""
    context = event.get("widgetContext")
    context = context if isinstance(context, Mapping) else {}
    forms = context.get("forms")
    return Ask(
        describe=event.get("describe") is True,
        endpoint=safe_arn(endpoint),
        values=_texts({k: v for k, v in event.items() if k != "widgetContext"}),
        params=_texts(context.get("params")),
        forms=_texts(forms.get("all") if isinstance(forms, Mapping) else None),
        dark=context.get("theme") == "dark",
        zone=_zone_of(context),
    )


def _texts(values: Any) -> dict[str, str]:
    if not isinstance(values, Mapping):
        return {}
    return {
        str(name): str(value)[: _LONGEST_KEY if name == "key" else _LONGEST]
        for name, value in values.items()
        if isinstance(value, str | int) and not isinstance(value, bool)
    }


def _zone_of(context: Mapping[str, Any]) -> timezone:
    zone = context.get("timezone")
    minutes = zone.get("offsetInMinutes") if isinstance(zone, Mapping) else 0
    if not isinstance(minutes, int) or abs(minutes) > 14 * 60 or minutes == 0:
        return UTC
    return timezone(timedelta(minutes=minutes))


def safe_arn(text: str) -> str:
    """The text where it is the ARN of a function, else ""."""
    return text if _ARN.fullmatch(text) else ""
