"""The message compiler: turns the frame and the words into what the senders read.

MJML is laid out here, when a version is saved, and never in a sender: once a language, for every
template, since a template is words alone. The compiler knows two notations: `[[ ]]` is filled now,
`{{ }}` is left for the sender, which escapes what it puts in.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dunlin.domain.errors import Defect
from dunlin.domain.messages.templates import LANGUAGES, TemplateError, read_family, read_template

FOLDER = Path(__file__).parents[2] / "messages"
WORDS, FRAME = "words.json", "frame.json"


def _press(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader(folder),
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="[%",
        block_end_string="%]",
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - only the words of the frame pass here, never a value
    )


def read_folder(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """The checked documents of a folder by template name. Raises `TemplateError`."""
    import yaml

    by_name: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.stem == "frame":
            continue
        documents = read_family(yaml.safe_load(path.read_text("utf-8")), name=path.stem)
        for name, document in documents.items():
            read_template(document, name=name)
            by_name[name] = document
    return by_name


def compile_letters(folder: Path = FOLDER) -> dict[str, str]:
    """Every compiled file by its name under `compiled/`, from the documents of a folder.

    Raises `TemplateError` for a document that cannot be used and `Defect` where MJML fails.
    """
    import yaml

    frames = yaml.safe_load((folder / "frame.yaml").read_text("utf-8"))
    if set(frames) != set(LANGUAGES) or len({frozenset(f) for f in frames.values()}) != 1:
        raise TemplateError("frame", "says other things in one language than in another")
    printer = _press(folder)
    files = {WORDS: _json(read_folder(folder)), FRAME: _json(frames)}
    for lang, frame in frames.items():
        layout = printer.get_template("layout.mjml.j2").render(lang=lang, frame=frame)
        files[f"{lang}.html"] = _html(layout, lang)
        files[f"{lang}.txt"] = printer.get_template("layout.txt.j2").render(frame=frame)
    return files


def _json(content: object) -> str:
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _html(layout: str, lang: str) -> str:
    from mjml import mjml2html

    try:
        html = mjml2html(layout)
    except ValueError as error:
        raise Defect(f"{lang}: MJML refused the layout: {error}") from error
    if "fonts.googleapis.com" in html:
        raise Defect(f"{lang}: the layout would fetch a font from a third party")
    return html.rstrip() + "\n"


def write_letters(files: dict[str, str], folder: Path = FOLDER) -> list[str]:
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
