#!/bin/sh
# Installs what tests/it/tdlib judges the converter with, into ROUTERGRAM_INTEROP_DIR/tdlib (target/interop/tdlib):
# TDLib (pip: tdjson), which is Telegram's own code, and the examples of the CommonMark specification (npm). The
# specification is CC-BY-SA 4.0: installed and read by a test it binds nobody, copied into this tree it would.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
into=${ROUTERGRAM_INTEROP_DIR:-"$here/../../target/interop"}/tdlib
mkdir -p "$into"
cp "$here/package.json" "$here/package-lock.json" "$into/"
(cd "$into" && npm ci --ignore-scripts --no-audit --no-fund)
python3 -m pip install --quiet --disable-pip-version-check --upgrade --target "$into" -r "$here/requirements.txt"
