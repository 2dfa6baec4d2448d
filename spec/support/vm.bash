# A VM with BOSH's own places: /var/vcap is a tmpfs in a mount namespace, which a process keeps.
#
#     source spec/support/vm.bash
#     vm_start; trap vm_stop EXIT
#     vm agent_apply                     # a function of file_server_vm.bash, on this VM
#     in_vm /var/vcap/jobs/JOB/bin/pre-start
#
# Needs root. Several may be there at the same time: VM_PID names the one that is meant, and VM_NET, if set,
# the network namespace that its programs run in.

vm_support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

vm_start() {
  local ready=$BATS_FILE_TMPDIR/vm.ready
  rm -f "$ready"
  mkdir -p /var/vcap
  # The inner bash expands it.
  # shellcheck disable=SC2016
  unshare --mount bash -c 'mount -t tmpfs -o mode=755 vcap /var/vcap && echo ready >"$1" && exec sleep 86400' - \
    "$ready" </dev/null >/dev/null 2>&1 3>&- &
  export VM_PID=$!
  until [ -s "$ready" ]; do
    kill -0 "$VM_PID" || return
    sleep 0.05
  done
}

vm_stop() { kill "$VM_PID"; }

in_vm() { nsenter ${VM_NET:+--net="$VM_NET"} --mount=/proc/"$VM_PID"/ns/mnt --wd=/ -- "$@"; }

vm() { # function of file_server_vm.bash, arguments…
  # shellcheck disable=SC2016
  in_vm bash -euc 'source "$1"; VM=/var/vcap; shift; "$@"' - "$vm_support/file_server_vm.bash" "$@"
}

# A package at /var/vcap/packages, from a directory; there is a directory of its own for each content.
vm_package() { # name directory
  local target=/var/vcap/data/packages/$1/c0de
  in_vm mkdir -p "$target" /var/vcap/packages
  in_vm cp -a "$2/." "$target"
  in_vm ln -sfT "$target" "/var/vcap/packages/$1"
}

# Renders a job into its place, as the agent does on an apply after its properties have changed.
vm_job() { # name-or-directory [property=JSON…]
  local name
  name=$(basename "$1")
  rm -rf "$BATS_FILE_TMPDIR/job"
  "$vm_support/render-job" "$1" "$BATS_FILE_TMPDIR/job" "${@:2}"
  in_vm mkdir -p /var/vcap/jobs
  in_vm rm -rf "/var/vcap/data/jobs/$name"
  in_vm mkdir -p "/var/vcap/data/jobs/$name"
  in_vm cp -a "$BATS_FILE_TMPDIR/job" "/var/vcap/data/jobs/$name/5eed"
  in_vm ln -sfT "/var/vcap/data/jobs/$name/5eed" "/var/vcap/jobs/$name"
}

# Runs a program as bpm runs a job's process: as uid 1000, without privileges, in a root directory of
# the system's own directories, and of the VM's only these, read-only and nosuid, by bind mounts that do
# not take along what is mounted below them (bpm's public interface). Its pid is where bpm puts it.
under_bpm() { # job command…
  # shellcheck disable=SC2016
  in_vm unshare --mount bash -euc '
    root=/var/vcap/data/bpm-$BASHPID job=$1
    shift
    mkdir -p "$root" "/var/vcap/sys/log/$job" "/var/vcap/sys/run/bpm/$job"
    echo "$BASHPID" >"/var/vcap/sys/run/bpm/$job/$job.pid"
    mount -t tmpfs -o mode=755 root "$root"
    for directory in bin etc lib lib64 sbin usr "var/vcap/jobs/$job" var/vcap/packages var/vcap/data/packages "var/vcap/sys/log/$job"; do
      [ -d "/$directory" ] || continue
      mkdir -p "$root/$directory"
      mount --bind "$(realpath "/$directory")" "$root/$directory"
      mount -o remount,bind,ro,nosuid,nodev "$root/$directory"
    done
    exec setpriv --no-new-privs chroot --userspec=1000:1000 --groups= "$root" "$@"' - "$@"
}
