"""What a strategy says in letters, checked when a version is saved: its rungs' templates are
written, its own words can be read, and every message of theirs passes the content check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.messages.content import ContentFinding
from dunlin.domain.messages.sms_parts import measure
from dunlin.domain.messages.templates import FAMILIES, TemplateError
from dunlin.domain.messages.wording import judged
from dunlin.domain.messages.words_model import WordsModel
from dunlin.domain.strategy.document import Path
from dunlin.domain.strategy.strategy import Rung, Strategy, StrategyError
from dunlin.views.messages.jinja_messages import JinjaMessages
from dunlin.views.messages.message_samples import Sample, samples

MOST_SEGMENTS = 3
PLAINEST = "reminder.gentle"


def check_letters(
    strategy: Strategy, *, model: WordsModel, templates: JinjaMessages | None = None
) -> None:
    """Words of the creditor's own must pass the words check besides.

    Raises `StrategyError` that names the place in the document.
    """
    templates = templates or JinjaMessages()
    for name in strategy.templates:
        try:
            templates.template(name, strategy.templates)
        except TemplateError as error:
            raise StrategyError(_place(name, error.field), error.reason) from None
    written = templates.templates(strategy.templates)
    for ladder, rungs in strategy.ladders.items():
        for place, rung in enumerate(rungs):
            for key, reason in _unwritten(rung, written):
                raise StrategyError(("strategy", "ladders", ladder, place, key), reason)
    for finding in _of_the_brand(strategy, templates):
        raise StrategyError(("strategy", "brand"), f"{finding.rule_id}: {finding.because}")
    for name in strategy.templates:
        for sample in samples(templates, strategy, only=name):
            path = _place(name, f"{sample.channel.value}.{sample.language}")
            for finding in sample.findings:
                raise StrategyError(path, f"{finding.rule_id}, {finding.part}: {finding.because}")
            for refusal in _refused_words(sample, model):
                raise StrategyError(path, refusal)
            count = measure(sample.rendered.text).count if sample.channel is Channel.SMS else 1
            if count > MOST_SEGMENTS:
                raise StrategyError(
                    path, f"needs {count} parts by SMS, {MOST_SEGMENTS} are the most"
                )


def _refused_words(sample: Sample, model: WordsModel) -> Iterator[str]:
    tone = sample.template.partition(".")[2]
    for part in filter(None, (sample.rendered.subject, sample.rendered.text)):
        words = " ".join(part.split())
        for f in judged(words, model=model, language=sample.language, tone_of=tone):
            yield f"{f.rule}: {f.why} (“{f.words}”); say: {f.instead}"


def _of_the_brand(strategy: Strategy, templates: JinjaMessages) -> Iterator[ContentFinding]:
    """What the brand's own texts would make of a shipped message."""
    plain = replace(strategy, templates={})
    for sample in samples(templates, plain, only=PLAINEST):
        yield from sample.findings


def _unwritten(rung: Rung, written: Mapping[str, tuple[Channel, ...]]) -> Iterator[tuple[str, str]]:
    wanted = f"{rung.template}.{rung.tone}"
    tones = [name.partition(".")[2] for name in written if name.startswith(f"{rung.template}.")]
    if not tones:
        known = sorted({*FAMILIES, *(n.partition(".")[0] for n in written if "." in n)})
        yield "template", f"there is no {rung.template!r}; there are {', '.join(known)}"
    elif wanted not in written:
        yield "tone", f"{rung.template!r} is written in {', '.join(sorted(tones))} alone"
    else:
        for channel in rung.channels:
            if channel not in written[wanted]:
                yield "channels", f"{wanted!r} is not written for {channel.value}"


def _place(name: str, field: str) -> Path:
    """The way to a place inside the words of a template. What a fault does not name exactly
    is told by its template."""
    inside = field.removeprefix(f"templates.{name}").removeprefix(name).strip(".")
    return ("strategy", "templates", name, *(step for step in inside.split(".") if step))
