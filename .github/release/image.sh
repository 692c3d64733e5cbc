#!/usr/bin/env bash
# The image of a release, at ghcr.io under the repository's name. Needs a docker that is signed in there.
#
#   .github/release/image.sh build PLATFORM VERSION FOLDER   # builds amd64 or arm64, pushes it without a name, notes its digest
#   .github/release/image.sh publish VERSION FOLDER          # joins what was noted under the version's names
#
# Publishing prints name=… and digest=… of the result.
set -euo pipefail
: "${GITHUB_REPOSITORY:?owner/name}"
# Names of images have no capitals.
image=ghcr.io/${GITHUB_REPOSITORY,,}
tree=$(dirname "$0")/../..

build() {
  local platform=$1 version=$2 folder=$3 metadata
  mkdir -p "$folder"
  metadata=$(mktemp)
  docker buildx build "$tree" --platform "linux/$platform" \
    --build-arg "VERSION=$version" --build-arg "REVISION=$(git -C "$tree" rev-parse HEAD)" \
    --build-arg "CREATED=$(git -C "$tree" show --no-patch --format=%cI HEAD)" \
    --label "org.opencontainers.image.source=https://github.com/$GITHUB_REPOSITORY" \
    --provenance mode=max --sbom true --metadata-file "$metadata" \
    --output "type=image,name=$image,push-by-digest=true,name-canonical=true,push=true"
  field containerimage.digest < "$metadata" > "$folder/$platform"
}

publish() {
  local version=$1 folder=$2 names=() parts=() file digest
  names=(--tag "$image:$version")
  # What comes before a version, as 1.2.0-rc.1, is for those who name it.
  if [[ $version != *-* ]]; then names+=(--tag "$image:${version%.*}" --tag "$image:latest"); fi
  for file in "$folder"/*; do parts+=("$image@$(< "$file")"); done
  docker buildx imagetools create "${names[@]}" "${parts[@]}" >&2
  # Not within the echo: its failure would be nobody's.
  digest=$(docker buildx imagetools inspect "$image:$version" --format '{{json .Manifest}}' | field digest)
  echo "name=$image"
  echo "digest=$digest"
}

# The field of the JSON object that is read.
field() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

"$@"
