"""`python -m local.stripe --port P --webhook URL --secret S [--state DIR]`."""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path

from local.stripe.server import StripeStandIn


def main() -> None:
    """Run the stand-in until told to stop."""
    parser = argparse.ArgumentParser(prog="local.stripe", description=main.__doc__)
    parser.add_argument("--port", type=int, default=4242)
    parser.add_argument("--webhook", default="", help="where events are delivered")
    parser.add_argument("--secret", default="", help="what deliveries are signed with")
    parser.add_argument(
        "--state", dest="directory", type=Path, default=None, help="directory that keeps the state"
    )
    parser.add_argument("--business", default="Example Clinic")
    parser.add_argument(
        "--bank-delay", type=float, default=4 * 86_400.0, help="seconds a bank debit takes"
    )
    given = parser.parse_args()
    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    with StripeStandIn(**vars(given)) as stand_in:
        print(f"Stripe stand-in on {stand_in.url}", flush=True)
        stopped.wait()


if __name__ == "__main__":
    main()
