"""`python -m local.viewer --endpoint http://127.0.0.1:4566 --dashboard NAME --port P`"""

import argparse
import threading

from local.viewer.server import start


def main() -> None:
    options = argparse.ArgumentParser(prog="local.viewer", description="Shows a dashboard.")
    options.add_argument("--endpoint", default="http://127.0.0.1:4566")
    options.add_argument("--dashboard", required=True)
    options.add_argument("--port", type=int, default=8601)
    options.add_argument("--region", default="us-east-1")
    asked = options.parse_args()
    viewer = start(asked.endpoint, asked.dashboard, port=asked.port, region=asked.region)
    print(viewer.url, flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        viewer.stop()


if __name__ == "__main__":
    main()
