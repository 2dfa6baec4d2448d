# For spec/capturer/*.bats: cf-pcap as users get it, running in a container made by container.bash.
#
#     load ../support/capture
#     setup_file() { container_init; lifecycle "$CONTAINER_HOME/lifecycle"; container_create app --lifecycle …; }
#     teardown_file() { container_cleanup; }
#     @test "…" { capture_start app -- -i lo; …; capture_stop; [ "$(capture_count udp)" = 3 ]; }
#
# A capture's files lie in the directory $capture: pcap (its stdout), err (its stderr), stdin (a FIFO
# that is held open), pid (on the host). A test with two captures changes $capture between them.

bats_require_minimum_version 1.5.0

# shellcheck source=spec/support/container.bash
source "$BATS_TEST_DIRNAME/../support/container.bash"
# shellcheck source=spec/support/patience.bash
source "$BATS_TEST_DIRNAME/../support/patience.bash"
capture=${BATS_TEST_TMPDIR-}/capture


# Makes (or makes anew) a lifecycle directory: cf-pcap with its capability and a policy of these lines,
# "require_ssh no" unless told.
lifecycle() { # dir [line…]
  mkdir -p "$1" && chmod 755 "$1"
  rm -rf "${1:?}"/*
  install -m 755 "${CF_PCAP_PROGRAM:-$support_root/build/bin/cf-pcap}" "$1/cf-pcap"
  setcap cap_net_raw=p "$1/cf-pcap"
  policy "$1" "${@:2}"
}

policy() { # dir [line…]
  [ $# -gt 1 ] || set -- "$1" "require_ssh no"
  printf '%s\n' "${@:2}" >"$1/cf-pcap.policy"
}

# Runs cf-pcap to its end, for what ends by itself.
cf_pcap() { # container [option…]
  container_exec "$1" --timeout 180 -- /tmp/lifecycle/cf-pcap "${@:2}"
}

# Starts a capture in a container and waits until it runs. CAPTURE_STDOUT names another
# file than $capture/pcap for its stdout (then nothing is waited for).
capture_start() { # container [container_exec option…] -- [cf-pcap option…]
  local -a before=() behind=()
  split_words "$@"
  capture_by container_exec "${before[@]}" --pid-file "$capture/pid" -- /tmp/lifecycle/cf-pcap "${behind[@]}" || return
  # runc may write the pid later than cf-pcap its header.
  [ -n "${CAPTURE_STDOUT-}" ] || eventually capture_pid_is_known
}
split_words() { # word… -- word…; sets $before and $behind
  while [ "$1" != -- ]; do
    before+=("$1") && shift
  done
  behind=("${@:2}")
}
capture_pid_is_known() { [ -s "$capture/pid" ] || capture_has_ended; }

# Waits until a process that container_exec starts is this program. Until then it is runc, which has several threads
# and 10 MB of memory: the file with its pid may be there earlier.
becomes() { eventually is_program "$@"; }                                # pid_file name
is_program() { [ "$(cat "/proc/$(cat "$1")/comm")" = "$2" ]; } 2>/dev/null # pid_file name

# Starts a capture with a command that runs cf-pcap.
capture_by() { # command…
  rm -rf "$capture" && mkdir -p "$capture" && mkfifo "$capture/stdin"
  "$@" <"$capture/stdin" >"${CAPTURE_STDOUT:-$capture/pcap}" 2>"$capture/err" 3>&- &
  capture_job=$!
  exec {capture_stdin}>"$capture/stdin"
  [ -z "${CAPTURE_STDOUT-}" ] || return 0
  eventually capture_has_begun || fail "$(cat "$capture/err")" "$(ps -o pid,ppid,stat,wchan:24,args -C ssh,diego-sshd,cf-pcap)" || return
  [ -s "$capture/pcap" ] || fail "no capture: $(cat "$capture/err")"
}

# Starts a capture as capture_start does, with strace attached to it from outside before its exec: all its
# system calls are in $capture/trace. Returns once it captures, or has ended.
capture_traced() { # container [container_exec option…] -- [cf-pcap option…]
  local -a before=() behind=()
  split_words "$@"
  # Its stdout is named, since there is nothing to wait for yet.
  CAPTURE_STDOUT=${CAPTURE_STDOUT:-$capture/pcap} capture_by container_exec "${before[@]}" --pid-file "$capture/pid" -- \
    /bin/busybox sh -c 'read -r _ && exec /tmp/lifecycle/cf-pcap "$@"' sh "${behind[@]}"
  becomes "$capture/pid" busybox
  capture_strace "${strace_options[@]}"
  echo >&"$capture_stdin"
  eventually capture_has_announced_itself
}
strace_options=()

# Attaches strace to a capture that runs. A tracer is known to /proc before it has stopped the process, strace says
# that it is attached after that.
capture_strace() { # option…
  strace --quiet=exit,personality -o "$capture/trace" "$@" -p "$(capture_pid)" 2>"$capture/strace" 3>&- {capture_stdin}>&- &
  eventually grep -q attached "$capture/strace"
}
capture_has_announced_itself() { grep -q 'capturing on' "$capture/err" || capture_has_ended; }

# The files that the traces on stdin open, ask about or look for since cf-pcap's exec, each once.
files_of() {
  sed -n '/^execve("[^"]*cf-pcap"/,$p' | grep -oE '^[a-z0-9_]+\((AT_FDCWD, )?"/[^"]*"' |
    sed -E 's/.*"(.*)"/\1/; s|^/proc/[0-9]+/|/proc/PID/|' | sort -u
}

capture_has_begun() { [ "$(stat -c %s "$capture/pcap" 2>/dev/null || echo 0)" -ge 24 ] || capture_has_ended; }

# The capture's pid on the host.
capture_pid() { cat "$capture/pid"; }
capture_signal() { kill -s "$1" "$(capture_pid)"; }
capture_runs() { kill -0 "$(capture_pid)" 2>/dev/null; }

# The descriptor of the packet socket of the capture: the one whose inode is listed in /proc/net/packet.
capture_packet_socket() {
  local fd inode
  for fd in "/proc/$(capture_pid)"/fd/*; do
    inode=$(readlink "$fd" | sed -nE 's/^socket:\[([0-9]+)\]$/\1/p')
    [ -z "$inode" ] || ! awk '{ print $NF }' "/proc/$(capture_pid)/net/packet" | grep -qx "$inode" || basename "$fd"
  done
}

# Waits for the capture's end; its status is then in $status.
capture_wait() {
  eventually capture_has_ended
  status=0
  wait "$capture_job" || status=$?
  exec {capture_stdin}>&-
}
capture_has_ended() { ! kill -0 "$capture_job" 2>/dev/null; }

# Stops the capture as cf pcap does, at end of file on its stdin, and wants success.
capture_stop() {
  exec {capture_stdin}>&-
  eventually capture_has_ended
  status=0
  wait "$capture_job" || status=$?
  [ "$status" = 0 ] || fail "the capture ended with status $status: $(cat "$capture/err")"
}

# The number of packets in the file, or of those that match a filter.
capture_count() { tcpdump -n -t -r - "$@" <"$capture/pcap" 2>/dev/null | wc -l; }
capture_holds() { [ "$(capture_count "${@:2}")" -ge "$1" ]; } # at least N

# A field of the file as capinfos tells it, say `capture_info c` for the number of packets.
capture_info() { capinfos -TMr"$1" "$capture/pcap" | cut -f2; }

# One of the counts at the end: captured, received, dropped.
capture_said_count() { sed -nE "s/^cf-pcap: ([0-9]+) packets? $1( by (filter|kernel))?$/\1/p" "$capture/err"; }

# Whether stderr holds this text.
capture_said() {
  grep -qF -e "$1" "$capture/err" || fail "stderr does not say '$1' but: $(cat "$capture/err")"
}

# After `run`: whether the output holds this text.
# shellcheck disable=SC2154
says() { [[ $output == *"$1"* ]] || fail "it does not say '$1' but: $output"; }

# Whether a text does not hold a part.
refute_part() { [[ $1 != *"$2"* ]] || fail "there is '$2' in: $1"; }

# Sends N small UDP packets, within the container, to a port where nobody listens.
send() { # container address port [n [size [per second]]]
  container_net "$1" "$(support_program send-udp)" "$2" "$3" "${4-1}" "${5-8}" "${6-0}"
}

# Sends N packets to the container itself, and waits until its kernel has taken them in: on a busy machine
# that may be some time later, and a capture that was told to end meanwhile would rightly not have them.
send_and_arrive() { # container port n [size]
  local before
  before=$(udp_taken_in "$1")
  send "$1" 127.0.0.1 "$2" "$3" "${4-8}" 50000 # not more at a time than the queue of lo holds
  eventually udp_is_taken_in "$1" $((before + $3))
}
# The words are awk's.
# shellcheck disable=SC2016
udp_taken_in() { container_net "$1" awk '/^Udp: [0-9]/ { print $2 + $3 }' /proc/net/snmp; } # delivered, and to no port
udp_is_taken_in() { [ "$(udp_taken_in "$1")" -ge "$2" ]; }

# tcpdump looks on in a container's network and writes DIR/pcap; it has the biggest ring of the two.
tcpdump_start() { # container dir option…
  mkdir -p "$2"
  rm -f "$2/err" # of one before
  nsenter --net=/proc/"$(container_pid "$1")"/ns/net \
    tcpdump -n -U -Z root -B 65536 -w "$2/pcap" "${@:3}" 2>"$2/err" 3>&- &
  tcpdump_job=$! tcpdump_err=$2/err
  eventually grep -q 'listening on' "$2/err"
}
tcpdump_stop() { kill -INT "$tcpdump_job" && wait "$tcpdump_job"; }
tcpdump_said_count() { sed -nE "s/^([0-9]+) packets? $1.*/\1/p" "$tcpdump_err"; }
