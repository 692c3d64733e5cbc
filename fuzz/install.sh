#!/bin/sh
# Installs cargo-fuzz into ROUTERGRAM_INTEROP_DIR/fuzz (target/interop/fuzz), unless it is there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
into=${ROUTERGRAM_INTEROP_DIR:-"$here/../target/interop"}/fuzz
version=0.13.2
mkdir -p "$into"
"$into/bin/cargo-fuzz" --version 2>/dev/null | grep -qx "cargo-fuzz $version" && exit 0
cargo install --quiet --locked --debug --root "$into" --target-dir "$into/build" "cargo-fuzz@$version"
rm -rf "$into/build"
