# A file_server VM as the BOSH agent leaves it, below a directory of the test's own, and what the
# agent does to it. All paths are relative to the directory $VM, as on a VM to /var/vcap.
#
#     source spec/support/file_server_vm.bash
#     vm_create                                # in $BATS_TEST_TMPDIR
#     stock_archive buildpack "$directory"     # a package buildpack_app_lifecycle of the files in there
#     agent_apply
#     assemble --enabled yes
#     extract "$(served buildpack)" to

assembly_bin=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/build/packages/lifecycle-assembly/bin
# shellcheck disable=SC2034 # tests use it
cell_script=${assembly_bin%/*/*}/cf-pcap-cell/bin/cell

# A job's directory is a link to one named by a digest; so is a package's.
vm_create() {
  VM=${1:-$BATS_TEST_TMPDIR/vcap}
  mkdir -p "$VM/data/jobs/file_server/9a3c/config" "$VM/data/jobs/file_server/9a3c/packages" "$VM/jobs" "$VM/packages"
  ln -s "$VM/data/jobs/file_server/9a3c" "$VM/jobs/file_server"
  printf '{"server_address":"0.0.0.0:8080","static_directory":"/var/vcap/jobs/file_server/packages/"}' |
    sed "s|/var/vcap|$VM|" >"$VM/jobs/file_server/config/file_server.json"
  printf '# of the test\nrequire_ssh no\n' >"$VM/policy"
}

# Files like those in diego-release's archives, small.
lifecycle_files() { # directory
  mkdir -p "$1"
  local name
  for name in builder launcher diego-sshd healthcheck; do
    { echo "$name" && head -c 3000 /dev/zero | tr '\0' "${name:0:1}"; } >"$1/$name"
    chmod 755 "$1/$name"
  done
  ln -sf launcher "$1/shell"
}

# A package with an archive of what is in a directory, made by GNU tar; a new one each time, as after
# an upgrade. Further arguments go to tar. STOCK_GZIP: gzip's level.
stock_archive() { # lifecycle directory [tar options…]
  local name=${1}_app_lifecycle directory=$2 package digest
  shift 2
  package=$(mktemp -d -p "$VM" stock.XXXX)
  chmod 755 "$package"
  (cd "$directory" && tar --owner=0 --group=0 "$@" -cf - -- *) | gzip "${STOCK_GZIP:--6}" >"$package/$name.tgz"
  digest=$(sha256sum <"$package/$name.tgz" | cut -c1-40)
  rm -rf "$VM/data/packages/$name/$digest"
  mkdir -p "$VM/data/packages/$name"
  mv "$package" "$VM/data/packages/$name/$digest"
  echo "$digest" >"$VM/data/packages/$name.current"
}

stock() { # lifecycle -> its stock archive
  echo "$VM/data/packages/${1}_app_lifecycle/$(cat "$VM/data/packages/${1}_app_lifecycle.current")/${1}_app_lifecycle.tgz"
}

# Both links of each package, the job's and the VM's, whatever is there: as bosh-agent's Symlink does.
agent_apply() {
  local current name
  for current in "$VM"/data/packages/*.current; do
    name=$(basename "$current" .current)
    for link in "$VM/jobs/file_server/packages/$name" "$VM/packages/$name"; do
      rm -rf "$link"
      ln -s "$VM/data/packages/$name/$(cat "$current")" "$link"
    done
  done
}

# The agent installs file_server's job anew when anything of it has changed.
agent_installs_job_anew() {
  mkdir -p "$VM/data/jobs/file_server/b7e1/packages"
  cp -r "$VM/data/jobs/file_server/9a3c/config" "$VM/data/jobs/file_server/b7e1/"
  ln -sfT "$VM/data/jobs/file_server/b7e1" "$VM/jobs/file_server"
  rm -rf "$VM/data/jobs/file_server/9a3c"
}

assemble() { # [options…], the later ones count
  "${ASSEMBLE:-$assembly_bin/assemble-lifecycles}" --file-server "$VM/jobs/file_server" --packages "$VM/packages" \
    --policy "$VM/policy" --lifecycles "buildpack docker cnb" "$@"
}

served() { echo "$VM/jobs/file_server/packages/${1}_app_lifecycle/${1}_app_lifecycle.tgz"; }

extract() { # archive directory
  mkdir -p "$2"
  tar --xattrs --xattrs-include='*' --numeric-owner -xpzf "$1" -C "$2"
}

# Name, type, mode, owner, time, link target and content of all that an archive holds, in its order.
members() { # archive
  local directory
  directory=$(mktemp -d -p "$BATS_TEST_TMPDIR")
  extract "$1" "$directory"
  tar --numeric-owner --full-time -tvzf "$1"
  (cd "$directory" && find . -type f -print0 | sort -z | xargs -0 sha256sum)
}

# Every extended attribute of all that an archive holds: lines `file: name`.
attributes() { # archive
  local directory
  directory=$(mktemp -d -p "$BATS_TEST_TMPDIR")
  extract "$1" "$directory"
  (cd "$directory" && getfattr -R -h -d -m - . | awk '/^# file: / { file = $3 } /=/ { sub(/=.*/, ""); print file ": " $0 }')
}

names() { tar -tzf "$1" | tr '\n' ' '; }

# What is in the VM's directories besides the stock archives: for "no litter".
tree() { (cd "$VM" && find jobs/ data/jobs packages/ -printf '%P %y %l\n' | sort); }
