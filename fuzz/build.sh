#!/bin/sh
# Builds the fuzzers. fuzz/run.sh does it too; by itself it is what can be done beside something else.
set -eu
cd "$(dirname "$0")/.."
export PATH="${ROUTERGRAM_INTEROP_DIR:-$PWD/target/interop}/fuzz/bin:$PATH"
# What finds new paths is an option of the compiler that has no stable name.
export RUSTC_BOOTSTRAP=1
# Without a sanitizer: there is no unsafe code here to find fault with, and what is looked for are panics.
cargo fuzz build --dev --sanitizer none
