#!/bin/sh
# Installs what others wrote and the tests run against: for tests/it/interop.rs grammY (npm) and
# python-telegram-bot (pip), for tests/it/aimock.rs a model server (npm). Into $ROUTERGRAM_INTEROP_DIR, or target/interop; the versions are pinned beside the bots.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
into=${ROUTERGRAM_INTEROP_DIR:-$here/../../target/interop}
mkdir -p "$into/grammy" "$into/ptb"
cp "$here/grammy/package.json" "$here/grammy/package-lock.json" "$into/grammy/"
(cd "$into/grammy" && npm ci --no-audit --no-fund)
python3 -m pip install --quiet --disable-pip-version-check --upgrade --target "$into/ptb" -r "$here/ptb/requirements.txt"
"$here/aimock/install.sh"
