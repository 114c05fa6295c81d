#!/bin/sh
# API -> PostgreSQL -> warehouse: the forecasts land in a PostgreSQL database (STAGING_URL) first, and go from there to
# the warehouse (DuckDB, or `two_hops.sh --target snowflake`), where models and page are built. Each hop waits for the
# one before it and stops where that one fails. STAGING_METHOD=cdc takes the second hop by the stream of changes.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
: "${STAGING_URL:?names the PostgreSQL database in the middle, as postgresql://user:password@host/weather}"
leat=${LEAT:-leat}
LEAT_TARGET='' "$leat" sync tomorrow --project "$here" --target staging
if [ "${STAGING_METHOD:-read}" = cdc ]; then
  # What a row of a table without a key was before a change stands in the log only if the table says so.
  psql -qX -v ON_ERROR_STOP=1 "$STAGING_URL" -f "$here/two-hops/setup.sql"
fi
exec "$leat" run --project "$here/two-hops" "$@"
