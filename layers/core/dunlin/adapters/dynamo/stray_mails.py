"""Mail that belongs to nobody, as rows of the table Ops."""

from __future__ import annotations

from dunlin.adapters.dynamo import reading
from dunlin.adapters.dynamo.faults import translated
from dunlin.adapters.dynamo.rows.ops import StrayRow
from dunlin.domain.errors import Conflict
from dunlin.ports.staff import StrayMail


class DynamoStrayMails:
    """`StrayMails` over Ops."""

    def keep_stray(self, mail: StrayMail) -> None:
        with translated("stray mail"):
            StrayRow.of(mail).save()

    def strays(self, creditor: str) -> list[StrayMail]:
        rows = reading.under(StrayRow, StrayRow.KEY + creditor, StrayRow.SK)
        return sorted((row.to_domain() for row in rows), key=lambda mail: mail.at)

    def settle_stray(self, creditor: str, mail_id: str) -> bool:
        row = StrayRow(StrayRow.KEY + creditor, StrayRow.SK + mail_id)
        try:
            with translated("stray mail"):
                row.delete(condition=StrayRow.pk.exists())
        except Conflict:
            return False
        return True
