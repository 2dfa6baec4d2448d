# What privileges a capture has, when, and what happens to one that is taken over.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2034,SC2154

load ../support/capture

setup_file() {
  container_init
  lifecycle "$CONTAINER_HOME/lifecycle"
  container_create app --lifecycle "$CONTAINER_HOME/lifecycle"
  container_create as_root --uid 0 --lifecycle "$CONTAINER_HOME/lifecycle"
}
teardown_file() { container_cleanup; }

# A field of /proc/PID/status of the running capture.
field() { sed -nE "s/^$1:[[:space:]]*//p" "/proc/$(capture_pid)/status"; }

holds_no_privilege() {
  local set
  for set in CapPrm CapEff CapInh CapAmb; do
    [ "$(field "$set")" = 0000000000000000 ] || fail "$set is $(field "$set")"
  done
  [ "$(field NoNewPrivs)" = 1 ]
  [ "$(field Seccomp)" = 2 ]
}

@test "a running capture has no capability in any set of its own, no_new_privs, and a seccomp filter" {
  capture_start app -- -i lo
  holds_no_privilege
  [ "$(field Uid)" = "2000	2000	2000	2000" ]
  # The container's own filter, and our two.
  [ "$(field Seccomp_filters)" = 3 ]
  capture_stop
}

@test "as the container's root, too, and there the bounding set is empty as well" {
  capture_start as_root -- -i lo
  holds_no_privilege
  [ "$(field CapBnd)" = 0000000000000000 ]
  capture_stop
}

@test "the processes it is tested against do have privileges to lose" {
  run -0 container_exec as_root -- cat /proc/self/status
  [[ $output == *"CapEff:	00000000a80425fb"* ]]
  run -0 container_exec app -- cat /proc/self/status
  [[ $output == *"CapInh:	00000000a80425fb"* ]]
  [[ $output == *"CapBnd:	00000000a80425fb"* ]]
}

@test "an app that runs as root captures with a file that has no capability" {
  lifecycle "$CONTAINER_HOME/plain"
  setcap -r "$CONTAINER_HOME/plain/cf-pcap"
  container_create plain --uid 0 --lifecycle "$CONTAINER_HOME/plain"
  capture_start plain -- -i lo
  holds_no_privilege
  capture_stop
}

@test "no process of the app's user can look into a capture or trace it" {
  capture_start app -- -i lo
  [ "$(stat -c %u "/proc/$(capture_pid)/mem")" != 2000 ]
  local pid
  pid=$(container_exec app -- pidof cf-pcap)
  run ! container_exec app -- cat "/proc/$pid/environ"
  run ! container_exec app -- ls "/proc/$pid/fd"
  capture_stop
}

# Makes a new capture do a system call, as an exploit would; its status is then in $status.
injected() { # number
  capture_start app -- -i lo
  "$(support_program inject-syscall)" "$(capture_pid)" "$1"
}

@test "a system call outside of the list ends the process" {
  local name number
  # asm/unistd_64.h
  while read -r name number; do
    injected "$number"
    capture_wait
    [ "$status" = 159 ] || fail "$name: status $status, not that of SIGSYS (128 + 31)"
  done <<END
open 2
openat 257
socket 41
connect 42
sendto 44
execve 59
execveat 322
fork 57
vfork 58
clone 56
clone3 435
kill 62
ptrace 101
mmap 9
mprotect 10
prctl 157
setuid 105
unlink 87
bpf 321
io_uring_setup 425
END
}

@test "a call that is on the list, made to happen in the same way, does not" {
  injected 1 # write, of nothing
  send app 127.0.0.1 7001
  eventually capture_holds 1 udp port 7001
  capture_stop
}

@test "socket options are on the list for the two that are needed alone" {
  injected 54 # setsockopt, with option 0
  capture_wait
  [ "$status" = 159 ]
  injected 16 # ioctl, with request 0
  capture_wait
  [ "$status" = 159 ]
}

# Traces a whole capture, into $capture/trace.
trace() { # [option…]
  capture_traced app -- "$@"
  capture_stop
}

# The number of the first line of the trace that matches; fails if there is none.
first() { grep -nE -m1 -e "$1" "$capture/trace" | cut -d: -f1 | grep . || fail "no '$1' in the trace"; }

# The number of the line in which the list for the time of capturing is put in force.
second_list() { grep -n 'prctl(PR_SET_SECCOMP' "$capture/trace" | sed -n 2p | cut -d: -f1; }

@test "the order: policy read, privilege raised, packet socket, privileges dropped, seccomp, names resolved, seccomp" {
  container_exec app --uid 0 -- sh -c 'echo "10.9.8.7 db.example.com" >>/etc/hosts'
  trace -i lo -f "host db.example.com"
  local policy raise socket drop locked narrow resolve seccomp
  policy=$(first 'open.*cf-pcap\.policy')
  raise=$(first 'capset\(.*effective=1<<CAP_NET_RAW')
  socket=$(first 'socket\(AF_PACKET')
  drop=$(grep -nE 'capset\(.*effective=0, permitted=0, inheritable=0' "$capture/trace" | tail -1 | cut -d: -f1)
  locked=$(first 'prctl\(PR_SET_NO_NEW_PRIVS, 1')
  narrow=$(first 'prctl\(PR_SET_SECCOMP')
  resolve=$(first 'open.*/etc/hosts')
  seccomp=$(second_list)
  printf '%s\n' "$policy" "$raise" "$socket" "$drop" "$locked" "$narrow" "$resolve" "$seccomp" >"$capture/order"
  sort -n -c "$capture/order" || fail "$(cat "$capture/order" "$capture/trace")"
}

@test "after its start it makes no system call but those of the list, and no process ever" {
  trace -i lo
  local after
  after=$(second_list)
  tail -n +"$((after + 1))" "$capture/trace" | grep -oE '^[a-z_0-9]+\(' | sort -u >"$capture/calls"
  grep -q 'poll' "$capture/calls"
  refute_part "$(cat "$capture/calls")" "open"
  refute_part "$(cat "$capture/calls")" "socket("
  refute_part "$(cat "$capture/trace")" "fork("
  refute_part "$(cat "$capture/trace")" "clone("
  refute_part "$(cat "$capture/trace")" "mmap(NULL, 0, PROT_EXEC"
}

@test "--verbose shows the privileges at each stage" {
  capture_start app -- -i lo --verbose
  capture_stop
  grep -i privileges "$capture/err" >"$capture/stages"
  [ "$(wc -l <"$capture/stages")" -ge 3 ]
  grep -q 'cap_net_raw=p' "$capture/stages"  # at the start
  grep -q 'cap_net_raw=ep' "$capture/stages" # for the one call
  tail -1 "$capture/stages" | grep -q "no_new_privs 1"
  refute_part "$(tail -1 "$capture/stages")" "net_raw"
}
