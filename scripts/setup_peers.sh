#!/bin/sh
# setup_peers.sh [FOLDER]: puts the tools that bench/peers compares Leat with into FOLDER (.deps/peers): dlt, Sling, ingestr,
# Dagster and SQLMesh from PyPI, each in a virtual environment of its own, and Debezium from Maven Central.
#
# What can't be installed is said at the end, and the benches skip it. Run again, it does only what is missing. Nothing of it
# is needed by the tests.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
folder=${1:-${LEAT_DEPS:-$root/.deps}/peers}
command -v python3 >/dev/null || { printf 'setup_peers: python3 is not installed\nsetup_peers: what to do: install the package python3-venv\n' >&2; exit 1; }
mkdir -p "$folder"
folder=$(CDPATH= cd -- "$folder" && pwd)
missing=
# peer NAME NEEDED PACKAGE...: a virtual environment with the packages; it counts when its bin has NEEDED.
peer() {
  name=$1 needed=$2
  shift 2
  [ -e "$folder/$name/ready" ] && return 0
  rm -rf "${folder:?}/$name"
  if python3 -m venv "$folder/$name" && "$folder/$name/bin/pip" -q install "$@" && [ -x "$folder/$name/bin/$needed" ]; then
    touch "$folder/$name/ready"
  else
    missing="$missing $name"
  fi
}

# DuckDB is of the line that Leat embeds wherever the peer lets one choose.
peer dlt dlt 'dlt[duckdb]==1.31.0' 'duckdb==1.5.6' 'sqlalchemy==2.0.*' psycopg2-binary==2.9.13 pyarrow==26.0.1 connectorx==0.4.6
peer dagster dagster 'dagster==1.13.27' 'dagster-webserver==1.13.27'
peer sqlmesh sqlmesh 'sqlmesh==0.236.4' 'duckdb==1.5.6'
# The newest whose wheel has the program inside; later ones fetch it from elsewhere when they are first called.
peer ingestr ingestr 'ingestr==1.1.0'
# It would fetch the ADBC driver of DuckDB, which is DuckDB's own library: it gets the one that Leat links.
library=$(CDPATH= cd -- "$folder/.." && pwd)/duckdb/lib/libduckdb.so
if [ -e "$folder/ingestr/ready" ] && [ -e "$library" ]; then
  mkdir -p "$folder/ingestr/adbc"
  printf 'manifest_version = 1\nname = "DuckDB"\n[ADBC]\nversion = "1.1.0"\n[Driver]\nentrypoint = "duckdb_adbc_init"\n[Driver.shared]\nlinux_amd64 = "%s"\n' \
    "$library" >"$folder/ingestr/adbc/duckdb.toml"
fi
# Likewise. It drives DuckDB's command line program, whose wheel and those of the two extensions that it wants end at 1.5.5.
peer sling duckdb 'sling-linux-amd64==1.4.11' 'duckdb-cli==1.5.5' 'duckdb-extension-json==1.5.5' 'duckdb-extension-httpfs==1.5.5'
if [ -e "$folder/sling/ready" ] && [ ! -x "$folder/sling/bin/sling" ]; then
  within() { find "$folder/sling/lib" -path "*$1" | head -1; }
  chmod +x "$(within sling_linux_amd64/bin/sling-linux-amd64)"
  ln -s "$(within sling_linux_amd64/bin/sling-linux-amd64)" "$folder/sling/bin/sling"
  ln -sf "$(within duckdb_cli/duckdb)" "$folder/sling/bin/duckdb"
  extensions=$folder/sling/home/.duckdb/extensions/v1.5.5/linux_amd64
  mkdir -p "$extensions"
  for each in json httpfs; do ln -sf "$(within "/$each.duckdb_extension")" "$extensions/"; done
fi

# Debezium as its embedded engine: what Debezium Server runs.
debezium=$folder/debezium
if [ ! -e "$debezium/ready" ]; then
  rm -rf "$debezium"
  mkdir -p "$debezium"
  cat >"$debezium/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>peer</groupId> <artifactId>peer</artifactId> <version>1</version>
  <dependencies>
    <dependency><groupId>io.debezium</groupId><artifactId>debezium-embedded</artifactId><version>3.6.0.Final</version></dependency>
    <dependency><groupId>io.debezium</groupId><artifactId>debezium-connector-postgres</artifactId><version>3.6.0.Final</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
XML
  if ! command -v mvn >/dev/null || ! command -v javac >/dev/null; then
    printf 'setup_peers: Debezium needs Maven and a JDK (the packages maven and default-jdk-headless)\n' >&2
    missing="$missing debezium"
  elif (cd "$debezium" && mvn -q -B dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=lib); then
    touch "$debezium/ready"
  else
    missing="$missing debezium"
  fi
fi

for name in dlt sling ingestr debezium dagster sqlmesh; do
  [ -e "$folder/$name/ready" ] && printf 'setup_peers: %s is in %s\n' "$name" "$folder/$name"
done
for name in $missing; do
  printf 'setup_peers: %s could not be installed; its rows will be missing\n' "$name" >&2
done
[ -z "$missing" ] || printf 'setup_peers: what to do: read what pip or Maven says above; check the network, PyPI and Maven Central\n' >&2
[ -z "$missing" ]
