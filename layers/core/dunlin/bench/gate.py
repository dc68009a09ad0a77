"""The product's own rulebook as the bench's gate: every touch is judged at the instant of sending.

A world names a zone; address and number are invented in it, with facts that a creditor in order
would hold: consent as the world says, a number that is known to be the person's.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.bench.underway import Underway
from dunlin.domain.errors import DomainError
from dunlin.domain.learning.arms import ARMS
from dunlin.domain.rulebook import Contact, ContactFacts, decide, industry_of

_WINTER = datetime(2025, 1, 15, tzinfo=UTC)
PLACES = {
    "America/New_York": ("OH", "43215", "+16145550100"),
    "America/Chicago": ("IL", "62701", "+12175550100"),
    "America/Denver": ("CO", "80202", "+13035550100"),
    "America/Phoenix": ("AZ", "85001", "+16025550100"),
    "America/Los_Angeles": ("NV", "89101", "+17025550100"),
    "America/Anchorage": ("AK", "99501", "+19075550100"),
    "Pacific/Honolulu": ("HI", "96801", "+18085550100"),
}


def place_in(zone: str) -> tuple[str, str, str]:
    """State, ZIP and number of a place in a zone; in a zone that is not listed those of a listed
    one with the same time in winter. Raises `DomainError`."""
    if zone in PLACES:
        return PLACES[zone]
    try:
        wanted = _WINTER.astimezone(ZoneInfo(zone)).utcoffset()
    except (KeyError, ValueError) as error:
        raise DomainError(f"The world names the zone {zone!r}, which is none.") from error
    for name, where in PLACES.items():
        if _WINTER.astimezone(ZoneInfo(name)).utcoffset() == wanted:
            return where
    raise DomainError(f"The world names the zone {zone}, where the rulebook has no place.")


class BenchGate:
    """Judges with the shipped rulebook under the deployment's defaults."""

    def __init__(self) -> None:
        self._rulebook = load_rulebook()

    def allows(self, account: Underway, channel: str, at: float) -> bool:
        """Whether the touch may go out at this instant."""
        now = datetime.fromtimestamp(at, UTC)
        return decide(self._rulebook, self._facts(account, channel, now), now).outcome == "allow"

    def _facts(self, account: Underway, channel: str, now: datetime) -> ContactFacts:
        public = account.public
        state, postcode, phone = place_in(account.zone)
        age = (now.timestamp() - account.placed) / 86_400
        late = int(public["days_past_due"] + age)
        history = tuple(
            Contact(
                at=datetime.fromtimestamp(touch.at, UTC),
                channel=ARMS[touch.arm].channel,
                outcome="delivered",
                account_id=public["account_id"],
                template="reminder",
                event_id=f"{public['account_id']}-{number}",
            )
            for number, touch in enumerate(account.touches)
        )
        return ContactFacts(
            channel=channel,
            debt_role="first",
            account_id=public["account_id"],
            message={"template": "reminder"},
            industry=industry_of(public["industry"]),
            days_past_due=late,
            balance_minor=round(account.left * 100),
            state=state,
            zip=postcode,
            phones=(phone,),
            consents={
                "sms": bool(public["sms_consent"]),
                "number_confirmed": True,
                "email_basis": "consumer_consent",
            },
            flags={
                "owed_since": (now.date() - timedelta(days=late)).isoformat(),
                "in_collection_procedures": late > 0,
                **({f"{channel}_optout": True} if account.harmed else {}),
            },
            history=history,
            profile="deployment",
        )
