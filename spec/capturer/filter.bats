# Filters: names in them, wrong ones, and very long ones. Tests with the tag "musl" need its resolver, which programs
# with sanitizers do not have.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2034,SC2154,SC2030,SC2031

load ../support/capture

setup_file() {
  container_init
  lifecycle "$CONTAINER_HOME/lifecycle"
  container_create app --lifecycle "$CONTAINER_HOME/lifecycle"
  container_create glibc --root glibc --lifecycle "$CONTAINER_HOME/lifecycle"
}
teardown_file() { container_cleanup; }

# With this filter, one packet to the outside is captured, and none to another address there.
captures_one_of_two() { # container filter
  outside ip address replace 10.255.200.1/32 dev lo
  capture_start "$1" -- -f "$2"
  send "$1" 10.255.200.1 7001
  send "$1" "$(container_gateway "$1")" 7001
  eventually capture_holds 1 udp
  capture_stop
  [ "$(capture_count udp and dst host "$(container_gateway "$1")")" = 1 ]
  [ "$(capture_count udp)" = 1 ]
}

@test "a host name is looked up in the container's /etc/hosts" {
  local container
  for container in app glibc; do
    container_exec "$container" --uid 0 -- bash -c : 2>/dev/null || true
    echo "$(container_gateway "$container") db.example.com" >>"$(container_bundle "$container")/hosts"
    captures_one_of_two "$container" "udp and host db.example.com"
  done
}

@test "a host name is looked up at the name server of the container's resolv.conf" {
  local program
  program=$(support_program answer-dns)
  container_net app "$program" "$(container_gateway app)" 3>&- &
  server=$!
  eventually name_server_listens
  echo "nameserver 127.0.0.1" >"$(container_bundle app)/resolv.conf"
  captures_one_of_two app "udp and host some.example.org"
}
# UDP port 53, in hexadecimal
name_server_listens() { container_exec app -- grep -q ':0035 ' /proc/net/udp; }

# What a test has started ends with it, also when it fails: bats waits for it otherwise.
teardown() {
  [ -n "${server-}" ] || return 0
  pkill -P "$server" || kill "$server"
  wait "$server" || true # the next test wants no answer
  : >"$(container_bundle app)/resolv.conf"
}

@test "a host that nobody knows is an error that names it" {
  run -1 cf_pcap app -i lo -f "udp and host nobody.example.net" </dev/null
  says "nobody.example.net"
}

@test "a wrong filter: libpcap's message, with the expression" {
  run -1 cf_pcap app -i lo -f "udp prot 53" </dev/null
  says "udp prot 53"
  says "syntax error"
  run -1 cf_pcap app -i lo -f "port 70000" </dev/null
  says "port 70000"
  run -1 cf_pcap app -i lo -f "wlan type mgt" </dev/null
  says "wlan type mgt"
}

@test "a wrong filter: where it is wrong" {
  run -1 cf_pcap app -i lo -f "tcp and udp prot 53" </dev/null
  says "tcp and udp prot 53"
  [[ $output =~ near|at|after ]] || fail "it does not say where: $output"
}

@test "blanks alone are no filter" {
  local filter
  for filter in " " $'\t' $'\n '; do
    capture_start app -- -i lo -f "$filter"
    send app 127.0.0.1 7001
    eventually capture_holds 1 udp
    capture_stop
  done
}

@test "words that depend on the interface's network work" {
  capture_start app -- -f "ip broadcast or udp port 7001"
  send app "$(container_gateway app)" 7001
  eventually capture_holds 1 udp
  capture_stop
}

# 500 conditions, and blanks between them: libpcap takes long for many.
long_filter() {
  local n
  filter="udp port 7001"
  for n in {1..500}; do
    filter+="$(printf '%120s' '') or udp port 7001"
  done
  [ "${#filter}" -gt 65536 ]
}

@test "a filter of 64 kB that fits into the kernel works" {
  long_filter
  capture_start app -- -i lo -f "$filter"
  send app 127.0.0.1 7001
  send app 127.0.0.1 7002
  eventually capture_holds 1
  capture_stop
  [ "$(capture_count)" = 1 ]
}

@test "the line at the start cuts a long filter" {
  long_filter
  capture_start app -- -i lo -f "$filter"
  capture_stop
  [ "$(head -1 "$capture/err" | wc -c)" -lt 1000 ]
}

# bats test_tags=slow
@test "a filter whose names no server answers for is given up after half a minute" {
  printf 'nameserver 192.0.2.1\noptions timeout:60 attempts:1\n' >"$(container_bundle app)/resolv.conf"
  CAPTURE_STDOUT=/dev/null capture_start app -- -i lo -f "host a.example.com$(printf ' or host %s.example.com' {b..k})"
  becomes "$capture/pid" cf-pcap
  eventually catches_36
  capture_signal 36 # musl's SIGRTMIN + 1: the sign that the time is over where the kernel sends it, not a process
  sleep 1
  capture_runs || fail "it ended early: $(cat "$capture/err")"
  capture_wait
  : >"$(container_bundle app)/resolv.conf"
  [ "$status" = 1 ]
  capture_said "the filter takes more than 30 seconds to compile"
  [ "$(stat -c %s "$capture/err")" -lt 5000 ]
}

catches_36() { grep -qE '^SigCgt:[[:space:]]*[0-9a-f]{7}[89a-f][0-9a-f]{8}$' "/proc/$(capture_pid)/status"; }

# What a developer types who knows Wireshark: the message says what language this is, and what was meant.
@test "a display filter is told from a capture filter, and the filter that was meant is named" {
  local filter meant
  while IFS=$'\t' read -r filter meant; do
    run -1 cf_pcap app -i lo -f "$filter" </dev/null
    says "Wireshark's display filters"
    [ -z "$meant" ] || says "try '$meant'"
    [ "${#lines[@]}" = 1 ]
  done <<'END'
http	tcp port 80
tls	tcp port 443
tcp and dns	port 53
http.request.method == "GET"	tcp port 80
ip.addr == 10.0.0.1	host 10.0.0.1
ip.addr==10.0.0.1 && tcp	host 10.0.0.1
ip.src eq 10.0.0.1	src host 10.0.0.1
ipv6.dst == fd00::2	dst host fd00::2
tcp and tcp.port == 8080	tcp port 8080
!(udp.dstport == 53)	udp dst port 53
eth.addr == 00:11:22:33:44:55	ether host 00:11:22:33:44:55
tcp.flags.reset == 1	tcp[tcpflags] & tcp-rst != 0
tcp.analysis.retransmission	
frame contains "abc"	
END
}

@test "the words of that language are still names where this one has names" {
  echo "10.9.9.9 dns redis.tcp http" >>"$(container_bundle app)/hosts"
  echo "http 80/tcp" >"$(container_bundle app)/rootfs/etc/services"
  local filter
  for filter in "host dns" "host redis.tcp" "tcp port http" "src host http or dst net 10.9.9.9"; do
    capture_start app -- -i lo -f "$filter"
    capture_stop
  done
  run -1 cf_pcap app -i lo -f "port dns" </dev/null
  says "dns"
  refute_part "$output" Wireshark
}

@test "quotation marks that are part of the filter are told, and shown as such" {
  run -1 cf_pcap app -i lo -f $'\u201ctcp port 80\u201d' </dev/null
  says "filter '\"tcp port 80\"'"
  says "typographic quotation marks"
  run -1 cf_pcap app -i lo -f $'\u2018tcp port 80\u2019' </dev/null
  says "typographic quotation marks"
  run -1 cf_pcap app -i lo -f "'tcp port 80'" </dev/null
  says "the quotation marks (') are part of the filter"
}

# bats test_tags=musl
@test "an address with a zone is known by /etc/hosts, and refused in a filter" {
  echo "fe80::77%eth0 zoned.example.com" >>"$(container_bundle app)/hosts"
  capture_start app -- -i lo -f "host zoned.example.com" -v
  capture_stop
  capture_said "0xfe800000"
  capture_said "#0x77"
  echo "fe80::78%eth7 nowhere.example.com" >>"$(container_bundle app)/hosts"
  run -1 cf_pcap app -i lo -f "host nowhere.example.com" </dev/null
  says "unknown host"
  run -1 cf_pcap app -i lo -f "host fe80::1%eth0" </dev/null
  says "without its zone"
}

@test "a name server at an address with a zone is no call that is not allowed" {
  echo "nameserver fe80::1%eth0" >"$(container_bundle app)/resolv.conf"
  run -1 cf_pcap app -i lo -f "host nobody.example.net" </dev/null
  : >"$(container_bundle app)/resolv.conf"
  says "unknown host"
}

# libpcap runs a filter once more over the first packets, in user space, where it has no direction and no interface.
@test "the first packet is captured by its direction, and by its interface" {
  local filter index
  index=$(container_net app ip -j link show eth0 | jq '.[0].ifindex')
  for filter in "outbound and udp" "not inbound and udp" "ifindex $index and udp"; do
    capture_start app -- -i eth0 -f "$filter"
    send app "$(container_gateway app)" 7001
    eventually capture_holds 1 udp port 7001
    capture_stop
    [ "$(capture_said_count captured)" = "$(capture_said_count received)" ]
  done
}

@test "a filter looks at what the snaplen cuts off" {
  local filter
  for filter in "ip[ip[2:2]-1] = 0" "udp[udp[4:2]-1] = 0"; do
    capture_start app -- -i lo -s 96 -f "$filter"
    send app 127.0.0.1 7001 50 500
    eventually capture_holds 50
    capture_stop
    [ "$(capture_count udp port 7001)" = 50 ]
  done
}

# bats test_tags=musl
@test "what does not match is in no count, also while a name server takes its time" {
  local sender
  printf '%s\n' "nameserver 127.0.0.1" "options timeout:25 attempts:10" >"$(container_bundle app)/resolv.conf"
  CAPTURE_STDOUT=$BATS_TEST_TMPDIR/pcap capture_start app -- -i lo -f "udp and host slow.example.org"
  eventually test -s "$capture/pid"
  send app 127.0.0.1 7001 60000 100 20000 3>&- {capture_stdin}>&- &
  sender=$!
  sleep 0.5
  container_net app "$(support_program answer-dns)" "$(container_gateway app)" 3>&- {capture_stdin}>&- &
  server=$!
  eventually capture_has_announced_itself
  wait "$sender"
  capture_stop
  [ "$(capture_said_count received)" = 0 ]
  [ "$(capture_said_count dropped)" = 0 ]
  [ "$(capture_said_count captured)" = 0 ]
}

@test "parentheses 60000 deep are an error, not a crash" {
  run -1 cf_pcap app -i lo -f "$(printf '(%.0s' {1..60000})udp" </dev/null
  says "filter"
  [ "${#output}" -lt 5000 ]
}
