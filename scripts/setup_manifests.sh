#!/bin/sh
# setup_manifests.sh [REPOSITORY]: fetches the manifests of Airbyte's public catalogue beside the project, into
# .deps/manifests, for tests/interop/public_manifests.sh. They are not ours (most are ELv2) and none becomes a part of it.
# The connectors that are a manifest and nothing but Python snippets say so in their metadata; these are kept, 497 at the
# commit below. REPOSITORY is another place that has the commit, such as a folder.
set -eu
cd "$(dirname -- "$0")/.."
repository=${1:-https://github.com/airbytehq/airbyte.git}
commit=c27d1755433b7c04254829df0c6d154a6d8c4145
place=${LEAT_MANIFESTS:-${LEAT_DEPS:-.deps}/manifests}
[ -f "$place/source-zoom.yaml" ] && { printf 'the manifests are there: %s\n' "$place"; exit 0; }
command -v git >/dev/null || { printf 'setup_manifests: git is not installed\n' >&2; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/leat-manifests.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
printf 'fetching the manifests from %s\n' "$repository"
# Only the one commit, and of its files only those that are checked out.
get() {
  [ ! -d "$repository" ] || { git clone -q --shared --no-checkout "$repository" "$work/catalogue"; return; }
  git init -q "$work/catalogue" &&
    git -C "$work/catalogue" remote add origin "$repository" &&
    git -C "$work/catalogue" fetch -q --depth 1 --filter=blob:none origin "$commit"
}
{
  get &&
    git -C "$work/catalogue" sparse-checkout set --no-cone '/airbyte-integrations/connectors/source-*/manifest.yaml' \
      '/airbyte-integrations/connectors/source-*/metadata.yaml' &&
    git -C "$work/catalogue" checkout -q "$commit"
} || { printf 'setup_manifests: the catalogue could not be fetched\nwhat to do: check the network, or name another repository\n' >&2; exit 1; }
mkdir -p "$place"
for folder in "$work"/catalogue/airbyte-integrations/connectors/source-*; do
  grep -q 'language:manifest-only' "$folder/metadata.yaml" 2>/dev/null || continue
  [ ! -f "$folder/manifest.yaml" ] || cp "$folder/manifest.yaml" "$place/$(basename "$folder").yaml"
done
printf '%s manifests in %s\n' "$(find "$place" -name '*.yaml' | wc -l)" "$place"
