#!/usr/bin/env bash
# Installs what Dunlin needs on any Linux or macOS with Python 3.11 or newer: three virtual
# environments from the lock files (the product with its tools, the sam command, the emulator).
# Safe to run again; only what is missing or changed is done.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '%s\n' "── $*"; }

python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  say "Dunlin needs Python 3.11 or newer; python3 is $(python3 --version 2>&1 || true)."
  exit 1
}
if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
  if ! command -v apt-get >/dev/null; then
    say "python3 lacks the modules venv and ensurepip: install them first."
    exit 1
  fi
  say "Installing python3-venv"
  [ "$(id -u)" = 0 ] || as_root=sudo
  ${as_root:-} apt-get update -qq
  DEBIAN_FRONTEND=noninteractive ${as_root:-} apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
fi

mkdir -p .local
if [ ! -x .local/uv/bin/uv ]; then
  say "Installing the installer"
  python3 -m venv .local/uv
  .local/uv/bin/pip install -q --disable-pip-version-check "uv==0.13.9"
fi

environment() {  # folder, lock file
  [ -x "$1/bin/python" ] || python3 -m venv --without-pip "$1"
  if ! cmp -s "$2" "$1/installed.lock"; then
    say "Installing $2 into $1"
    .local/uv/bin/uv pip sync -q --python "$1/bin/python" "$2"
    cp "$2" "$1/installed.lock"
  fi
}
environment .venv requirements/dev.lock
environment .local/sam requirements/sam.lock
environment .local/ministack requirements/ministack.lock

if [ ! -x .venv/bin/dunlin ] || [ pyproject.toml -nt .venv/bin/dunlin ]; then
  say "Installing the operator's command"
  .local/uv/bin/uv pip install -q --python .venv/bin/python --no-deps --editable .
fi
say "Ready: .venv/bin/dunlin"
