"""Wiring: which adapter stands behind which port on a stack. Commands that need no stack
(`cli/`) build the file and memory adapters they use themselves.

Cached factories, called in a handler's first line; nothing is built or read at import.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from dunlin.runtime import settings

if TYPE_CHECKING:
    from dunlin.adapters.aws.work_queue import SqsRedelivery
    from dunlin.adapters.dynamo.account_book import DynamoBook
    from dunlin.adapters.dynamo.portal_sessions import DynamoPortalSessions
    from dunlin.adapters.stripe.processor import StripeProcessor
    from dunlin.adapters.stripe.webhook import StripeWebhook
    from dunlin.domain.accounts.consumer import Channel
    from dunlin.domain.accounts.signal import Signal
    from dunlin.domain.messages.words_model import WordsModel
    from dunlin.domain.payments.billing_keys import BillingKeys
    from dunlin.domain.payments.payments import MethodSaved, PaymentEvent
    from dunlin.domain.replies.model import ReplyModel
    from dunlin.ports.accounts import Reply
    from dunlin.ports.audit import Signer
    from dunlin.ports.clock import Clock
    from dunlin.ports.contact import Walks
    from dunlin.ports.imports import DropBox, Intake
    from dunlin.ports.machines import LadderWaker, Machine, WorkQueue
    from dunlin.ports.messages import (
        LinkChecker,
        Mailbox,
        MailTurns,
        MessageTemplates,
        OptOutLists,
        SendingAccount,
        SendStatistics,
        SmsSender,
    )
    from dunlin.ports.payments import Inbox
    from dunlin.ports.portal import Evidence
    from dunlin.ports.reports import AccountLists, Counters, EventBus, SpendMeter, StreamRecord
    from dunlin.ports.staff import StrayMails
    from dunlin.ports.strategies import Creditors
    from dunlin.service.contact.gate import Gate
    from dunlin.service.contact.sending import SendingPorts
    from dunlin.service.contact.strategies import Reader as StrategyReader
    from dunlin.service.payments.billing import BillingPorts
    from dunlin.service.payments.reconciliation import Reconciler
    from dunlin.service.portal import PortalPorts
    from dunlin.service.reports.audit_log import AuditRecord, RepairedArchive
    from dunlin.service.rollouts.rollout_ports import RolloutPorts
    from dunlin.service.signals.mails import MailPorts
    from dunlin.service.staff.account_list import AccountListPorts
    from dunlin.views.portal.jinja_pages import PortalPages
    from dunlin.views.widgets.accounts import AccountsWidget
    from dunlin.views.widgets.imports import ImportWidget
    from dunlin.views.widgets.portfolio import Widgets


@cache
def _bound_tables() -> settings.TableNames:
    from dunlin.adapters.dynamo.rows.tables import bind

    tables = settings.TableNames.from_env()
    bind(
        accounts=tables.accounts,
        people=tables.people,
        touches=tables.touches,
        permits=tables.permits,
        audit=tables.audit,
        ops=tables.ops,
        webhooks=tables.webhooks,
    )
    return tables


@cache
def clock() -> Clock:
    from dunlin.adapters.aws.clocks import SystemClock, VirtualClock

    stack = settings.Stack.from_env()
    if not stack.time_lapse:
        return SystemClock()
    _bound_tables()
    return VirtualClock(start=datetime.fromisoformat(stack.time_lapse))


@cache
def real_clock() -> Clock:
    """Real time for signatures, sessions and rate limits, whatever the stack's clock says."""
    from dunlin.adapters.aws.clocks import SystemClock

    return SystemClock()


@cache
def creditors() -> Creditors:
    from dunlin.adapters.dynamo.creditors import DynamoCreditors

    _bound_tables()
    return DynamoCreditors()


@cache
def account_book() -> DynamoBook:
    from dunlin.adapters.dynamo.account_book import DynamoBook

    return DynamoBook(creditors())


@cache
def gate() -> Gate:
    from dunlin.adapters.files.rulebook_files import load_rulebook
    from dunlin.service.contact.gate import Gate

    return Gate(rulebook=load_rulebook())


@cache
def waker() -> LadderWaker:
    from dunlin.adapters.aws.ladder_waker import StepFunctionsWaker

    _bound_tables()
    machines = settings.Machines.from_env()
    return StepFunctionsWaker(ladder=machines.ladder, notice=machines.notice)


@cache
def arranging_waker() -> LadderWaker:
    """The alarm of those who may also start the machine of an arrangement."""
    from dunlin.adapters.aws.ladder_waker import StepFunctionsWaker

    _bound_tables()
    machines = settings.Machines.from_env()
    return StepFunctionsWaker(
        ladder=machines.ladder,
        notice=machines.notice,
        arrangement=settings.arrangement_machine_arn(),
    )


@cache
def reply_model() -> ReplyModel:
    """What may add to the fixed lists; only the function that reads replies loads it."""
    from dunlin.adapters.files.reply_model_file import load_reply_model

    return load_reply_model()


@cache
def words_model() -> WordsModel:
    """What may refuse words beside the lists; only who takes words from people loads it."""
    from dunlin.adapters.files.words_model_file import load_words_model

    return load_words_model()


@cache
def templates() -> MessageTemplates:
    from dunlin.views.messages.jinja_messages import JinjaMessages

    return JinjaMessages()


@cache
def mailbox() -> Mailbox:
    from dunlin.adapters.aws.mailbox import SesMailbox

    return SesMailbox(settings.Mail.from_env().configuration_set)


@cache
def sms_sender() -> SmsSender:
    from dunlin.adapters.aws.sms_sender import SnsSmsSender

    return SnsSmsSender()


@cache
def optout_lists() -> OptOutLists:
    from dunlin.adapters.aws.optout_lists import ProviderLists

    return ProviderLists()


@cache
def send_statistics() -> SendStatistics | None:
    """None on a virtual clock: SES counts by the real one."""
    from dunlin.adapters.aws.send_statistics import SesStatistics

    return None if settings.Stack.from_env().time_lapse else SesStatistics()


@cache
def sending_account() -> SendingAccount:
    from dunlin.adapters.aws.sending_account import SesAccount

    return SesAccount()


@cache
def mail_turns() -> MailTurns | None:
    """None on a virtual clock: SES keeps its rate by the real one."""
    from dunlin.adapters.dynamo.mail_turns import DynamoMailTurns

    if settings.Stack.from_env().time_lapse:
        return None
    _bound_tables()
    return DynamoMailTurns()


@cache
def sessions() -> DynamoPortalSessions:
    from dunlin.adapters.dynamo.portal_sessions import DynamoPortalSessions

    _bound_tables()
    return DynamoPortalSessions()


def _outbox(
    channel: Channel,
    *,
    mailbox: Mailbox | None = None,
    mail_domain: str = "",
    sms_sender: SmsSender | None = None,
) -> SendingPorts:
    from dunlin.adapters.randomness import new_code, new_token
    from dunlin.service.contact.sending import SendingPorts

    return SendingPorts(
        channel=channel,
        templates=templates(),
        links=sessions(),
        portal_url=settings.PortalSettings.from_env().base_url,
        new_token=new_token,
        new_code=new_code,
        real_now=real_clock().now,
        mail_domain=mail_domain,
        mailbox=mailbox,
        sms_sender=sms_sender,
    )


@cache
def email_outbox() -> SendingPorts:
    """What `send_email` needs; it cannot reach a phone."""
    from dunlin.domain.accounts.consumer import Channel

    return _outbox(Channel.EMAIL, mailbox=mailbox(), mail_domain=settings.mail_domain())


@cache
def sms_outbox() -> SendingPorts:
    """What `send_sms` needs; it cannot reach a mailbox."""
    from dunlin.domain.accounts.consumer import Channel

    return _outbox(Channel.SMS, sms_sender=sms_sender())


@cache
def _processor_with(key: str, api_base: str, stack: str) -> StripeProcessor:
    from dunlin.adapters.stripe.processor import StripeProcessor

    return StripeProcessor(secret_key=key, api_base=api_base, stack=stack)


def processor() -> StripeProcessor:
    """Built anew when the key was rotated; the secret itself is kept for five minutes."""
    from dunlin.adapters.aws.secrets import processor_key

    payments = settings.Payments.from_env()
    return _processor_with(processor_key(payments.secret), payments.api_base, payments.stack)


def webhook() -> StripeWebhook:
    """What verifies the processor's events; it cannot read the key that moves money."""
    from dunlin.adapters.aws.secrets import signing_secrets
    from dunlin.adapters.stripe.webhook import StripeWebhook

    return StripeWebhook(signing_secrets(settings.webhook_secret()))


def real_money() -> bool:
    """Whether the stored key is one of the real account rather than of its test mode."""
    from dunlin.adapters.aws.secrets import processor_key
    from dunlin.adapters.stripe.processor import moves_money

    return moves_money(processor_key(settings.Payments.from_env().secret))


def billing() -> BillingPorts:
    """Built anew with the processor, whose keys may have been rotated."""
    from dunlin.service.payments.billing import BillingPorts

    return BillingPorts(
        book=account_book(),
        people=account_book(),
        attempts=sessions(),
        processor=processor(),
        waker=waker(),
    )


def billing_keys() -> Mapping[str, BillingKeys]:
    """The keys of each creditor's billing system; kept for five minutes."""
    from dunlin.adapters.aws.secrets import billing_keys as read

    return read(settings.billing_secret())


def reconciler() -> Reconciler:
    """Built anew with the processor, whose keys may have been rotated."""
    from dunlin.service.payments.reconciliation import Reconciler

    return Reconciler(
        processor=processor(),
        inbox=inbox(),
        book=account_book(),
        attempts=sessions(),
        waker=waker(),
        creditors=creditors(),
    )


@cache
def inbox() -> Inbox:
    from dunlin.adapters.dynamo.inbox import DynamoInbox

    _bound_tables()
    return DynamoInbox()


@cache
def payment_queue() -> WorkQueue:
    from dunlin.adapters.aws.work_queue import SqsWorkQueue

    return SqsWorkQueue(url=settings.queue_url("PAYMENT_QUEUE_URL"))


@cache
def strategy_redelivery() -> SqsRedelivery:
    from dunlin.adapters.aws.work_queue import SqsRedelivery

    return SqsRedelivery(url=settings.queue_url("CONFIG_QUEUE_URL"))


@cache
def drop_box() -> DropBox:
    from dunlin.adapters.aws.drop_box import S3DropBox

    return S3DropBox(bucket=settings.BucketNames.from_env().drop)


@cache
def audit_archive() -> RepairedArchive:
    from dunlin.adapters.aws.audit_archive import S3AuditArchive

    _bound_tables()
    return S3AuditArchive(bucket=settings.BucketNames.from_env().audit)


def audit_records(records: list[dict[str, Any]]) -> tuple[list[AuditRecord], int]:
    """The inserts among stream records of the Audit table, and how many were something else. On a
    virtual clock they are copied under their own day, as the clock stood when they were written."""
    from dunlin.adapters.aws.audit_archive import audit_records as read

    return read(records, None if settings.time_lapse() else real_clock().now())


@cache
def signer() -> Signer:
    from dunlin.adapters.aws.audit_archive import KmsSigner

    return KmsSigner(key_id=settings.audit_key_id())


@cache
def counters() -> Counters:
    import boto3

    from dunlin.adapters.dynamo.counters import DynamoCounters

    return DynamoCounters(boto3.client("dynamodb"), _bound_tables().ops)


@cache
def account_lists() -> AccountLists:
    import boto3

    from dunlin.adapters.dynamo.account_lists import DynamoAccountLists

    return DynamoAccountLists(boto3.client("dynamodb"), _bound_tables().ops)


@cache
def account_list() -> AccountListPorts:
    from dunlin.service.staff.account_list import AccountListPorts

    return AccountListPorts(lists=account_lists(), book=account_book(), creditors=creditors())


@cache
def walks() -> Walks:
    from dunlin.adapters.dynamo.walks import DynamoWalks

    _bound_tables()
    return DynamoWalks()


@cache
def spend_meter() -> SpendMeter:
    from dunlin.adapters.dynamo.spend_meter import DynamoSpendMeter

    _bound_tables()
    return DynamoSpendMeter()


def spend_cap_micro() -> int:
    return settings.spend_cap_micro()


@cache
def event_bus() -> EventBus:
    import boto3

    from dunlin.adapters.aws.event_bus import EventBridgeBus

    return EventBridgeBus(boto3.client("events"))


def read_records(event: dict[str, Any]) -> list[StreamRecord]:
    """The records of a table stream as domain values."""
    from dunlin.adapters.dynamo import images

    return images.read_records(event)


@cache
def widgets() -> Widgets:
    from dunlin.views.widgets.portfolio import Widgets

    return Widgets()


def accounts_widget() -> AccountsWidget:
    from dunlin.views.widgets.accounts import AccountsWidget

    return AccountsWidget()


def import_widget() -> ImportWidget:
    from dunlin.views.widgets.imports import ImportWidget

    return ImportWidget()


def strategy_reader() -> StrategyReader:
    """Reads strategy documents under the shipped rulebook and letters."""
    from dunlin.adapters.files import yaml_documents
    from dunlin.adapters.files.rulebook_files import load_rulebook
    from dunlin.adapters.files.shipped_words import as_shipped
    from dunlin.domain.rulebook import check_policy
    from dunlin.service.contact.strategies import Reader
    from dunlin.views.messages.message_check import check_letters

    return Reader(
        parse=yaml_documents.parse,
        line_of=yaml_documents.line_of,
        check=lambda document: check_policy(load_rulebook(), document),
        templates=partial(check_letters, model=words_model()),
        shipped=as_shipped,
    )


@cache
def evidence() -> Evidence:
    from dunlin.adapters.aws.evidence import S3Evidence

    return S3Evidence(bucket=settings.drop_bucket())


@cache
def stray_mails() -> StrayMails:
    from dunlin.adapters.dynamo.stray_mails import DynamoStrayMails

    _bound_tables()
    return DynamoStrayMails()


@cache
def mail_ports() -> MailPorts:
    """What `read_mail` needs. Its mailbox reaches no person: its role lets it write under the
    forwarding address alone, and the use case to the creditor's inbox alone."""
    from dunlin.adapters.aws.mail_store import S3MailStore
    from dunlin.service.signals.mails import MailPorts

    return MailPorts(
        store=S3MailStore(bucket=settings.drop_bucket()),
        book=account_book(),
        creditors=creditors(),
        links=sessions(),
        counts=sessions(),
        evidence=evidence(),
        strays=stray_mails(),
        mailbox=mailbox(),
        waker=waker(),
        domain=settings.mail_domain(),
        model=reply_model(),
    )


@cache
def portal() -> PortalPorts:
    from dunlin.adapters.lasting import lasting
    from dunlin.adapters.randomness import new_token
    from dunlin.service.portal import PortalPorts
    from dunlin.service.signals.signals import apply_signal

    def raise_signal(signal: Signal, reply: Reply | None, now: datetime) -> None:
        apply_signal(signal, book=account_book(), waker=arranging_waker(), now=now, reply=reply)

    return PortalPorts(
        book=account_book(),
        addresses=account_book(),
        creditors=creditors(),
        sessions=sessions(),
        drafts=sessions(),
        attempts=sessions(),
        waker=arranging_waker(),
        processor=processor,
        raise_signal=raise_signal,
        reply_model=reply_model,
        evidence=evidence(),
        lasting=lasting,
        new_token=new_token,
        base_url=settings.PortalSettings.from_env().base_url,
    )


@cache
def pages() -> PortalPages:
    from dunlin.views.portal.jinja_pages import PortalPages

    return PortalPages(
        base_url=settings.PortalSettings.from_env().base_url,
        checkout_origin=settings.Payments.from_env().checkout_origin,
    )


def read_payment_event(body: str) -> PaymentEvent | MethodSaved | None:
    """The fact about money in a stored event, or that a method was saved; None for the rest, and
    for an event of the other mode: test money pays no debt, real money no trial."""
    from dunlin.adapters.stripe.events import is_live, read_event, read_saved

    if is_live(body) != real_money():
        return None
    stack = settings.stack_id()
    return read_event(body, stack) or read_saved(body, stack)


@cache
def intake() -> Intake:
    from dunlin.adapters.imports.dropped import DroppedFiles

    return DroppedFiles(drop_box())


@cache
def rollout_ports() -> RolloutPorts:
    from dunlin.adapters.dynamo.rollouts import DynamoRollouts
    from dunlin.service.rollouts.rollout_ports import RolloutPorts

    return RolloutPorts(
        book=account_book(),
        creditors=creditors(),
        rollouts=DynamoRollouts(),
        templates=templates(),
        log=audit_archive(),
        waker=waker(),
    )


@cache
def link_checker() -> LinkChecker:
    from dunlin.adapters.link_checker import HttpLinkChecker

    return HttpLinkChecker()


@cache
def import_machine() -> Machine:
    from dunlin.adapters.aws.ladder_waker import StepMachine

    return StepMachine(arn=settings.import_machine_arn())
