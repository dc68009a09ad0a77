"""Mail that came in, and what of it is nobody's, in memory."""

from __future__ import annotations

from dunlin.ports.staff import StrayMail


class MemoryMailStore:
    """`MailStore` in a dictionary, by key."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def mail(self, key: str) -> bytes | None:
        return self.kept.get(key)


class MemoryStrayMails:
    """`StrayMails` in a dictionary."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], StrayMail] = {}

    def keep_stray(self, mail: StrayMail) -> None:
        self._waiting[mail.creditor, mail.mail_id] = mail

    def strays(self, creditor: str) -> list[StrayMail]:
        waiting = (mail for (whose, _), mail in self._waiting.items() if whose == creditor)
        return sorted(waiting, key=lambda mail: mail.at)

    def settle_stray(self, creditor: str, mail_id: str) -> bool:
        return self._waiting.pop((creditor, mail_id), None) is not None
