#!/usr/bin/env bash
# Installs Chromium for the tests and pictures of pages, on Debian and its kin. Nothing else needs it.
set -euo pipefail
[ ! -x /usr/bin/chromium ] || exit 0
if ! command -v apt-get >/dev/null; then
  echo "── The tests of pages need Chromium as /usr/bin/chromium; install it first." >&2
  exit 1
fi
echo "── Installing chromium"
[ "$(id -u)" = 0 ] || as_root=sudo
${as_root:-} apt-get update -qq
DEBIAN_FRONTEND=noninteractive ${as_root:-} apt-get install -y -qq --no-install-recommends \
  chromium fonts-liberation fonts-dejavu-core >/dev/null
