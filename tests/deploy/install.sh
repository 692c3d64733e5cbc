#!/bin/sh
# Installs what the files for deploying are judged by, into ROUTERGRAM_INTEROP_DIR/deploy (target/interop/deploy):
# hadolint and the schema of compose files (pip), Railway's and Grafana's own types with the TypeScript compiler (npm).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
into=${ROUTERGRAM_INTEROP_DIR:-"$here/../../target/interop"}/deploy
mkdir -p "$into"
cp "$here/package.json" "$here/package-lock.json" "$into/"
# The types are for whoever deploys, with the Node.js of their day; the compiler runs on an older one too.
(cd "$into" && npm ci --ignore-scripts --no-audit --no-fund --engine-strict=false)
python3 -m pip install --quiet --disable-pip-version-check --upgrade --target "$into/python" -r "$here/requirements.txt"
