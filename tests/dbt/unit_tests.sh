#!/bin/sh
# Unit tests: rows as dicts, CSV, SQL and fixtures; sources, ephemeral models, this; overrides; one that is wrong keeps its
# model from being built.
. "$(dirname -- "$0")/dbt.sh"
command -v node >/dev/null || skip 'node is not installed'
open_project unit_tests
dbt build --select people >seed.txt 2>&1 || true
dbt run-operation make_totals >operation.txt 2>&1 || { cat operation.txt; failures=1; }
dbt build >build.txt 2>&1 && { printf 'WRONG the wrong unit test did not fail the build\n'; failures=1; }
expect 'what became of each' 'model.unit_tests.days skipped
model.unit_tests.named success
seed.unit_tests.people success
test.unit_tests.not_null_named_id.e0adc9329e pass
unit_test.unit_tests.days.all_days_come_at_first pass
unit_test.unit_tests.days.only_later_days_come pass
unit_test.unit_tests.days.this_one_is_wrong fail
unit_test.unit_tests.named.a_variable_is_overridden pass
unit_test.unit_tests.named.fixtures_are_read pass
unit_test.unit_tests.named.names_are_large pass' "$(statuses)"
expect 'how rows differ is told' 2 "$(grep -cE '^ *(expected, and not there: id: 2|there, and not expected: id: 1)' build.txt)"
dbt test --select test_type:unit --exclude tag:wrong >test.txt 2>&1 || { cat test.txt; failures=1; }
expect 'selected by kind and tag' 5 "$(statuses | grep -c ' pass')"
dbt build --select days --exclude tag:wrong >build.txt 2>&1 || { cat build.txt; failures=1; }
expect 'the model comes with its unit tests' 3 "$(statuses | wc -l | tr -d ' ')"
finish
