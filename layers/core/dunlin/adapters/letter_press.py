"""The letter press: turns template documents into what the senders read.

MJML is laid out here, when a template is built, and never in a sender. The press knows two
notations: `[[ ]]` is filled now, `{{ }}` is left for the sender, which escapes what it puts in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, meta
from jinja2.exceptions import TemplateSyntaxError

from dunlin.domain.consumer import Channel
from dunlin.domain.errors import Defect
from dunlin.domain.letters import (
    EmailWords,
    Kind,
    Template,
    TemplateError,
    check_bindings,
    read_template,
)

FOLDER = Path(__file__).parent.parent / "letters"
INDEX = "index.json"

_READER = Environment(autoescape=True)


def _press(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader(folder),
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="[%",
        block_end_string="%]",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - only our own words pass here; the sender escapes values
    )


def read_folder(folder: Path = FOLDER) -> list[Template]:
    """The template documents of a folder, by name. Raises `TemplateError`."""
    import yaml

    return [
        read_template(yaml.safe_load(path.read_text("utf-8")), name=path.stem)
        for path in sorted(folder.glob("*.yaml"))
        if path.stem != "frame"
    ]


def compile_letters(folder: Path = FOLDER) -> dict[str, str]:
    """Every compiled file by its name under `compiled/`, from the documents of a folder.

    Raises `TemplateError` for a document that cannot be used and `Defect` where MJML fails.
    """
    import yaml

    frames = yaml.safe_load((folder / "frame.yaml").read_text("utf-8"))
    press = _press(folder)
    files: dict[str, str] = {}
    index: dict[str, Any] = {}
    for template in read_folder(folder):
        parts = {
            **_email_files(template, frames, press),
            **{
                f"{template.name}.{lang}.sms.txt": _sms(template, words, frames[lang])
                for lang, words in template.sms.items()
            },
        }
        _check(template, parts)
        files |= parts
        index[template.name] = {
            "kind": template.kind.value,
            "fields": sorted(template.fields),
            "channels": {c.value: _version(c, parts) for c in template.channels},
        }
    files[INDEX] = json.dumps(index, indent=2, sort_keys=True) + "\n"
    return files


def _email_files(
    template: Template, frames: Mapping[str, Mapping[str, str]], press: Environment
) -> dict[str, str]:
    files: dict[str, str] = {}
    for lang, words in template.email.items():
        context = {
            "lang": lang,
            "words": words,
            "frame": frames[lang],
            "disclosed": template.kind is not Kind.OPT_OUT_CONFIRMATION,
            "stoppable": template.kind is not Kind.OPT_OUT_CONFIRMATION,
        }
        stem = f"{template.name}.{lang}"
        files[f"{stem}.subject.txt"] = _subject(words)
        files[f"{stem}.html"] = _html(press.get_template("layout.mjml.j2").render(context), stem)
        files[f"{stem}.txt"] = press.get_template("layout.txt.j2").render(context)
    return files


def _subject(words: EmailWords) -> str:
    return f"{words.subject}\n{words.preheader}\n"


def _html(mjml: str, stem: str) -> str:
    from mjml import mjml2html

    try:
        html = mjml2html(mjml)
    except ValueError as error:
        raise Defect(f"{stem}: MJML refused the layout: {error}") from error
    if "fonts.googleapis.com" in html:
        raise Defect(f"{stem}: the layout would fetch a font from a third party")
    return html.rstrip() + "\n"


def _sms(template: Template, words: str, frame: Mapping[str, str]) -> str:
    text = f"{{{{ creditor }}}}: {words}"
    if template.kind is Kind.OPT_OUT_CONFIRMATION:
        return text + "\n"
    disclosure = f"{{% if third_party %}} {frame['sms_disclosure']}{{% endif %}}"
    return f"{text}{disclosure} {frame['sms_stop']}\n"


def _check(template: Template, parts: Mapping[str, str]) -> None:
    bound: set[str] = set()
    for name, source in parts.items():
        try:
            bound |= meta.find_undeclared_variables(_READER.parse(source))
        except TemplateSyntaxError as error:
            raise TemplateError(template.name, f"{name}: {error}") from error
    check_bindings(template, frozenset(bound))


def _version(channel: Channel, parts: Mapping[str, str]) -> str:
    """The content hash of a template on one channel, over all its languages."""
    digest = hashlib.sha256()
    for name, source in sorted(parts.items()):
        if name.endswith(".sms.txt") == (channel is Channel.SMS):
            digest.update(f"{name}\x1f{source}\x1e".encode())
    return digest.hexdigest()[:16]


def write_letters(files: Mapping[str, str], folder: Path = FOLDER) -> list[str]:
    """Write compiled files and remove what no document gives any more; names that changed."""
    target = folder / "compiled"
    target.mkdir(exist_ok=True)
    changed: list[str] = []
    for path in sorted(target.iterdir()):
        if path.name not in files:
            path.unlink()
            changed.append(path.name)
    for name, source in files.items():
        path = target / name
        if not path.exists() or path.read_text("utf-8") != source:
            path.write_text(source, "utf-8")
            changed.append(name)
    return changed
