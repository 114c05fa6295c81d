"""Asks the suite about the faults that are planted: run.py SOURCES RESULTS [NUMBER...]; see run.sh, which builds them.

A fault is caught when a test of its area fails, or does not end, with LEAT_FAULT=NUMBER. A test counts only if it
passed with LEAT_FAULT=0; what it took then is what it is given, four times over, and a minute. With TESTS=PATTERN only the
tests whose names begin so are asked; a fault that they don't notice is said to be unnoticed, and not to survive.
"""
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import plant

SKIPPED = 77
CAUGHT, HUNG, SURVIVED, UNNOTICED = "caught", "hung", "SURVIVED", "unnoticed"


class Suite:
    def __init__(self, sources, folder):
        self.build, self.folder = os.path.join(sources, "build/release"), folder
        listed = subprocess.run(["ctest", "--test-dir", self.build, "--show-only=json-v1"], check=True,
                                capture_output=True).stdout
        self.tests = {test["name"]: test for test in json.loads(listed)["tests"] if "command" in test}
        self.path = os.path.join(folder, "baseline.json")
        held = json.load(open(self.path)) if os.path.exists(self.path) else {}
        self.took = {name: took for name, (stamp, took) in held.items() if stamp == self.stamp(name)}

    def stamp(self, name):
        """When what the test runs was built."""
        name = name.partition("@")[0]
        program = self.tests[name]["command"][0] if name in self.tests else ""
        if not program.startswith(os.path.join(self.build, "bin")):
            program = os.path.join(self.build, "bin/leat")
        return os.path.getmtime(program) if os.path.exists(program) else 0

    def command(self, name):
        test, _, part = name.partition("@")
        words = list(self.tests[test]["command"])
        if part and test.startswith("replication."):
            return words + part.split(",")
        if part:
            words.append(f"--source-file={part}")
        # Of a program of unit tests the first that fails is enough.
        return words + ["--abort-after=1"] if name.startswith(("unit.", "conformance.", "dbt.histories.")) else words

    def run(self, name, fault, limit):
        """Runs a test: its code (None: it did not end in time), its output and the seconds that it took."""
        test = self.tests[name.partition("@")[0]]
        properties = {each["name"]: each["value"] for each in test.get("properties", [])}
        around = dict(os.environ, LEAT_FAULT=str(fault))
        around.update(pair.split("=", 1) for pair in properties.get("ENVIRONMENT", []))
        temporary = tempfile.mkdtemp(prefix="leat-mutation-")
        os.chmod(temporary, 0o755)
        around["TMPDIR"] = temporary
        clean_server(around)
        begun, lines = time.monotonic(), []
        process = subprocess.Popen(self.command(name), cwd=properties.get("WORKING_DIRECTORY", self.build), env=around,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   start_new_session=True)
        wrong = threading.Event()

        def read():
            for line in process.stdout:
                lines.append(line.decode(errors="replace"))
                # What a script finds wrong makes it fail at its end, whatever comes between.
                if line.startswith(b"WRONG ") and fault:
                    wrong.set()

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        code = None
        while time.monotonic() - begun < limit and code is None and not wrong.is_set():
            try:
                code = process.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                pass
        if code is None:
            end(process)
            code = 1 if wrong.is_set() else None
        reader.join(timeout=5)
        for how in (signal.SIGTERM, signal.SIGKILL):
            signal_group(process, how)  # what it may have left running
        shutil.rmtree(temporary, ignore_errors=True)
        return code, "".join(lines), time.monotonic() - begun

    def has_passed(self, name):
        """Whether the test passes without a fault; it is run once a build."""
        if name not in self.took:
            code, output, took = self.run(name, 0, 900)
            if code == SKIPPED:
                print(f"  {name} is skipped here and can catch nothing", flush=True)
            elif code != 0:
                raise SystemExit(f"{name} fails without a fault:\n{output[-3000:]}")
            self.took[name] = took if code == 0 else -1
            json.dump({each: (self.stamp(each), took) for each, took in self.took.items()}, open(self.path, "w"),
                      indent=1)
        return self.took[name] >= 0

    def ask(self, fault, names):
        """What became of the fault: a word, and the test that caught it."""
        for name in names:
            if not re.match(os.environ.get("TESTS", ""), name):
                continue
            if name.partition("@")[0] not in self.tests:
                raise SystemExit(f"faults.txt: there is no test {name}")
            if not self.has_passed(name):
                continue
            limit = 60 + 4 * self.took[name]
            code, output, took = self.run(name, fault.number, limit)
            log = os.path.join(self.folder, "log", f"{fault.number}-{re.sub('[^a-z0-9_.]+', '-', name)}.txt")
            open(log, "w").write(output)
            if code is None:
                return HUNG, name.partition("@")[0]
            if code not in (0, SKIPPED):
                return CAUGHT, name.partition("@")[0]
        return SURVIVED, ""


def signal_group(process, how):
    try:
        os.killpg(process.pid, how)
    except ProcessLookupError:
        pass


def end(process):
    """A script tidies up when it is told to end."""
    signal_group(process, signal.SIGTERM)
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        signal_group(process, signal.SIGKILL)
        process.wait()


def clean_server(around):
    """What a test that failed left on the server must not be what the next one fails by: it gets a database of its own."""
    server = around.get("LEAT_TEST_POSTGRES")
    if not server:
        return
    admin = server.rsplit("/", 1)[0] + "/template1"

    def ask(sql):
        return subprocess.run(["psql", "-qXAt", admin, "-c", sql], capture_output=True, text=True).stdout.split()

    ask("select pg_terminate_backend(pid) from pg_stat_activity where backend_type in ('client backend', 'walsender') "
        "and pid <> pg_backend_pid()")
    ask("select pg_drop_replication_slot(slot_name) from pg_replication_slots")
    for prepared in ask("select gid from pg_prepared_xacts"):
        ask(f"rollback prepared '{prepared}'")
    for database in ask("select datname from pg_database where not datistemplate"):
        ask(f'drop database if exists "{database}" with (force)')
    ask("create database postgres")


def digest(fault):
    return hashlib.sha256(repr((fault.file, fault.what, sorted(fault.parts.items()))).encode()).hexdigest()[:12]


def read_results(path):
    held = {}
    if os.path.exists(path):
        for line in open(path):
            number, mark, word, test = line.rstrip("\n").split("\t")
            held[int(number)] = (mark, word, test)
    return held


def write_results(path, held):
    with open(path, "w") as out:
        for number in sorted(held):
            out.write("\t".join((str(number),) + held[number]) + "\n")


def row_of(fault, held):
    mark, word, test = held.get(fault.number, ("", "", ""))
    if mark != digest(fault):
        word, test = "not run", ""
    cell = {CAUGHT: f"`{test}`", HUNG: f"`{test}`, which did not end",
            UNNOTICED: "**unnoticed by the quick tests; the slow ones were not asked**"}.get(word, f"**{word}**")
    return f"| {fault.number} | {fault.area} | {fault.what} | {cell} |"


def report(faults, held, path):
    """Writes the table into the page, between its marks."""
    current = [held[f.number] for f in faults if f.number in held and held[f.number][0] == digest(f)]
    caught = sum(word in (CAUGHT, HUNG) for _, word, _ in current)
    hung = sum(word == HUNG for _, word, _ in current)
    survived = sum(word == SURVIVED for _, word, _ in current)
    lines = [f"**{caught} of {len(faults)} faults are caught**, {hung} of them because a test does not end. {survived}"
             f" survive all tests of their area, {len(current) - caught - survived} were not noticed by the quick tests"
             f" and not shown to the slow ones, {len(faults) - len(current)} were not run.", "",
             "| | area | what goes wrong | caught by |", "|---|---|---|---|"]
    lines += [row_of(fault, held) for fault in faults]
    text = open(path).read()
    begin, finish = "<!-- begin -->\n", "<!-- end -->"
    head, rest = text.split(begin, 1)
    open(path, "w").write(head + begin + "\n".join(lines) + "\n" + finish + rest.split(finish, 1)[1])
    print(re.sub(r"\*\*", "", lines[0]))
    return caught, len(faults)


def main():
    sources, folder = sys.argv[1], sys.argv[2]
    faults, tests = plant.read()
    wanted = [int(word) for word in sys.argv[3:]] or [fault.number for fault in faults]
    os.makedirs(os.path.join(folder, "log"), exist_ok=True)
    path, page = os.path.join(folder, "results.tsv"), os.path.join(plant.ROOT, "docs/mutation.md")
    suite, held = Suite(sources, folder), read_results(path)
    for fault in faults:
        if fault.number not in wanted:
            continue
        begun = time.monotonic()
        word, test = suite.ask(fault, tests[fault.area])
        if word == SURVIVED and os.environ.get("TESTS"):
            word = UNNOTICED
        before = held.get(fault.number)
        if word != UNNOTICED or not before or before[0] != digest(fault):
            held[fault.number] = (digest(fault), word, test)
            write_results(path, held)
        print(f"{fault.number:3} {word:8} {test or '-':36} {time.monotonic() - begun:5.0f} s  {fault.what}", flush=True)
    caught, count = report(faults, held, page)
    return 0 if caught >= 0.95 * count else 1


if __name__ == "__main__":
    sys.exit(main())
