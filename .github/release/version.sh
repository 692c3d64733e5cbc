#!/usr/bin/env bash
# Prints the version that TAG stands for: v1.2.3 → 1.2.3. Fails unless Cargo.toml has that version and CHANGELOG.md tells of it.
#
#   .github/release/version.sh TAG
set -euo pipefail
tag=$1
cd "$(dirname "$0")/../.."
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
if [[ $tag != "v$version" ]]; then
  echo "The tag is $tag, but Cargo.toml says version $version: set the version first, then the tag v$version." >&2
  exit 1
fi
if ! grep -qF "## [$version]" CHANGELOG.md; then
  echo "CHANGELOG.md has no section [$version]: give [Unreleased] that name and the day." >&2
  exit 1
fi
echo "$version"
