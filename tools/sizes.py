"""How large the built functions and layers are, unzipped, as Lambda counts them."""

import sys
from pathlib import Path

LIMIT = 50 * 1024 * 1024


def package_sizes(built: Path) -> dict[str, int]:
    """Bytes of every function and layer under `built` (sam's build folder), by resource."""
    return {
        folder.name: sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
        for folder in sorted(built.iterdir())
        if folder.is_dir()
    }


def bytecode_tags(layer: Path) -> set[str]:
    """The interpreters that a built layer's bytecode is for, `{"cpython-313"}` where right."""
    return {path.stem.rpartition(".")[2] for path in layer.rglob("__pycache__/*.pyc")}


def without_bytecode(layer: Path) -> list[Path]:
    """Modules of a built layer that lack bytecode and are compiled anew at every cold start."""
    return [
        module
        for module in sorted(layer.rglob("*.py"))
        if not list((module.parent / "__pycache__").glob(f"{module.stem}.*.pyc"))
    ]


if __name__ == "__main__":
    for name, size in package_sizes(Path(sys.argv[1])).items():
        print(f"{name:32}{size / 1024 / 1024:8.2f} MB")  # noqa: T201  the command's answer
