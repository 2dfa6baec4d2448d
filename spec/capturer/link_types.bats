# Interfaces that are no Ethernet: the file says what they are, and has the packets as tcpdump has them.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

load ../support/capture

setup_file() {
  container_init
  lifecycle "$CONTAINER_HOME/lifecycle"
  container_create app --lifecycle "$CONTAINER_HOME/lifecycle"
}
teardown_file() { container_cleanup; }

as_tcpdump_has_it() { # ARPHRD link-type-in-the-file [cf-pcap option…]
  local sender theirs=$BATS_TEST_TMPDIR/theirs
  mkfifo "$BATS_TEST_TMPDIR/lines"
  container_net app "$(support_program send-tun)" tun0 "$1" <"$BATS_TEST_TMPDIR/lines" >"$BATS_TEST_TMPDIR/said" 3>&- &
  sender=$!
  exec {lines}>"$BATS_TEST_TMPDIR/lines"
  eventually grep -q ready "$BATS_TEST_TMPDIR/said"
  tcpdump_start app "$theirs" -i tun0 --immediate-mode "udp port 7001"
  capture_start app -- -i tun0 "${@:3}"
  printf '1\n2\n3\n' >&"$lines"
  eventually capture_holds 3
  eventually theirs_holds 3
  capture_stop
  tcpdump_stop
  exec {lines}>&-
  wait "$sender" # tun0 goes with it; the next test makes it anew
  [ "$(od -An -tu4 -j20 -N4 "$capture/pcap" | tr -d ' ')" = "$2" ]
  [ "$(od -An -tu4 -j20 -N4 "$theirs/pcap" | tr -d ' ')" = "$2" ]
  diff <("$(support_program pcap-frames)" <"$capture/pcap") <("$(support_program pcap-frames)" <"$theirs/pcap")
}
theirs_holds() { [ "$(tcpdump -n -r "$theirs/pcap" 2>/dev/null | wc -l)" -ge "$1" ]; }

@test "a tun device is raw IP, which files call 101" { as_tcpdump_has_it 65534 101 -f "udp port 7001"; }
@test "a GRE tunnel has a header of libpcap's own, LINUX_SLL" { as_tcpdump_has_it 778 113 -f "udp"; }
@test "so it is with a filter, which the kernel runs" { as_tcpdump_has_it 778 113 -f "udp port 7001 and host 10.1.0.2"; }
@test "so it is with a filter that cf-pcap runs" { as_tcpdump_has_it 778 113 -f "ip protochain 17"; }
@test "PPP too" { as_tcpdump_has_it 512 113 -f "udp"; }

@test "a CAN bus is refused, with the reason" {
  local sender
  mkfifo "$BATS_TEST_TMPDIR/lines"
  exec {lines}<>"$BATS_TEST_TMPDIR/lines"
  container_net app "$(support_program send-tun)" tun0 280 <"$BATS_TEST_TMPDIR/lines" >"$BATS_TEST_TMPDIR/said" 3>&- {lines}>&- &
  sender=$!
  eventually grep -q ready "$BATS_TEST_TMPDIR/said"
  run cf_pcap app -i tun0 </dev/null
  pkill -P "$sender"
  [ "$status" = 1 ]
  says "it is a CAN bus"
}
