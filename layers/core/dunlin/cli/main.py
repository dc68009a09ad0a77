"""The operator's command. Works the same on the local stack and on AWS."""

from __future__ import annotations

from dunlin.cli import (
    account,
    account_list,
    agreement,
    arrangement,
    audit,
    billing,
    call,
    card,
    deploy,
    doctor,
    drop,
    import_file,
    import_live,
    imported,
    judge,
    learn,
    leave,
    letter,
    missing,
    new,
    pausing,
    payments,
    person,
    queue,
    reassigned,
    recount,
    redrive,
    reentry,
    rehearse,
    replies,
    report,
    restore,
    rollout,
    rules,
    smoke,
    stack,
    template,
    words,
)
from dunlin.cli.commands import Commands

app = Commands(
    "Recovers overdue balances without harming the people who owe them.",
    example="dunlin import open.csv --dry-run",
    pretty_exceptions_show_locals=False,
)
app.command()(stack.up)
app.command()(stack.down)
app.command()(deploy.deploy)
app.command()(stack.status)
app.command()(new.new)
app.command()(rollout.activate)
app.command()(rehearse.rehearse)
app.command()(pausing.pause)
app.command()(pausing.resume)
app.command()(missing.missing)
app.command()(judge.judge)
app.command()(report.report)
app.command("recount")(recount.recounted)
app.command()(redrive.redrive)
app.command()(restore.restore)
app.command()(leave.export)
app.command()(leave.destroy)
app.command()(doctor.doctor)
app.command()(smoke.smoke)
import_file.register(app, import_live.upload)
app.add_typer(drop.strategy_app, name="strategy")
app.add_typer(imported.drops, name="drop")
app.add_typer(imported.answers, name="answers")
app.add_typer(template.app, name="template")
app.add_typer(words.app, name="words")
app.add_typer(rollout.segments, name="segment")
app.add_typer(rollout.pilots, name="pilot")
account.app.command()(card.card)
account.app.command("list")(account_list.listed)
rollout.pilots.command()(agreement.agree)
app.add_typer(account.app, name="account")
app.add_typer(queue.app, name="queue")
app.add_typer(replies.app, name="replies")
app.add_typer(arrangement.app, name="arrangement")
app.add_typer(reentry.app, name="reentry")
app.add_typer(reassigned.app, name="reassigned")
app.add_typer(payments.app, name="payments")
app.add_typer(billing.app, name="billing")
app.add_typer(person.app, name="person")
app.add_typer(audit.app, name="audit")
app.add_typer(rules.app, name="rules")
app.add_typer(learn.app, name="learn")
app.add_typer(call.app, name="call")
app.add_typer(letter.app, name="letter")
