#!/bin/sh
# runtime_packages.sh PROGRAM: prints the Debian packages that own the libraries a program is linked with, one a line.
set -eu
program=$1
needed=$(objdump -p "$program" | sed -n 's/^ *NEEDED *//p')
ldd "$program" | awk '{print $1, $3}' | while read -r name path; do
  case " $(printf '%s' "$needed" | tr '\n' ' ') " in *" $name "*) ;; *) continue ;; esac
  [ -e "$path" ] || continue
  # dpkg may know the file by its name under /usr only, or without it.
  real=$(readlink -f "$path")
  owner=$(dpkg -S "$real" 2>/dev/null || dpkg -S "${real#/usr}" 2>/dev/null || true)
  [ -n "$owner" ] || { printf 'runtime_packages: no package owns %s\n' "$path" >&2; exit 1; }
  printf '%s\n' "${owner%%:*}"
done | sort -u
