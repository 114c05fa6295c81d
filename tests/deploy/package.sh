#!/bin/sh
# What users install works away from here: the tarball and the .deb, unpacked, with nothing of the build folder.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
fail() { printf 'FAILED: %s\n' "$1"; status=1; }
LEAT_BUILD=${LEAT_BIN_DIR%/bin} LEAT_PACKAGE_LEVEL=1 "$root/scripts/package.sh" "$work/out"
(cd "$work/out" && sha256sum --quiet -c SHA256SUMS)
mkdir -p "$work/tar" "$work/deb"
tar -C "$work/tar" --strip-components=1 -xzf "$work"/out/leat-*.tar.gz
dpkg-deb -x "$work"/out/leat_*.deb "$work/deb"
works() { # PROGRAM NAME
  mkdir -p "$work/$2-home"
  (cd "$work/$2-home" && env -i PATH=/usr/bin:/bin HOME="$work/$2-home" "$1" init coffee >/dev/null &&
    env -i PATH=/usr/bin:/bin "$1" --project coffee run >run.log 2>&1) || { cat "$work/$2-home/run.log"; fail "$2: leat run"; }
}
works "$work/tar/bin/leat" tarball
works "$work/deb/usr/bin/leat" deb
# Every library of the tarball's program lies in the tarball, but for the C library.
env -i ldd "$work/tar/bin/leat" | awk '$2 == "=>" {print $3}' | while read -r path; do
  case $path in
  "$work"/tar/*) ;;
  */libc.so.6 | */libm.so.6 | */libresolv.so.2 | */libpthread.so.0 | */libdl.so.2 | */librt.so.1) ;;
  *) printf '%s\n' "$path" ;;
  esac
done >"$work/outside"
[ ! -s "$work/outside" ] || { cat "$work/outside"; fail 'the tarball needs libraries of the system'; }
for file in share/man/man1/leat.1 share/bash-completion/completions/leat share/zsh/vendor-completions/_leat \
  share/fish/vendor_completions.d/leat.fish share/doc/leat/sbom.cdx.json share/leat/deploy/docker/compose.yaml \
  share/doc/leat/guide/production.md lib/leat/libduckdb.so; do
  [ -s "$work/tar/$file" ] || fail "the tarball lacks $file"
done
for file in lib/systemd/system/leat-run.timer usr/share/man/man1/leat.1.gz usr/lib/leat/libduckdb.so; do
  [ -s "$work/deb/$file" ] || fail "the .deb lacks $file"
done
dpkg-deb -f "$work"/out/leat_*.deb Depends | grep -q 'libpq5.*ca-certificates' || fail 'the .deb depends on too little'
if find "$work/tar" "$work/deb" -name '.env' -o -name '*.tfstate' -o -name '.terraform' | grep -q .; then
  fail 'something that is nobody'"'"'s business lies in the packages'
fi
# Where the ones by others are here, they look at the SBOM as well.
python=${LEAT_DEPS:-$root/.deps}/deploy/venv/bin/python
if [ -x "$python" ] && "$python" -c 'import cyclonedx' 2>/dev/null; then
  "$python" - "$work/tar/share/doc/leat/sbom.cdx.json" <<'END' || fail 'the SBOM is no CycloneDX 1.5'
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
sys.exit(str(JsonStrictValidator(SchemaVersion.V1_5).validate_str(open(sys.argv[1]).read()) or "") or 0)
END
else
  printf 'left out: the validator of CycloneDX is not here (scripts/setup_deploy.sh)\n'
fi
exit "$status"
