#!/bin/sh
# Installs the model server that tests/it/aimock.rs asks, into ROUTERGRAM_INTEROP_DIR/aimock (target/interop/aimock).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${ROUTERGRAM_INTEROP_DIR:-"$here/../../../target/interop"}/aimock
mkdir -p "$target"
cp "$here/package.json" "$here/package-lock.json" "$target/"
cd "$target"
npm ci --ignore-scripts --no-fund --no-audit
