#!/bin/sh
# Builds the fuzzers, and runs each for some seconds on the inputs that are kept in fuzz/corpus/, two at a time.
#
#   fuzz/install.sh && fuzz/run.sh [seconds]       # 60 unless told
#
# What they find ends the run, stays in fuzz/artifacts/, and becomes a test beside the code. New inputs are collected in
# target/fuzz/; `cargo fuzz cmin TARGET target/fuzz/TARGET` makes them few enough to be kept.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
export PATH="${ROUTERGRAM_INTEROP_DIR:-$PWD/target/interop}/fuzz/bin:$PATH"
fuzz/build.sh
export RUSTC_BOOTSTRAP=1

fuzz() {
  new=target/fuzz/$1
  mkdir -p "$new"
  echo "fuzzing $1 for $seconds seconds"
  cargo fuzz run --dev --sanitizer none "$1" "$new" "fuzz/corpus/$1" -- -max_total_time="$seconds" -dict="fuzz/$1.dict" \
    -rss_limit_mb=2048 -timeout=10 -verbosity=0 -print_final_stats=1 2>"target/fuzz/$1.log" ||
    { tail -n 60 "target/fuzz/$1.log"; echo "fuzzing $1 has found something"; return 1; }
  echo "$1: $(sed -n 's/^stat::number_of_executed_units: *//p' "target/fuzz/$1.log") inputs, nothing found"
}

pair() {
  fuzz "$1" & first=$!
  fuzz "$2" & second=$!
  # Both are waited for: what the second finds is worth as much.
  failed=0
  wait "$first" || failed=1
  wait "$second" || failed=1
  return "$failed"
}

pair envelope stream
pair messages settings
