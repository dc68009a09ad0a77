"""`dunlin strategy init`: a pack as a starting file, without a stack and without AWS."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer

import dunlin
from dunlin.adapters.files.yaml_documents import parse
from dunlin.cli.speech import say, say_whole, write_new
from dunlin.domain.errors import DomainError
from dunlin.domain.strategy.strategy import Brand

PACKS = Path(dunlin.__file__).parent / "strategies" / "packs"


def names() -> list[str]:
    """The industries that have a pack."""
    return sorted(path.stem for path in PACKS.glob("*.yaml"))


def sample_fields(brand: Brand) -> list[str]:
    """What of a brand still is that of a sample, such as its address."""
    paths = [*PACKS.glob("*.yaml"), *PACKS.parent.glob("*.yaml")]
    samples = [cast("dict[str, dict[str, str]]", parse(path.read_bytes())) for path in paths]
    return [
        field
        for field in ("name", "address", "email_from")
        if getattr(brand, field) in {sample["brand"][field] for sample in samples}
    ]


def init(
    industry: Annotated[str, typer.Argument(help="healthcare, dental, property, generic ...")],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")] = Path(
        "strategy.yaml"
    ),
) -> None:
    """Write the pack of an industry as a file to make your own and then `put`.

    Example: dunlin strategy init healthcare -o clinic.strategy.yaml
    """
    if industry not in names():
        raise DomainError(f"there is no pack {industry}; there are {', '.join(names())}")
    write_new(output, (PACKS / f"{industry}.yaml").read_bytes())
    say(f"{output} is written. Change the brand in it, then:")
    say_whole(f"  dunlin template lint --strategy {output}")
    say_whole(f"  dunlin strategy put CREDITOR {output}")
