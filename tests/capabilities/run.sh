#!/bin/sh
# Runs each command of docs/capabilities.md and fails when one does not print what stands there. Arguments choose lines
# (A1 B4 …); those that need others' tables run after them, so the whole is the rule. LEAT_CAPABILITIES=all runs the
# long ones, too; LEAT_CAPABILITIES=quick leaves out what needs PostgreSQL.
set -u
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
bin=${LEAT_BIN_DIR:-$root/build/release/bin}
work=$(mktemp -d)
chmod 755 "$work" # the shop's server may be another user's
shop_pid=
clean() {
  [ -z "$shop_pid" ] || { kill "$shop_pid" 2>/dev/null && wait "$shop_pid" 2>/dev/null; }
  [ -n "${keep:-}" ] && printf 'the folder is kept: %s\n' "$work" || rm -rf "$work"
}
trap clean EXIT
export PATH="$bin:$PATH" NO_COLOR=1 LEAT_SOURCE_DIR="$root"
unset LEAT_TARGET LEAT_POSTGRES_URL SODA_URL TOMORROW_URL SHOP_URL
mkdir "$work/examples" "$work/lines"
(cd "$root/examples" && tar -cf - --exclude=.leat --exclude=site --exclude=target --exclude=logs .) | tar -xf - -C "$work/examples"

# A line is `### ID title`, then a block of shell and "prints `TEXT`", or "**Not there yet:** why".
awk -v to="$work/lines" '
  /^### / { id = $2; title = substr($0, length("### " id) + 2); n++; file = to "/" sprintf("%03d", n) "-" id; print title > (file ".title"); next }
  /^```sh$/ && id { inside = 1; next }
  /^```$/ && inside { inside = 0; next }
  inside { print > (file ".sh"); next }
  /^prints `/ && id { split($0, part, "`"); print part[2] > (file ".want"); if ($0 ~ /needs /) { sub(/.*needs /, ""); print > (file ".needs") } }
  /^\*\*Not there yet:\*\*/ && id { sub(/^[^:]*:\*\* */, ""); print > (file ".missing") }
' "$root/docs/capabilities.md"

postgres=
if [ "${LEAT_CAPABILITIES:-}" != quick ] && command -v psql >/dev/null; then
  SHOP_FOLDER=$work/shop "$work/examples/dvd-rental/stand_in/shop.sh" >"$work/shop.txt" 2>"$work/shop.err" &
  shop_pid=$!
  for _ in $(seq 600); do
    grep -q '^listening' "$work/shop.txt" && break
    kill -0 "$shop_pid" 2>/dev/null || break
    timeout 0.1 tail -f /dev/null || true
  done
  shop=$(sed -n 's/^listening on //p' "$work/shop.txt")
  if [ -n "$shop" ]; then
    postgres=1
    SHOP_ADMIN=$(printf '%s' "$shop" | sed 's#//[^@]*@#//postgres@#')
    export SHOP_URL="$shop" SHOP_ADMIN
  else
    cat "$work/shop.err"
  fi
fi

shown=0 wrong=0 missing=0 left=0
for title in "$work"/lines/*.title; do
  file=${title%.title}
  id=${file##*-}
  name=$(cat "$title")
  case " ${*:-$id} " in *" $id "*) ;; *) continue ;; esac
  needs=$(cat "$file.needs" 2>/dev/null)
  if [ -f "$file.missing" ]; then
    missing=$((missing + 1)); printf 'missing   %-4s %s: %s\n' "$id" "$name" "$(cat "$file.missing")"
  elif [ ! -f "$file.sh" ] || [ ! -f "$file.want" ]; then
    wrong=$((wrong + 1)); printf 'WRONG     %-4s has no command and is not said to be missing\n' "$id"
  elif [ "$needs" = PostgreSQL ] && [ -z "$postgres" ]; then
    left=$((left + 1)); printf 'left out  %-4s %s: needs PostgreSQL\n' "$id" "$name"
  elif [ "$needs" = time ] && [ "${LEAT_CAPABILITIES:-}" != all ]; then
    left=$((left + 1)); printf 'left out  %-4s %s: LEAT_CAPABILITIES=all runs it\n' "$id" "$name"
  else
    (cd "$work/examples" && timeout "${LEAT_CAPABILITY_SECONDS:-300}" sh -u "$file.sh") >"$file.out" 2>&1
    if grep -qF -- "$(cat "$file.want")" "$file.out"; then
      shown=$((shown + 1)); printf 'shown     %-4s %s\n' "$id" "$name"
    else
      wrong=$((wrong + 1)); printf 'WRONG     %-4s %s: does not print %s but\n' "$id" "$name" "$(cat "$file.want")"
      tail -12 "$file.out" | sed 's/^/          /'
    fi
  fi
done
printf '%s shown, %s missing, %s left out, %s wrong\n' "$shown" "$missing" "$left" "$wrong"
[ "$wrong" = 0 ]
