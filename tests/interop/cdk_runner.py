"""Runs manifests with the reference runtime. Reads jobs from stdin, one JSON object a line: {now, out, arguments: [VERB,
MANIFEST, CONFIG, CATALOG or null, STATE or null]}; each runs in a process of its own, whose messages go to the file
`out`; then a line with the exit code is printed. Needs airbyte-cdk and freezegun."""
import json
import os
import random
import signal
import sys
import time

import yaml
from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteStateMessageSerializer, ConfiguredAirbyteCatalogSerializer
from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource
from freezegun import freeze_time

SECONDS_MAX = 90


def read_json(path):
    with open(path) as file:
        return json.load(file)


def run(verb, manifest_path, config_path, catalog_path, state_path):
    with open(manifest_path) as file:
        manifest = yaml.load(file, Loader=yaml.CSafeLoader)
    catalog = ConfiguredAirbyteCatalogSerializer.load(read_json(catalog_path)) if catalog_path else None
    state = [AirbyteStateMessageSerializer.load(each) for each in read_json(state_path)] if state_path else None
    source = ConcurrentDeclarativeSource(catalog=catalog, config=read_json(config_path), state=state,
                                         source_config=manifest, config_path=config_path)
    arguments = [verb] + (["--config", config_path] if verb != "spec" else [])
    if verb == "read":
        arguments += ["--catalog", catalog_path] + (["--state", state_path] if state_path else [])
    for message in AirbyteEntrypoint(source).run(AirbyteEntrypoint.parse_args(arguments)):
        print(message)


def child(job):
    signal.alarm(SECONDS_MAX)
    out = os.open(job["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    wait = time.sleep
    random.uniform = lambda _, most: most  # waits are as long as they may be
    with freeze_time(job["now"], tick=False) as clock:
        # Waits before another try pass at once, and the clock goes on by them.
        def pass_by(seconds):
            if seconds >= 1:
                clock.tick(seconds)
            wait(min(seconds, 0.01))

        time.sleep = pass_by
        try:
            run(*job["arguments"])
        except BaseException as error:
            if not isinstance(error, SystemExit):
                print(json.dumps({"type": "TRACE", "trace": {"type": "ERROR", "error": {
                    "message": repr(error)[:500]}}}))
            sys.stdout.flush()
            os._exit(1)
    sys.stdout.flush()
    os._exit(0)


for line in sys.stdin:
    job = json.loads(line)
    process = os.fork()
    if process == 0:
        child(job)
    print(os.waitpid(process, 0)[1], flush=True)
