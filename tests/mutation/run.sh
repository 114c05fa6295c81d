#!/bin/sh
# run.sh [NUMBER...]: plants the faults of faults.txt in a copy of the sources, and asks the tests of each fault's area
# whether they notice; of all faults, it goes on where it was interrupted. Built is what is asked, when it is asked. The
# table goes to docs/mutation.md. 1 where fewer than 95 of 100 are caught.
set -eu
cd "$(dirname -- "$0")/../.."
folder=build/mutation
unset LEAT_TEST_POSTGRES # each test gets an emptied server: never one that is used for something else
# The copy is built as any checkout is, so that what no fault touches comes out of the compiler's cache.
python3 tests/mutation/plant.py "$folder/source"
(cd "$folder/source" && cmake --preset release >"$OLDPWD/$folder/configure.log")
: >"$folder/build.log"
exec nice -n 5 scripts/with_postgres.sh python3 tests/mutation/run.py "$folder/source" "$folder" "$@"
