"""What a run of a connector amounts to, in a form that two runtimes can be compared by."""
import hashlib
import json
import os
import subprocess
import tempfile
from urllib.parse import parse_qsl

from server import Server

# Headers of the client library, not of the connector, where they have these values.
OWN_HEADERS = {"host", "content-length", "connection", "accept-encoding"}
PAGE_NAMES = {"page", "offset", "after", "p", "token", "cursor"}
OWN_VALUES = {("accept", "*/*")}


def text(value):
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def request_line(asked):
    body = asked["body"]
    kind = asked["headers"].get("content-type", "")
    if "json" in kind and body:
        try:
            body = text(json.loads(body))
        except ValueError:
            pass
    elif "form" in kind:
        body = "&".join("%s=%s" % pair for pair in sorted(parse_qsl(body, keep_blank_values=True)))
    headers = {name: value for name, value in asked["headers"].items()
               if name not in OWN_HEADERS and (name, value) not in OWN_VALUES
               and not (name == "user-agent" and value.startswith(("python-requests", "leat")))}
    query = "&".join("%s=%s" % (name, value) for name, value in sorted(asked["query"]))
    return "%s %s?%s %s %s" % (asked["method"], asked["path"], query, text(headers), body)


def run(command, environment, limit=60):
    """The output of a program; "" and a reason when it does not end in time."""
    try:
        done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return "", "timeout"
    return done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")[-2000:]


def messages_of(output):
    out = []
    for line in output.split("\n"):
        if line.startswith("{"):
            try:
                out.append(json.loads(line))
            except ValueError:
                pass
    return out


def catalog_part(stream):
    """A stream of a catalog without what is the same as not being said."""
    out = {key: value for key, value in stream.items() if value not in (None, [], False)}
    out.setdefault("json_schema", {})
    return out


def slice_of(asked):
    """What a request is for, apart from the page."""
    return [asked["path"]] + sorted(pair for pair in asked["query"] if pair[0] not in PAGE_NAMES)


def outcome(server, output, said):
    url = server.url
    result = {"requests": [], "purposes": [], "records": [], "states": {}, "failed": False, "check": None, "spec": None,
              "catalog": None, "control": None, "errors": [], "said": said}
    ended = False
    for message in messages_of(output):
        kind = message["type"]
        if kind == "RECORD":
            record = message["record"]
            # The reference runtime leaves out a record's own fields that are null.
            data = {key: value for key, value in record["data"].items() if value is not None}
            result["records"].append(text([record["stream"], data]))
        elif kind == "STATE":
            stream = message["state"].get("stream")
            if stream:
                result["states"][stream["stream_descriptor"]["name"]] = stream.get("stream_state")
        elif kind == "TRACE" and message["trace"]["type"] == "ERROR":
            result["failed"] = True
            result["errors"].append(message["trace"]["error"]["message"])
        elif kind == "CONNECTION_STATUS":
            result["check"] = message["connectionStatus"]["status"]
            result["errors"].append(message["connectionStatus"].get("message") or "")
        elif kind == "SPEC":
            result["spec"] = {key: value for key, value in message["spec"].items() if value not in (None, [], False)}
        elif kind == "CATALOG":
            result["catalog"] = {each["name"]: catalog_part(each) for each in message["catalog"]["streams"]}
        elif kind == "CONTROL":
            result["control"] = message["control"]["connectorConfig"]["config"]
        ended = True
    if not ended:
        result["failed"] = True
    wanted = getattr(server.answer, "asked_for", [slice_of(each) for each in server.asked])
    for asked, purpose in zip(server.asked, wanted[-len(server.asked):]):
        line = request_line(asked)
        # How often a token or a parent's page, which is kept, is asked for is each runtime's own affair.
        kept = purpose == "token" or asked["path"] in getattr(server.answer, "kept_paths", ())
        if not kept or line not in result["requests"]:
            result["requests"].append(line)
            result["purposes"].append(repr(purpose))
    hide = lambda line: line.replace(url, "{{url}}").replace(url.replace("http://", ""), "{{host}}")
    result["requests"] = [hide(line) for line in result["requests"]]
    result["records"] = sorted(hide(line) for line in result["records"])
    for part in ("states", "control", "spec", "catalog"):
        result[part] = json.loads(hide(text(result[part])))
    return result


def digest(value):
    return hashlib.sha256(text(value).encode()).hexdigest()[:16]


def in_order(result):
    """The requests of each slice in their order: those of different slices may overtake each other, and of slices that
    ask for the same nobody can tell which one asks, so that only what comes first counts."""
    out = {}
    for line, purpose in zip(result["requests"], result["purposes"]):
        if line not in out.setdefault(purpose, []):
            out[purpose].append(line)
    return sorted(out.values())


def lines_that_differ(part, expected, actual):
    missing, extra = list(expected), []
    for line in actual:
        if line in missing:
            missing.remove(line)
        else:
            extra.append(line)
    out = ["%s missing (%d): %s" % (part, len(missing), line) for line in missing[:2]]
    return out + ["%s extra (%d):   %s" % (part, len(extra), line) for line in extra[:2]]


def differences(expected, actual, also_failed=False):
    if expected["failed"] and not also_failed:  # what came before a failure is not compared
        return [] if actual["failed"] else ["failed: expected true, actual false"]
    out = lines_that_differ("requests", expected["requests"], actual["requests"])
    out += lines_that_differ("records", expected["records"], actual["records"])
    if not out and in_order(expected) != in_order(actual):
        out.append("requests come in another order: %s" % text(actual["requests"])[:600])
    parts = ("failed", "check") if expected["failed"] else ("states", "control", "spec", "catalog", "failed", "check")
    for part in parts:
        if part in expected and expected[part] != actual[part]:
            out += first_difference(part, expected[part], actual[part])
            if part in ("failed", "check"):
                out[-1] += " %s %s" % (actual["errors"], actual["said"][-300:])
    return out


def first_difference(where, expected, actual):
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key in list(expected) + [each for each in actual if each not in expected]:
            if expected.get(key) != actual.get(key):
                if key not in expected or key not in actual:
                    return ["%s: %s is %s" % (where, key, "missing" if key in expected else "extra: "
                                              + text(actual[key])[:300])]
                return first_difference("%s.%s" % (where, key), expected[key], actual[key])
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for i, (one, other) in enumerate(zip(expected, actual)):
            if one != other:
                return first_difference("%s[%d]" % (where, i), one, other)
    return ["%s: expected %s, actual %s" % (where, text(expected)[:700], text(actual)[:700])]


class Run:
    """One run of one runtime against a server of its own."""

    def __init__(self, make_answer, program, now):
        holder = []
        self.server = Server(make_answer(lambda: holder[0].url))
        holder.append(self.server)
        self.program, self.now = program, now

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.close()

    def go(self, manifest, config, catalog=None, state=None, verb="read"):
        self.server.asked.clear()
        with tempfile.TemporaryDirectory() as folder:
            def keep(name, content):
                if content is None:
                    return None
                path = os.path.join(folder, name)
                with open(path, "w") as file:
                    file.write(content if isinstance(content, str) else json.dumps(content))
                return path

            output, said = self.program(self.now, os.path.join(folder, "out"), [
                verb, keep("manifest.yaml", manifest), keep("config.json", config), keep("catalog.json", catalog),
                keep("state.json", state)])
            return outcome(self.server, output, said)


class Leat:
    def __init__(self, binary, concurrency=1):
        self.binary, self.concurrency = binary, concurrency

    def __call__(self, now, _, arguments):
        verb, manifest, config, catalog, state = arguments
        command = [self.binary, "connector", verb, "--manifest", manifest]
        command += ["--config", config] if verb != "spec" else []
        command += ["--catalog", catalog] if catalog else []
        command += ["--state", state] if state else []
        if self.concurrency and verb != "spec":
            command += ["--concurrency", str(self.concurrency)]
        return run(command, {"LEAT_CLOCK": now})


class Cdk:
    """The reference runtime, loaded once."""

    def __init__(self, python):
        self.python, self.process = python, None

    def __call__(self, now, out, arguments):
        if self.process is None:
            runner = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cdk_runner.py")
            self.process = subprocess.Popen([self.python, runner], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            text=True)
        self.process.stdin.write(json.dumps({"now": now, "out": out, "arguments": arguments}) + "\n")
        self.process.stdin.flush()
        code = self.process.stdout.readline().strip()
        with open(out, errors="replace") as file:
            output = file.read()
        said = "\n".join(line for line in output.splitlines() if not line.startswith("{"))[-1500:]
        return output, "exit %s %s" % (code, said)
