#!/bin/sh
# Every recipe on every PostgreSQL that is here (Debian's 15, and 14, 16, 17 and 18 of `scripts/setup.sh servers`) into
# DuckDB and PostgreSQL; prints the table of docs/guide/replication.md and, with --write, puts it there.
# matrix.sh FOLDER-OF-RESULTS [--write]: what a folder has results of is not run again. VERSIONS, TARGETS choose.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
here=$root/tests/replication
results=$1
mkdir -p "$results"
programs() { if [ "$1" = 15 ]; then echo /usr/lib/postgresql/15/bin; else echo "$root/.deps/npm/postgres$1/native/bin"; fi; }
run() { # NAME CMD...: keeps its lines when it ended by itself
  name=$1
  shift
  [ ! -f "$results/$name" ] || return 0
  printf 'running %s\n' "$name" >&2
  timeout "${LIMIT:-7200}" "$@" >"$results/$name.part" 2>&1 || true
  grep -q ' wrong$\|^skipped' "$results/$name.part" || { printf 'WRONG %s did not come to its end\n' "$name"; return 0; }
  mv "$results/$name.part" "$results/$name"
}
for version in ${VERSIONS:-14 15 16 17 18}; do
  for target in ${TARGETS:-duckdb postgres}; do
    run "recipes.$version.$target" "$here/recipes.sh" "$(programs "$version")" "$target"
    [ "$version" -lt 16 ] || run "standby.$version.$target" "$here/standby.sh" "$(programs "$version")" "$target"
    run "chaos.$version.$target" "$here/chaos.sh" "$(programs "$version")" "$target" "${CHANGES:-20000}"
  done
done

passed() { # VERSION TARGET RECIPE: yes, no, or nothing where it was not tried
  for file in "$results"/*."$1.$2"; do
    [ -f "$file" ] || continue
    if [ "$3" = chaos ]; then
      case $file in */chaos.*) grep -qx '0 wrong' "$file" && echo yes || echo no; return ;; esac
    elif grep -q "^WRONG $3:" "$file"; then
      echo no
      return
    elif grep -q "^ok    $3\$" "$file"; then
      echo yes
      return
    fi
  done
}
cell() { # VERSION RECIPES...: what failed, else where it passes
  version=$1 wrong= there=
  shift
  for recipe in "$@"; do
    case $recipe:$version in from_standby:14 | from_standby:15 | failover:1[456] | behind:1[456] | selected:14) continue ;; esac
    for target in duckdb postgres; do
      [ "$recipe $target" != 'refused_there duckdb' ] || continue # nothing to try there
      case $(passed "$version" "$target" "$recipe") in
      no) wrong="$wrong $recipe ($target)" ;;
      yes) case " $there " in *" $target "*) ;; *) there="$there $target" ;; esac ;;
      esac
    done
  done
  if [ -n "$wrong" ]; then
    printf 'not%s' "$wrong"
  elif [ "$there" = ' duckdb postgres' ]; then
    printf 'both'
  else
    printf '%s' "${there:-–}" | sed 's/^ //'
  fi
}
table() {
  printf '| recipe | tests | 14 | 15 | 16 | 17 | 18 |\n|---|---|---|---|---|---|---|\n'
  while IFS='|' read -r title recipes; do
    printf '| %s | %s |' "$title" "$recipes"
    for version in 14 15 16 17 18; do printf ' %s |' "$(cell "$version" $recipes)"; done
    printf '\n'
  done <<'LIST'
1 kills at random under a workload|chaos
2 positions that transactions share|shared_position
3 transactions that interleave|interleaved
4 a first read while rows move; sessions that are cut|moving_rows cut_snapshot cut_off_portions cut_off_rewritten
5 a huge transaction|huge_transaction
6 savepoints and rollbacks|savepoints
7 values that an update does not send|toast
8 changed keys|key_changes
9 one key many times|same_key
10 replica identities, no key at all|without_key identities
11 TRUNCATE|truncates
12 columns that are added|added_columns generated
13 columns that are renamed, retyped, dropped|changed_columns
14 partitions|partitions
15 a slot of a quiet database|quiet_slot other_database
16 a slot that is lost|lost_slot thrown_away
17 standby and failover|from_standby failover behind
18 tables that come and go while it runs|table_set meddled joining selected
19 values of every type|values types geometries infinities wide_rows
20 a warehouse that refuses|refused_there
21 a source that restarts, a reader that sleeps|source_restarts stopped busy_slot
22 prepared transactions|prepared
LIST
}
table
[ "${2:-}" != --write ] || {
  table >"$results/table.md"
  guide=$root/docs/guide/replication.md
  awk -v table="$results/table.md" '
    /<!-- table: tests\/replication\/matrix.sh -->/ { print; while ((getline line < table) > 0) print line; skipping = 1; next }
    /<!-- end -->/ { skipping = 0 }
    !skipping { print }' "$guide" >"$results/guide.md"
  cp "$results/guide.md" "$guide"
}
