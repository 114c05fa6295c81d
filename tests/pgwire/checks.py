# One line a check, for the clients beside it; `failures` counts what differs.
failures = 0


def check(what, got, wanted):
    global failures
    if got != wanted:
        failures += 1
        print(f"differs: {what}: {got!r} instead of {wanted!r}")
    else:
        print(f"works: {what}")
