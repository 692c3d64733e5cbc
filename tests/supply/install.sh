#!/bin/sh
# Installs cargo-deny into ROUTERGRAM_INTEROP_DIR/supply (target/interop/supply), unless it is there. Built without
# optimisations: it runs for two seconds, and takes minutes to optimise.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
into=${ROUTERGRAM_INTEROP_DIR:-"$here/../../target/interop"}/supply
version=0.20.2
mkdir -p "$into"
"$into/bin/cargo-deny" --version 2>/dev/null | grep -qx "cargo-deny $version" && exit 0
cargo install --quiet --locked --debug --root "$into" --target-dir "$into/build" "cargo-deny@$version"
rm -rf "$into/build"
