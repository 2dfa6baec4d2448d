# The release as operators get it: packed by the real bosh CLI, compiled by the real BOSH agent.
#
#     load ../support/release               # in a bats file of spec/release/
#     release_copy DIR                      # a copy of the release that a test may spoil
#     release_pack DIR release.tgz
#     release_compile release.tgz OUT       # OUT/PACKAGE/… as on a VM, OUT/release.MF, OUT/log
#
# Compiling needs root: the agent works in /var/vcap. It gets one of its own (a tmpfs in a mount
# namespace), the user vcap, another host name, and no network, as there is none while a stemcell compiles.

release_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# What `bosh create-release` reads, without what git ignores, so that an earlier dev release has no say.
release_copy() { # directory
  local part
  mkdir -p "$1/jobs"
  for part in config packages jobs src blobs LICENSE NOTICE; do
    [ ! -e "$release_root/$part" ] || cp -a "$release_root/$part" "$1/"
  done
  rm -f "$1/config/dev.yml" "$1/config/private.yml"
}

# The CLI keeps a cache of packages in HOME: every release gets a fresh one.
release_pack() { # directory tarball
  HOME=$1/home "$release_root/build/tools/bosh" --non-interactive create-release --dir "$1" --force --tarball "$2"
}

release_compile() { # tarball directory
  local package
  mkdir -p "$2" /var/vcap
  # The inner bash expands it.
  # shellcheck disable=SC2016
  unshare --mount --net --uts bash -euo pipefail -c '
    hostname stemcell
    mount -t tmpfs -o mode=755 vcap /var/vcap
    mkdir -p /var/vcap/bosh/etc /var/vcap/data/tmp
    echo 1.0 >/var/vcap/bosh/etc/stemcell_version
    { cat /etc/passwd; echo "vcap:x:1000:1000::/home/vcap:/bin/bash"; } >/var/vcap/passwd
    { cat /etc/group; echo "vcap:x:1000:"; } >/var/vcap/group
    mount --bind /var/vcap/passwd /etc/passwd
    mount --bind /var/vcap/group /etc/group
    exec "$1" compile --output-directory "$2/compiled" "$3"
  ' bash "$release_root/build/tools/bosh-agent" "$2" "$1" >"$2/log" 2>&1 || { cat "$2/log" >&2; return 1; }

  tar xzf "$2"/compiled/*.tgz -C "$2"
  for package in "$2"/compiled_packages/*.tgz; do
    mkdir "$2/$(basename "$package" .tgz)"
    tar xzf "$package" -C "$2/$(basename "$package" .tgz)"
  done
}

# The names that a release manifest lists as PART (packages, compiled_packages, jobs), sorted.
release_names() { # release.MF part
  awk -v part="$2:" '/^[a-z]/ { inside = ($1 == part); next }
    inside && $1 == "-" && $2 == "name:" { print $3; next } inside && /^  name:/ { print $2 }' "$1" | sort
}
