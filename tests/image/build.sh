#!/bin/sh
# Builds the program that goes into the image: static, with musl, from what the image's build is given and nothing else.
# A file that is missing in .dockerignore's list fails here, without Docker. Needs musl-tools (Debian) and rustup.
#
#   tests/image/build.sh        # prints where the program is
set -eu
cd "$(dirname "$0")/../.."
target=$(uname -m)-unknown-linux-musl
context=$PWD/target/image/context
rm -rf "$context"
mkdir -p "$context"
# With their times, so that what has not changed is not built again.
sed -n 's/^!//p' .dockerignore | while read -r name; do cp -a --parents "$name" "$context/"; done
rustup --quiet target add "$target"
(cd "$context" && CARGO_TARGET_DIR="$PWD/../.." cargo build --release --locked --bin routergram --target "$target" >&2)
echo "target/$target/release/routergram"
