#!/usr/bin/env python3
"""A server that works for 90 minutes while everything around it fails: scripts/with_postgres.sh tests/soak/soak.py

    soak.py [--minutes 90] [--speed 60] [--seed N] [--report FILE]

`leat serve` runs on a clock that goes `speed` times as fast: changes of PostgreSQL and an API's rows come in by
schedules, models and a page are built after them, clients ask its API, its pages and its SQL all the while. In turn, at
random: the network to the source is cut or slow, the API refuses, the disk is full, PostgreSQL is restarted, the server
is killed, stopped and started again, and its clock is set ahead or back at a restart. Nothing is injected in the last
third, which shows whether memory or files grow in a server that is left alone.

Checked: every row of every source table is in the warehouse, the API's rows equal those that a project reads that is
built anew; every model equals what its rows make; transactions over two tables are never seen in half, by SQL or on the
page; no tick is decided twice, no job is left; the memory, files, threads and descriptors of the last third don't grow.
Needs root (a small file system that can be full), python3-psycopg2, psql; exit code 77 means skipped.
"""
import argparse
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True
from network import Network  # noqa: E402

BIN = Path(os.environ.get("LEAT_BIN_DIR", ROOT / "build/release/bin"))
DISK_MB = 1500
PASSWORD = "a-soak"


def now():
    return datetime.now(timezone.utc)


def say(text):
    print(f"{now():%H:%M:%S} {text}", flush=True)


class Sources:
    """A PostgreSQL of the environment and the stand-in of a city's API, both behind networks that can fail."""

    def __init__(self, work):
        import psycopg2
        self.psycopg2 = psycopg2
        self.admin = os.environ["LEAT_TEST_POSTGRES"]
        self.url = self.admin.rsplit("/", 1)[0] + "/soak"
        self.execute(self.admin, "create database soak")
        self.execute(self.url, (HERE / "source.sql").read_text())
        self.data, self.port = self.value("show data_directory"), int(self.value("show port"))
        self.postgres = Network(self.port)
        self.soda_process = subprocess.Popen(
            [BIN / "soda", "--port", "0", "--generate", "x2n5-8w5q=crimes:5000", "--generate", "z8bn-74gv=stations",
             "--generate", "htai-wnw4=wards"],
            stdout=subprocess.PIPE, text=True)
        self.soda_url = self.soda_process.stdout.readline().removeprefix("listening on ").strip()
        self.soda = Network(int(self.soda_url.rsplit(":", 1)[1]))
        self.writing, self.transactions, self.orders, self.lost = True, 0, 0, 0
        self.random = random.Random(1)
        self.begun = now()

    def execute(self, url, sql):
        connection = self.psycopg2.connect(url, connect_timeout=10)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
        connection.close()

    def value(self, sql, url=None):
        connection = self.psycopg2.connect(url or self.admin, connect_timeout=10)
        with connection.cursor() as cursor:
            cursor.execute(sql)
            found = cursor.fetchone()[0]
        connection.close()
        return found

    def write(self):
        """Transactions until it is told to end; a connection that is lost is made anew."""
        key = 1_000_000
        while self.writing:
            try:
                connection = self.psycopg2.connect(self.url, connect_timeout=5)
                while self.writing:
                    key += 1
                    with connection.cursor() as cursor:
                        self.one_transaction(cursor, key)
                    connection.commit()
                    self.transactions += 1
                    time.sleep(0.02)
            except self.psycopg2.Error:
                self.lost += 1
                time.sleep(0.5)

    def one_transaction(self, cursor, key):
        pick, amount = self.random.randrange, self.random.randrange(1, 1000)
        if key % 3 == 0:
            cursor.execute("update debit set v = v - %s where id = %s", (amount, pick(1, 100)))
            cursor.execute("update credit set v = v + %s where id = %s", (amount, pick(1, 100)))
        elif key % 3 == 1:
            cursor.execute("insert into items values (%s, %s, %s, 'new')", (key, key % 10, amount))
            cursor.execute("delete from items where id = %s", (key - pick(1000, 5000),))
        else:
            cursor.execute("update items set v = %s, note = repeat('x', %s) where id between %s and %s",
                           (amount, amount, low := pick(1, 20000), low + 5))

    def city_time(self):
        return f"{self.begun + (now() - self.begun) * 60:%Y-%m-%dT%H:%M:%S.000Z}"

    def change_city(self):
        while self.writing:
            for kind, rows in (("change", 15), ("add", 3)):
                self.order(f"{kind}?rows={rows}&seed={self.orders + 10}&now={self.city_time()}")
                self.orders += 1
            time.sleep(3)

    def order(self, what):
        urllib.request.urlopen(urllib.request.Request(f"{self.soda_url}/__soda/{what}", method="POST"), timeout=10).read()

    def restart_postgres(self):
        programs = os.environ["LEAT_POSTGRES_PROGRAMS"]
        words = [f"{programs}/pg_ctl", "-D", self.data, "-m", "immediate", "-o", f"-p {self.port}", "-l",
                 f"{self.data}/../server.log", "-w", "-t", "60", "restart"]
        subprocess.run((["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []) + words, cwd="/",
                       stdout=subprocess.DEVNULL, check=True)

    def end(self):
        self.soda_process.kill()


class Server:
    """`leat serve` over the project: its life, and what it takes while it lives."""

    def __init__(self, project, variables, speed, log):
        self.project, self.variables, self.speed, self.log = project, variables, speed, log
        self.process, self.addresses, self.is_meant_to_live, self.shift = None, {}, False, timedelta(0)
        self.starts, self.begun, self.samples = 0, now(), []

    def clock(self):
        """The clock began at the soak's first moment and goes on over restarts; `shift` is how far it was set."""
        start = self.begun + self.shift
        return f"{start:%Y-%m-%dT%H:%M:%S}Z*{self.speed}@{self.begun:%Y-%m-%dT%H:%M:%S}Z"

    def start(self):
        out = open(self.log, "a")
        place = out.tell()
        self.process = subprocess.Popen(
            [BIN / "leat", "--project", self.project, "serve", "--port", "0", "--pages-port", "0", "--sql-port", "0"],
            stdout=out, stderr=out, env={**self.variables, "LEAT_CLOCK": self.clock()})
        self.starts += 1
        for _ in range(600):
            lines = self.log.read_text(errors="replace")[place:].splitlines()
            if any(line.startswith("Press Ctrl+C") for line in lines):
                self.addresses = dict(line.split(" at ", 1) for line in lines if " at " in line and not line[:2].isdigit())
                self.is_meant_to_live = True
                return
            if self.process.poll() is not None:
                raise SystemExit(f"soak: the server did not start:\n{self.log.read_text()[place:]}")
            time.sleep(0.1)
        raise SystemExit("soak: the server said no address in a minute")

    def stop(self, how):
        self.is_meant_to_live = False
        began = time.monotonic()
        self.process.send_signal(how)
        self.process.wait(timeout=120)
        return time.monotonic() - began

    def address(self, name):
        return next((url for key, url in self.addresses.items() if name in key), None)

    def sample(self):
        folder = f"/proc/{self.process.pid}"
        try:
            status = dict(line.split(":", 1) for line in open(f"{folder}/status").read().splitlines())
            self.samples.append({
                "at": round((now() - self.begun).total_seconds()), "life": self.starts,
                "rss_mb": int(status["VmRSS"].split()[0]) / 1024, "threads": int(status["Threads"]),
                "descriptors": len(os.listdir(f"{folder}/fd")),
                "warehouse_mb": (self.project / "w.duckdb").stat().st_size / 1e6,
                "store_mb": sum(p.stat().st_size for p in (self.project / ".leat").glob("*.db*")) / 1e6})
        except (OSError, KeyError):
            pass  # it died, or the disk is gone, in this moment


class Clients:
    """People who look: at the API, the pages and SQL. A refused call while the server is away is no fault."""

    def __init__(self, server):
        self.server, self.asking = server, True
        self.calls, self.failures, self.torn = {"api": 0, "page": 0, "sql": 0}, [], []

    def run(self):
        while self.asking:
            for kind in self.calls:
                before = self.server.starts
                try:
                    getattr(self, kind)()
                    self.calls[kind] += 1
                except Exception as error:  # noqa: BLE001 - what it is decides
                    if self.server.is_meant_to_live and before == self.server.starts and not self.is_expected(str(error)):
                        self.failures.append(f"{now():%H:%M:%S} {kind}: {error}")
            time.sleep(0.3)

    @staticmethod
    def is_expected(error):
        """What a full disk, or a server that has just gone, makes of a call."""
        return any(word in error for word in ("refused", "reset", "closed", "No space left", "LEAT-WAREHOUSE-003",
                                              "HTTP Error 404", "does not exist", "IncompleteRead", "timed out"))

    def get(self, url):
        return urllib.request.urlopen(url, timeout=20).read().decode()

    def api(self):
        for path in ("/health", "/metrics", "/api/leat/v1/jobs", "/api/leat/v1/assets"):
            self.get(self.server.address("API") + path)

    def page(self):
        text = self.get(self.server.address("pages"))
        shown = re.search(r"balance is (?:<[^>]*>)?([-\d,]+)", text)
        if shown and shown[1] != "0":
            self.torn.append(f"page: {shown[1]}")

    def sql(self):
        url = self.server.address("SQL")
        done = subprocess.run(
            ["psql", "-qXAt", url, "-c", "select (select sum(v) from raw.debit) + (select sum(v) from raw.credit)"],
            capture_output=True, text=True, timeout=30, env={**os.environ, "PGPASSWORD": PASSWORD})
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        if done.stdout.strip() != "0":
            self.torn.append(f"sql: {done.stdout.strip()}")


class Faults:
    def __init__(self, sources, server, disk, seed):
        self.sources, self.server, self.disk, self.random = sources, server, disk, random.Random(seed)
        self.counts = {}
        self.kinds = [self.cut_network, self.slow_network, self.refusing_api, self.full_disk, self.restarted_postgres,
                      self.killed_server, self.stopped_server, self.clock_ahead, self.clock_back]

    def one(self):
        kind = self.random.choice(self.kinds)
        self.counts[kind.__name__] = self.counts.get(kind.__name__, 0) + 1
        say(f"fault: {kind.__name__}")
        kind()

    def for_a_while(self):
        time.sleep(self.random.uniform(2, 12))

    def cut_network(self):
        for network in (self.sources.postgres, self.sources.soda):
            network.cut()
        self.for_a_while()
        for network in (self.sources.postgres, self.sources.soda):
            network.heal()

    def slow_network(self):
        self.sources.postgres.delay = self.sources.soda.delay = 0.2
        self.for_a_while()
        self.sources.postgres.delay = self.sources.soda.delay = 0

    def refusing_api(self):
        self.sources.order("fail?next=5&status=503")
        self.for_a_while()

    def full_disk(self):
        ballast = self.disk / "ballast"
        with open(ballast, "wb") as out:
            try:
                while True:
                    out.write(b"\0" * (1 << 20))
                    out.flush()
            except OSError:
                pass
        self.for_a_while()
        ballast.unlink()

    def restarted_postgres(self):
        self.sources.restart_postgres()

    def killed_server(self):
        self.server.stop(signal.SIGKILL)
        self.server.start()

    def stopped_server(self):
        took = self.server.stop(signal.SIGTERM)
        say(f"  it ended in {took:.1f} s, exit code {self.server.process.returncode}")
        self.server.start()

    def clock_ahead(self):
        self.shifted(timedelta(hours=self.random.randint(1, 5)))

    def clock_back(self):
        self.shifted(-timedelta(hours=self.random.randint(1, 3)))

    def shifted(self, by):
        self.server.stop(signal.SIGTERM)
        self.server.shift += by
        self.server.start()


class Judge:
    """What has to hold at the end."""

    def __init__(self):
        self.failed, self.lines = 0, []

    def check(self, sentence, holds, more=""):
        line = f"{'ok' if holds else 'FAILED'}: {sentence}{'' if holds or not more else f' ({more})'}"
        print(line, flush=True)
        self.lines.append(line)
        self.failed += not holds

    def tell(self, line):
        print(line, flush=True)
        self.lines.append(line)

    def growth(self, samples, name, allowed):
        """Compares the first and the last third of the time in which nothing was injected, in one life of the server."""
        third = len(samples) // 3
        first = statistics.median(each[name] for each in samples[:third])
        last = statistics.median(each[name] for each in samples[-third:])
        self.check(f"{name} of a server left alone for {samples[-1]['at'] - samples[0]['at']} s: {first:.1f}, then {last:.1f}",
                   last <= first * (1 + allowed) + 2, f"more than {allowed:.0%}")


def leat(project, variables, *words):
    return subprocess.run([BIN / "leat", "--project", project, *words], env=variables, capture_output=True, text=True,
                          timeout=600)


def rows_of(project, variables, sql):
    done = leat(project, variables, "query", "--format", "csv", "--limit", "10000000", sql)
    if done.returncode != 0:
        return [done.stderr]
    return sorted(done.stdout.splitlines()[1:])


def compare(judge, sources, project, anew, variables):
    for table, columns in (("items", "id, grp, v, note"), ("debit", "id, v"), ("credit", "id, v")):
        wanted = subprocess.run(["psql", "-qXAt", sources.url, "-c", f"copy (select {columns} from {table}) to stdout csv"],
                                capture_output=True, text=True, check=True).stdout.splitlines()
        found = rows_of(project, variables, f"select {columns} from raw.{table}")
        judge.check(f"{table}: the source's {len(wanted)} rows, one by one", sorted(wanted) == found, f"{len(found)} found")
    tables = {"raw.crimes": "columns(c -> not starts_with(c, '_'))", "balance": "*", "items_by_group": "*", "crimes_by_day": "*"}
    for table, columns in tables.items():
        old, new = (rows_of(each, variables, f"select {columns} from {table}") for each in (project, anew))
        judge.check(f"{table}: {len(new)} rows, as in a project that was built anew", old == new and len(new) > 0,
                    f"{len(old)} here; {len(set(old) ^ set(new))} differ, such as {sorted(set(old) ^ set(new))[:2]}")


def look_at_queue(judge, project):
    queue = sqlite3.connect(project / ".leat/queue.db")
    count = lambda sql: queue.execute(sql).fetchone()[0]  # noqa: E731
    judge.check("no job is left, but those of the last ticks",
                count("select count(*) from jobs where status in ('queued', 'running')") <= 3)
    judge.check("no tick was decided twice",
                count("select count(*) from (select schedule, at from ticks group by 1, 2 having count(*) > 1)") == 0)
    judge.check("SQLite finds its file whole", count("pragma integrity_check") == "ok")
    judge.tell("jobs by status: " + json.dumps(dict(queue.execute("select status, count(*) from jobs group by 1"))))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--speed", type=int, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--report", help="where the samples and the findings go, JSON")
    arguments = parser.parse_args()
    if os.geteuid() != 0 or not shutil.which("psql") or "LEAT_TEST_POSTGRES" not in os.environ:
        print("skipped: it needs root, psql and scripts/with_postgres.sh")
        sys.exit(77)
    work = Path(tempfile.mkdtemp(prefix="leat-soak."))
    work.chmod(0o755)
    disk = work / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(disk)], check=True)
    judge, sources = Judge(), Sources(work)
    try:
        soak(arguments, judge, sources, work, disk)
    finally:
        sources.end()
        subprocess.run(["umount", "-l", str(disk)], check=False)
        if not judge.failed:
            shutil.rmtree(work, ignore_errors=True)
        else:
            print(f"the folder is kept: {work}")
    sys.exit(1 if judge.failed else 0)


def soak(arguments, judge, sources, work, disk):
    say(f"seed {arguments.seed}, {arguments.minutes} minutes")
    project, anew = disk / "project", disk / "anew"
    shutil.copytree(HERE / "project", project)
    shutil.copy(ROOT / "examples/chicago-crime/connectors/chicago.yaml", project)
    variables = {**os.environ, "NO_COLOR": "1", "LEAT_SQL_PASSWORD": PASSWORD, "CITY_URL": sources.soda.url("http"),
                 "SOURCE_URL": f"postgresql://postgres@127.0.0.1:{sources.postgres.port}/soak"}
    server = Server(project, variables, arguments.speed, work / "serve.log")
    server.start()
    clients, faults = Clients(server), Faults(sources, server, disk, arguments.seed)
    for work_of in (sources.write, sources.change_city, clients.run):
        threading.Thread(target=work_of, daemon=True).start()
    began, seconds = time.monotonic(), arguments.minutes * 60
    next_fault, calm_from = 30.0, None
    while (passed := time.monotonic() - began) < seconds:
        if passed < seconds * 2 / 3:
            if passed >= next_fault:
                faults.one()
                next_fault = time.monotonic() - began + faults.random.uniform(5, 40)
        elif calm_from is None and passed >= seconds * 0.7:
            calm_from = len(server.samples)  # what the last fault left is done
        if server.process.poll() is not None:
            judge.check("the server lives", False, f"it ended by itself with {server.process.returncode}")
            server.start()
        server.sample()
        time.sleep(1)
    sources.writing = False
    finish(arguments, judge, sources, server, clients, faults, project, anew, variables, calm_from)


def finish(arguments, judge, sources, server, clients, faults, project, anew, variables, calm_from):
    clients.asking = False
    judge.tell(f"{sources.transactions} transactions, {sources.orders} orders to the city, {sources.lost} connections of the "
               f"writer lost; faults: {json.dumps(faults.counts)}; {server.starts} lives of the server; calls answered: "
               f"{json.dumps(clients.calls)}")
    took = server.stop(signal.SIGTERM)
    judge.check(f"the server ended in {took:.1f} s with 0", server.process.returncode == 0, server.process.returncode)
    # What is newer than the server's clock, which was set back and ahead, is read by a clock ahead of all.
    variables = {**variables, "LEAT_CLOCK": f"{now() + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"}
    last = leat(project, variables, "run")
    judge.check("a last run succeeds", last.returncode == 0, last.stdout[-1500:] + last.stderr[-500:])
    shutil.copytree(HERE / "project", anew)
    shutil.copy(ROOT / "examples/chicago-crime/connectors/chicago.yaml", anew)
    (anew / "leat.yml").write_text((anew / "leat.yml").read_text().replace("slot: soak", "slot: anew"))
    first = leat(anew, variables, "run")
    judge.check("a project that is built anew succeeds", first.returncode == 0, first.stdout[-1500:])
    compare(judge, sources, project, anew, variables)
    look_at_queue(judge, project)
    judge.check("no transaction was seen in half", not clients.torn, clients.torn[:3])
    judge.check("every call was answered while the server was there", not clients.failures,
                f"{len(clients.failures)}, such as {clients.failures[:3]}")
    calm = server.samples[calm_from or 0:]
    for name, allowed in (("rss_mb", 0.1), ("threads", 0.1), ("descriptors", 0.1), ("store_mb", 0.25)):
        judge.growth(calm, name, allowed)
    judge.tell(f"memory at most {max(each['rss_mb'] for each in server.samples):.0f} MB")
    slots = sources.value("select pg_size_pretty(max(pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn))) from "
                          "pg_replication_slots where slot_name = 'soak'", sources.url)
    judge.tell(f"log held back by the slot at the end: {slots}")
    if arguments.report:
        Path(arguments.report).write_text(json.dumps({"seed": arguments.seed, "minutes": arguments.minutes,
                                                      "found": judge.lines, "samples": server.samples[::10]}))


if __name__ == "__main__":
    main()
