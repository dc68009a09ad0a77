"""List prices of messages, in millionths of a dollar, without free tiers (read 2026-09-20).

SES: https://aws.amazon.com/ses/pricing/. Texts: https://aws.amazon.com/end-user-messaging/pricing/
(United States, a part; the carriers' own fee comes on top and is not published as one figure).
"""

from __future__ import annotations

from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.messages.sms_parts import measure

EMAIL_MICRO = 100
TEXT_PART_MICRO = 5_810


def message_micro(channel: Channel, words: str) -> int:
    """What one message costs; `words` are those of a text, which is priced by its parts."""
    return EMAIL_MICRO if channel is Channel.EMAIL else TEXT_PART_MICRO * measure(words).count
