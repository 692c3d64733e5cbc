#!/bin/sh
# Counts the instructions of the micro-benchmarks' subjects under callgrind, as the program is built for use: static, with
# musl, so that no library of the machine is in it. Needs valgrind and musl-tools (Debian) and rustup.
#
#   benches/micro/count.sh           # compares them with counts.toml, and fails when one is not as it was
#   benches/micro/count.sh write     # writes counts.toml anew
set -eu
cd "$(dirname "$0")/../.."
target=$(uname -m)-unknown-linux-musl
rustup --quiet target add "$target"
exec cargo bench --quiet --locked --profile count --target "$target" --bench micro -- --counts "$@"
