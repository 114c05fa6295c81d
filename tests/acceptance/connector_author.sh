#!/bin/sh
# What those who write a connector do first, against both stand-ins: a draft of an address or an OpenAPI document reads
# at once; a recording ends at its bound, and its replay says the same each time.
. "$(dirname -- "$0")/acceptance.sh"
tomorrow_pid=
stop_all() { [ -z "$tomorrow_pid" ] || kill "$tomorrow_pid" 2>/dev/null || true; cleanup; }
trap stop_all EXIT
start_soda --generate x2n5-8w5q=crimes:3000
"$bin/tomorrow_stand_in" --port 0 --now 2024-05-29T12:14:00Z --key right-key-value >"$work/tomorrow.out" 2>&1 &
tomorrow_pid=$!
for _ in $(seq 200); do
  tomorrow=$(sed -n 's/^listening on //p' "$work/tomorrow.out" 2>/dev/null || true)
  [ -n "$tomorrow" ] && break
  pause
done
cd "$work"

# An address: the draft knows Socrata's pages, and reads.
leat connector new "$SODA_URL/resource/x2n5-8w5q.json" -o crimes.yaml >new.out
expect_text 'what comes next' 'leat connector try crimes.yaml' new.out
leat connector lint crimes.yaml >/dev/null
leat connector try crimes.yaml >try.out
expect_text 'a draft of an address reads at once' '10 of the records that came' try.out
expect 'requests for ten records' 1 "$(grep -c '→ 200' try.out)"
leat connector try crimes.yaml --limit 2500 >try.out
expect 'pages' 3 "$(grep -c '→ 200' try.out)"

# An address with a key: it is one of the config, and in no other file.
leat connector new "$tomorrow/v4/weather/forecast?location=41.5,-93.6&timesteps=1h,1d&apikey=right-key-value" \
  -o weather.yaml --config weather.json >new.out
if grep -q right-key-value weather.yaml new.out; then printf 'WRONG the key is in the draft\n'; failures=$((failures + 1)); fi
leat connector try weather.yaml --config weather.json --stream hourly --stream daily >try.out
expect 'hours and days' 2 "$(grep -cE '^(hourly|daily)$' try.out)"
expect 'types' 2 "$(grep -c '^time *timestamptz' try.out)"
if leat connector try weather.yaml >try.out 2>&1; then printf 'WRONG a config is not missed\n'; failures=$((failures + 1)); fi
expect_text 'a config that is missing' --config try.out

# An OpenAPI document, from a file: the address it names, the key that it asks for.
cat >openapi.yaml <<END
openapi: 3.0.3
info: {title: Crimes}
servers: [{url: "$SODA_URL/resource"}]
paths:
  /x2n5-8w5q.json:
    get:
      parameters:
        - {name: \$limit, in: query, schema: {type: integer, default: 500}}
        - {name: \$offset, in: query, schema: {type: integer}}
      responses:
        "200":
          content: {application/json: {schema: {type: array, items: {type: object, properties: {case_: {type: string}, beat: {type: string}}}}}}
END
leat connector new openapi.yaml -o opened.yaml >new.out
leat connector try opened.yaml >try.out
expect_text 'a draft of an OpenAPI document reads at once' '10 of the records that came' try.out

# A recording ends at its bound.
leat connector record crimes.yaml --cassette crimes.cassette --cassette-bytes 1MB >record.out
expect_text 'the end of a recording' 'has reached its bound' record.out
expect_text 'what was recorded' '1,000 records, and there are more' record.out
expect 'bytes within the bound' 1 "$(($(wc -c <crimes.cassette) < 1048700))"
stop_soda
leat connector replay crimes.yaml --cassette crimes.cassette >first.jsonl
leat connector replay crimes.yaml --cassette crimes.cassette >second.jsonl
expect 'replays' same "$(cmp -s first.jsonl second.jsonl && echo same || echo different)"
expect 'records of a replay' 1000 "$(grep -c '"type":"RECORD"' first.jsonl)"
expect_text 'the end of a replay' 'The recording ends here' first.jsonl
finish
