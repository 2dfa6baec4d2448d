# Options, what they accept and refuse, and what is said at the start.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2034,SC2154

load ../support/capture

setup_file() {
  container_init
  lifecycle "$CONTAINER_HOME/lifecycle"
  container_create app --lifecycle "$CONTAINER_HOME/lifecycle"
}
teardown_file() { container_cleanup; }

# Captures with these options and sends one packet on lo and on eth0, to the ports 7001 and 7002, of which so many come.
captures_with() {
  capture_start app -- "$@"
  send app 127.0.0.1 7001
  send app "$(container_gateway app)" 7002
  eventually capture_holds "${WANTED-1}" udp
  capture_stop
}

on_lo() { [ "$(capture_count udp port 7001)" = 1 ] && [ "$(capture_count udp port 7002)" = 0 ]; }

@test "--interface lo, with a space" { captures_with --interface lo && on_lo; }
@test "--interface=lo" { captures_with --interface=lo && on_lo; }
@test "-interface lo works as in diego-release's tool" { captures_with -interface lo && on_lo; }
@test "-interface=lo" { captures_with -interface=lo && on_lo; }
@test "-i lo" { captures_with -i lo && on_lo; }

@test "eth0 is captured without --interface" {
  captures_with
  [ "$(capture_count udp port 7001)" = 0 ]
  [ "$(capture_count udp port 7002)" = 1 ]
}

@test "--filter keeps packets that match and no others, in every way to write it" {
  local form
  for form in "--filter=udp port 7001" "-filter=udp port 7001" "-fudp port 7001"; do
    captures_with -i any "$form"
    on_lo
  done
  for form in --filter -filter -f; do
    captures_with -i any "$form" "udp port 7001"
    on_lo
  done
}

@test "without --filter everything is captured" {
  WANTED=2 captures_with -i any
  [ "$(capture_count udp port 7001)" = 1 ] && [ "$(capture_count udp port 7002)" = 1 ]
}

@test "an empty filter is no filter" {
  WANTED=2 captures_with -i any --filter ""
  [ "$(capture_count udp port 7001)" = 1 ] && [ "$(capture_count udp port 7002)" = 1 ]
}

@test "--interface any captures on all interfaces, as LINUX_SLL2" {
  captures_with -i any
  [ "$(od -An -tu4 -j20 -N4 "$capture/pcap" | tr -d ' ')" = 276 ]
}

@test "the file is a little-endian pcap with microseconds, version 2.4, snaplen 262144" {
  captures_with -i lo
  [ "$(od -An -tx1 -N4 "$capture/pcap" | tr -d ' ')" = d4c3b2a1 ]
  [ "$(od -An -tu2 -j4 -N4 "$capture/pcap" | tr -s ' ')" = " 2 4" ]
  [ "$(od -An -tu4 -j16 -N4 "$capture/pcap" | tr -d ' ')" = 262144 ]
}

@test "packet times are those of this machine's clock, in order" {
  local before after
  before=$(date +%s)
  capture_start app -- -i lo -f udp
  send app 127.0.0.1 7001 100
  eventually capture_holds 100
  capture_stop
  after=$(date +%s)
  tcpdump -n -tt -r - <"$capture/pcap" 2>/dev/null | cut -d' ' -f1 >"$capture/times"
  sort -n -c "$capture/times"
  [ "$(head -1 "$capture/times" | cut -d. -f1)" -ge "$before" ]
  [ "$(tail -1 "$capture/times" | cut -d. -f1)" -le "$after" ]
}

@test "--snaplen cuts packets and keeps their original length" {
  local form
  for form in "--snaplen 60" "-snaplen 60" "-s 60" "--snaplen=60" -s60; do
    # One word or two.
    # shellcheck disable=SC2086
    capture_start app -- -i lo $form -f "udp port 7001"
    send app 127.0.0.1 7001 1 500
    eventually capture_holds 1
    capture_stop
    [ "$(od -An -tu4 -j16 -N4 "$capture/pcap" | tr -d ' ')" = 60 ]
    [ "$(od -An -tu4 -j32 -N8 "$capture/pcap" | tr -s ' ')" = " 60 542" ]
  done
}

@test "--snaplen 0 means the default" {
  captures_with -i lo --snaplen 0
  [ "$(od -An -tu4 -j16 -N4 "$capture/pcap" | tr -d ' ')" = 262144 ]
}

@test "a snaplen above 262144, below 0 or not a number is refused" {
  local bytes
  for bytes in 262145 99999999999999999999 -1 12x 0x40 "" " 7"; do
    run -2 cf_pcap app --snaplen "$bytes" </dev/null
    says "snaplen"
    says 262144
  done
}

@test "a positional argument is refused, not ignored, and --filter is named" {
  run -2 cf_pcap app -interface lo "port 8080" </dev/null
  says "port 8080"
  says "--filter"
}

@test "words that follow the filter unquoted are refused" {
  run -2 cf_pcap app -f tcp port 8080 </dev/null
  says "--filter"
}

@test "an option that does not exist is refused" {
  local option
  for option in --write --write=x -x; do
    run -2 cf_pcap app "$option" </dev/null
    says "${option%%=*}"
    says "--help"
  done
}

@test "tcpdump's -w is refused, with what takes its place" {
  run -2 cf_pcap app -w capture.pcap </dev/null
  says "-w: no such option"
  says "> capture.pcap"
}

@test "an option without its value is refused" {
  local option
  for option in --interface -i --filter -f --snaplen -s; do
    run -2 cf_pcap app "$option" </dev/null
    says "$option"
  done
}

@test "an unknown interface is refused, and those that exist are listed" {
  run -1 cf_pcap app -i eth7 </dev/null
  says "'eth7'"
  says lo
  says eth0
  says any
}

@test "an interface name of 200 bytes is refused in one short line" {
  run -1 cf_pcap app -i "$(printf 'n%.0s' {1..200})" </dev/null
  says nnnn
  says eth0
  [ "${#lines[@]}" = 1 ]
  [ "${#output}" -lt 250 ]
}

@test "nothing but interfaces is opened, whatever else libpcap knows" {
  local name
  container_exec app -- sh -c 'echo >/tmp/file.pcap'
  for name in nflog nfqueue usbmon0 bluetooth0 bluetooth-monitor dbus-system netmap:eth0 rpcap://127.0.0.1/eth0 \
    /tmp/file.pcap - "" "eth0:1" "lo " "../lo"; do
    run -1 cf_pcap app -i "$name" </dev/null
    says "eth0"
  done
}

@test "a terminal as stdout is refused, with a hint" {
  cat >"$BATS_TEST_TMPDIR/on-a-terminal" <<END
source "$support_root/spec/support/container.bash"
container_exec app -- /tmp/lifecycle/cf-pcap -i lo
END
  run -2 script --quiet --return --command "bash $BATS_TEST_TMPDIR/on-a-terminal" /dev/null </dev/null
  says "> capture.pcap"
  says "tcpdump -r -"
}

@test "--help says on stdout what every option does" {
  local form option
  for form in --help -help -h; do
    run -0 --separate-stderr cf_pcap app "$form" </dev/null
    for option in --interface --filter --snaplen --verbose --help --version; do
      says "$option"
    done
  done
}

@test "--version says the version on stdout" {
  run -0 --separate-stderr cf_pcap app --version </dev/null
  [[ $output =~ ^cf-pcap\ [0-9]+\.[0-9]+\.[0-9]+ ]] || fail "$output"
}

@test "at the start one line says interface, link type, snaplen, filter and what is excluded" {
  capture_start app -- -i lo -f "udp port 7001" -s 99
  [ "$(wc -l <"$capture/err")" = 1 ]
  capture_said "lo"
  capture_said "EN10MB"
  capture_said "99"
  capture_said "udp port 7001"
  capture_said "2222"
  capture_stop
}

@test "at the end tcpdump's three counts are said, a line each" {
  captures_with -i lo -f "udp port 7001"
  grep -qx "cf-pcap: 1 packets\? captured" "$capture/err"
  grep -qxE "cf-pcap: [0-9]+ packets? received by filter" "$capture/err"
  grep -qx "cf-pcap: 0 packets dropped by kernel" "$capture/err"
}

@test "--verbose adds the compiled filter and the privileges at each stage" {
  capture_start app -- -i lo -f "udp port 7001" --verbose
  capture_said "(000)"
  grep -ci "cap_net_raw" "$capture/err"
  capture_stop
}

@test "control characters of a filter do not reach the terminal" {
  run -1 cf_pcap app -i $'lo\e[2J\nno' </dev/null
  [[ $output != *$'\e'* ]]
  [ "${#lines[@]}" = 1 ]
}
