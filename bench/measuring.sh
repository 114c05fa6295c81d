# What all tasks share: sourced by their run.sh, which sets `task` and `root` before.
#
# What a task prints is a part of docs/benchmarks.md, in Markdown: tables by `heading` and `row`, then `goals`. All else
# goes to stderr. BENCH_RUNS (5) says how often each program runs, LEAT_BIN_DIR where the programs are, LEAT_PEERS where
# setup_peers.sh put the peers, PEERS which of them run.
bin=${LEAT_BIN_DIR:-$root/build/${PRESET:-release}/bin}
deps=${LEAT_DEPS:-$root/.deps}
peers=${LEAT_PEERS:-$deps/peers}
runs=${BENCH_RUNS:-5}
export NO_COLOR=1 LEAT_LOG=quiet RUNTIME__DLTHUB_TELEMETRY=false DISABLE_TELEMETRY=true SLING_DISABLE_TELEMETRY=true \
  DO_NOT_TRACK=1 DBT_SEND_ANONYMOUS_USAGE_STATS=false PGOPTIONS='-c client_min_messages=error'
say() { printf '%s: %s\n' "$task" "$*" >&2; }
fail() { printf '%s: %s\n%s: what to do: %s\n' "$task" "$1" "$task" "$2" >&2; exit 1; }
needs() { # PROGRAM...: of Leat's own
  for program in "$@"; do [ -x "$bin/$program" ] || fail "$program is not built" 'run make bench, which builds it'; done
}
# skip WHAT TO-DO: the whole task, or a part where the caller goes on
skip() { say "skipped: $1 ($2)"; printf '\nNot measured: %s (%s).\n' "$1" "$2"; }
needs leat bench_measure bench_duckdb
work=$(mktemp -d "${TMPDIR:-/tmp}/leat-bench.XXXXXX")
chmod 755 "$work"   # a server under another user reads from it
started=
finish() {
  for pid in $started; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

# listening FILE: waits until a server, the last of `started`, has said where it is.
listening() {
  until grep -q '://\|port ' "$1"; do
    kill -0 "${started##* }" 2>/dev/null || { cat "$1" >&2; fail 'a server did not start' 'look at the lines above'; }
    timeout 0.1 tail -f /dev/null || true
  done
}
# make_source: a database of its own on the server of scripts/with_postgres.sh, which `sql` speaks to.
make_source() {
  url=${LEAT_TEST_POSTGRES%/*}/source
  psql -qAtX "$LEAT_TEST_POSTGRES" -c 'create database source'
}
sql() { psql -qAtX -v ON_ERROR_STOP=1 "$url" -c "$1"; }
# has NAME: whether a peer is installed and wanted; says plainly when it is not.
has() {
  case " ${PEERS:-$1} " in *" $1 "*) ;; *) return 1 ;; esac
  [ -e "$peers/$1/ready" ] || { skip "$1" 'scripts/setup_peers.sh installs it'; return 1; }
}
# measured NAME CMD...: runs a command once and adds its line of bench_measure to NAME.times.
measured() {
  name=$1
  shift
  timeout "${BENCH_TIMEOUT:-900}" "$bin/bench_measure" "$work/one" "$@" >"$work/$name.out" 2>&1 </dev/null ||
    { tail -20 "$work/$name.out" >&2; fail "$name failed" 'look at the lines above'; }
  cat "$work/one" >>"$work/$name.times"
  say "$name: $(cut -d' ' -f1 "$work/one") s, $(cut -d' ' -f3 "$work/one") CPU s"
}
# due NAME: whether it is to run once more. What takes more than 20 s runs three times at most, more than 60 s once.
due() {
  [ -s "$work/$1.times" ] || return 0
  awk -v runs="$runs" '$1 > m {m = $1} END {exit !(NR < (m > 60 ? 1 : m > 20 && runs > 3 ? 3 : runs))}' "$work/$1.times"
}
# in_turn NAME...: calls run_NAME of each, one after the other, round by round, as often as each is due.
in_turn() {
  for round in $(seq "$runs"); do
    for each in "$@"; do ! due "$each" || "run_$each"; done
  done
}
# same NAME TEXT: the first call says what is right, each further one must say the same.
same() {
  [ -e "$work/right" ] || { printf '%s' "$2" >"$work/right"; right_of=$1; }
  [ "$2" = "$(cat "$work/right")" ] || fail "the results differ: $right_of has $(cat "$work/right"), $1 has $2" 'a wrong result has no speed'
}

# Figures of NAME.times. Columns: 1 seconds, 2 and 5 KB of the program and of all its processes, 3 CPU seconds, 4 own KB.
middle() { sort -n -k"$2,$2" "$work/$1.times" | awk -v column="$2" '{t[NR] = $column} END {print t[int((NR + 1) / 2)]}'; }
largest() { awk -v column="${2:-5}" '$column > m {m = $column} END {printf (m < 102400 ? "%.1f" : "%.0f"), m / 1024}' "$work/$1.times"; }
calculate() { awk "BEGIN {printf \"${2:-%.2f}\", $1}"; }
quotient() { awk -v a="$1" -v b="$2" 'BEGIN {q = b > 0 ? a / b : 0; printf (q < 10 ? "%.2f" : q < 100 ? "%.1f" : "%.0f"), q}'; }
# ratio A B [COLUMN]: A's figure over B's; of runs in turn the median of the neighbours' ratios.
ratio() {
  if [ "$(wc -l <"$work/$1.times")" = "$(wc -l <"$work/$2.times")" ]; then
    paste -d ' ' "$work/$1.times" "$work/$2.times" | awk -v c="${3:-1}" '{print $c / $(c + NF / 2)}' | sort -n |
      awk '{r[NR] = $1} END {q = r[int((NR + 1) / 2)]; printf (q < 10 ? "%.2f" : q < 100 ? "%.1f" : "%.0f"), q}'
  else
    quotient "$(middle "$1" "${3:-1}")" "$(middle "$2" "${3:-1}")"
  fi
}
# heading WHAT, then row LABEL NAME [LEAT'S NAME]: a line of the table; x is how many times what Leat took.
heading() {
  printf '\n| %s | seconds | CPU s | peak MB | x seconds | x CPU | x memory |\n|---|---|---|---|---|---|---|\n' "$1"
}
row() {
  [ -s "$work/$2.times" ] || return 0
  printf '| %s | %s | %s | %s |' "$1" "$(middle "$2" 1)" "$(middle "$2" 3)" "$(largest "$2")"
  if [ -n "${3:-}" ]; then
    printf ' %s | %s | %s |\n' "$(ratio "$2" "$3")" "$(ratio "$2" "$3" 3)" "$(quotient "$(largest "$2")" "$(largest "$3")")"
  else
    printf ' | | |\n'
  fi
}
# goal LABEL VALUE 'at most'|'at least'|under|over LIMIT [UNIT]: a line of the goals, judged.
goal() {
  case $3 in 'at most') test='<=' ;; 'at least') test='>=' ;; under) test='<' ;; over) test='>' ;; esac
  printf '| %s | %s | %s %s | %s |\n' "$1" "$2${5:+ $5}" "$3" "$4${5:+ $5}" \
    "$(awk -v value="$2" -v limit="$4" "BEGIN {print (value ~ /^[0-9.]+\$/ && value + 0 $test limit + 0) ? \"reached\" : \"**not reached**\"}")" >>"$work/goals"
}
goals() {
  printf '\n| goal of %s | measured | goal | |\n|---|---|---|---|\n' "$task"
  cat "$work/goals"
}
# ahead LABEL PEER LEAT: a goal that a peer takes longer, and more CPU, than Leat.
ahead() {
  [ -s "$work/$2.times" ] || return 0
  goal "$1: seconds" "$(ratio "$2" "$3")" over 1 x
  goal "$1: CPU seconds" "$(ratio "$2" "$3" 3)" over 1 x
}
versions() { # prints those of the peers that are installed
  for each in "$@"; do
    [ -e "$peers/$each/ready" ] || continue
    case $each in
      sling) printf 'Sling %s with DuckDB 1.5.5; ' "$("$peers/sling/bin/sling" --version | sed 's/.*: *//')" ;;
      ingestr) printf 'ingestr %s; ' "$("$peers/ingestr/bin/ingestr" --version | sed 's/.* //')" ;;
      debezium) printf 'Debezium %s; ' "$(ls "$peers/debezium/lib" | sed -n 's/^debezium-embedded-\(.*\)\.jar/\1/p')" ;;
      *) printf '%s %s; ' "$each" "$(python_version "$peers/$each" "$each")" ;;
    esac
  done
  printf '\n'
}
python_version() { "$1/bin/python" -c "import importlib.metadata as m; print(m.version('$2'))"; }
# How the peers that load DuckDB are called.
sling_environment() { # FILE OF DUCKDB: leaves the connection `duck`
  mkdir -p "$work/sling"
  printf 'connections:\n  duck: {type: duckdb, instance: "%s"}\n%s\n' "$1" "${2:-}" >"$work/sling/env.yaml"
}
sling() { # NAME ARGS...
  sling_name=$1
  shift
  measured "$sling_name" env HOME="$peers/sling/home" SLING_HOME_DIR="$work/sling" DUCKDB_PATH="$peers/sling/bin/duckdb" \
    "$peers/sling/bin/sling" run "$@"
}
ingestr() { # NAME ARGS...
  ingestr_name=$1
  shift
  measured "$ingestr_name" env HOME="$work" ADBC_DRIVER_PATH="$peers/ingestr/adbc" "$peers/ingestr/bin/ingestr" ingest --yes --progress log "$@"
}
