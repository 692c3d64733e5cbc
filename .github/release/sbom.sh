#!/usr/bin/env bash
# Writes INTO/NAME.cdx.json: every crate in the program, for both platforms, as CycloneDX. Needs cargo-cyclonedx.
#
#   .github/release/sbom.sh NAME INTO
set -euo pipefail
name=$1
mkdir -p "$2"
into=$(realpath "$2")
cd "$(dirname "$0")/../.."
# What the musl targets need is the same for both processors; what only compiles the program is not in it.
cargo cyclonedx --quiet --format json --spec-version 1.5 --describe binaries --no-build-deps \
  --target x86_64-unknown-linux-musl
mv routergram_bin.cdx.json "$into/$name.cdx.json"
echo "$into/$name.cdx.json"
