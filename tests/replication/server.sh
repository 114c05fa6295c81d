# Begins a test of replication again beside a temporary PostgreSQL of the programs in the folder $1, and sets what all
# of them use. Sourced, not run.
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
if [ -z "${LEAT_REPLICATION_INSIDE:-}" ]; then
  [ -x "$1/initdb" ] || { printf 'skipped: there is no PostgreSQL in %s\n' "$1"; exit 77; }
  exec env -u LEAT_TEST_POSTGRES LEAT_REPLICATION_INSIDE=1 LEAT_POSTGRES_BIN="$1" "$root/scripts/with_postgres.sh" "$0" "$@"
fi
bin=${LEAT_BIN_DIR:-$root/build/release/bin}
export NO_COLOR=1 PGOPTIONS="-c client_min_messages=error"
