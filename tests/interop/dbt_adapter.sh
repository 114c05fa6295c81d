#!/bin/sh
# dbt's own adapter tests against the program under the name dbt: dbt_adapter.sh duckdb|postgres [PYTEST ARGUMENTS].
# DBT= (empty) runs them against dbt-core itself.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
bin=${LEAT_BIN_DIR:-$root/build/release/bin}
ADAPTER=${1:?duckdb or postgres}
shift
export ADAPTER
python=$root/.deps/dbt/bin/python
"$python" -c 'import dbt.tests.util, pytest' 2>/dev/null || {
  printf 'skipped: dbt and its tests are not installed (scripts/setup_dbt.sh installs them from PyPI)\n'
  exit 77
}
if [ "$ADAPTER" = postgres ]; then
  [ -n "${LEAT_TEST_POSTGRES:-}" ] || exec "$root/scripts/with_postgres.sh" "$0" postgres "$@"
  psql -qX "$LEAT_TEST_POSTGRES" -c 'create role root superuser login' -c 'create database dbt' 2>/dev/null || true
  for i in 1 2 3; do
    psql -qX "$LEAT_TEST_POSTGRES" -c "create role dbt_test_user_$i" 2>/dev/null || true
    export "DBT_TEST_USER_$i=dbt_test_user_$i"
  done
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
ln -s "$bin/leat" "$work/bin/dbt"
export DBT="${DBT-$work/bin/dbt}" DBT_ENV_CUSTOM_ENV_env_key=env_value
cd "$work"
"$python" -m pytest -q -p no:cacheprovider --rootdir "$work" -W ignore "$root/tests/interop/dbt_adapter" "$@"
