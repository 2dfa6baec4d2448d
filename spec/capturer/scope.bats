# What a capture sees and does beside its packets: nothing.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

load ../support/capture

setup_file() {
  container_init
  lifecycle "$CONTAINER_HOME/lifecycle"
  container_create app --lifecycle "$CONTAINER_HOME/lifecycle"
  container_create neighbour --lifecycle "$CONTAINER_HOME/lifecycle"
}
teardown_file() { container_cleanup; }
teardown() { [ -z "${server-}" ] || pkill -P "$server" || kill "$server" || true; }

send_outside() { outside "$(support_program send-udp)" "$1" "$2" 10 8; } # address port

@test "only its own network namespace is seen: no packet of a neighbour or of the outside, and no interface of theirs" {
  tcpdump_start neighbour "$BATS_TEST_TMPDIR/theirs" -i any udp
  capture_start app -- -i any -f udp
  send neighbour "$(container_gateway neighbour)" 7001 10
  send neighbour 127.0.0.1 7002 10
  send_outside "$(container_ip neighbour)" 7003
  send_outside 127.0.0.1 7004
  send app 127.0.0.1 7005
  eventually capture_holds 1 udp port 7005
  capture_stop
  [ "$(capture_count not port 7005)" = 0 ]
  capture=$BATS_TEST_TMPDIR/theirs
  eventually capture_holds 20 port 7001 or port 7003
  tcpdump_stop
  run -1 cf_pcap app -i "veth$(cat "$(container_bundle neighbour)/network")" </dev/null
  says "there is no interface"
  says "one of: lo, eth0, any"
}

# All that is in the container's own files, with sizes and times.
files() {
  local root
  root=/proc/$(container_pid app)/root
  find "$root/" "$root/dev" -xdev -printf '%p %y %s %T@ %C@\n' | sort
}

@test "no file is made or changed in a run, whether it captures, resolves a name, or is refused" {
  files >"$BATS_TEST_TMPDIR/before"
  capture_start app --cwd /home/vcap -- -i lo -v -f "host localhost or udp"
  send app 127.0.0.1 7001
  eventually capture_holds 1 udp
  capture_stop
  run -1 cf_pcap app -i lo -f "nonsense" </dev/null
  run -2 cf_pcap app -x </dev/null
  diff "$BATS_TEST_TMPDIR/before" <(files)
  container_exec app -- touch /home/vcap/made # and one that is made is found
  run -1 diff "$BATS_TEST_TMPDIR/before" <(files)
}

questions() { wc -l <"$BATS_TEST_TMPDIR/questions"; }
asked() { [ "$(questions)" -gt "$1" ]; } # more than before
name_server_listens() { container_exec app -- grep -q ':0035 ' /proc/net/udp; } # UDP port 53, in hexadecimal

@test "no name is looked up after the filter is compiled, whatever is captured" {
  container_net app "$(support_program answer-dns)" "$(container_gateway app)" >"$BATS_TEST_TMPDIR/questions" 3>&- &
  server=$!
  eventually name_server_listens
  # Asked once for each kind of address, however long the answer takes.
  printf '%s\n' "nameserver 127.0.0.1" "options timeout:25 attempts:1" >"$(container_bundle app)/resolv.conf"
  capture_start app -- -i any -v -f "udp port 7001 and host db.example.com"
  local before
  before=$(questions)
  [ "$before" -ge 1 ]
  send app "$(container_gateway app)" 7001 100
  eventually capture_holds 100
  capture_stop
  [ "$(questions)" = "$before" ] || fail "$(questions) questions, $before of them for the filter"
  # One that came later would have been counted.
  container_exec app -- nslookup later.example.com 127.0.0.1 || true
  eventually asked "$before"
}

# Nobody asks for hardware addresses, and nothing speaks IPv6 by itself.
quiet_network() {
  local mac veth
  veth=veth$(cat "$(container_bundle app)/network")
  container_net app sh -c 'for f in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 >"$f"; done'
  outside sh -c "echo 1 >/proc/sys/net/ipv6/conf/$veth/disable_ipv6"
  mac=$(outside ip -o link show "$veth" | grep -oE 'link/ether [0-9a-f:]+' | cut -d' ' -f2)
  container_net app ip neighbour replace "$(container_gateway app)" lladdr "$mac" dev eth0 nud permanent
  mac=$(container_net app ip -o link show eth0 | grep -oE 'link/ether [0-9a-f:]+' | cut -d' ' -f2)
  outside ip neighbour replace "$(container_ip app)" lladdr "$mac" dev "$veth" nud permanent
}

@test "nothing is sent on any interface while three captures start, run and end: only the app's own packets leave" {
  local interface
  quiet_network
  tcpdump_start app "$BATS_TEST_TMPDIR/all" -i any
  for interface in eth0 lo any; do
    capture=$BATS_TEST_TMPDIR/$interface
    capture_start app -- -i "$interface"
    send app "$(container_gateway app)" 7001 7
    send app 127.0.0.1 7002 7
    eventually capture_holds 7 udp
    capture_stop
  done
  capture=$BATS_TEST_TMPDIR/all
  eventually capture_holds 42 udp
  tcpdump_stop
  [ "$(capture_count udp port 7001 and outbound)" = 21 ]
  [ "$(capture_count udp port 7002)" = 21 ]
  # Nobody listens there: the kernels say so, outside and, over lo, in here.
  local other="not (udp port 7001 or udp port 7002 or icmp[icmptype] == icmp-unreach) or (icmp and outbound)"
  [ "$(capture_count "$other")" = 0 ] || fail "$(tcpdump -n -r - "$other" <"$capture/pcap")"
}

promiscuity() { container_net app ip -details link show "$1" | grep -oE 'promiscuity [0-9]+'; } # interface

@test "the interface is not promiscuous while it is captured" {
  local interface
  for interface in eth0 any; do
    capture_start app -- -i "$interface"
    [ "$(promiscuity eth0)" = "promiscuity 0" ]
    [ "$(promiscuity lo)" = "promiscuity 0" ]
    capture_stop
  done
  tcpdump_start app "$BATS_TEST_TMPDIR/other" -i eth0 # which makes it so, unless told not to
  [ "$(promiscuity eth0)" = "promiscuity 1" ]
  tcpdump_stop
}
