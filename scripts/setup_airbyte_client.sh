#!/bin/sh
# Installs the public airbyte-api client into .deps/airbyte_client, for tests/serve. Needs python3-venv and PyPI.
set -eu
root=$(cd "$(dirname -- "$0")/.." && pwd)
python3 -m venv "$root/.deps/airbyte_client"
"$root/.deps/airbyte_client/bin/pip" install --quiet airbyte-api==1.0.1
