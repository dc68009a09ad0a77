#!/usr/bin/env bash
# The first hour: the README's seven steps with its commands, on a fresh local cloud.
#
#   tools/first_hour.sh [YOUR.csv]
#
# Without a file one is taken from the sample. Step 2 asks; you answer. The cloud has a clock of its
# own, so that the week between steps 5 and 6 passes at once. What the steps write is left in
# .local/first-hour, and the cloud stays up until `make down`.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
export PATH="$root/.venv/bin:$PATH" PYTHONPATH="$root${PYTHONPATH:+:$PYTHONPATH}"
folder="${DUNLIN_HOUSE:-$root/.local}/first-hour"
rm -rf "$folder"
mkdir -p "$folder"
[ $# -eq 0 ] || cp "$1" "$folder/open.csv"
cd "$folder"
[ $# -ne 0 ] || python -m local sample harbor-clinic open.csv

step() { printf '\n── %s\n' "$*"; }
run() { printf '\n$ %s\n' "$*"; "$@"; }

step "1 Is the file understood?"
run dunlin import open.csv --dry-run

step "2 A strategy of your own"
run dunlin new harbor

step "3 Every message of ninety days"
run dunlin rehearse open.csv --strategy harbor.strategy.yaml --html rehearsal.html

step "A local cloud with a clock of its own"
python -m local down
python -m local up --time-lapse monday

step "4 Whom a pilot would reach"
run dunlin strategy put harbor harbor.strategy.yaml
run dunlin import open.csv --creditor harbor
run dunlin pilot start harbor --dry-run

step "5 The pilot"
run dunlin pilot start harbor

step "A week passes"
python -m local days 7

step "6 What came of it"
run dunlin pilot show harbor.1

step "7 Everybody"
run dunlin pilot promote harbor.1

step "Done. All of it lies in $folder; stop the cloud with: make down"
