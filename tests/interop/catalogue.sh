#!/bin/sh
# catalogue.sh [FOLDER]: public connectors do what the reference runtime did with them, by the hashes in catalogue.json.
# Exit code 77 means skipped: the catalogue is not fetched (scripts/setup_manifests.sh), or there is no PyYAML.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
folder=${1:-${LEAT_MANIFESTS:-${LEAT_DEPS:-$here/../../.deps}/manifests}}
[ -f "$folder/source-zoom.yaml" ] || { printf 'skipped: the catalogue is not fetched (scripts/setup_manifests.sh)\n'; exit 77; }
python3 -c 'import yaml' 2>/dev/null || { printf 'skipped: PyYAML is not there (apt-get install python3-yaml)\n'; exit 77; }
LEAT=${LEAT:-${LEAT_BIN_DIR:-$here/../../build/dev/bin}/leat} exec python3 "$here/catalogue.py" "$folder" --expect "$here/catalogue.json"
