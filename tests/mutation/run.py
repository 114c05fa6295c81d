"""Asks the suite about the faults that are planted: run.py SOURCES RESULTS [NUMBER...]; see run.sh.

A fault is caught when a test of its area fails, or does not end, with LEAT_FAULT=NUMBER, does so again when it is asked a
second time, and passes without the fault. Where one case of the test can be asked alone, both are asked of the case.

The test that caught a fault before is asked first. What is found out is written down at once: a run that was interrupted
goes on where it was, unless the sources are others by now; then the faults whose files have changed come first. With
TESTS=PATTERN only the tests whose names begin so are asked; a fault that they don't notice keeps what it had. So does one
of whose tests some could not be asked.
"""
import dataclasses
import hashlib
import os
import re
import signal
import sys
import time

import plant
from suite import Suite, failed_case

CAUGHT, HUNG, SURVIVED, UNNOTICED = "caught", "hung", "SURVIVED", "unnoticed"


@dataclasses.dataclass
class Result:
    digest: str        # of the fault
    word: str
    test: str = ""
    case: str = ""     # of the test, "" where it was asked whole
    sources: str = ""  # the state of all sources and tests, "" where the catch was not confirmed
    file: str = ""     # the state of the fault's file


class Questions:
    def __init__(self, suite):
        self.suite, self.unsteady = suite, []

    def verdict(self, name, fault, limit, case=""):
        """CAUGHT, HUNG or SURVIVED, and the case by which it failed."""
        code, output, _ = self.suite.run(name, fault.number, limit, case)
        if code is None:
            return HUNG, failed_case(name, output)
        return (SURVIVED if code in (0, 77) else CAUGHT), failed_case(name, output)

    def ask_case(self, name, fault, case):
        """One case: it has to pass without the fault, and then to fail with it."""
        code, _, took = self.suite.run(name, 0, 300, case)
        if code != 0:
            return SURVIVED
        return self.verdict(name, fault, self.suite.limit(took), case)[0]

    def ask_whole(self, name, fault):
        """A test: what became of the fault, and the case that shows it."""
        if not self.suite.passes(name):
            return SURVIVED, ""
        limit = self.suite.limit(self.suite.took[name])
        word, case = self.verdict(name, fault, limit)
        if word == SURVIVED:
            return SURVIVED, ""
        if case:
            alone = self.ask_case(name, fault, case)
            if alone != SURVIVED:
                return alone, case
        # It failed only after others: once more as a whole, and beside it without the fault.
        again, _ = self.verdict(name, fault, limit)
        code, _, _ = self.suite.run(name, 0, limit)
        if again != SURVIVED and code == 0:
            return again, ""
        print(f"  {name} failed with {fault.number} and did not confirm it", flush=True)
        self.unsteady.append((name, fault.number))
        return SURVIVED, ""

    def ask(self, fault, names, before):
        pattern = os.environ.get("TESTS", "")
        names = [name for name in names if re.match(pattern, name)]
        for name in names:
            if not self.suite.knows(name):
                raise SystemExit(f"faults.txt: there is no test {name}")
        first = [name for name in names if before and name.partition("@")[0] == before.test]
        if first and before.case:
            word = self.ask_case(first[0], fault, before.case)
            if word != SURVIVED:
                return word, before.test, before.case
        for name in first + [name for name in names if name not in first]:
            word, case = self.ask_whole(name, fault)
            if word != SURVIVED:
                return word, name.partition("@")[0], case
        # A test that could not be asked might have noticed.
        is_sure = not pattern and not any(self.suite.broken.get(name) for name in names)
        return (SURVIVED if is_sure else UNNOTICED), "", ""


def digest(fault):
    return hashlib.sha256(repr((fault.file, fault.what, sorted(fault.parts.items()))).encode()).hexdigest()[:12]


def read_results(path):
    """Lines of four cells are of runs that confirmed nothing."""
    held = {}
    if os.path.exists(path):
        for line in open(path, encoding="utf-8"):
            number, *cells = line.rstrip("\n").split("\t")
            held[int(number)] = Result(*cells)
    return held


def write_results(path, held):
    with open(path + ".new", "w", encoding="utf-8") as out:
        for number in sorted(held):
            out.write("\t".join((str(number),) + dataclasses.astuple(held[number])) + "\n")
    os.replace(path + ".new", path)


class Findings:
    """What is known of the faults as they are listed now."""

    def __init__(self, faults, held, stamp):
        self.faults, self.stamp = faults, stamp
        self.known = {fault.number: held[fault.number] for fault in faults
                      if fault.number in held and held[fault.number].digest == digest(fault)}

    def is_done(self, fault):
        result = self.known.get(fault.number)
        return bool(result) and result.sources == self.stamp["sources"] and result.word != UNNOTICED

    def is_confirmed(self, fault):
        result = self.known.get(fault.number)
        return bool(result) and result.word in (CAUGHT, HUNG) and result.sources != ""

    def order(self, fault):
        """Those that nobody knows of first, then those whose code has changed, then the others."""
        result = self.known.get(fault.number)
        if not self.is_confirmed(fault):
            return 0, fault.number
        return (1 if result.file != self.stamp["files"].get(fault.file) else 2), fault.number

    def row(self, fault):
        result = self.known.get(fault.number, Result("", "not run"))
        cell = {CAUGHT: f"`{result.test}`", HUNG: f"`{result.test}`, which did not end",
                UNNOTICED: "**unnoticed by the tests that were asked**"}.get(result.word, f"**{result.word}**")
        if result.case:
            cell += f": {result.case}"
        if result.word in (CAUGHT, HUNG) and not self.is_confirmed(fault):
            cell += " (once; not confirmed)"
        return f"| {fault.number} | {fault.area} | {fault.what} | {cell} |".replace("\n", " ")

    def headline(self):
        confirmed = [fault for fault in self.faults if self.is_confirmed(fault)]
        now = [fault for fault in confirmed if self.is_done(fault)]
        changed = [fault for fault in confirmed if self.order(fault)[0] == 1]
        words = [result.word for result in self.known.values()]
        text = (f"**{len(confirmed)} of {len(self.faults)} faults are caught, and the catch is confirmed**: the test fails"
                f" with the fault twice, and passes without it. {sum(self.known[f.number].word == HUNG for f in confirmed)}"
                f" of them show by a test that does not end. {sum(w in (CAUGHT, HUNG) for w in words) - len(confirmed)}"
                f" more failed a test once, in a run that did not ask again; {words.count(SURVIVED)} survive all tests of"
                f" their area, {words.count(UNNOTICED)} were not noticed by the tests that were asked,"
                f" {len(self.faults) - len(self.known)} were not run.")
        if len(now) < len(confirmed):
            text += (f" {len(now)} were asked of the sources as they are; the others of sources before, since when the"
                     f" files of {len(changed)} of them changed.")
        return text, len(confirmed)

    def write(self, path):
        """Writes the table into the page, between its marks."""
        text, confirmed = self.headline()
        lines = [text, "", "| | area | what goes wrong | caught by |", "|---|---|---|---|"]
        lines += [self.row(fault) for fault in self.faults]
        page = open(path, encoding="utf-8").read()
        begin, finish = "<!-- begin -->\n", "<!-- end -->"
        head, rest = page.split(begin, 1)
        open(path, "w", encoding="utf-8").write(head + begin + "\n".join(lines) + "\n" + finish + rest.split(finish, 1)[1])
        print(re.sub(r"\*\*", "", text))
        return confirmed


def main():
    sources, folder = sys.argv[1], sys.argv[2]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that a test under way is ended, too
    faults, tests = plant.read()
    numbers = [int(word) for word in sys.argv[3:]]
    os.makedirs(os.path.join(folder, "log"), exist_ok=True)
    path, page = os.path.join(folder, "results.tsv"), os.path.join(plant.ROOT, "docs/mutation.md")
    suite, held = Suite(sources, folder), read_results(path)
    findings, questions = Findings(faults, held, suite.stamp), Questions(suite)
    wanted = [fault for fault in faults if (fault.number in numbers if numbers else not findings.is_done(fault))]
    if not numbers and len(wanted) < len(faults):
        print(f"{len(faults) - len(wanted)} were asked of these sources already, {len(wanted)} are left", flush=True)
    for fault in sorted(wanted, key=findings.order):
        begun = time.monotonic()
        before = findings.known.get(fault.number)
        word, test, case = questions.ask(fault, tests[fault.area], before)
        if word != UNNOTICED or not before:
            held[fault.number] = Result(digest(fault), word, test, case, suite.stamp["sources"],
                                        suite.stamp["files"].get(fault.file, ""))
            write_results(path, held)
        print(f"{fault.number:3} {word:9} {test or '-':36} {time.monotonic() - begun:5.0f} s  {case or fault.what}", flush=True)
    confirmed = Findings(faults, held, suite.stamp).write(page)
    for name, number in questions.unsteady:
        print(f"{name} is not steady: it failed with fault {number}, and not again")
    return 0 if confirmed >= 0.95 * len(faults) else 1


if __name__ == "__main__":
    sys.exit(main())
