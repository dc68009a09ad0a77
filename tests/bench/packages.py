"""Size of each built function and layer, unzipped, as Lambda counts it."""

from __future__ import annotations

from pathlib import Path

from tests.bench.tables import table
from tools.sizes import LIMIT, package_sizes


def report(built: Path) -> str:
    """The section of the bench: layers one by one, and every function with its layers."""
    sizes = package_sizes(built)
    layers = {name: size for name, size in sizes.items() if name.endswith("Layer")}
    functions = {name: size for name, size in sizes.items() if name.endswith("Function")}
    both = sum(layers.values())
    rows = [(f"**{name}**", _mb(size), "") for name, size in layers.items()]
    rows += [(name, _mb(size), _mb(size + both)) for name, size in functions.items()]
    largest = max({**layers, **functions}.values())
    return "\n\n".join(
        [
            "## Sizes, unzipped",
            (
                f"MB. The largest package has {_mb(largest)} MB (target {_mb(LIMIT)}), a function"
                f" with both layers {_mb(both + max(functions.values()))} MB (Lambda's limit 250)."
            ),
            table(["package", "alone", "with both layers"], rows),
        ]
    )


def _mb(size: int) -> str:
    return f"{size / 1024 / 1024:.2f}"
