# SSH into the container is not captured: a session that carries its own capture would grow it.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2034,SC2154

load ../support/capture
load ../support/ssh

setup_file() {
  container_init
  lifecycle "$CONTAINER_HOME/lifecycle"
  lifecycle_sshd "$CONTAINER_HOME/lifecycle"
  container_create app --lifecycle "$CONTAINER_HOME/lifecycle"
  sshd_start app
}
teardown_file() { container_cleanup; }

@test "on lo, IPv4" { does_not_grow lo 127.0.0.1; }
@test "on lo, IPv6" { does_not_grow lo ::1; }
@test "on lo, at another address of 127.0.0.0/8" { does_not_grow lo 127.9.9.9; }
@test "on lo, at eth0's address" { does_not_grow lo "$(container_ip app)"; }
@test "on any, by lo" { does_not_grow any 127.0.0.1; }

@test "on eth0, IPv4" { does_not_grow_outside eth0 "$(container_ip app)" "$(container_gateway app)"; }
@test "on eth0, IPv6" { does_not_grow_outside eth0 "$(container_ip6 app)" "$(container_gateway6 app)"; }
@test "on any, IPv4" { does_not_grow_outside any "$(container_ip app)" "$(container_gateway app)"; }
@test "on any, IPv6" { does_not_grow_outside any "$(container_ip6 app)" "$(container_gateway6 app)"; }

@test "the app's traffic to port 2222 of other hosts is captured, IPv4 and IPv6" {
  local interface
  for interface in eth0 any; do
    capture_start app -- -i "$interface" -f tcp
    connect "$(container_gateway app)" 2222
    connect "$(container_gateway6 app)" 2222
    eventually capture_holds 2 ip
    eventually capture_holds 2 ip6
    capture_stop
    [ "$(capture_count tcp port 2222)" -ge 4 ]
  done
}

@test "UDP to port 2222 is captured: SSH is TCP" {
  capture_start app -- -i lo
  send app 127.0.0.1 2222
  eventually capture_holds 1 udp port 2222
  capture_stop
}

@test "a filter does not bring SSH back" {
  local filter
  for filter in "tcp port 2222" "tcp or udp" "not port 1" "port 2222 or udp"; do
    capture_start app -- -i lo -f "$filter or udp port 7001"
    connect 127.0.0.1 2222
    send app 127.0.0.1 7001
    eventually capture_holds 1 udp port 7001
    capture_stop
    [ "$(capture_count tcp)" = 0 ]
  done
}

@test "a filter cannot break out of the expression that excludes" {
  local filter
  for filter in "tcp) or (udp" "udp) or (tcp port 2222" ") or (" "tcp) or not (udp"; do
    run -1 cf_pcap app -i lo -f "$filter" </dev/null
    says "$filter"
  done
}

ports='[{"external":61000,"internal":8080,"internal_tls_proxy":61001},{"external":61002,"internal":2222,"internal_tls_proxy":61003}]'

# Connects from outside to three ports of the container, while it is captured with these options.
captures_connections() { # container_exec option…
  capture_start app "$@" -- -i eth0 -f tcp
  local port
  for port in 61003 61001 2222; do
    outside timeout 20 busybox nc "$(container_ip app)" "$port" </dev/null || true
    outside timeout 20 busybox nc "$(container_ip6 app)" "$port" </dev/null || true
  done
  eventually capture_holds 4 tcp port 61001
  capture_stop
}

@test "the container proxy's port for SSH is excluded, that for the app is not" {
  captures_connections --env "CF_INSTANCE_PORTS=$ports"
  [ "$(capture_count tcp port 61003)" = 0 ]
  [ "$(capture_count tcp port 2222)" = 0 ]
  capture_said "2222, 61003"
}

@test "without CF_INSTANCE_PORTS that port is one like others" {
  captures_connections
  [ "$(capture_count tcp port 61003)" -ge 4 ]
  [ "$(capture_count tcp port 2222)" = 0 ]
}

@test "the proxy's port of another host is captured" {
  capture_start app --env "CF_INSTANCE_PORTS=$ports" -- -i eth0 -f tcp
  connect "$(container_gateway app)" 61003
  eventually capture_holds 2 tcp port 61003
  capture_stop
}

@test "where CF_INSTANCE_PORTS is malformed a note says so, and port 2222 is excluded" {
  local text
  for text in '[{"internal":2222' '{}' '"61003"' '[1,2]' '[{"internal":2222,"internal_tls_proxy":"61003"}]' \
    '[{"internal":2222,"internal_tls_proxy":70000}]' '[{"internal":2222,"internal_tls_proxy":-1}]' $'\xff\xfe'; do
    captures_connections --env "CF_INSTANCE_PORTS=$text"
    capture_said "CF_INSTANCE_PORTS"
    [ "$(capture_count tcp port 2222)" = 0 ]
  done
}

@test "an empty CF_INSTANCE_PORTS, or one without SSH, needs no note" {
  local text
  for text in '' '[]' '[{"external":61000,"internal":8080}]' '[{"external":0,"internal":2222,"internal_tls_proxy":null}]'; do
    captures_connections --env "CF_INSTANCE_PORTS=$text"
    refute_part "$(cat "$capture/err")" "CF_INSTANCE_PORTS"
    [ "$(capture_count tcp port 2222)" = 0 ]
  done
}

# TCP from outside to an address and a port, cut at each length from the MAC header alone on, and captured.
captures_cut() { # interface address port frames
  capture_start app -- -i "$1"
  outside "$(support_program send-frames)" "veth$(cat "$(container_bundle app)/network")" 9 tcp "$2" "$3"
  eventually marked "$4"
  capture_stop
  marked "$4" || fail "$1, $2, port $3: not $4"
}
marked() { [ "$("$(support_program marked-frames)" 262144 "$capture/pcap" | tr ' ' '\n' | grep -c '^9:')" = "$1" ]; }
# Up to the length at which the ports are there, a frame does not show whether it is SSH; from there on it does.
captures_those_without_ports() { # interface address length_of_headers
  captures_cut "$1" "$2" 2222 "$(($3 + 4 - 14))"
  captures_cut "$1" "$2" 2223 "$(($3 + 20 - 14 + 1))"
}

@test "a frame that is cut before its ports is captured: it may be SSH, or not" {
  local interface
  for interface in eth0 any; do
    captures_those_without_ports "$interface" "$(container_ip app)" 38
    captures_those_without_ports "$interface" "$(container_ip6 app)" 54
  done
}
