#!/bin/sh
# Installs dbt from PyPI, for comparisons with Leat: dbt-core 1.11 with its DuckDB and PostgreSQL adapters and its adapter
# tests into .deps/dbt, dbt-core 1.12 into .deps/dbt_1_12 (it takes a parser by --v2-parser) and dbt Core 2 into
# .deps/dbt_2. DuckDB is of the line that Leat embeds, so that both run the same SQL engine.
set -eu
cd "$(dirname -- "$0")/.."
deps=${LEAT_DEPS:-.deps}
command -v python3 >/dev/null || { printf 'setup_dbt: python3 is not installed\nwhat to do: install the package python3-venv\n' >&2; exit 1; }
install() { # FOLDER PIP-ARGUMENTS…
  place=$1
  shift
  [ -x "$place/bin/pip" ] || python3 -m venv "$place"
  "$place/bin/pip" -q install "$@" || {
    rm -rf "$place"
    printf 'setup_dbt: the packages could not be installed\nwhat to do: check the network and PyPI\n' >&2
    exit 1
  }
}
there() { [ -x "$1/bin/dbt" ] && printf 'dbt is there: %s\n' "$1/bin/dbt"; }

there "$deps/dbt" || install "$deps/dbt" 'dbt-core==1.11.*' 'dbt-duckdb==1.10.*' 'dbt-postgres==1.10.*' 'duckdb==1.5.*' \
  dbt-tests-adapter pytest

# dbt-core 1.12 wants its experimental parser as well, a package whose build downloads the program from elsewhere: all
# but that is installed, and Leat is the parser.
there "$deps/dbt_1_12" || {
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  install "$deps/dbt_1_12" 'duckdb==1.5.*' psycopg2-binary 'dbt-adapters<2' 'dbt-common<2'
  "$deps/dbt_1_12/bin/pip" -q download --no-deps -d "$work" 'dbt-core==1.12.6'
  "$deps/dbt_1_12/bin/python" - "$work" >"$work/needed" <<'PY'
import glob, sys, zipfile
wheel = zipfile.ZipFile(glob.glob(sys.argv[1] + "/dbt_core-*.whl")[0])
text = wheel.read(next(name for name in wheel.namelist() if name.endswith("/METADATA"))).decode()
for line in text.splitlines():
    if line.startswith("Requires-Dist: ") and "experimental" not in line:
        print(line[len("Requires-Dist: "):])
PY
  install "$deps/dbt_1_12" -r "$work/needed"
  install "$deps/dbt_1_12" --no-deps "$work"/dbt_core-*.whl dbt-duckdb dbt-postgres
}

# The newest of dbt Core 2 that PyPI itself holds; later ones are fetched from elsewhere while they are installed.
there "$deps/dbt_2" || install "$deps/dbt_2" --no-deps 'dbt-core==2.0.0a4'
for each in dbt dbt_1_12 dbt_2; do "$deps/$each/bin/dbt" --version 2>/dev/null | sed -n 1,3p; done
