# The container's network as Silk makes it, Cloud Foundry's network plugin: eth0 has a /32 with a peer, no ARP, MTU
# 1450, no IPv6. All other tests have a subnet of IPv4 and IPv6 there.
#
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2034,SC2154

load ../support/capture
load ../support/ssh

setup_file() {
  container_init
  lifecycle "$CONTAINER_HOME/lifecycle"
  lifecycle_sshd "$CONTAINER_HOME/lifecycle"
  container_create app --network silk --lifecycle "$CONTAINER_HOME/lifecycle"
  container_create neighbour --network silk --lifecycle "$CONTAINER_HOME/lifecycle"
  sshd_start app
}
teardown_file() { container_cleanup; }

@test "the network is Silk's" {
  run -0 container_net app ip -o address show dev eth0
  [[ $output == *"inet $(container_ip app) peer 169.254.0.1/32 "* && $output != *inet6* ]] || fail "$output"
  run -0 container_net app ip -o link show dev eth0
  [[ $output == *NOARP*"mtu 1450 "* ]] || fail "$output"
  [ "$(container_net app ip route show default)" = "default via 169.254.0.1 dev eth0 src $(container_ip app) " ]
}

@test "SSH on lo is not captured, IPv4" { does_not_grow lo 127.0.0.1; }
@test "SSH on lo is not captured, IPv6, which lo has" { does_not_grow lo ::1; }
@test "SSH on lo is not captured, at eth0's address" { does_not_grow lo "$(container_ip app)"; }
@test "SSH on eth0 is not captured" { does_not_grow_outside eth0 "$(container_ip app)" "$(container_gateway app)"; }
@test "SSH on any is not captured" { does_not_grow_outside any "$(container_ip app)" "$(container_gateway app)"; }

@test "the peer is another host: what the app sends to its port 2222 is captured" {
  local interface
  for interface in eth0 any; do
    capture_start app -- -i "$interface" -f "tcp port 2222"
    connect "$(container_gateway app)" 2222
    eventually capture_holds 2 tcp port 2222
    capture_stop
  done
}

@test "the container proxy's port for SSH is excluded, that for the app is not" {
  local port ports='[{"external":61001,"internal":8080,"internal_tls_proxy":61001},{"external":61002,"internal":2222,"internal_tls_proxy":61002}]'
  capture_start app --env "CF_INSTANCE_PORTS=$ports" -- -f tcp
  for port in 61002 61001 2222; do
    outside timeout 20 busybox nc "$(container_ip app)" "$port" </dev/null || true
  done
  eventually capture_holds 2 tcp port 61001
  capture_stop
  [ "$(capture_count tcp port not 61001)" = 0 ]
}

@test "packets are Ethernet's, of whole size, and ARP is in none" {
  capture_start app -- -i eth0
  send app "$(container_gateway app)" 7001 10 1400
  outside "$(support_program send-udp)" "$(container_ip app)" 7002 10 1400
  eventually capture_holds 10 udp port 7001 and greater 1442
  eventually capture_holds 10 udp port 7002 and greater 1442
  capture_stop
  capture_said "link type EN10MB"
  [ "$(capture_count arp or ip6)" = 0 ]
  [ "$(capture_count ether src ee:ee:0a:ff:01:02 and ether dst aa:aa:0a:ff:01:02 and udp port 7001)" = 10 ]
}

# A capture and tcpdump's of the same packets, to the peer, to a neighbour, to a group, from the peer: both hold these.
captured_as_by_tcpdump() { # interface filter packets
  local theirs=$BATS_TEST_TMPDIR/theirs
  tcpdump_start app "$theirs" -i "$1" "$2"
  capture_start app -- -i "$1" -f "$2"
  send app "$(container_gateway app)" 7001 3
  send app "$(container_ip neighbour)" 7001 4
  send app 224.0.0.1 7001 5
  outside "$(support_program send-udp)" "$(container_ip app)" 7001 6 8
  eventually capture_holds "$3"
  capture=$theirs eventually capture_holds "$3"
  sleep 0.3 # nothing tells that more would have come
  capture_stop
  tcpdump_stop
  [ "$(capture_count)" = "$3" ] || fail "$1, $2: $(capture_count) packets, not $3"
  cmp <("$(support_program pcap-frames)" <"$capture/pcap") <("$(support_program pcap-frames)" <"$theirs/pcap") || fail "$1, $2"
}

@test "words that depend on networks mean what they mean to tcpdump" {
  local interface words packets
  while IFS=: read -r interface words packets; do
    captured_as_by_tcpdump "$interface" "udp and $words" "$packets"
  done <<'END'
eth0:ip multicast:5
eth0:net 169.254.0.0/16:9
eth0:dst net 10.255:10
eth0:ip broadcast:0
eth0:not ip broadcast:18
any:ip broadcast:0
END
}
