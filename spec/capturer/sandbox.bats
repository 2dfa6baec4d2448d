# The two lists of allowed system calls in src/cf-pcap/sandbox.c, measured: each entry is needed by a
# scenario below, and no scenario needs more. And what is impossible because of them.
#
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2030,SC2031,SC2154

load ../support/capture

setup_file() {
  container_init
  lifecycle "$CONTAINER_HOME/lifecycle"
  container_create app --lifecycle "$CONTAINER_HOME/lifecycle"
  measure
}
teardown_file() { container_cleanup; }

# Traces a capture, and runs a command in the midst of it; all of it lies in a folder NAME.
traced() { # name [command…] , cf-pcap option…
  local name=$1
  local -a midst=()
  shift
  while [ "$1" != , ]; do
    midst+=("$1") && shift
  done
  shift
  capture=$CONTAINER_HOME/$name
  capture_traced app -- "$@"
  "${midst[@]}"
  exec {capture_stdin}>&-
  eventually capture_has_ended
}

# A SIGCONT takes back a SIGSTOP that the process has not seen yet.
stop_and_go_on() { eventually waits_in_poll && capture_signal STOP && eventually traced_a stopped && capture_signal CONT; }
traced_a() { grep -q -- "--- $1 by SIGSTOP" "$capture/trace"; }
waits_in_poll() { grep -qE '^(7|271) ' "/proc/$(capture_pid)/syscall"; } # poll(2) or ppoll(2)
# The second signal ends it, since nobody reads.
more_than_a_pipe_holds() {
  send app 127.0.0.1 7001 20 20000 && sleep 0.5
  capture_signal TERM && sleep 0.5 && capture_signal TERM
}
is_removed() { container_net app ip link delete brief && eventually capture_has_ended; }
goes_down() { container_net app ip link set brief down && sleep 0.5; }
container_file() { container_exec app --uid 0 -- sh -c "cat >>$1"; }
name_server() { # [tcp]; its pid, or rather nsenter's, is then in $server
  local program
  program=$(support_program answer-dns)
  nsenter --net="/proc/$(container_pid app)/ns/net" "$program" 10.9.8.7 "$@" 3>&- &
  server=$!
  eventually name_server_listens "${1-udp}"
}
name_server_listens() { grep -q ':0035 ' "/proc/$(container_pid app)/net/$1"; } # udp or tcp; port 53, in hexadecimal
name_server_ends() { # its port is free, and nobody answers
  kill "$server"
  wait "$server" || true
}

measure() {
  local server
  printf '%s\n' "10.9.8.7 db.example.com" "fe80::1%lo zoned.example.com" | container_file /etc/hosts
  echo "nameserver 127.0.0.1" | container_file /etc/resolv.conf
  echo "loose 7777/tcp" | container_file /etc/services
  container_net app ip link add brief type veth peer name brief2
  container_net app ip link set brief up
  traced plain send app 127.0.0.1 7001 , -i lo
  traced any , -i any
  traced verbose , -i eth0 -v -f "tcp port 80"
  traced hosts , -i lo -f "host db.example.com"
  name_server
  traced dns , -i lo -f "host other.example.com or net 10.0.0.0/8"
  name_server_ends
  name_server tcp
  traced dns_tcp , -i lo -f "host other.example.com"
  name_server_ends
  traced no_name_server , -i lo -f "host no.example.com"
  traced services , -i lo -f "tcp port loose or ip broadcast"
  traced other_words , -i lo -f "ip proto \\ospf or ether host box or net loopback"
  traced zone , -i lo -f "host zoned.example.com"
  traced wrong , -i lo -f "tcp port 80 nonsense"
  traced many_terms , -i lo -f "$(printf 'host 10.0.0.%d or ' {1..60}) tcp"
  traced too_long , -i lo -f "$(printf 'len != %d and ' {1..2300}) tcp"
  traced stopped stop_and_go_on , -i lo
  traced goes_down goes_down , -i brief
  container_net app ip link set brief up
  traced is_removed is_removed , -i brief
  mkfifo "$CONTAINER_HOME/pipe"
  exec {pipe}<>"$CONTAINER_HOME/pipe"
  CAPTURE_STDOUT=$CONTAINER_HOME/pipe traced blocked more_than_a_pipe_holds , -i lo
  exec {pipe}>&-
}

# The calls of all traces since the first list was in force (1), or the second (2).
calls_since() {
  cat "$CONTAINER_HOME"/*/trace | awk -v stage="$1" '
    /^execve\(/ { stages = 0 }
    stages >= stage { print }
    /^prctl\(PR_SET_SECCOMP/ { stages++ }' | grep -oE '^[a-z_0-9]+\(' | tr -d '(' | sort -u
}

# The calls that a list allows on this processor, by its text; not those for which no scenario can be:
# other ways of musl's malloc, which takes one or the other by the size of things; and the clock where
# the kernel gives no vDSO.
entries_of() { # narrow|enter
  cpp -fpreprocessed -dD -P "$support_root/src/cf-pcap/sandbox.c" 2>/dev/null |
    sed '/#ifdef __NR_/d; /#else/,/#endif/d' |
    awk -v name="sandbox_$1" '$0 ~ name "\\(" { inside = 1 } /^}/ { inside = 0 } inside' |
    grep -oE 'ALLOW(_IF|_WITHOUT)?\(__NR_[a-z_0-9]+' | sed 's/.*__NR_//' | sort -u |
    grep -vxE 'brk|mremap|mprotect|madvise|clock_gettime'
}

needs_each_entry() { # narrow|enter stage
  local unused
  unused=$(comm -13 <(calls_since "$2") <(entries_of "$1"))
  [ -n "$(entries_of "$1")" ]
  [ -z "$unused" ] || fail "no scenario needs: $unused"
}

@test "every call on the list for the time of parsing is needed by a scenario" { needs_each_entry narrow 1; }
@test "every call on the list for the time of capturing is needed by a scenario" { needs_each_entry enter 2; }

@test "no scenario needs a call that is not on the lists" {
  local trace
  for trace in "$CONTAINER_HOME"/*/trace; do
    [ "$(grep -c 'prctl(PR_SET_SECCOMP' "$trace")" -ge 1 ] || fail "$trace: no list"
    refute_part "$(cat "$trace")" SIGSYS
  done
}

@test "the scenarios are what they say" {
  local name
  for name in plain any verbose hosts zone dns dns_tcp services many_terms too_long stopped goes_down is_removed blocked; do
    grep -q 'packets captured' "$CONTAINER_HOME/$name/err" || fail "$name: $(cat "$CONTAINER_HOME/$name/err")"
  done
  grep -q 'SOCK_STREAM' "$CONTAINER_HOME/dns_tcp/trace"
  grep -q 'note: the kernel cannot run this filter' "$CONTAINER_HOME/too_long/err"
  grep -q 'SIOCGIFINDEX' "$CONTAINER_HOME/zone/trace"
  grep -q 'unknown host' "$CONTAINER_HOME/no_name_server/err"
  grep -q 'SIGRT' "$CONTAINER_HOME/blocked/trace"
}

@test "names are resolved before the second list, and nothing is opened or sent after it" {
  [ "$(calls_since 2 | grep -cE '^(open|openat|socket|connect|sendto|sendmsg)$')" = 0 ]
  [ "$(calls_since 1 | grep -cE '^(socket|connect|sendto|sendmsg)$')" = 4 ]
}

# A process of ours that waits for a name server, in the time of parsing: so many seconds, longer than a busy machine
# takes to get at it.
start_parsing() { # [seconds]
  printf 'nameserver 127.0.0.1\noptions timeout:%d\n' "${1-25}" >"$(container_bundle app)/resolv.conf"
  mkdir -p "$capture"
  rm -f "$capture/pid"
  container_exec app --pid-file "$capture/pid" -- /tmp/lifecycle/cf-pcap -i lo -f "host no.example.com" \
    </dev/null >"$capture/pcap" 2>"$capture/err" 3>&- &
  capture_job=$!
  eventually test -s "$capture/pid"
  eventually grep -qx 'Seccomp_filters:[[:space:]]*2' "/proc/$(capture_pid)/status"
}

inject() { "$(support_program inject-syscall)" "$(capture_pid)" "$@"; }
status_after_injection() { # number [argument…]
  inject "$@"
  eventually capture_has_ended
  status=0
  wait "$capture_job" || status=$?
}

@test "who takes over the parser cannot send through the packet socket" {
  local number
  for number in 1 20 44 46; do # write, writev, sendto, sendmsg
    start_parsing
    status_after_injection "$number" "$(capture_packet_socket)"
    [ "$status" = 159 ] || fail "call $number: status $status, not that of SIGSYS (128 + 31)"
  done
}

@test "who takes over the parser cannot hand the packet socket on: by copying it, over UNIX sockets, to a program" {
  local name number first
  while read -r name number first; do
    start_parsing
    status_after_injection "$number" "$first"
    [ "$status" = 159 ] || fail "$name: status $status"
  done <<END
dup 32 3
dup2 33 3
dup3 292 3
fcntl(F_DUPFD) 72 3
socket(AF_UNIX) 41 1
socketpair 53 1
sendmsg(stdin) 46 0
sendmsg(stderr) 46 2
recvmsg(stdin) 47 0
accept4 288 3
execve 59 0
execveat 322 0
clone 56 0
clone3 435 0
fork 57 0
vfork 58 0
ptrace 101 0
pidfd_getfd 438 0
process_vm_writev 311 0
io_uring_setup 425 1
sendfile 40 3
splice 275 3
tee 276 3
bpf 321 0
unshare 272 0
setns 308 3
mount 165 0
kill 62 0
END
}

@test "who takes over the parser can open files to read, not to write or make one, and gets no executable memory" {
  local name number arguments
  # asm/unistd_64.h, asm-generic/fcntl.h: O_WRONLY 1, O_RDWR 2, O_CREAT 0x40, O_TRUNC 0x200; PROT_EXEC 4
  while read -r name number arguments; do
    start_parsing
    # shellcheck disable=SC2086 # words
    status_after_injection "$number" $arguments
    [ "$status" = 159 ] || fail "$name: status $status"
  done <<END
open(O_WRONLY) 2 0 1
open(O_RDWR) 2 0 2
open(O_CREAT) 2 0 0x40
open(O_TRUNC) 2 0 0x200
openat 257 0 0
creat 85
memfd_create 319
pwrite64 18 1
truncate 76
rename 82
unlink 87
mmap(PROT_EXEC) 9 0 4096 4
mprotect(PROT_EXEC) 10 0 4096 7
pkey_mprotect 329 0 4096 7
personality(READ_IMPLIES_EXEC) 135 0x400000
remap_file_pages 216
shmat 30
mq_open 240
END
  start_parsing 5
  status_after_injection 2 0 0 # open(O_RDONLY), of no name
  [ "$status" = 1 ]
  capture_said "unknown host"
}

@test "a call that parsing needs, made to happen in the same way, does no harm" {
  start_parsing 5
  status_after_injection 41 2 # socket(AF_INET)
  [ "$status" = 1 ]
  capture_said "unknown host"
}

# Numbers of system calls of 32-bit programs (i386) that mean others on the lists: without a look at the architecture
# they would be allowed. x32 has the numbers of x86-64 with bit 30.
i386_or_x32() { # number [argument…]; --i386 before it, or x32's bit in it
  status_after_injection "$@"
  [ "$status" = 159 ] || fail "$*: status $status"
}

@test "who takes over the parser, or a capture, has no system call of 32-bit programs or of x32: execve, fork, dup, rename …" {
  local number
  # execve is x86-64's munmap, fork its open, dup its socket, brk recvfrom; all of them are on the first list.
  for number in 11 2 41 45; do
    start_parsing
    i386_or_x32 --i386 "$number"
  done
  # chmod is x86-64's rt_sigreturn, fcntl getsockopt; both are on the second list.
  for number in 15 55; do
    capture_start app -- -i lo
    i386_or_x32 --i386 "$number"
    exec {capture_stdin}>&-
  done
  # close, socket, and x32's own execve; then write, read
  for number in 3 41 520; do
    start_parsing
    i386_or_x32 $((0x40000000 + number)) 1
  done
  for number in 1 0; do
    capture_start app -- -i lo
    i386_or_x32 $((0x40000000 + number)) 1
    exec {capture_stdin}>&-
  done
}

@test "an ordinary process does have them: the container's own list allows 32-bit programs" {
  container_exec app --pid-file "$BATS_TEST_TMPDIR/pid" -- sleep 1000 3>&- &
  becomes "$BATS_TEST_TMPDIR/pid" sleep
  "$(support_program inject-syscall)" "$(cat "$BATS_TEST_TMPDIR/pid")" --i386 1 7 # exit(7), which is x86-64's write
  status=0
  wait $! || status=$?
  [ "$status" = 7 ]
}

@test "who takes over a capture cannot send through the packet socket" {
  capture_start app -- -i lo
  inject 1 "$(capture_packet_socket)"
  capture_wait
  [ "$status" = 159 ]
}

@test "the UNIX socket that a capture holds, its slot, is closed to sending before the packet socket is there" {
  local closed opened
  closed=$(grep -nE 'shutdown\([0-9]+, SHUT_RDWR\) += 0' "$CONTAINER_HOME/plain/trace" | cut -d: -f1)
  opened=$(grep -n 'socket(AF_PACKET' "$CONTAINER_HOME/plain/trace" | head -1 | cut -d: -f1)
  [ "$closed" -lt "$opened" ]
}

@test "the files it opens, or asks about, are those that docs/security.md names, and it opens one to write" {
  local file
  while read -r file; do
    case $file in
      /proc/self/exe | /proc/self/fd | /proc/PID/exe | /proc/PID/stat | /proc/self/oom_score_adj) ;;
      /tmp/lifecycle/cf-pcap | /tmp/lifecycle/cf-pcap.policy | /tmp/lifecycle/diego-sshd) ;;
      /sys/class/net/*/wireless | /sys/class/net/*/dsa/tagging) ;;
      /etc/hosts | /etc/resolv.conf | /etc/services) ;;
      *) fail "$file" ;;
    esac
  done < <(all_files)
  for file in cf-pcap.policy /etc/resolv.conf /etc/services /proc/self/exe dsa/tagging; do
    all_files | grep -q "$file" || fail "no scenario opens $file"
  done
  run grep -hE '^(open|openat|creat)\(.*O_(WRONLY|RDWR|CREAT|TRUNC)' "$CONTAINER_HOME"/*/trace
  run ! grep -v '^open("/proc/self/oom_score_adj", O_WRONLY|O_LARGEFILE|O_CLOEXEC) = ' <<<"$output"
}
all_files() {
  local trace
  for trace in "$CONTAINER_HOME"/*/trace; do
    files_of <"$trace"
  done | sort -u
}

@test "of the environment, CF_INSTANCE_PORTS is read, and nothing else, by nobody in the program" {
  # Who of musl reads variables of its own choice: not linked into it.
  local readers='__get_locale|setlocale|do_tzset|secure_getenv|execvpe?|__execvpe|getlogin|catopen|glob|getdate|fmtmsg'
  nm "$support_root/build/packages/cf-pcap/bin/cf-pcap.debug" >"$BATS_TEST_TMPDIR/symbols"
  grep -q ' getenv$' "$BATS_TEST_TMPDIR/symbols"
  run ! grep -E " ($readers)\$" "$BATS_TEST_TMPDIR/symbols"
  # The libraries ask for none, and the program once.
  nm "$support_root"/build/packages/{libpcap,libcap,yyjson}/lib/*.a >"$BATS_TEST_TMPDIR/libraries" 2>/dev/null
  run ! grep -E 'U (__|secure_)?(getenv|environ)$' "$BATS_TEST_TMPDIR/libraries"
  [ "$(cat "$support_root"/src/cf-pcap/*.c | grep -c getenv)" = 1 ]
  grep -q 'getenv("CF_INSTANCE_PORTS")' "$support_root/src/cf-pcap/main.c"
}
