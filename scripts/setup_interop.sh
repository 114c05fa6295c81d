#!/bin/sh
# Sets up the reference runtime of low-code connectors beside the project, for tests/interop: airbyte-cdk from PyPI in
# a virtual environment. Tests skip what needs it where it is not there.
set -eu
folder=${LEAT_INTEROP:-$HOME/.cache/leat/interop}
[ -x "$folder/bin/python" ] || python3 -m venv "$folder"
"$folder/bin/pip" install --quiet airbyte-cdk==7.39.1 freezegun==1.5.5
printf 'setup_interop: %s\n' "$("$folder/bin/pip" list 2>/dev/null | grep -E '^airbyte-cdk ')"
