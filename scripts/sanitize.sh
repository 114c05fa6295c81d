#!/bin/sh
# sanitize.sh asan|tsan [CTEST ARGUMENTS]: the tests under AddressSanitizer with UBSan, or ThreadSanitizer, beside a
# PostgreSQL of their own. Without arguments: the unit tests, conformance and the behaviour scripts. By Clang, which builds
# them in a third of GCC's time (15 and 10 minutes on two cores). libduckdb is not instrumented; tests/sanitizers says
# what of it is passed over, and why.
set -eu
cd "$(dirname -- "$0")/.."
preset=${1:?asan or tsan}
shift
command -v clang++ >/dev/null 2>&1 || {
  printf 'sanitize: clang is not here\nsanitize: what to do: scripts/setup.sh fuzz\n' >&2
  exit 1
}
[ $# -gt 0 ] || set -- -R '^(unit|conformance|script)'
scripts/build.sh "$preset" all
here=$PWD/tests/sanitizers
# AddressSanitizer opens libraries in the program's stead, which doesn't know where they are.
export LD_LIBRARY_PATH="${LEAT_DEPS:-$PWD/.deps}/duckdb/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export ASAN_OPTIONS="detect_leaks=1:detect_stack_use_after_return=0:abort_on_error=0:exitcode=99"
export LSAN_OPTIONS="suppressions=$here/leaks.txt:print_suppressions=0"
export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1:exitcode=99"
export TSAN_OPTIONS="suppressions=$here/threads.txt:halt_on_error=0:exitcode=99:second_deadlock_stack=1"
log=build/$preset/test.log
scripts/with_postgres.sh ctest --test-dir "build/$preset" --output-on-failure --timeout 1200 -j "$(nproc)" "$@" >"$log" 2>&1 && status=0 || status=$?
tail -15 "$log"
exit "$status"
