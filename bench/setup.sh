#!/bin/sh
# setup.sh: installs what the benches compare Leat with, as far as this machine reaches it: dbt, airbyte-cdk, dlt, Sling,
# ingestr, Dagster and SQLMesh from PyPI, Debezium from Maven Central, Evidence from npm. What can't be installed is said,
# and the benches leave it out.
set -eu
cd "$(dirname -- "$0")/.."
deps=${LEAT_DEPS:-.deps}
for each in dbt peers evidence; do scripts/setup_$each.sh || printf 'bench: scripts/setup_%s.sh failed; its peers are left out\n' "$each" >&2; done
[ -x "${LEAT_INTEROP:-$HOME/.cache/leat/interop}/bin/python" ] || LEAT_INTEROP=${LEAT_INTEROP:-$deps/interop} scripts/setup_interop.sh ||
  printf 'bench: scripts/setup_interop.sh failed; airbyte-cdk is left out\n' >&2
