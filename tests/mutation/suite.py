"""The tests of the copy that plant.py wrote: builds what one needs, and runs it with a fault or without.

A test is named as ctest names it. After @ stand the files of a program of unit tests, or the recipes of a script, that
are asked. A case is one test of a program, or one recipe.
"""
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

SKIPPED = 77
PROGRAMS = ("unit.", "conformance.", "dbt.histories.")
RECIPES = "replication.recipes.15."  # those on the usual server take any, as arguments
# What scripts run; programs of tests need nothing but themselves, or what is named here.
FOR_SCRIPTS = ["leat", "leat-script", "soda", "snowflake_stand_in", "script_runner"]
ON_SERVER = ("unit.sources", "unit.warehouses")  # of the programs of unit tests, those that ask PostgreSQL
BESIDE = {"conformance.snowflake": ["snowflake_stand_in"]}
LEAST, TIMES = 60, 4  # seconds that a test is given at least, and how many times longer than without a fault
LONGEST = 1800  # seconds for a test without a fault


class Suite:
    def __init__(self, sources, folder):
        self.sources, self.folder = sources, folder
        self.build = os.path.join(sources, "build/release")
        listed = subprocess.run(["ctest", "--test-dir", self.build, "--show-only=json-v1"], check=True,
                                capture_output=True).stdout
        self.tests = {test["name"]: test for test in json.loads(listed)["tests"] if "command" in test}
        self.stamp = json.load(open(os.path.join(sources, ".stamp")))
        self.built, self.broken = set(), {}
        self.path = os.path.join(folder, "baseline.json")
        held = json.load(open(self.path)) if os.path.exists(self.path) else {}
        self.took = {name: took for name, (stamp, took) in held.items() if stamp == self.stamp["sources"]}

    def knows(self, name):
        return name.partition("@")[0] in self.tests

    def make(self, name):
        """Builds what the test runs, and nothing else."""
        test = name.partition("@")[0]
        program = os.path.basename(self.tests[test]["command"][0])
        targets = [program] + BESIDE.get(test, []) if test.startswith(PROGRAMS) else FOR_SCRIPTS
        missing = [target for target in targets if target not in self.built]
        if not missing:
            return
        print(f"  building {' '.join(missing)}", flush=True)
        log = os.path.join(self.folder, "build.log")
        with open(log, "a") as out:
            code = subprocess.run(["cmake", "--build", self.build, "--target"] + missing, stdout=out, stderr=out).returncode
        if code != 0:
            raise SystemExit(f"{' '.join(missing)} can't be built; see {log}")
        self.built.update(missing)

    def command(self, name, case):
        test, _, part = name.partition("@")
        words = list(self.tests[test]["command"])
        if test.startswith(RECIPES):
            return words + ([case] if case else part.split(",") if part else [])
        if part and not case:
            words.append(f"--source-file={part}")
        if case:
            words.append("--test-case=" + re.sub(r'[,"*\\]', "?", case))
        # Of a program the first that fails is enough.
        return words + ["--abort-after=1"] if test.startswith(PROGRAMS) else words

    def run(self, name, fault, limit, case=""):
        """Its code (None: it did not end in time), its output and the seconds that it took."""
        self.make(name)
        test = self.tests[name.partition("@")[0]]
        properties = {each["name"]: each["value"] for each in test.get("properties", [])}
        around = dict(os.environ, LEAT_FAULT=str(fault))
        around.update(pair.split("=", 1) for pair in properties.get("ENVIRONMENT", []))
        temporary = tempfile.mkdtemp(prefix="leat-mutation-")
        os.chmod(temporary, 0o755)
        around["TMPDIR"] = temporary
        if not name.startswith("unit.") or name.startswith(ON_SERVER):
            clean_server(around)
        begun, lines = time.monotonic(), []
        process = subprocess.Popen(self.command(name, case), cwd=properties.get("WORKING_DIRECTORY", self.build),
                                   env=around, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, start_new_session=True)
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
        try:
            while time.monotonic() - begun < limit and code is None and not wrong.is_set():
                try:
                    code = process.wait(timeout=0.2)
                except subprocess.TimeoutExpired:
                    pass
        finally:  # also where the whole run is interrupted
            if code is None:
                end(process)
                code = 1 if wrong.is_set() else None
            for how in (signal.SIGTERM, signal.SIGKILL):
                signal_group(process, how)  # what it may have left running
            reader.join(timeout=5)
            shutil.rmtree(temporary, ignore_errors=True)
        output = "".join(lines)
        log = re.sub("[^A-Za-z0-9_.]+", "-", f"{fault}-{name}{'-' + case[:40] if case else ''}") + ".txt"
        open(os.path.join(self.folder, "log", log), "w").write(output)
        return code, output, time.monotonic() - begun

    def passes(self, name):
        """Whether the test passes without a fault: it is run once for each state of the sources."""
        if name not in self.took and name not in self.broken:
            code, output, took = self.run(name, 0, LONGEST)
            if code == SKIPPED:
                self.broken[name] = "is skipped here"
            elif code is None:
                self.broken[name] = f"does not end within {LONGEST} s without a fault"
            elif code != 0:
                self.broken[name] = "fails without a fault"
                print(output[-3000:], file=sys.stderr)
            else:
                self.took[name] = took
                with open(self.path, "w") as out:
                    json.dump({each: (self.stamp["sources"], took) for each, took in self.took.items()}, out, indent=1)
            if name in self.broken:
                print(f"  {name} {self.broken[name]} and can catch nothing", flush=True)
        return name in self.took

    def limit(self, took):
        return LEAST + TIMES * took


def failed_case(name, output):
    """The case by which a test failed, "" where it can't be asked alone."""
    if name.startswith(PROGRAMS):
        case = ""
        for line in output.split("\n"):
            if line.startswith("TEST CASE:  "):
                case = line.removeprefix("TEST CASE:  ")
            elif "ERROR: " in line:
                return case
    if name.startswith(RECIPES):
        found = re.search(r"^WRONG (\w+):", output, re.M)
        return found.group(1) if found else ""
    return ""


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


CLEAN = r"""
select pg_terminate_backend(pid) from pg_stat_activity where backend_type in ('client backend', 'walsender')
  and pid <> pg_backend_pid();
select pg_drop_replication_slot(slot_name) from pg_replication_slots;
select format('rollback prepared %L', gid) from pg_prepared_xacts \gexec
select format('drop database if exists %I with (force)', datname) from pg_database where not datistemplate \gexec
create database postgres;
"""


def clean_server(around):
    """What a test that failed left on the server must not be what the next one fails by: it gets a database of its own."""
    server = around.get("LEAT_TEST_POSTGRES")
    if not server:
        return
    admin = server.rsplit("/", 1)[0] + "/template1"
    subprocess.run(["psql", "-qXAt", admin], input=CLEAN, capture_output=True, text=True)
