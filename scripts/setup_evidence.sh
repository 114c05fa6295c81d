#!/bin/sh
# setup_evidence.sh: puts Evidence, in its last classic version, into .deps/evidence, for bench/pages. Needs npm.
#
# Its DuckDB-WASM would fetch the Parquet extension from another host and wait for it without an end where there is none.
# So it gets the newest one that has Parquet inside, which does not know two of the settings that Evidence makes.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
fail() { printf 'setup_evidence: %s\nsetup_evidence: what to do: %s\n' "$1" "$2" >&2; exit 1; }
folder=${LEAT_DEPS:-$root/.deps}/evidence
[ -e "$folder/ready" ] && { printf 'Evidence is there already: %s\n' "$folder"; exit 0; }
command -v npm >/dev/null || fail 'there is no npm' 'apt-get install npm'
rm -rf "$folder"
mkdir -p "$folder"
cat >"$folder/package.json" <<'JSON'
{"name": "peer", "version": "0.0.1", "private": true, "type": "module",
 "dependencies": {"@evidence-dev/evidence": "40.1.8", "@evidence-dev/core-components": "5.4.2", "@evidence-dev/duckdb": "2.0.1"},
 "overrides": {"@duckdb/duckdb-wasm": "1.28.0", "jsonwebtoken": "9.0.0", "trim@<0.0.3": ">0.0.3", "sqlite3": "5.1.5", "axios": "^1.7.4", "typescript": "5.4.2", "codemirror": "6.0.2"}}
JSON
cat >"$folder/evidence.config.yaml" <<'YAML'
plugins:
  components: {"@evidence-dev/core-components": {}}
  datasources: {"@evidence-dev/duckdb": {}}
YAML
(cd "$folder" && npm install --silent --no-audit --no-fund) || fail 'npm can not install it' 'read what it says above; check the network'
sed -i '/ieee_floating_point_ops/d; /old_implicit_casting/d' "$folder"/node_modules/@evidence-dev/universal-sql/src/client-duckdb/*.js
touch "$folder/ready"
printf 'Evidence is in %s\n' "$folder"
