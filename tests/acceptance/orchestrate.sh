#!/bin/sh
# examples/dvd-rental/orchestrate.sh against an API that answers as Airbyte's does: the sync is posted, waited for, and
# only then dbt installs its packages and builds; a sync that fails, a wrong password, an API that is not there end it.
. "$(dirname -- "$0")/acceptance.sh"
command -v node >/dev/null || skip 'node is not installed'
cat >"$work/api.mjs" <<'JS'
import http from 'node:http'
let polls = 0
const log = []
http.createServer((request, response) => {
  let body = ''
  request.on('data', part => body += part)
  request.on('end', () => {
    log.push(`${request.method} ${request.url} ${body}`)
    const answer = (code, value) => { response.writeHead(code, { 'Content-Type': 'application/json' }); response.end(JSON.stringify(value)) }
    if (request.url === '/log') return answer(200, log)
    if (request.headers.authorization !== 'Basic ' + Buffer.from('user:right').toString('base64')) return answer(401, { title: 'unauthorized' })
    if (request.url === '/api/public/v1/health') return response.end('Successful operation')
    if (request.method === 'POST' && request.url === '/api/public/v1/jobs') {
      const { connectionId, jobType } = JSON.parse(body)
      if (jobType !== 'sync' || connectionId === 'unknown') return answer(404, { title: 'resource-not-found' })
      polls = 0
      return answer(200, { jobId: connectionId === 'broken' ? 8 : 7, status: 'pending', jobType: 'sync', startTime: '2024-03-03T17:41:01Z', connectionId })
    }
    const job = request.url.match(/^\/api\/public\/v1\/jobs\/(\d+)$/)
    if (!job) return answer(404, {})
    const status = ['pending', 'running', job[1] === '8' ? 'failed' : 'succeeded'][Math.min(polls++, 2)]
    answer(200, { jobId: Number(job[1]), status, jobType: 'sync', startTime: '2024-03-03T17:41:01Z', connectionId: 'x', bytesSynced: 5, rowsSynced: 1 })
  })
}).listen(0, '127.0.0.1', function () { console.log('listening on http://127.0.0.1:' + this.address().port) })
JS
node "$work/api.mjs" >"$work/api.out" &
api_pid=$!
trap 'kill $api_pid 2>/dev/null || true; cleanup' EXIT
for _ in $(seq 400); do grep -q listening "$work/api.out" && break; pause; done
new_project "$work/project" dvd-rental
cd "$work/project"
printf '#!/bin/sh\necho "$@" >>%s/dbt.txt\n' "$work" >"$work/dbt"
chmod +x "$work/dbt"
export AIRBYTE_SERVER_NAME="$(sed -n 's/^listening on //p' "$work/api.out")" AIRBYTE_USERNAME=user AIRBYTE_PASSWORD=right \
  AIRBYTE_CONNECTION_ID=a-connection AIRBYTE_POLL=0 DBT="$work/dbt"
status() { code=0; ./orchestrate.sh >"$work/out.txt" 2>&1 || code=$?; printf '%s' "$code"; }
expect 'a sync that succeeds' 0 "$(status)"
expect 'dbt, in this order' 'deps
build --target prod' "$(cat "$work/dbt.txt")"
expect 'what was asked' 'GET /api/public/v1/health , POST /api/public/v1/jobs {"connectionId":"a-connection","jobType":"sync"}, then 3 looks' \
  "$(curl -s "$AIRBYTE_SERVER_NAME/log" | node -e 'const l = JSON.parse(require("fs").readFileSync(0)).slice(0, -1); console.log(l.slice(0, 2).join(", ") + `, then ${l.slice(2).filter(x => x.startsWith("GET /api/public/v1/jobs/7 ")).length} looks`)')"
rm "$work/dbt.txt"
expect 'a sync that fails' 1 "$(AIRBYTE_CONNECTION_ID=broken status)"
expect_text 'it is told' 'sync 8: failed' "$work/out.txt"
expect 'a connection that is not there' 1 "$(AIRBYTE_CONNECTION_ID=unknown status)"
expect 'a wrong password' 1 "$(AIRBYTE_PASSWORD=wrong status)"
if grep -q wrong "$work/out.txt"; then printf 'WRONG the password is shown\n'; failures=$((failures + 1)); fi
[ ! -e "$work/dbt.txt" ] || { printf 'WRONG something was built on a load that failed\n'; failures=$((failures + 1)); }
finish
