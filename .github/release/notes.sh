#!/usr/bin/env bash
# Prints the notes of a release: the version's section of CHANGELOG.md, then every commit since the tag before, by area.
# Needs the history and git-cliff. Before the tag exists it shows what the notes would be.
#
#   .github/release/notes.sh TAG
set -euo pipefail
tag=$1
cd "$(dirname "$0")/../.."
commits=(--unreleased --tag "$tag")
if git rev-parse --quiet --verify "refs/tags/$tag" > /dev/null; then commits=(--current); fi
awk -v heading="## [${tag#v}]" 'index($0, "## [") == 1 { inside = index($0, heading) == 1; next } inside' CHANGELOG.md
printf '\n<details><summary>Every commit</summary>\n\n'
git-cliff --config cliff.toml --offline "${commits[@]}"
printf '\n</details>\n'
