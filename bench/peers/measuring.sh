# What the tasks of bench/peers share: sourced by their run.sh, which sets `task` and `root` before.
#
# BENCH_RUNS (3) says how often each tool runs, LEAT_BIN_DIR where the programs are, LEAT_PEERS where setup_peers.sh put
# the peers, PEERS which of them run.
bin=${LEAT_BIN_DIR:-$root/build/${PRESET:-release}/bin}
peers=${LEAT_PEERS:-${LEAT_DEPS:-$root/.deps}/peers}
runs=${BENCH_RUNS:-3}
export NO_COLOR=1 LEAT_LOG=quiet RUNTIME__DLTHUB_TELEMETRY=false DISABLE_TELEMETRY=true SLING_DISABLE_TELEMETRY=true DO_NOT_TRACK=1
say() { printf '%s: %s\n' "$task" "$*" >&2; }
fail() { printf '%s: %s\n' "$task" "$1" >&2; printf '%s: what to do: %s\n' "$task" "$2" >&2; exit 1; }
for program in leat bench_measure bench_duckdb; do
  [ -x "$bin/$program" ] || fail "$program is not built" 'run make bench, which builds it'
done
work=$(mktemp -d "${TMPDIR:-/tmp}/leat-bench.XXXXXX")
started=
finish() {
  for pid in $started; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

# make_source: a database of its own on the server of scripts/with_postgres.sh, which `sql` speaks to.
make_source() {
  url=${LEAT_TEST_POSTGRES%/*}/source
  export PGOPTIONS='-c client_min_messages=error'
  psql -qAtX "$LEAT_TEST_POSTGRES" -c 'create database source'
}
sql() { psql -qAtX -v ON_ERROR_STOP=1 "$url" -c "$1"; }
# has NAME: whether a peer is installed and wanted; says plainly when it is not.
has() {
  case " ${PEERS:-$1} " in *" $1 "*) ;; *) return 1 ;; esac
  [ -e "$peers/$1/ready" ] || { say "skipped: $1 is not installed (scripts/setup_peers.sh)"; return 1; }
}
# measured NAME CMD...: runs a command once and adds its line of bench_measure to NAME.times.
measured() {
  name=$1
  shift
  timeout "${BENCH_TIMEOUT:-600}" "$bin/bench_measure" "$work/one" "$@" >"$work/$name.out" 2>&1 </dev/null ||
    { tail -20 "$work/$name.out" >&2; fail "$name failed" 'look at the lines above'; }
  cat "$work/one" >>"$work/$name.times"
  say "$name: $(cut -d' ' -f1 "$work/one") s, $(cut -d' ' -f3 "$work/one") CPU s"
}
middle() { sort -n -k"$2,$2" "$work/$1.times" | awk -v column="$2" '{t[NR] = $column} END {print t[int((NR + 1) / 2)]}'; }
largest() { awk '$5 > m {m = $5} END {printf "%.0f", m / 1024}' "$work/$1.times"; }
quotient() { awk -v a="$1" -v b="$2" 'BEGIN {if (b > 0) printf "%.1f", a / b; else printf "-"}'; }
# row LABEL NAME BASE: a line of the table; ratios are NAME's over BASE's.
row() {
  [ -s "$work/$2.times" ] || return 0
  printf '| %s | %s | %s | %s | %s | %s | %s |\n' "$1" "$(middle "$2" 1)" "$(middle "$2" 3)" "$(largest "$2")" \
    "$(quotient "$(middle "$2" 1)" "$(middle "$3" 1)")" "$(quotient "$(middle "$2" 3)" "$(middle "$3" 3)")" \
    "$(quotient "$(largest "$2")" "$(largest "$3")")"
}
heading() {
  printf '\n| %s | seconds | CPU s | peak MB | x seconds | x CPU | x memory |\n|---|---|---|---|---|---|---|\n' "$1"
}
machine() {
  printf '%s, %s cores, %s GB, %s; medians of %s, peak of all runs; load at the end %s\n' \
    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)" "$(nproc)" "$(awk '/MemTotal/ {printf "%.0f", $2 / 1048576}' /proc/meminfo)" \
    "$(. /etc/os-release && printf '%s' "$PRETTY_NAME")" "$runs" "$(cut -d' ' -f1 /proc/loadavg)"
}
# same NAME TEXT: the first call says what is right, each further one must say the same.
same() {
  [ -e "$work/right" ] || { printf '%s' "$2" >"$work/right"; right_of=$1; }
  [ "$2" = "$(cat "$work/right")" ] || fail "the tables differ: $right_of has $(cat "$work/right"), $1 has $2" 'a wrong result has no speed'
}
versions() { # prints those of the peers that ran
  for each in "$@"; do
    [ -e "$peers/$each/ready" ] || continue
    case $each in
      sling) printf 'Sling %s with DuckDB 1.5.5; ' "$("$peers/sling/bin/sling" --version | sed 's/.*: *//')" ;;
      ingestr) printf 'ingestr %s; ' "$("$peers/ingestr/bin/ingestr" --version | sed 's/.* //')" ;;
      debezium) printf 'Debezium %s; ' "$(ls "$peers/debezium/lib" | sed -n 's/^debezium-embedded-\(.*\)\.jar/\1/p')" ;;
      *) printf '%s %s; ' "$each" "$("$peers/$each/bin/python" -c "import importlib.metadata as m; print(m.version('$each'))")" ;;
    esac
  done
  printf '\n'
}
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
