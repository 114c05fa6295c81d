#!/bin/sh
# The public airbyte-api Python client triggers a sync, polls it and lists what there is. scripts/setup_airbyte_client.sh
# installs it; LEAT_AIRBYTE_PYTHON names a Python that has it.
. "$(dirname -- "$0")/serve.sh"
python=${LEAT_AIRBYTE_PYTHON:-$root/.deps/airbyte_client/bin/python}
"$python" -c 'import airbyte_api' 2>/dev/null || { echo "skipped: airbyte-api is not installed (scripts/setup_airbyte_client.sh)"; exit 77; }
new_project
LEAT_API_CLIENT_ID=leat LEAT_API_CLIENT_SECRET=s3cret start_server
timeout 250 "$python" "$(dirname -- "$0")/airbyte_client.py" "$url" || fail "the client is not content"
finish
