"""`python -m local up | down | demo`: the local Dunlin, for `make` and `dunlin up`."""

import argparse
from pathlib import Path

from rich.console import Console

from local import local_stack
from local.demo import links, run
from local.progress import Progress


def main() -> None:
    """Parse and do."""
    parser = argparse.ArgumentParser(prog="local", description=main.__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start, deploy, stay")
    up.add_argument("--time-lapse", default="", help="start instant of a virtual clock")
    commands.add_parser("down", help="stop everything")
    demo = commands.add_parser("demo", help="sixty days of a sample portfolio, or of a file")
    demo.add_argument("--file", type=Path, default=None)
    demo.add_argument("--days", type=int, default=60)
    given = parser.parse_args()
    console = Console()
    if given.command == "up":
        with Progress(console, "building and deploying") as progress:
            stack = local_stack.open_stack(time_lapse=given.time_lapse, say=progress.say)
        links(stack, console)
    elif given.command == "down":
        stopped = local_stack.close_stack()
        console.print("Stopped." if stopped else "Nothing was running.")
    else:
        run(given.file, days=given.days, console=console)


if __name__ == "__main__":
    main()
