"""The process of the local cloud: ministack with our emulator_patches.

Started by `local.cloud` with the emulator's own Python in isolated mode (`python -I`), so that
neither Dunlin's packages nor the shell's environment reach the Lambda workers.
SKIP names emulator_patches to leave out, separated by commas.
"""

import os
import sys
from pathlib import Path


def main() -> None:
    sys.path.append(str(Path(__file__).resolve().parents[1]))
    from local import emulator_patches

    emulator_patches.apply([name for name in os.environ.get("SKIP", "").split(",") if name])
    from ministack import app
    from ministack.core import lambda_runtime

    try:
        app.main()
    finally:
        lambda_runtime.reset()  # workers die with their parent, and are collected by it


if __name__ == "__main__":
    main()
