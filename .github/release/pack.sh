#!/usr/bin/env bash
# Packs PROGRAM as INTO/NAME.tar.gz: a folder NAME with the program, the license and what one needs to begin.
# The same program gives the same archive, whoever packs it and when.
#
#   .github/release/pack.sh PROGRAM NAME INTO
set -euo pipefail
program=$(realpath "$1") name=$2
mkdir -p "$3"
into=$(realpath "$3")
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
install -D -m 0755 "$program" "$work/$name/routergram"
install -m 0644 LICENSE README.md CHANGELOG.md .env.example "$work/$name/"
tar --create --directory "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 --format=gnu "$name" |
  gzip --no-name --best > "$into/$name.tar.gz"
echo "$into/$name.tar.gz"
