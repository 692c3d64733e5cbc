#!/bin/sh
# Judges what comes in from outside by deny.toml: licences, versions, sources, and what is known against any of it.
#
#   tests/supply/install.sh && tests/supply/check.sh
#
# The advisories are fetched from GitHub. Where that cannot be reached they are not checked, and the last line says so;
# on GitHub itself, where releases are built, that is an error.
set -eu
cd "$(dirname "$0")/../.."
deny=${ROUTERGRAM_INTEROP_DIR:-$PWD/target/interop}/supply/bin/cargo-deny
"$deny" --locked check --hide-inclusion-graph licenses bans sources
if [ "${GITHUB_ACTIONS:-false}" = true ] ||
  GIT_TERMINAL_PROMPT=0 timeout 20 git ls-remote -q https://github.com/RustSec/advisory-db HEAD >/dev/null 2>&1; then
  "$deny" --locked check --hide-inclusion-graph advisories
else
  echo "NOT CHECKED: advisories. Their database, https://github.com/RustSec/advisory-db, cannot be reached from here."
fi
