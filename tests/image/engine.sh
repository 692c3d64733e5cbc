#!/bin/sh
# Builds the image around PROGRAM with buildah and runs it with podman, with the rights that compose.yaml leaves it.
# VOLUME is a folder or the name of a volume. Needs root, buildah, podman and crun; asks no registry for anything.
#
#   tests/image/engine.sh PROGRAM VOLUME [ARGUMENT…]
#
# The last stage of the Dockerfile is built as it stands. What comes before it would compile for minutes, so PROGRAM is
# put where it would have put it; and the base is a stand-in that has the base's user and, like it, nothing to run.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
dockerfile=$(cd "$(dirname "$0")/../.." && pwd)/Dockerfile
# The text is for the shell inside. Processes, images, volumes and locks are of these namespaces alone, and gone with
# them, however they end.
# shellcheck disable=SC2016
exec unshare --mount --pid --fork --kill-child --mount-proc /bin/sh -euc '
  dockerfile=$1 program=$2 volume=$3
  shift 3
  for private in /run /dev/shm /mnt; do mount -t tmpfs tmpfs "$private"; done
  # crun knows version 2 of control groups, and only where it is alone.
  umount -R /sys/fs/cgroup
  mount -t cgroup2 cgroup2 /sys/fs/cgroup

  cat >/mnt/containers.conf <<END
[containers]
cgroups = "disabled"
# No more than this process may give away.
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
runtime = "crun"
END
  cat >/mnt/storage.conf <<END
[storage]
driver = "vfs"
graphroot = "/mnt/storage"
runroot = "/run/storage"
END
  # For whoever enters these namespaces as well. There is no systemd to ask for the health.
  cat >/mnt/own <<END
#!/bin/sh
exec env -i PATH=$PATH HOME=/mnt TMPDIR=/mnt CONTAINERS_CONF=/mnt/containers.conf \\
  CONTAINERS_STORAGE_CONF=/mnt/storage.conf DISABLE_HC_SYSTEMD=true "\$@"
END
  chmod +x /mnt/own
  quietly() { "$@" >/mnt/said 2>&1 || { cat /mnt/said >&2; exit 70; }; }
  build() { quietly /mnt/own buildah bud --isolation chroot --pull-never --format docker "$@"; }

  mkdir -p /mnt/base/etc /mnt/context/build/target/release /mnt/context/data
  echo "nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin" >/mnt/base/etc/passwd
  printf "FROM scratch\nCOPY . /\nUSER 65532\nWORKDIR /home/nonroot\n" >/mnt/base.Dockerfile
  stage=$(awk "/^FROM /{stage = \"\"} {stage = stage \$0 \"\n\"} END {print stage}" "$dockerfile")
  base=$(echo "$stage" | sed -n "s/^FROM //p")
  build --tag "$base" --file /mnt/base.Dockerfile /mnt/base
  install -m 0755 "$program" /mnt/context/build/target/release/routergram
  printf "FROM scratch AS builder\nCOPY . /\n\n%s\n" "$stage" >/mnt/Dockerfile
  build --build-arg RAILWAY_GIT_COMMIT_SHA=feedface --tag routergram --file /mnt/Dockerfile /mnt/context

  # The settings of whoever called are those of the bot.
  env -0 | grep -zvE "^(PATH|PWD|OLDPWD|SHLVL|_)=" | tr "\0" "\n" >/mnt/settings
  exec /mnt/own podman run --name bot --network host --env-file /mnt/settings --volume "$volume:/data" \
    --read-only --read-only-tmpfs=false --cap-drop ALL --security-opt no-new-privileges \
    localhost/routergram "$@"
' engine.sh "$dockerfile" "$@"
