#!/usr/bin/env python3
"""cases.py [--record] [NAME...]: runs the connectors of cases/ with Leat and compares requests, records and states with
what is recorded. --record asks the reference runtime (scripts/setup_interop.sh) and writes down what it does."""
import json
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)
from outcome import Cdk, Leat, Run, differences  # noqa: E402
from server import by_rules  # noqa: E402

KEPT = ("requests", "purposes", "records", "states", "control", "spec", "catalog", "check", "failed")


def read(run, case, manifest, config, state):
    mode = case.get("sync_mode", "incremental")
    schemas = case.get("schemas", {})  # what is selected of a stream
    streams = [{"stream": {"name": name, "json_schema": schemas.get(name, {}),
                           "supported_sync_modes": ["full_refresh", "incremental"]},
                "sync_mode": mode, "destination_sync_mode": "append"} for name in case["streams"]]
    given = [{"type": "STREAM", "stream": {"stream_descriptor": {"name": name}, "stream_state": value}}
             for name, value in (state or {}).items()]
    return run.go(manifest, config, {"streams": streams}, given or None)


def run_streams(case, manifest, program):
    with Run(lambda url_of: by_rules(case["rules"], url_of, case.get("kept_paths", [])), program, case.get("now", "2024-05-06T07:08:09Z")) as run:
        config = json.loads(json.dumps(case.get("config", {})).replace("{{url}}", run.server.url))
        config.setdefault("url", run.server.url)
        steps = {"first": read(run, case, manifest, config, case.get("state"))}
        # A second read goes on from the first one's states.
        if steps["first"]["states"] and case.get("reads", 2) > 1:
            steps["second"] = read(run, case, manifest, config, steps["first"]["states"])
        for verb in case.get("verbs", []):
            steps[verb] = run.go(manifest, config, verb=verb)
            if verb == "spec":  # a spec is asked for without a config
                steps[verb]["control"] = None
        return steps


def run_case(case, manifest, program):
    if not case.get("separately"):
        return run_streams(case, manifest, program)
    # Each stream against a server of its own: one that fails, or waits, must not touch another.
    return {"%s: %s" % (name, step): result for name in case["streams"]
            for step, result in run_streams({**case, "streams": [name]}, manifest, program).items()}


def main():
    record = "--record" in sys.argv
    names = [each for each in sys.argv[1:] if not each.startswith("-")]
    folder = os.path.join(here, "cases")
    python = os.environ.get("LEAT_INTEROP_PYTHON", os.path.expanduser("~/.cache/leat/interop/bin/python"))
    if record and not os.path.exists(python):
        print("skipped: %s is not there; scripts/setup_interop.sh makes it" % python)
        return 0
    leat = Leat(os.environ.get("LEAT", os.path.join(here, "../../build/dev/bin/leat")))
    reference = Cdk(python)
    failed = 0
    for name in sorted(names or os.listdir(folder)):
        with open(os.path.join(folder, name, "case.json")) as file:
            case = json.load(file)
        with open(os.path.join(folder, name, "manifest.yaml")) as file:
            manifest = file.read()
        path = os.path.join(folder, name, "expected.json")
        if record:
            steps = run_case(case, manifest, reference)
            for step, result in steps.items():
                if result["failed"] and not case.get("separately"):
                    print("%s: %s: the reference runtime: %s %s" % (name, step, result["errors"], result["said"]))
            with open(path, "w") as file:
                json.dump({step: {part: result[part] for part in KEPT if result[part]}
                           for step, result in steps.items()}, file, indent=1, sort_keys=True, ensure_ascii=False)
                file.write("\n")
        with open(path) as file:
            expected = json.load(file)
        actual = run_case(case, manifest, leat)
        wrong = []
        for step in sorted({**expected, **actual}):
            empty = {**dict.fromkeys(KEPT), "requests": [], "purposes": [], "records": [], "states": {}, "failed": False}
            if step not in expected or step not in actual:
                wrong.append("%s is missing" % step)
                continue
            if step.split(":")[0] in case.get("leat_refuses", {}):  # on purpose; the case says why
                wrong += [] if actual[step]["failed"] else ["%s: Leat has to refuse" % step]
                continue
            wrong += ["%s: %s" % (step, line) for line in differences({**empty, **expected[step]}, actual[step], True)]
        requests = sum(len(each.get("requests", [])) for each in expected.values())
        records = sum(len(each.get("records", [])) for each in expected.values())
        print("%s %s (%d streams, %d requests, %d records)" % ("FAILED " if wrong else "same   ", name,
                                                               len(case["streams"]), requests, records))
        for line in wrong:
            print("    " + line)
        failed += bool(wrong)
    print("%d cases differ" % failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
