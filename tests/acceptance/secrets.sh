#!/bin/sh
# Secrets never reach a log, an error, an artifact, a page, the run store or a crash: debug logs, refused tokens, a
# failing login and an aborted run, then every file that was written is searched, also as bytes.
. "$(dirname -- "$0")/acceptance.sh"
token=tok-7f3a9c1e5b2d4680
from_file=file-c0ffee11d00dfeed
from_command=cmd-5ca1ab1edeadbeef
login=pw-0ddba11ca5cade11
start_soda --generate "x2n5-8w5q=crimes:4000" --generate z8bn-74gv=stations --generate htai-wnw4=wards --require-token "$token"
logs=$work/logs
mkdir "$logs" "$work/hidden"
printf '%s\n' "$from_file" >"$work/hidden/file"
printf 'printf %%s %s\n' "$from_command" >"$work/hidden/command"
new_project "$work/project"
cd "$work/project"
printf 'APP_TOKEN=%s\n' "$token" >.env
# Three more secrets in settings that are sent, refused and printed in errors.
cat >>leat.yml <<YAML

  hidden_file:
    source:
      type: declarative
      manifest: connectors/chicago.yaml
      config: {base_url: "\${SODA_URL}", app_token: "\${file:$work/hidden/file}"}
    schema: hidden_a
    streams: {police_stations: {mode: overwrite}}
  hidden_command:
    source:
      type: declarative
      manifest: connectors/chicago.yaml
      config: {base_url: "\${SODA_URL}", app_token: "\${command:sh $work/hidden/command}"}
    schema: hidden_b
    streams: {police_stations: {mode: overwrite}}
YAML
# `connections:` is followed by other parts of the file: the new ones go to its end.
python_free_move() {
  awk '/^  hidden_file:/ {hold = 1} hold {held = held $0 "\n"; next} {print}
    END {printf "%s", held > "held.txt"}' leat.yml >rest.txt
  awk 'FNR == NR {held = held $0 "\n"; next} {print} /^connections:/ {printf "%s", held}' held.txt rest.txt >leat.yml
  rm -f held.txt rest.txt
}
python_free_move
sed -i "s|^  postgres: .*|&\n  refused: {type: postgres, url: \"postgresql://nobody:$login@127.0.0.1:1/nowhere\"}|" leat.yml

run() { # NAME WANTED_CODE COMMAND...: 0 or "fails"
  name=$1 wanted=$2
  shift 2
  code=0
  "$@" >"$logs/$name.out" 2>"$logs/$name.err" || code=$?
  case $wanted in
    0) expect "$name ends well" 0 "$code" ;;
    *) [ "$code" -ne 0 ] && expect "$name fails" yes yes || expect "$name fails" yes no ;;
  esac
}
run good 0 "$bin/leat" --log-format json -vv run --exclude "fqn:hidden_file.*" "fqn:hidden_command.*"
run check 0 "$bin/leat" -vv check chicago
run refused_file fails "$bin/leat" --log-format json -vv sync hidden_file
run refused_command fails "$bin/leat" -vv sync hidden_command
run login fails "$bin/leat" -vv sync chicago --target refused
run broken fails "$bin/leat" -vv query "select '$token' from nowhere"
run state 0 "$bin/leat" -vv state show chicago
# A crash in the middle of a load, with core dumps allowed.
(ulimit -c unlimited 2>/dev/null; LEAT_FAILPOINTS=sync_before_commit=abort "$bin/leat" -vv sync chicago \
  >"$logs/crash.out" 2>"$logs/crash.err") || true
ls core* "$work"/core* 2>/dev/null && { printf 'WRONG a core was dumped\n'; failures=$((failures + 1)); }

rm -rf "$work/hidden" .env
sed -i '/127.0.0.1:1/d' leat.yml
for secret in "$token" "$from_file" "$from_command" "$login"; do
  found=$(grep -rlaF -- "$secret" "$work/project" "$logs" || true)
  expect "no file holds ${secret%%-*}-…" "" "$found"
done
finish
