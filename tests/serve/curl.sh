#!/bin/sh
# A sync by nothing but curl, as a person would try it: trigger, poll, finish; then what is refused, and a server
# that ends in order.
. "$(dirname -- "$0")/serve.sh"
command -v curl >/dev/null || { echo "skipped: curl is not installed"; exit 77; }
new_project
LEAT_API_CLIENT_ID=leat LEAT_API_CLIENT_SECRET=s3cret start_server
api=$url/api/public/v1
code() { curl -s -o "$work/answer" -w '%{http_code}' "$@"; }
expect "the server is well" 200 "$(code "$url/health")"
expect "nobody else may look" 401 "$(code "$api/jobs")"
expect "a wrong secret gets no token" 401 \
  "$(code "$api/applications/token" -H 'Content-Type: application/json' -d '{"client_id":"leat","client_secret":"x"}')"
token=$(curl -s "$api/applications/token" -d 'grant_type=client_credentials&client_id=leat&client_secret=s3cret' | member access_token)
expect "a token is 64 letters" 64 "${#token}"
call() { curl -s -H "Authorization: Bearer $token" "$@"; }
connection=$(call "$api/connections" | member connectionId)
sync_once() {
  job=$(call "$api/jobs" -H 'Content-Type: application/json' -d "{\"connectionId\":\"$connection\",\"jobType\":\"sync\"}" | member jobId)
  seen=
  for _ in $(seq 300); do
    status=$(call "$api/jobs/$job" | member status)
    case " $seen " in *" $status "*) ;; *) seen="$seen$status " ;; esac
    case $status in pending | running | incomplete) pause 0.1 "$server" ;; *) break ;; esac
  done
}
sync_once
expect "the sync succeeds" succeeded "$status"
expect "it has loaded its rows" 2 "$(call "$api/jobs/$job" | member rowsSynced)"
printf '3,2026-01-03,30\n' | sed '1i id,day,amount' >"$work/project/data/two.csv"
sync_once
expect "only the new file is loaded" "succeeded 1" "$status $(call "$api/jobs/$job" | member rowsSynced)"
expect "a job that is not there" 404 "$(code -u leat:s3cret "$api/jobs/999")"
expect "the older API tells the same" succeeded \
  "$(curl -s -u leat:s3cret "$url/api/v1/jobs/get" -d "{\"id\":$job}" | sed 's/"attempts".*//' | member status)"
expect "events are followed to their end" 1 \
  "$(call --max-time 20 "$url/api/leat/v1/jobs/$job/events" | grep -c '^event: end')"
expect "metrics count them" 'leat_jobs{status="succeeded"} 2' "$(call "$url/metrics" | grep succeeded)"
expect "a body without end is refused" 413 "$(head -c 9000000 /dev/zero | code -u leat:s3cret "$api/jobs" --data-binary @-)"
"$bin/leat" --project "$work/project" serve --port 0 --pages-port 0 >"$work/second.txt" 2>&1 && fail "a second server began"
expect "a second server is refused" 1 "$(grep -c LEAT-RUN-002 "$work/second.txt")"
"$bin/leat" --project "$work/project" serve --host 0.0.0.0 --port 0 >"$work/open.txt" 2>&1 && fail "it is open to all"
expect "without credentials it is for this machine only" 1 "$(grep -c 'without credentials' "$work/open.txt")"
kill -TERM "$server"
wait "$server" && ended=0 || ended=$?
server=
expect "SIGTERM ends it in order" 0 "$ended"
printf 'serve: {jobs: {launcher: child_process, memory: 8GB, cpu: 5m}}\n' >>"$work/project/leat.yml"
printf 'id,day,amount\n4,2026-01-04,40\n' >"$work/project/data/three.csv"
LEAT_API_CLIENT_ID=leat LEAT_API_CLIENT_SECRET=s3cret start_server
api=$url/api/public/v1
token=s3cret # the secret itself does as well
sync_once
expect "a job in a process of its own succeeds" "succeeded 1" "$status $(call "$api/jobs/$job" | member rowsSynced)"
stop_server
expect "the rows are there" 100 "$("$bin/leat" --project "$work/project" query 'select sum(amount) from raw.orders' | grep -o '[0-9]*' | tail -1)"
finish
