#!/bin/sh
# Makes what users install from a release build: a .deb, a tarball with everything inside, an SBOM, checksums.
#   scripts/package.sh [FOLDER]     default build/package; LEAT_BUILD names the build folder (default build/release)
set -eu
cd "$(dirname -- "$0")/.."
root=$PWD
build=${LEAT_BUILD:-$root/build/release}
out=${1:-$root/build/package}
version=$("$build/bin/leat" --version)
architecture=$(dpkg --print-architecture)
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || date +%s)}"
export SOURCE_DATE_EPOCH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { printf 'package: %s\n' "$*"; }
mkdir -p "$out"
rm -f "$out"/leat_* "$out"/leat-* "$out/SHA256SUMS"

say 'installing into a folder'
cmake --install "$build" --prefix "$work/deb/usr" --strip >"$work/install.log" || { cat "$work/install.log" >&2; exit 1; }
program=$work/deb/usr/bin/leat
engine=$work/deb/usr/lib/leat/leat-script # where it was built
node scripts/sbom.mjs "$program" >"$out/leat-$version.cdx.json"
cp "$out/leat-$version.cdx.json" "$work/deb/usr/share/doc/leat/sbom.cdx.json"
cp -a "$work/deb/usr" "$work/plain"

# ---- the tarball: what the program is linked with lies beside it, but for the C library ----------------------------
name=leat-$version-linux-$(uname -m)
mv "$work/plain" "$work/$name"
mkdir -p "$work/$name/share/doc/leat/licenses"
for file in "$program" "$engine"; do [ ! -e "$file" ] || ldd "$file"; done | awk '$2 == "=>" {print $1, $3}' | sort -u | while read -r library path; do
  case $library in
  libc.so* | libm.so* | libresolv.so* | libpthread.so* | libdl.so* | librt.so* | libmvec.so*) continue ;;
  esac
  cp -L "$path" "$work/$name/lib/leat/$library"
  owner=$(dpkg -S "$(readlink -f "$path")" 2>/dev/null | head -1 | cut -d: -f1) || true
  [ -z "$owner" ] || [ ! -e "/usr/share/doc/$owner/copyright" ] ||
    cp -L "/usr/share/doc/$owner/copyright" "$work/$name/share/doc/leat/licenses/$owner"
done
chmod 644 "$work/$name/lib/leat/"*
[ ! -e "$work/$name/lib/leat/leat-script" ] || chmod 755 "$work/$name/lib/leat/leat-script"
tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -cf - "$name" |
  gzip "-${LEAT_PACKAGE_LEVEL:-9}n" >"$out/$name.tar.gz"
say "$name.tar.gz: $(wc -c <"$out/$name.tar.gz" | awk '{printf "%.1f MB", $1 / 1e6}')"

# ---- the .deb ------------------------------------------------------------------------------------------------------
tree=$work/deb
mkdir -p "$tree/DEBIAN" "$tree/lib/systemd/system" "$tree/usr/share/doc/leat"
cp deploy/systemd/*.service deploy/systemd/*.timer "$tree/lib/systemd/system/"
cp deploy/systemd/leat.env.example "$tree/usr/share/doc/leat/"
gzip -9n "$tree/usr/share/man/man1/leat.1"
mv "$tree/usr/share/doc/leat/CHANGELOG.md" "$tree/usr/share/doc/leat/changelog"
gzip -9n "$tree/usr/share/doc/leat/changelog"
mv "$tree/usr/share/doc/leat/LICENSE" "$tree/usr/share/doc/leat/copyright"
depends=$(for file in "$program" "$engine"; do [ ! -e "$file" ] || scripts/runtime_packages.sh "$file"; done | sort -u | while read -r package; do
  printf '%s (>= %s), ' "$package" "$(dpkg-query -W -f '${Version}' "$package" | sed 's/[-+~][^-+~]*$//')"
done)
cat >"$tree/DEBIAN/control" <<EOF
Package: leat
Version: $version
Architecture: $architecture
Maintainer: The Leat developers <leat@example.invalid>
Installed-Size: $(du -sk --exclude=DEBIAN "$tree" | cut -f1)
Depends: ${depends}ca-certificates, tzdata
Suggests: postgresql-client
Section: database
Priority: optional
Description: carries data from where it is born to the chart that people read
 Extracts from HTTP APIs, files and databases, loads a warehouse exactly once, runs dbt projects and publishes
 reports, in one process on an embedded DuckDB; PostgreSQL and Snowflake are other targets of the same project.
EOF
(cd "$tree" && find usr lib -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
find "$tree" -type d -exec chmod 755 {} +
kind=xz
[ "${LEAT_PACKAGE_LEVEL:-}" != 1 ] || kind=gzip # a test wants it fast
dpkg-deb --root-owner-group "-Z${kind}" "-z${LEAT_PACKAGE_LEVEL:-6}" --build "$tree" "$out/leat_${version}_$architecture.deb" >/dev/null
say "leat_${version}_$architecture.deb: $(wc -c <"$out/leat_${version}_$architecture.deb" | awk '{printf "%.1f MB", $1 / 1e6}')"
(cd "$out" && sha256sum leat_* leat-* >SHA256SUMS)
say "everything is in $out"
