# served.py PID SECONDS: processes, megabytes (proportional shares added), and per cent of a core, of a server and what it
# started, while nothing is to do.
import os
import sys
import time


def family(pid):
    found = [pid]
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children") as file:
            for child in file.read().split():
                found += family(int(child))
    return found


def ticks(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total


def kilobytes(pid):
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))


server, seconds = int(sys.argv[1]), float(sys.argv[2])
pids = family(server)
before = ticks(pids)
time.sleep(seconds)
used = (ticks(pids) - before) / os.sysconf("SC_CLK_TCK") / seconds
print(len(pids), round(sum(kilobytes(pid) for pid in pids) / 1024), f"{used * 100:.1f}")
