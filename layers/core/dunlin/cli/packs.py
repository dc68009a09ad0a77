"""`dunlin strategy init`: a pack as a starting file, without a stack and without AWS."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer

import dunlin
from dunlin.adapters.files.yaml_documents import parse
from dunlin.cli.stack import console
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
    """Write the pack of an industry as a file to make your own and then `put`."""
    if industry not in names():
        console.print(f"[red]there is no pack {industry!r}; there are {', '.join(names())}[/red]")
        raise typer.Exit(2)
    try:
        with output.open("xb") as file:
            file.write((PACKS / f"{industry}.yaml").read_bytes())
    except OSError as error:
        console.print(f"[red]{output}: {error.strerror or error}[/red]")
        raise typer.Exit(1) from None
    console.print(
        f"{output}  change the brand, look at it with `dunlin template lint --strategy {output}`,"
        " then `dunlin strategy put`",
        soft_wrap=True,
        markup=False,
    )
