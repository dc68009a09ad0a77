"""`python -m local up | down | demo | days | sample`: the local Dunlin, for `make`, `dunlin up` and
`tools/first_hour.sh`."""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from local import local_stack
from local.cloud import CloudError
from local.days import pass_days
from local.demo import links, monday, run, sample
from local.deploy import DeployError
from local.local_stack import LocalStackError
from local.progress import Progress

_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


def main() -> None:
    """Parse and do; what does not start is said in a sentence, with exit code 1."""
    parser = argparse.ArgumentParser(prog="local", description=main.__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start, deploy, stay")
    up.add_argument("--time-lapse", default="", help="start of a virtual clock, or monday")
    commands.add_parser("down", help="stop everything")
    demo = commands.add_parser("demo", help="sixty days of a sample portfolio, or of a file")
    demo.add_argument("--file", type=Path, default=None)
    demo.add_argument("--days", type=int, default=60)
    days = commands.add_parser("days", help="let days pass where the clock is virtual")
    days.add_argument("days", type=int)
    written = commands.add_parser("sample", help="write one of the sample's files, dated anew")
    written.add_argument("creditor")
    written.add_argument("file", type=Path)
    given = parser.parse_args()
    console = Console()
    try:
        _do(given, console)
    except (CloudError, DeployError, LocalStackError) as error:
        console.print(str(error), style="red", markup=False, highlight=False)
        sys.exit(1)


def _do(given: argparse.Namespace, console: Console) -> None:
    match given.command:
        case "up":
            start = f"{monday():{_INSTANT}}" if given.time_lapse == "monday" else given.time_lapse
            with Progress(console, "building and deploying") as progress:
                stack = local_stack.open_stack(time_lapse=start, say=progress.say)
            links(stack, console)
        case "down":
            stopped = local_stack.close_stack()
            console.print("Stopped." if stopped else "Nothing was running.")
        case "days":
            pass_days(given.days, console)
        case "sample":
            given.file.write_bytes(
                next(d.content for d in sample(monday().date()) if d.creditor == given.creditor)
            )
        case _:
            run(given.file, days=given.days, console=console)


if __name__ == "__main__":
    main()
