#!/usr/bin/env python3
"""catalogue.py FOLDER [--record FILE | --expect FILE] [--jobs N] [NAME...]: asks public connectors, whose manifests lie
in FOLDER, for spec, check and discover and reads some of their streams with Leat, and compares with the reference
runtime: now (needs scripts/setup_interop.sh), or with the hashes in FILE that --record wrote."""
import argparse
import concurrent.futures
import json
import os
import re
import sys
import traceback

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)
from outcome import Cdk, Leat, Run, differences, digest, in_order  # noqa: E402

NOW = "2024-02-03T04:05:06Z"
PYTHON = os.environ.get("LEAT_INTEROP_PYTHON", os.path.expanduser("~/.cache/leat/interop/bin/python"))


def catalog_of(name):
    return {"streams": [{"stream": {"name": name, "json_schema": {},
                                    "supported_sync_modes": ["full_refresh", "incremental"]},
                         "sync_mode": "incremental", "destination_sync_mode": "append"}]}


class Subject:
    """A connector and all that is asked of it."""

    def __init__(self, path, streams_max):
        from answers import shapes_of
        from generate import Connector
        self.connector = Connector(path)
        self.streams = self.connector.streams(shapes_of(self.connector.manifest), streams_max)

    def run(self, make_wanted, program, troubles=True):
        from answers import Answers, shapes_of
        return Run(lambda url_of: Answers(self.connector.manifest, shapes_of(self.connector.manifest), make_wanted,
                                          url_of, troubles), program, NOW)

    def verb(self, verb, program):
        with self.run(self.connector.checked(), program, False) as run:
            return run.go(self.connector.manifest_for(run.server.url), self.connector.config, verb=verb)

    def read(self, name, program):
        with self.run([name], program) as run:
            manifest = self.connector.manifest_for(run.server.url)
            first = run.go(manifest, self.connector.config, catalog_of(name))
            if first["failed"] or not first["states"]:
                return first
            # A second read goes on from the first one's state.
            state = [{"type": "STREAM", "stream": {"stream_descriptor": {"name": key}, "stream_state": value}}
                     for key, value in first["states"].items()]
            second = run.go(manifest, self.connector.config, catalog_of(name), state)
            for part in ("requests", "purposes", "records"):
                first[part] = first[part] + ["second: " + line for line in second[part]]
            first["states"] = {"first": first["states"], "second": second["states"]}
            first["failed"] = second["failed"]
            first["errors"] += second["errors"]
            return first

    def steps(self):
        for verb in ("spec", "check", "discover"):
            yield verb, lambda program, verb=verb: self.verb(verb, program)
        for name in self.streams:
            yield "read " + name, lambda program, name=name: self.read(name, program)


def without_seconds(result):
    """How long was waited before somebody looked at the clock depends on which slice came first."""
    from answers import SECONDS
    text = SECONDS.sub(r"\1{{s}}", json.dumps(result))
    return json.loads(re.sub(r'"lookback_window": [0-9]{1,3}([,}])', r'"lookback_window": 0\1', text))


def hashes(result):
    if result["failed"]:  # what came before a failure is not compared
        return {"failed": digest(True)}
    out = {"requests": digest([sorted(result["requests"]), in_order(result)]), "records": digest(result["records"])}
    for part in ("states", "control", "spec", "catalog", "check"):
        if result[part]:
            out[part] = digest(result[part])
    return out


programs = {}


def remembered(subject, step, ask, arguments):
    """What the reference runtime says, or said when it was asked the same before."""
    folder = os.environ.get("LEAT_INTEROP_KEPT")
    if not folder:
        return ask(programs.setdefault("cdk", Cdk(arguments.python)))
    parts = [subject.connector.version, step, subject.connector.config]
    for source in ("answers.py", "generate.py"):
        with open(os.path.join(here, source)) as file:
            parts.append(file.read())
    path = os.path.join(folder, digest(parts))
    if not os.path.exists(path):
        result = ask(programs.setdefault("cdk", Cdk(arguments.python)))
        with open(path + ".new", "w") as file:
            json.dump(result, file)
        os.rename(path + ".new", path)
    with open(path) as file:
        return json.load(file)


def compare(path, arguments, expected):
    name = os.path.basename(path).rsplit(".", 1)[0]
    out = {"name": name, "steps": {}, "lines": [], "counts": [], "version": ""}
    try:
        subject = Subject(path, arguments.streams)
        out["version"] = subject.connector.version
        if expected is not None and expected[name]["version"] != out["version"]:
            out["skipped"] = True
            return out
        ours = programs.setdefault("leat", Leat(arguments.leat))
        for step, ask in subject.steps():
            if expected is not None and step not in expected[name]["steps"]:
                continue
            actual = without_seconds(ask(ours))
            if expected is not None:
                wanted, found = expected[name]["steps"][step], hashes(actual)
                wrong = ["%s differ" % part for part in sorted({**wanted, **found})
                         if wanted.get(part) != found.get(part)]
            else:
                reference = without_seconds(remembered(subject, step, ask, arguments))
                wrong = differences(reference, actual)
                out["steps"][step] = hashes(reference)
                out["counts"].append("%s %d/%d%s" % (step.replace("read ", ""), len(reference["requests"]),
                                                     len(reference["records"]), "!" if reference["failed"] or
                                                     reference["check"] == "FAILED" else ""))
                if wrong and (reference["failed"] or reference["check"] == "FAILED"):
                    wrong.append("the reference says: %s %s" % (reference["errors"], reference["said"][-500:]))
            out["lines"] += ["%s: %s" % (step, line) for line in wrong]
    except Exception:
        out["lines"].append(traceback.format_exc())
    return out


def arguments_of():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--record")
    parser.add_argument("--expect")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--streams", type=int, default=3)
    parser.add_argument("--leat", default=os.environ.get("LEAT", os.path.join(here, "../../build/dev/bin/leat")))
    parser.add_argument("--python", default=PYTHON)
    return parser.parse_args()


def main():
    arguments = arguments_of()
    os.environ["https_proxy"] = "http://127.0.0.1:9"  # nobody's real address is asked
    expected = None
    try:
        import yaml  # noqa: F401
    except ImportError:
        print("skipped: PyYAML is not there; scripts/setup_interop.sh makes a place with it")
        return 0
    if arguments.expect:
        with open(arguments.expect) as file:
            expected = json.load(file)
        arguments.names = arguments.names or sorted(expected)
    elif not os.path.exists(arguments.python):
        print("skipped: %s is not there; scripts/setup_interop.sh makes it" % arguments.python)
        return 0
    names = arguments.names or sorted(each[:-5] for each in os.listdir(arguments.folder) if each.endswith(".yaml"))
    kept, same, skipped, wrong = {}, 0, 0, 0
    paths = [os.path.join(arguments.folder, name + ".yaml") for name in names]
    present = [path for path in paths if os.path.exists(path)]
    for path in paths:
        if path not in present:
            print("skipped %s: the manifest is not in %s" % (os.path.basename(path), arguments.folder))
            skipped += 1
    with concurrent.futures.ProcessPoolExecutor(arguments.jobs) as pool:
        for out in pool.map(compare, present, [arguments] * len(present), [expected] * len(present)):
            if out.get("skipped"):
                print("skipped %s: another version of the manifest was recorded" % out["name"])
                skipped += 1
                continue
            good = not out["lines"]
            same += good
            wrong += not good
            print("%s %s (%s)" % ("same   " if good else "differs", out["name"], ", ".join(out["counts"])))
            for line in out["lines"]:
                print("    " + line[:400])
            sys.stdout.flush()
            if good:
                kept[out["name"]] = {"version": out["version"], "steps": out["steps"]}
    if arguments.record:
        with open(arguments.record, "w") as file:
            json.dump(kept, file, indent=1, sort_keys=True)
            file.write("\n")
    print("%d connectors are the same, %d differ, %d skipped" % (same, wrong, skipped))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
