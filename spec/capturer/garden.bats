# The containers of these tests are like those of Garden. spec/support/garden-container.json is what guardian, Garden's
# server, gave to runc for an app's container (guardian of August 2026, runc 1.5.1, containerd, Silk; paths of the host
# shortened, empty parts for other systems left out). It is a measurement: it changes when it is measured again, not to
# suit a test.
#
# support_root is set by what is loaded.
# shellcheck disable=SC2154

load ../support/capture

setup_file() {
  container_init
  lifecycle "$CONTAINER_HOME/lifecycle"
  container_create app --lifecycle "$CONTAINER_HOME/lifecycle"
  container_create small --lifecycle "$CONTAINER_HOME/lifecycle" --no-new-privs --memory 64M \
    --mount "$(support_program hold-memory):/tmp/hold-memory"
}
teardown_file() { container_cleanup; }

# A configuration as lines "path = value", for mounts and system calls in any order.
lines_of() { # file
  jq -r '
    .mounts |= (map({ (.destination): (. | del(.destination)) }) | add)
    | .linux.seccomp.syscalls |= ([.[] | (. + { name: .names[] }) | del(.names)] | group_by(.name)
        | map({ (.[0].name): (map(del(.name)) | sort) }) | add)
    | paths(scalars) as $path | "\($path | map(tostring) | join(" ")) = \(getpath($path))"' "$1" | sort
}

# The paths in which a container's configuration differs, each once.
differences() { # name
  diff <(lines_of "$support_root/spec/support/garden-container.json") <(lines_of "$(container_bundle "$1")/config.json") |
    sed -nE 's/^[<>] (.*) = .*/\1/p' | sort -u
}

# Stdin: lines "path: reason", where * in a path stands for anything.
differs_in_these_alone() { # name
  local line path known
  local -A found=()
  local -a allowed=()
  while IFS= read -r line; do allowed+=("$line"); done
  while IFS= read -r path; do
    known=''
    for line in "${allowed[@]}"; do
      # shellcheck disable=SC2053 # a pattern
      [[ $path != ${line%%: *} ]] || known=$line
    done
    [ -n "$known" ] || fail "it differs in: $path" || return
    found[$known]=1
  done < <(differences "$1")
  for line in "${allowed[@]}"; do
    [ -n "${found[$line]-}" ] || fail "it does not differ in: $line" || return
  done
}

@test "what runc is given for a container is what guardian generates, but for these differences" {
  differs_in_these_alone app <<'END'
hostname: the container's name, which here as there is its handle
root path: lies elsewhere
linux cgroupsPath: a group for each run of tests, where Garden has one for all containers
mounts * source: lie elsewhere
process env *: Garden's are those of one instance; tests of CF_INSTANCE_PORTS set it themselves
END
}

@test "what options of container_create change is what the same setting of Garden changes" {
  differs_in_these_alone small <<'END'
hostname: its name
root path: lies elsewhere
linux cgroupsPath: a group for each run of tests
mounts * source: lie elsewhere
mounts /tmp/hold-memory *: the app
process env *: of one instance
linux resources memory *: --memory: an app of 64 MB
process noNewPrivileges: --no-new-privs: property garden.no_new_privileges
linux sysctl net.ipv4.ping_group_range: --no-new-privs: so that ping works without a capability of its own
END
}

@test "a process in it has what the configuration says: limits, umask, capabilities, mounts, sysctls" {
  [ "$(container_exec app -- sh -c 'ulimit -n; ulimit -Hn; umask')" = $'16384\n16384\n0022' ]
  run -0 container_exec app -- grep -E '^(CapInh|CapPrm|CapEff|CapBnd|CapAmb)' /proc/self/status
  [ "$(awk '{ print $2 }' <<<"$output" | tr '\n' ' ')" = "00000000a80425fb 0000000000000000 0000000000000000 00000000a80425fb 0000000000000000 " ]
  local destination type options option there
  while read -r destination type options; do
    there=$(container_exec app -- grep " $destination " /proc/mounts)
    [ "$type" = bind ] || [[ $there == *" $type "* || $type = cgroup ]] || fail "$destination: $there"
    for option in ro nosuid nodev noexec; do
      [[ ",$options," != *",$option,"* || ",$(cut -d' ' -f4 <<<"$there")," == *",$option,"* ]] || fail "$destination is not $option: $there"
    done
  done < <(jq -r '.mounts[] | select(.destination != "/sys/fs/cgroup") | "\(.destination) \(.type) \(.options | join(","))"' "$support_root/spec/support/garden-container.json")
  [ "$(container_exec app -- cat /proc/sys/net/ipv4/tcp_retries2)" = 15 ]
  [ "$(container_exec app -- cat /proc/sys/net/ipv4/ping_group_range)" != $'1\t65535' ]
  [ "$(container_exec small -- cat /proc/sys/net/ipv4/ping_group_range)" = $'1\t65535' ]
  [ -z "$(container_exec app -- cat /proc/keys /proc/timer_list)" ]
}

@test "/etc/hosts and /etc/resolv.conf can be written by the container's root alone; the lifecycle directory and certificates by nobody" {
  container_exec app --uid 0 -- sh -c 'echo "10.1.1.1 written" >>/etc/hosts && : >>/etc/resolv.conf'
  grep -q written "$(container_bundle app)/hosts"
  run ! container_exec app -- sh -c 'echo >>/etc/hosts'
  run ! container_exec app --uid 0 -- sh -c ': >/tmp/lifecycle/cf-pcap'
  run ! container_exec app --uid 0 -- sh -c ': >/etc/cf-system-certificates/x'
}

@test "it has limits: of memory with swap, of processes, and CPU shares" {
  [ "$(container_memory_limit app) $(container_memory_limit small)" = "268435456 67108864" ]
  # With swap it is the same, which is 0 beside it in version 2 of control groups.
  case $(cgroup_version) in
    1) [ "$(container_cgroup app memory memory.memsw.limit_in_bytes) $(container_cgroup app cpu cpu.shares)" = "268435456 256" ] ;;
    2) [ "$(container_cgroup app memory memory.swap.max)" = 0 ] && [ "$(container_cgroup app cpu cpu.weight)" -lt 100 ] ;;
  esac
  [ "$(container_cgroup app pids pids.max)" = 1024 ]
}

@test "a process that takes more than the limit of memory is killed, and counted; another is not" {
  container_exec small --pid-file "$BATS_TEST_TMPDIR/pid" -- sleep 1000 3>&- &
  eventually test -s "$BATS_TEST_TMPDIR/pid"
  run -137 container_exec small -- /tmp/hold-memory 80000000 </dev/null
  [ "$(container_oom_kills small)" = 1 ]
  [ "$(container_oom_kills app)" = 0 ]
  kill "$(cat "$BATS_TEST_TMPDIR/pid")"
}
