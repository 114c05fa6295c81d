"""Reads faults.txt and plants its faults in a copy of the sources.

plant.py          says whether each fault finds its place; nothing is written
plant.py FOLDER   writes the copy, in which all faults are compiled and LEAT_FAULT=NUMBER chooses one at run time
"""
import hashlib
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
COUNT = 100
STAMP = ".stamp"  # in the copy: which sources it was made of

# What makes a choice at run time reach where the sources are not compiled, or run without the caller's variables:
# file, what stands there, what the copy has there.
CHANNELS = [
    ("src/dbt/loader.cpp", "std::string(file.contents)", "leat_chosen(std::string(file.contents))"),
    ("tests/script_runner/runner.cpp", 'variables_ = {{"PATH",',
     'variables_ = {{"LEAT_FAULT", variable("LEAT_FAULT", "0")}, {"PATH",'),
]

# What a result says something about; of the faults themselves each has a digest of its own.
JUDGED = ("src/", "tests/", "samples/", "engine/", "cmake/", "scripts/", "examples/", "CMakeLists.txt")


class Refused(Exception):
    pass


class Fault:
    def __init__(self, number, area, file):
        self.number, self.area, self.file = number, area, file
        self.what = ""
        self.parts = {"-": "", "+": None, "=": ""}

    def name(self):
        return f"fault {self.number} ({self.file})"

    def is_statement(self):
        return self.parts["-"].rstrip().endswith((";", "}"))


def read(path=os.path.join(HERE, "faults.txt")):
    """The faults, and the tests of each area."""
    faults, tests, mark = [], {}, None
    for line in open(path, encoding="utf-8").read().split("\n"):
        words = line.split()
        if line.startswith("#") or (not words and mark is None):
            continue
        if line.startswith("tests "):
            tests[words[1].rstrip(':')] = words[2:]
            mark = None
        elif line.startswith("fault "):
            faults.append(Fault(int(words[1]), words[2], words[3]))
            mark = "what"
        elif line[:1] in ("-", "+", "=") and line[1:2] in ("", " "):
            mark = line[0]
            faults[-1].parts[mark] = line[2:]
        elif mark in ("-", "+", "="):
            if not words:
                mark = None
            else:
                faults[-1].parts[mark] += "\n" + line
        elif mark == "what":
            faults[-1].what = (faults[-1].what + " " + line.strip()).strip()
    return faults, tests


def pattern(snippet):
    """Spaces and line ends count as one."""
    return re.compile(r"\s+".join(re.escape(word) for word in snippet.split()))


def only_place(fault, snippet, text, begin=0, end=None):
    places = list(pattern(snippet).finditer(text, begin, len(text) if end is None else end))
    if len(places) != 1:
        raise Refused(f"{fault.name()}: the code stands there {len(places)} times instead of once: {snippet.strip()[:90]}")
    return places[0].span()


def place_of(fault, text):
    begin, end = 0, None
    if fault.parts["="]:
        begin, end = only_place(fault, fault.parts["="], text)
    return only_place(fault, fault.parts["-"], text, begin, end)


def check(faults, tests):
    """The place of each fault, by file: (begin, end) -> faults. Raises Refused with all that is wrong."""
    wrong, places = [], {}
    if [fault.number for fault in faults] != list(range(1, COUNT + 1)):
        wrong.append(f"faults.txt: the faults are not numbered from 1 to {COUNT}")
    for fault in faults:
        try:
            if fault.area not in tests:
                raise Refused(f"{fault.name()}: the area {fault.area} names no tests")
            if not fault.what or fault.parts["+"] is None:
                raise Refused(f"{fault.name()}: says not what goes wrong, or has no line with +")
            if not fault.parts["+"].strip() and not fault.is_statement() and not fault.file.endswith(".sql"):
                raise Refused(f"{fault.name()}: an expression can't be left out")
            path = os.path.join(ROOT, fault.file)
            if not os.path.exists(path):
                raise Refused(f"{fault.name()}: the file is gone")
            span = place_of(fault, open(path, encoding="utf-8").read())
            places.setdefault(fault.file, {}).setdefault(span, []).append(fault)
        except Refused as refused:
            wrong.append(str(refused))
    for file, spans in places.items():
        ends = sorted(spans)
        for (before, after) in zip(ends, ends[1:]):
            if after[0] < before[1]:
                numbers = [f.number for span in (before, after) for f in spans[span]]
                wrong.append(f"{file}: the faults {numbers} overlap")
    if wrong:
        raise Refused("\n".join(wrong))
    return places


def planted(original, faults, file):
    out = original
    for fault in reversed(faults):
        faulty = fault.parts["+"].strip()
        if file.endswith(".sql"):
            out = f"\1{fault.number}\2{faulty}\2{out}\3"
        elif fault.is_statement():
            out = f"{{ if (leat_fault({fault.number})) {{ {faulty}\n}} else {{ {out}\n}} }}"
        else:
            out = f"(leat_fault({fault.number}) ? ({faulty}) : ({out}))"
    return out


def write(path, text):
    """Leaves a file that has the text already, and its time, alone: it need not be compiled again."""
    if os.path.exists(path) and open(path, "rb").read() == text:
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as out:
        out.write(text)


def with_faults(file, text, spans):
    for (begin, end) in sorted(spans, reverse=True):
        text = text[:begin] + planted(text[begin:end], spans[(begin, end)], file) + text[end:]
    for (channel, there, instead) in CHANNELS:
        if channel == file:
            if text.count(there) != 1:
                raise Refused(f"{file}: `{there}` stands there {text.count(there)} times instead of once")
            text = text.replace(there, instead)
    if file.endswith(".sql"):
        return text
    up = "../" * file.count("/")
    return f'#include "{up}tests/mutation/fault.h"\n#line 1\n{text}'


def plant(folder, places):
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            check=True, capture_output=True).stdout.decode().split("\0")
    files = [file for file in listed if file and os.path.exists(os.path.join(ROOT, file))]
    wanted, touched = set(files), set(places) | {channel[0] for channel in CHANNELS}
    whole, marks = hashlib.sha256(), {}
    for file in files:
        source, target = os.path.join(ROOT, file), os.path.join(folder, file)
        if os.path.islink(source) or os.path.isdir(source):
            continue
        text = open(source, "rb").read()
        mark = hashlib.sha256(text).hexdigest()[:12]
        if file.startswith(JUDGED) and not file.startswith("tests/mutation/"):
            whole.update(f"{file} {mark}\n".encode())
        if file in touched:
            marks[file] = mark
            text = with_faults(file, text.decode(), places.get(file, {})).encode()
        write(target, text)
        os.chmod(target, os.stat(source).st_mode & 0o777)
    for at, folders, names in os.walk(folder):
        folders[:] = [each for each in folders if os.path.join(at, each) != os.path.join(folder, "build")]
        for name in names:
            path = os.path.join(at, name)
            if os.path.relpath(path, folder) not in wanted and not os.path.islink(path):
                os.remove(path)
    deps = os.path.join(folder, ".deps")
    if not os.path.lexists(deps):
        os.symlink(os.path.join(ROOT, ".deps"), deps)
    with open(os.path.join(folder, STAMP), "w") as out:
        json.dump({"sources": whole.hexdigest()[:12], "files": marks}, out)


def main():
    faults, tests = read()
    try:
        places = check(faults, tests)
        if len(sys.argv) > 1:
            plant(os.path.abspath(sys.argv[1]), places)
    except Refused as refused:
        print(refused, file=sys.stderr)
        print("what to do: change the fault in tests/mutation/faults.txt to what the code is now.", file=sys.stderr)
        return 1
    print(f"{len(faults)} faults in {len(places)} files, each in its one place")
    return 0


if __name__ == "__main__":
    sys.exit(main())
