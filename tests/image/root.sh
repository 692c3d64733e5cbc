#!/bin/sh
# Runs PROGRAM as the image would: process 1, user 65532 without a capability, in a root that is empty and cannot be
# written; only /data, which is the folder DATA, can. DATA "-": nothing is mounted there. Needs root.
#
#   tests/image/root.sh PROGRAM DATA [ARGUMENT…]
#
# It is stricter than a container: there is no /proc, no /dev, no /tmp, and not one file in /etc.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
# The text is for the shell inside.
# shellcheck disable=SC2016
exec unshare --mount --pid --fork --kill-child /bin/sh -euc '
  program=$1 data=$2
  shift 2
  # The mounts are of this namespace alone, and gone with it: any folder will do.
  mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs /mnt
  install -m 0755 "$program" /mnt/routergram
  install -d -o 65532 -g 65532 /mnt/data
  [ "$data" = - ] || mount --bind "$data" /mnt/data
  mount -o remount,ro /mnt
  # With root the user loses its capabilities, and can get none again.
  exec setpriv --no-new-privs chroot --userspec=65532:65532 --groups= /mnt /routergram "$@"
' root.sh "$@"
