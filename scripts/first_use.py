#!/usr/bin/env python3
"""Follows the README word by word on a bare Debian 12 and prints the transcript.

    sudo scripts/first_use.py [--work DIR] [--bind HOST:INSIDE] [--set NAME=VALUE] [COMMAND ...]

Needs root, debootstrap and the network of Debian's mirror and of npm. The machine is a folder below DIR that begins as
`debootstrap --variant=minbase`, plus `git` and `make`, which the README asks for; the checkout is a fresh clone of HEAD
in /srv/leat. Without COMMANDs it runs the README's first block of shell commands, then `make demo` for each example of its
table. Prints each command, what it printed, how it ended and its seconds; ends with 1 where one failed. The folder stays,
so that the pages can be looked at; a second run goes on in it (--again: clones anew).
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from replay_image import ROOT, bare_debian, chroot_command, run

CHECKOUT = "/srv/leat"


def commands_of(readme):
    """The first block of shell commands and `make demo` of each example in the table below it."""
    block = re.search(r"```sh\n(.*?)```", readme, re.S)[1]
    commands = [line.split("#")[0].strip() for line in block.splitlines() if line.strip()]
    examples = re.findall(r"^\| \[([\w-]+)\]\(examples/", readme, re.M)
    return commands + [f"make demo EXAMPLE={example}" for example in examples]


class Machine:
    def __init__(self, arguments):
        self.arguments, work = arguments, Path(arguments.work)
        work.mkdir(parents=True, exist_ok=True)
        self.folder = work / "first-use"
        base = bare_debian(work)
        if not self.folder.exists():
            run(["cp", "-a", "--reflink=auto", str(base), str(self.folder)])

    def type(self, command, workdir=CHECKOUT):
        """Runs a command as root would, and prints what it prints as it comes. True where it ended well."""
        print(f"$ {command}", flush=True)
        shutil.copy("/etc/resolv.conf", self.folder / "etc/resolv.conf")
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
                       **dict(each.split("=", 1) for each in self.arguments.set)}
        began = time.time()
        ended = subprocess.run(chroot_command(self.folder, workdir, environment, ["/bin/sh", "-c", command],
                                              self.arguments.bind), stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        print(f"[exit {ended.returncode}, {time.time() - began:.0f} s]\n", flush=True)
        return ended.returncode == 0

    def clone(self):
        bundle = self.folder / "srv/leat.bundle"
        run(["git", "-C", str(ROOT), "bundle", "create", "-q", str(bundle), "HEAD"])
        shutil.rmtree(self.folder / CHECKOUT.lstrip("/"), ignore_errors=True)
        return self.type("git clone -q leat.bundle leat", "/srv")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="/tmp/leat-image")
    parser.add_argument("--bind", action="append", default=[], metavar="HOST:INSIDE")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--again", action="store_true", help="clone anew into the machine of an earlier run")
    parser.add_argument("commands", nargs="*", metavar="COMMAND")
    arguments = parser.parse_args()
    if os.geteuid() != 0 or not shutil.which("debootstrap") or not shutil.which("unshare"):
        sys.exit("first_use: skipped: it needs root, debootstrap and unshare (apt-get install debootstrap util-linux)")
    machine = Machine(arguments)
    well = True
    if arguments.again or not (machine.folder / CHECKOUT.lstrip("/")).exists():
        well = machine.type("apt-get update -q >/dev/null && apt-get install -q -y --no-install-recommends git make >/dev/null",
                            "/root") and machine.clone()
    for command in arguments.commands or commands_of((ROOT / "README.md").read_text()):
        well = machine.type(command) and well
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
