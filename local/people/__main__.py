"""`python -m local.people --endpoint http://127.0.0.1:4566 --port P`"""

import argparse
import threading
from pathlib import Path
from urllib.parse import urlsplit

from local.cloud import Cloud
from local.outside import OutsideWorld
from local.people.server import start


def main() -> None:
    options = argparse.ArgumentParser(prog="local.people", description="Mailboxes and phones.")
    options.add_argument("--endpoint", default="http://127.0.0.1:4566")
    options.add_argument("--port", type=int, default=8602)
    options.add_argument("--reply-topic", default="", help="ARN; found by its name if left out")
    asked = options.parse_args()
    cloud = Cloud(pid=0, port=urlsplit(asked.endpoint).port or 4566, directory=Path())
    people = start(OutsideWorld(cloud=cloud), reply_topic=asked.reply_topic, port=asked.port)
    print(people.url, flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        people.stop()


if __name__ == "__main__":
    main()
