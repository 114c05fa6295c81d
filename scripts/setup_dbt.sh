#!/bin/sh
# Installs dbt-core with its DuckDB and PostgreSQL adapters from PyPI into .deps/dbt, for the comparison with Leat in
# tests/interop/dbt_packages.sh. DuckDB is of the line that Leat embeds, so that both run the same SQL engine.
set -eu
cd "$(dirname -- "$0")/.."
place=${LEAT_DEPS:-.deps}/dbt
[ -x "$place/bin/dbt" ] && { printf 'dbt is there: %s\n' "$place/bin/dbt"; exit 0; }
command -v python3 >/dev/null || { printf 'setup_dbt: python3 is not installed\nwhat to do: install the package python3-venv\n' >&2; exit 1; }
printf 'installing dbt-core from PyPI into %s\n' "$place"
python3 -m venv "$place"
"$place/bin/pip" -q install 'dbt-core==1.11.*' 'dbt-duckdb==1.10.*' 'dbt-postgres==1.10.*' 'duckdb==1.5.*' dbt-tests-adapter pytest ||
  { rm -rf "$place"; printf 'setup_dbt: the packages could not be installed\nwhat to do: check the network and PyPI\n' >&2; exit 1; }
"$place/bin/dbt" --version
