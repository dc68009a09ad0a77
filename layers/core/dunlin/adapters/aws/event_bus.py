"""Domain events on the default EventBridge bus: source `dunlin`, detail type the event's name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dunlin.domain.errors import Unavailable
from dunlin.domain.staff.events import SOURCE, DomainEvent

if TYPE_CHECKING:
    from types_boto3_events.client import EventBridgeClient
    from types_boto3_events.type_defs import PutEventsRequestEntryTypeDef

_AT_ONCE = 10  # PutEvents takes at most ten entries


def detail(event: DomainEvent) -> dict[str, str]:
    """The detail as it goes on the bus: the event's id and its fields."""
    return {"event_id": event.event_id, **event.detail}


class EventBridgeBus:
    """Publishes on the default bus. `client` is a boto3 `events` client."""

    def __init__(self, client: EventBridgeClient) -> None:
        self._client = client

    def publish(self, events: Sequence[DomainEvent]) -> None:
        for start in range(0, len(events), _AT_ONCE):
            self._put(
                [
                    {
                        "Source": SOURCE,
                        "DetailType": event.name,
                        "Detail": json.dumps(detail(event), separators=(",", ":")),
                    }
                    for event in events[start : start + _AT_ONCE]
                ]
            )

    def _put(self, entries: list[PutEventsRequestEntryTypeDef]) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = self._client.put_events(Entries=entries)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("events", type(error).__name__) from error
        if answer["FailedEntryCount"]:
            codes = {e.get("ErrorCode", "") for e in answer["Entries"]} - {""}
            raise Unavailable("events", ", ".join(sorted(codes)) or "an event was not taken")
