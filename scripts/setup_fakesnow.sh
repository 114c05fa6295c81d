#!/bin/sh
# setup_fakesnow.sh: puts fakesnow, an independent emulator of Snowflake, into .deps/fakesnow, for
# tests/acceptance/fakesnow.sh. Needs python3 with venv, and PyPI.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
fail() { printf 'setup_fakesnow: %s\nsetup_fakesnow: what to do: %s\n' "$1" "$2" >&2; exit 1; }
folder=$root/.deps/fakesnow
[ -x "$folder/bin/fakesnow" ] && { printf 'fakesnow is there already: %s\n' "$folder"; exit 0; }
mkdir -p "$root/.deps"
python3 -m venv "$folder" || fail 'python3 can make no virtual environment' 'apt-get install python3-venv'
# fakesnow imports modules that the connector has no longer from its version 4 on.
"$folder/bin/pip" install --quiet 'fakesnow[server]==0.11.14' 'snowflake-connector-python<4' || {
  rm -rf "$folder"
  fail 'PyPI does not answer' 'check the network, or PIP_INDEX_URL'
}
printf 'fakesnow is in %s\n' "$folder"
