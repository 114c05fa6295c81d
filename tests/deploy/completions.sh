#!/bin/bash
# What `leat completion` prints: bash completes commands, verbs and options by it; zsh, fish and man can read theirs.
set -eu
leat=${LEAT_BIN_DIR:?}/leat
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
"$leat" completion bash >"$work/leat"
# shellcheck disable=SC1091
source "$work/leat"
completes() { # LINE EXPECTED...: completing the last word of the line offers at least these
  # read through an array of its own, as bash does
  read -ra COMP_WORDS <<<"$1"
  [[ $1 != *' ' ]] || COMP_WORDS+=('')
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  COMPREPLY=()
  _leat
  shift
  for word in "$@"; do
    [[ " ${COMPREPLY[*]} " == *" $word "* ]] || { echo "FAILED: ${COMP_WORDS[*]} offers no $word: ${COMPREPLY[*]}"; status=1; }
  done
}
completes 'leat ' run sync dbt query completion
completes 'leat ru' run
completes 'leat run --' --full-refresh --dry-run --project --target --help
completes 'leat dbt ' build test run-operation
completes 'leat --target prod state ' show set reset
completes 'leat -q completion z' zsh
[ "$("$leat" --help | grep -cE '^  [a-z][a-z-]+ {2,}')" -gt 20 ] || { echo 'FAILED: few commands'; status=1; }
for form in zsh fish man; do "$leat" completion $form >"$work/$form"; done
cp "$work/leat" "$work/bash"
for command in $("$leat" --help | sed -nE 's/^  ([a-z][a-z-]+) {2,}.*/\1/p'); do
  for form in bash zsh fish man; do
    grep -q -- "${command//-/.*-}" "$work/$form" || { echo "FAILED: $form knows no $command"; status=1; }
  done
done
if command -v zsh >/dev/null; then zsh -n "$work/zsh" || status=1; else echo 'left out: zsh is not here'; fi
if command -v fish >/dev/null; then fish -n "$work/fish" || status=1; else echo 'left out: fish is not here'; fi
if command -v groff >/dev/null; then
  groff -man -ww -z -Tutf8 "$work/man" 2>"$work/groff" || status=1
  if [ -s "$work/groff" ]; then head "$work/groff"; status=1; fi
else
  echo 'left out: groff is not here'
fi
if "$leat" completion tcsh 2>/dev/null; then echo 'FAILED: tcsh is not refused'; status=1; fi
exit $status
