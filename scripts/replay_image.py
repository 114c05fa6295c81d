#!/usr/bin/env python3
"""Replays a Dockerfile without Docker, in folders and namespaces, and looks at the image that comes out.

    sudo scripts/replay_image.py [--work DIR] [--stage run] [--bind HOST:INSIDE] [--set NAME=VALUE]

Needs root, debootstrap and the network of Debian's mirror and of npm. Each stage is a folder below DIR that begins as
a bare Debian 12 (debootstrap --variant=minbase without documents and locales, as debian:12-slim). RUN goes through
chroot in namespaces of its own, COPY heeds .dockerignore, USER, ENV, WORKDIR, ENTRYPOINT and HEALTHCHECK are kept.
`--bind` and `--set` reach RUN only (a compiler's cache, say). Prints what it found as `name: value` lines, ends with 1
where a check fails.
"""
import argparse
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def say(text):
    print(f"replay: {text}", flush=True)


def run(command, **more):
    return subprocess.run(command, check=True, **more)


# ---- the Dockerfile ----------------------------------------------------------------------------------------------

def instructions(text):
    """The instructions of a Dockerfile: (line, word, rest), continued lines joined, comments left out."""
    gathered, begun, out = "", 0, []
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("#") or not (line.strip() or gathered):
            continue
        if not gathered:
            begun = number
        if line.endswith("\\"):
            gathered += line[:-1] + " "
            continue
        word, _, rest = (gathered + line).strip().partition(" ")
        out.append((begun, word.upper(), rest.strip()))
        gathered = ""
    return out


def expanded(text, values):
    return re.sub(r"\$\{(\w+)\}|\$(\w+)", lambda m: values.get(m[1] or m[2], ""), text)


def pairs(text):
    return dict(word.split("=", 1) for word in shlex.split(text))


def options(text):
    """The --name=value words in front, and the rest."""
    found = {}
    while match := re.match(r"--([\w-]+)=(\S+)\s+", text):
        found[match[1]] = match[2]
        text = text[match.end():]
    return found, text


class Ignored:
    """.dockerignore: the last pattern that matches a path, or a folder above it, decides."""

    def __init__(self, path):
        self.rules = []
        lines = path.read_text().split("\n") if path.exists() else []
        for line in filter(None, (each.strip() for each in lines)):
            if line.startswith("#"):
                continue
            keep = line.startswith("!")
            pattern = re.escape(line.lstrip("!").strip("/"))
            pattern = pattern.replace(r"\*\*/", "(.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
            self.rules.append((keep, re.compile(f"{pattern}(/.*)?$")))

    def __contains__(self, path):
        ignored = False
        for keep, pattern in self.rules:
            if pattern.match(path):
                ignored = not keep
        return ignored


# ---- the folders of stages ---------------------------------------------------------------------------------------

def bare_debian(work):
    base = work / "base"
    if not (base / ".done").exists():
        say("making a bare Debian 12 (debootstrap)")
        shutil.rmtree(base, ignore_errors=True)
        with open(work / "debootstrap.log", "w") as log:
            run(["debootstrap", "--variant=minbase", "bookworm", str(base), "http://deb.debian.org/debian"],
                stdout=log, stderr=log)
        for folder in ("usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale", "var/cache/apt",
                       "var/lib/apt/lists", "var/log"):
            for path in (base / folder).glob("*"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        # As Debian's image: no documents with later packages either, and no service starts while one is installed.
        (base / "etc/dpkg/dpkg.cfg.d/docker").write_text(
            "path-exclude /usr/share/doc/*\npath-include /usr/share/doc/*/copyright\npath-exclude /usr/share/man/*\n"
            "path-exclude /usr/share/info/*\npath-exclude /usr/share/locale/*\n")
        (base / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
        (base / "usr/sbin/policy-rc.d").chmod(0o755)
        (base / "etc/apt/sources.list").write_text(
            "deb http://deb.debian.org/debian bookworm main\ndeb http://deb.debian.org/debian bookworm-updates main\n"
            "deb http://deb.debian.org/debian-security bookworm-security main\n")
        (base / ".done").touch()
    return base


class Stage:
    def __init__(self, name, folder):
        self.name, self.folder = name, folder
        self.environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        self.workdir, self.user = "/", ""
        self.shell = ["/bin/sh", "-c"]
        self.entrypoint, self.command, self.healthcheck = [], [], []
        self.ports, self.labels, self.stop_signal = [], {}, "SIGTERM"

    def inside(self, path):
        path = path if path.startswith("/") else os.path.join(self.workdir, path)
        return self.folder / path.lstrip("/")


def chroot_command(folder, workdir, environment, command, binds=(), user=""):
    """Runs `command` as process 1 of namespaces of its own, with /proc, /dev and the name server."""
    mounts = ["mount --make-rprivate /", f"mount -t proc proc {folder}/proc", f"mount --rbind /dev {folder}/dev"]
    for bind in binds:
        outside, _, within = bind.partition(":")
        mounts += [f"mkdir -p {folder}{within}", f"mount --bind {outside} {folder}{within}"]
    userspec = f"--userspec={user} " if user else ""
    inner = shlex.join(["/usr/bin/env", "-i", *(f"{k}={v}" for k, v in environment.items()),
                        "/bin/sh", "-c", 'cd "$0" && exec "$@"', workdir, *command])
    script = " && ".join(mounts) + f" && exec chroot {userspec}{folder} {inner}"
    return ["unshare", "--mount", "--pid", "--fork", "--uts", "--ipc", "--kill-child", "/bin/sh", "-c", script]


def copy_tree(source, target, ignored, root, owner):
    """Copies a file or what lies in a folder; returns how many files."""
    count = 0
    files = [source] if source.is_file() or source.is_symlink() else sorted(source.rglob("*"))
    for path in files:
        if path.is_dir() and not path.is_symlink():
            continue
        if ignored and str(path.relative_to(root)) in ignored:
            continue
        if path == source:
            to = target
        else:
            to = target / path.relative_to(source)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, to, follow_symlinks=False)
        if owner:
            os.lchown(to, *owner)
        else:
            os.lchown(to, 0, 0)
        count += 1
    return count


class Replay:
    def __init__(self, arguments, work):
        self.arguments, self.work = arguments, work
        self.context = Path(arguments.context).resolve()
        self.ignored = Ignored(self.context / ".dockerignore")
        self.stages, self.stage, self.values, self.given = {}, None, {}, False

    def begin(self, rest):
        image, _, name = rest.partition(" AS ")
        image, name = expanded(image, self.values), name or "last"
        self.given = name in self.arguments.given
        if self.given:
            folder = Path(self.arguments.given[name])
            self.stage = self.stages[name] = Stage(name, folder)
            say(f"stage {name} is given: {folder}; its steps are left out")
            return
        base = self.stages[image].folder if image in self.stages else bare_debian(self.work)
        folder = self.work / f"stage-{name}"
        if folder.exists() and name not in self.arguments.resume:
            shutil.rmtree(folder)
        if not folder.exists():
            run(["cp", "-a", "--reflink=auto", str(base), str(folder)])
        (folder / ".done").unlink(missing_ok=True)
        self.stage = self.stages[name] = Stage(name, folder)
        say(f"stage {name} from {image}")

    def do_run(self, rest):
        stage = self.stage
        if rest.startswith("--"):
            rest = options(rest)[1]
        shutil.copy("/etc/resolv.conf", stage.folder / "etc/resolv.conf")
        environment = {**stage.environment, **dict(each.split("=", 1) for each in self.arguments.set),
                       "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive"}
        command = json.loads(rest) if rest.startswith("[") else [*stage.shell, rest]
        began, log = time.time(), self.work / f"run-{stage.name}.log"
        say(f"RUN {rest[:90]}")
        with open(log, "a") as out:
            done = subprocess.run(chroot_command(stage.folder, stage.workdir, environment, command,
                                                 self.arguments.bind), stdout=out, stderr=out)
        (stage.folder / "etc/resolv.conf").unlink(missing_ok=True)
        if done.returncode != 0:
            sys.stdout.write("".join(open(log, errors="replace").readlines()[-25:]))
            sys.exit(f"replay: RUN ended with {done.returncode}; the log is {log}")
        say(f"  done in {time.time() - began:.0f} s")

    def do_copy(self, rest):
        given, rest = options(rest)
        *sources, target = json.loads(rest) if rest.startswith("[") else rest.split()
        root = self.stages[given["from"]].folder if "from" in given else self.context
        to = self.stage.inside(target)
        owner = None
        if "chown" in given:
            owner = ids_of(self.stage.folder, given["chown"])
        count = 0
        for source in sources:
            found = sorted(root.glob(source.lstrip("/"))) if source not in (".", "/") else [root]
            if not found:
                sys.exit(f"replay: COPY finds no {source}")
            for path in found:
                single = path.is_file() and not target.endswith("/")
                into = to if path.is_dir() or single else to / path.name
                count += copy_tree(path, into, None if "from" in given else self.ignored, root, owner)
        say(f"COPY {rest}: {count} files")

    def step(self, line, word, rest):
        stage = self.stage
        if word == "FROM":
            self.begin(rest)
        elif stage and self.given:
            pass
        elif word == "ARG":
            name, _, value = rest.partition("=")
            self.values.setdefault(name, value)
        elif word == "RUN":
            self.do_run(rest)
        elif word == "COPY":
            self.do_copy(rest)
        elif word == "ENV":
            stage.environment |= pairs(expanded(rest, self.values))
        elif word == "LABEL":
            stage.labels |= pairs(rest)
        elif word == "WORKDIR":
            stage.workdir = os.path.join(stage.workdir, rest)
            stage.inside(stage.workdir).mkdir(parents=True, exist_ok=True)
        elif word == "USER":
            stage.user = rest
        elif word == "EXPOSE":
            stage.ports += rest.split()
        elif word == "STOPSIGNAL":
            stage.stop_signal = rest
        elif word == "SHELL":
            stage.shell = json.loads(rest)
        elif word == "ENTRYPOINT":
            stage.entrypoint = json.loads(rest)
        elif word == "CMD":
            stage.command = json.loads(rest)
        elif word == "HEALTHCHECK":
            stage.healthcheck = json.loads(re.search(r"CMD\s+(\[.*\])", rest)[1])
        else:
            sys.exit(f"replay: line {line}: {word} is not known here")


# ---- looking at what came out ------------------------------------------------------------------------------------

def ids_of(folder, user):
    """uid and gid of "name", "name:group" or "1:1" inside a root folder."""
    name, _, group = user.partition(":")
    people = {p[0]: p for p in (line.split(":") for line in open(folder / "etc/passwd"))}
    groups = {g[0]: g for g in (line.split(":") for line in open(folder / "etc/group"))}
    uid = int(name) if name.isdigit() else int(people[name][2])
    gid = int(group) if group.isdigit() else int(groups[group][2]) if group else int(people[name][3])
    return uid, gid


def bytes_of(folder):
    seen, total = set(), 0
    for path in [folder, *folder.rglob("*")]:
        status = path.lstat()
        if (status.st_dev, status.st_ino) not in seen:
            seen.add((status.st_dev, status.st_ino))
            total += status.st_size if not path.is_dir() or path.is_symlink() else 0
    return total


class Look:
    def __init__(self, stage):
        self.stage, self.failed, self.found = stage, 0, {}

    def check(self, sentence, holds):
        print(f"{'ok' if holds else 'FAILED'}: {sentence}", flush=True)
        self.failed += not holds

    def tell(self, name, value):
        self.found[name] = value
        print(f"{name}: {value}", flush=True)

    def inside(self, command, **more):
        stage = self.stage
        return subprocess.run(
            chroot_command(stage.folder, stage.workdir, stage.environment, command, user=stage.user),
            capture_output=True, text=True, timeout=120, **more)

    def leat(self, *words):
        return self.inside([*self.stage.entrypoint, *words])

    def files(self):
        stage, folder = self.stage, self.stage.folder
        uid, gid = ids_of(folder, stage.user)
        self.check("the user is not root", uid != 0 and gid != 0)
        program = folder / stage.entrypoint[0].lstrip("/")
        self.check(f"the entry point {stage.entrypoint[0]} is there and may be run", os.access(program, os.X_OK))
        self.check("the user can't change the program", program.stat().st_uid == 0 and program.stat().st_mode & 0o022 == 0)
        home = folder / stage.workdir.lstrip("/")
        self.check(f"{stage.workdir} belongs to the user", (home.stat().st_uid, home.stat().st_gid) == (uid, gid))
        secret = [str(path.relative_to(folder)) for path in folder.rglob("*")
                  if path.name in (".env", ".git", "id_rsa", "terraform.tfstate") or path.suffix in (".p8", ".tfvars")]
        self.check(f"nothing looks like a secret {secret}", not secret)
        names = ("g++", "gcc", "cmake", "npm", "node", "make", "git", "curl", "wget")
        tools = [name for name in names if any((folder / d / name).exists() for d in ("usr/bin", "usr/local/bin"))]
        self.check(f"no compiler and no downloader is left in it {tools}", not tools)
        lists = list((folder / "var/lib/apt/lists").glob("*_*"))
        self.check("apt's lists are gone", not lists)
        special = [str(p.relative_to(folder)) for p in folder.rglob("*")
                   if not p.is_symlink() and p.is_file() and p.stat().st_mode & 0o6000]
        self.tell("setuid and setgid files", len(special))

    def sizes(self, base):
        whole, bare = bytes_of(self.stage.folder), bytes_of(base)
        self.tell("size of the image (MB)", round(whole / 1e6, 1))
        self.tell("of it Debian (MB)", round(bare / 1e6, 1))
        for name in ("usr/local/bin/leat", "usr/local/lib/leat/libduckdb.so"):
            self.tell(f"of it /{name} (MB)", round((self.stage.folder / name).stat().st_size / 1e6, 1))
        packed = subprocess.run(f"tar -C {self.stage.folder} --exclude=./proc --exclude=./dev -cf - . | gzip -6 | wc -c",
                                shell=True, capture_output=True, text=True, check=True).stdout
        self.tell("compressed, as a registry keeps it (MB)", round(int(packed) / 1e6, 1))
        listed = "dpkg-query --admindir={}/var/lib/dpkg -f '${{Package}}\\n' -W"
        def packages(of):
            return set(subprocess.run(listed.format(of), shell=True, capture_output=True, text=True).stdout.split())
        self.tell("Debian packages", len(packages(self.stage.folder)))
        self.tell("packages that bare Debian lacks", len(packages(self.stage.folder) - packages(base)))

    def behaviour(self, only_time):
        version = self.leat("--version")
        self.check(f"it says its version: {version.stdout.strip()}", version.returncode == 0)
        self.check("without words it shows its help", "Usage: leat" in self.leat(*self.stage.command).stdout)
        made = self.leat("init", "coffee")
        self.check("leat init makes a project in the working folder", made.returncode == 0)
        first = self.leat("--project", "coffee", "run")
        self.check("leat run builds it", first.returncode == 0)
        if first.returncode != 0:
            print(first.stdout[-2000:], first.stderr[-2000:])
        site = self.stage.folder / self.stage.workdir.lstrip("/") / "coffee"
        owners = {path.stat().st_uid for path in site.rglob("*")}
        self.check("what it wrote belongs to the user", owners == {ids_of(self.stage.folder, self.stage.user)[0]})
        self.memory_and_time()
        if not only_time:
            self.stopped()
        shutil.rmtree(site, ignore_errors=True)

    def memory_and_time(self):
        # The clock of the processes inside, without the namespaces' own cost; the program reads its own peak.
        loop = ("for i in 1 2 3 4 5 6 7 8 9 10 11; do a=${EPOCHREALTIME/./}; \"$@\" >/dev/null; "
                "b=${EPOCHREALTIME/./}; echo $((b - a)); done | sort -n | sed -n 6p")
        for name, words in (("leat --version", ["--version"]), ("leat query (opens DuckDB)", [
                "--project", "coffee", "query", "select 1"]), ("leat run, nothing new", ["--project", "coffee", "run"])):
            took = self.inside(["/bin/bash", "-c", loop, "bash", *self.stage.entrypoint, *words])
            self.tell(f"time of {name} (ms, median of 11)", round(int(took.stdout) / 1000, 1))
        for name, words in (("leat --version", ["--version"]), ("leat run, everything", [
                "--project", "coffee", "run", "--full-refresh"])):
            self.tell(f"memory of {name} (MB, peak)", self.peak(words))

    def peak(self, words):
        """The peak of a process, from the kernel's account of ended children."""
        probe = ("import resource, subprocess, sys; code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)"
                 ".returncode; print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
        stage = self.stage
        command = chroot_command(stage.folder, stage.workdir, stage.environment, [*stage.entrypoint, *words],
                                 user=stage.user)
        out = run([sys.executable, "-c", probe, *command], capture_output=True, text=True).stdout
        code, kilobytes = (int(word) for word in out.split()[-2:])
        self.check(f"leat {' '.join(words)} ends with 0", code == 0)
        return round(kilobytes * 1024 / 1e6, 1)

    def stopped(self):
        """As process 1 of its namespace it must end on the stop signal by itself."""
        stage = self.stage
        server = subprocess.Popen(
            chroot_command(stage.folder, stage.workdir, stage.environment,
                           [*stage.entrypoint, "firehose", "--listen", "127.0.0.1:0", "--to", "/project/lake",
                            "--spool", "/project/spool"], user=stage.user),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        line = server.stdout.readline()
        child = int(subprocess.run(["pgrep", "-P", str(server.pid)], capture_output=True, text=True).stdout.split()[0])
        began = time.time()
        os.kill(child, getattr(signal, stage.stop_signal))
        try:
            server.wait(timeout=15)
            took = time.time() - began
            self.check(f"as process 1 it ends on {stage.stop_signal} ({line.strip()}; exit code "
                       f"{server.returncode})", True)
            self.tell(f"time from {stage.stop_signal} to the end (ms)", round(took * 1000))
        except subprocess.TimeoutExpired:
            server.kill()
            self.check(f"as process 1 it ends on {stage.stop_signal} within 15 s", False)
        for name in ("lake", "spool"):
            shutil.rmtree(stage.folder / "project" / name, ignore_errors=True)

    def health(self):
        """The health check's command against a server that answers, and against none."""
        server = ("import http.server, sys\nclass H(http.server.BaseHTTPRequestHandler):\n"
                  "  def do_GET(self):\n    self.send_response(200 if self.path == '/health' else 404)\n"
                  "    self.end_headers()\n  def log_message(self, *a): pass\n"
                  "s = http.server.HTTPServer(('127.0.0.1', 8080), H)\nprint('up', flush=True)\ns.serve_forever()\n")
        self.check("the health check fails where nobody answers", self.inside(self.stage.healthcheck).returncode != 0)
        answering = subprocess.Popen([sys.executable, "-c", server], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if answering.stdout.readline().strip() == "up":
            self.check("the health check holds where /health answers 200",
                       self.inside(self.stage.healthcheck).returncode == 0)
        else:
            print("left out: port 8080 is taken on this machine")
        answering.terminate()
        answering.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dockerfile", default=str(ROOT / "deploy/docker/Dockerfile"))
    parser.add_argument("--context", default=str(ROOT))
    parser.add_argument("--work", default="/tmp/leat-image")
    parser.add_argument("--bind", action="append", default=[], metavar="HOST:INSIDE")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--resume", action="append", default=[], metavar="STAGE",
                        help="run a stage's steps in the folder of an earlier replay")
    parser.add_argument("--given", action="append", default=[], metavar="STAGE=FOLDER",
                        help="take a stage from a folder instead of replaying its steps")
    parser.add_argument("--json", help="where the figures go as JSON")
    parser.add_argument("--only-time", action="store_true", help="with --look-only: time and memory, nothing else")
    parser.add_argument("--look-only", action="store_true", help="look again at the folder of the last replay")
    arguments = parser.parse_args()
    if os.geteuid() != 0 or not shutil.which("debootstrap") or not shutil.which("unshare"):
        sys.exit("replay: skipped: it needs root, debootstrap and unshare (apt-get install debootstrap util-linux)")
    arguments.given = dict(each.split("=", 1) for each in arguments.given)
    work = Path(arguments.work)
    work.mkdir(parents=True, exist_ok=True)
    replay = Replay(arguments, work)
    for line, word, rest in instructions(Path(arguments.dockerfile).read_text()):
        if arguments.look_only and word in ("RUN", "COPY", "FROM"):
            if word == "FROM":
                name = rest.partition(" AS ")[2] or "last"
                replay.stage = replay.stages[name] = Stage(name, work / f"stage-{name}")
            continue
        replay.step(line, word, rest)
    look = Look(replay.stage)
    say(f"looking at stage {replay.stage.name}")
    if not arguments.only_time:
        look.files()
        look.sizes(work / "base")
    look.behaviour(arguments.only_time)
    if not arguments.only_time:
        look.health()
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(look.found, indent=1) + "\n")
    sys.exit(1 if look.failed else 0)


if __name__ == "__main__":
    main()
