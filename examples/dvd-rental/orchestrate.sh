#!/bin/sh
# The workflow, step by step and in this order: the sync is triggered through the Airbyte-compatible API (`leat serve`, or
# Airbyte itself) and waited for, then dbt installs its packages and builds. A step that fails ends the script with its
# exit code: nothing is built on half a load.
#
#   AIRBYTE_SERVER_NAME    host, or host:port, of the API   (localhost)
#   AIRBYTE_PORT           its port                         (8080)
#   AIRBYTE_CONNECTION_ID  which connection is synced
#   AIRBYTE_USERNAME, AIRBYTE_PASSWORD   basic auth; or AIRBYTE_TOKEN for a bearer token
#   AIRBYTE_TIMEOUT        the longest wait in seconds      (3600)
#   DBT                    what builds                      (leat dbt)
#   DBT_TARGET             where                            (prod)
set -eu
cd "$(dirname -- "$0")"
: "${AIRBYTE_CONNECTION_ID:?names the connection}"
host=${AIRBYTE_SERVER_NAME:-localhost}
case $host in
http*) api=$host ;;
*:*) api=http://$host ;;
*) api=http://$host:${AIRBYTE_PORT:-8080} ;;
esac
dbt=${DBT:-leat dbt}

# Credentials stand in a file that only this user reads, never in the list of processes.
config=$(mktemp)
log=airbyte_$(date +%s).log
trap 'rm -f "$config"' EXIT
if [ -n "${AIRBYTE_TOKEN:-}" ]; then
  printf 'header = "Authorization: Bearer %s"\n' "$AIRBYTE_TOKEN" >"$config"
elif [ -n "${AIRBYTE_USERNAME:-}" ]; then
  printf 'user = "%s:%s"\n' "$AIRBYTE_USERNAME" "${AIRBYTE_PASSWORD:-}" >"$config"
fi
say() { printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*" | tee -a "$log"; }
fail() { say "failed: $*"; exit 1; }
call() { curl -sS --fail-with-body --max-time 60 --retry 3 --retry-connrefused -K "$config" -H 'Accept: application/json' "$@"; }
member() { sed -n "s/.*\"$1\"[[:space:]]*:[[:space:]]*\"\{0,1\}\([^\",}]*\).*/\1/p" | head -1; }

call "$api/api/public/v1/health" >/dev/null || fail "the API at $api does not answer"
answer=$(call -X POST "$api/api/public/v1/jobs" -H 'Content-Type: application/json' \
  -d "{\"connectionId\":\"$AIRBYTE_CONNECTION_ID\",\"jobType\":\"sync\"}") || fail "the sync was not accepted: $answer"
job=$(printf '%s' "$answer" | tr -d '\n' | member jobId)
[ -n "$job" ] || fail "no jobId in the answer: $answer"
say "sync $job of connection $AIRBYTE_CONNECTION_ID"

waited=0
while :; do
  answer=$(call "$api/api/public/v1/jobs/$job") || fail "job $job can't be read: $answer"
  status=$(printf '%s' "$answer" | tr -d '\n' | member status)
  case $status in
  succeeded) say "sync $job succeeded"; break ;;
  pending | running) ;;
  failed | incomplete | cancelled) fail "sync $job: $status" ;;
  *) fail "sync $job: unknown status '$status'" ;;
  esac
  [ "$waited" -lt "${AIRBYTE_TIMEOUT:-3600}" ] || fail "sync $job is still $status after $waited s"
  sleep "${AIRBYTE_POLL:-5}"
  waited=$((waited + ${AIRBYTE_POLL:-5}))
done

say 'dbt deps'
$dbt deps
say "dbt build --target ${DBT_TARGET:-prod}"
$dbt build --target "${DBT_TARGET:-prod}"
say 'done'
