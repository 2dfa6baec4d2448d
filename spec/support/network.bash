# The network of containers made by container.bash: eth0, a veth pair to the outside, which is a network namespace of
# their own; lo. Two kinds:
#
#   dual   IPv4 and IPv6 in one subnet, 10.255.N.2/24 and fd00:255:N::2/64; …1 outside
#   silk   what Silk, Cloud Foundry's network plugin, makes: 10.255.N.2/32 with the peer 169.254.0.1, no ARP but a
#          neighbour that stays, MTU 1450 (it goes over VXLAN), reverse path filter, no IPv6 on eth0
#
# No container reaches another, or a name server. Needs root and iproute2.

network_init() {
  ip netns add "${CONTAINER_HOME##*/}" && ip -n "${CONTAINER_HOME##*/}" link set lo up
}

network_cleanup() {
  ip netns pids "${CONTAINER_HOME##*/}" 2>/dev/null | xargs -r kill -KILL 2>/dev/null
  ip netns delete "${CONTAINER_HOME##*/}" 2>/dev/null
}

# Runs a command outside the containers, where their eth0 leads to.
outside() { ip netns exec "${CONTAINER_HOME##*/}" "$@"; }

# Runs a command of the host in the container's network alone, with all of root's privileges.
container_net() { # name command…
  local pid
  pid=$(container_pid "$1") && shift && nsenter --net=/proc/"$pid"/ns/net "$@"
}

# Addresses; those of IPv6 are empty on a network that has none.
container_ip() { cat "$(container_bundle "$1")/ip"; }
container_ip6() { cat "$(container_bundle "$1")/ip6"; }
container_gateway() { cat "$(container_bundle "$1")/gateway"; }
container_gateway6() { cat "$(container_bundle "$1")/gateway6"; }

# Chooses N.
network_address() { # name
  local bundle n
  bundle=$(container_bundle "$1")
  for ((n = 1; n < 255; n++)); do
    ! mkdir "$CONTAINER_HOME/networks/$n" 2>/dev/null || break
  done
  [ "$n" -lt 255 ] || container_fail "there are 254 containers already" || return
  echo "$n" >"$bundle/network"
  echo "10.255.$n.2" >"$bundle/ip"
}

network_dual() { # name
  local bundle pid n netns=${CONTAINER_HOME##*/}
  bundle=$(container_bundle "$1")
  pid=$(container_pid "$1")
  n=$(cat "$bundle/network")
  echo "10.255.$n.1" >"$bundle/gateway"
  echo "fd00:255:$n::2" >"$bundle/ip6"
  echo "fd00:255:$n::1" >"$bundle/gateway6"
  ip -n "$netns" link add "veth$n" type veth peer name eth0 netns "$pid" &&
    ip -n "$netns" address add "10.255.$n.1/24" dev "veth$n" &&
    ip -n "$netns" address add "fd00:255:$n::1/64" dev "veth$n" nodad &&
    ip -n "$netns" link set "veth$n" up &&
    container_net "$1" ip link set lo up &&
    container_net "$1" ip address add "10.255.$n.2/24" dev eth0 &&
    container_net "$1" ip address add "fd00:255:$n::2/64" dev eth0 nodad &&
    container_net "$1" ip link set eth0 up &&
    container_net "$1" ip route add default via "10.255.$n.1"
}

network_silk() { # name
  local bundle pid n netns=${CONTAINER_HOME##*/} inside outside
  bundle=$(container_bundle "$1")
  pid=$(container_pid "$1")
  n=$(cat "$bundle/network")
  inside=$(printf 'ee:ee:0a:ff:%02x:02' "$n") outside=$(printf 'aa:aa:0a:ff:%02x:02' "$n")
  echo 169.254.0.1 >"$bundle/gateway"
  : >"$bundle/ip6"
  : >"$bundle/gateway6"
  ip -n "$netns" link add "veth$n" address "$outside" mtu 1450 type veth \
    peer name eth0 address "$inside" mtu 1450 netns "$pid" &&
    network_point_to_point outside "veth$n" 169.254.0.1 "10.255.$n.2" "$inside" &&
    container_net "$1" ip link set lo up &&
    network_point_to_point "container_net $1" eth0 "10.255.$n.2" 169.254.0.1 "$outside" &&
    container_net "$1" ip route add default via 169.254.0.1 src "10.255.$n.2"
}

# Silk does the same at both ends.
network_point_to_point() { # command device local peer hardware_address_of_the_peer
  # The command may be two words; the inner shell has variables of its own.
  # shellcheck disable=SC2086,SC2016
  $1 sh -c 'echo 1 >/proc/sys/net/ipv6/conf/"$1"/disable_ipv6 && echo 1 >/proc/sys/net/ipv4/conf/"$1"/rp_filter' sh "$2" &&
    $1 ip link set "$2" arp off &&
    $1 ip address add "$3" peer "$4/32" dev "$2" &&
    $1 ip link set "$2" up &&
    $1 ip neighbour replace "$4" lladdr "$5" dev "$2" nud permanent
}

network_delete() { # name
  local bundle
  bundle=$(container_bundle "$1")
  [ -e "$bundle/network" ] || return 0
  # The kernel would remove it some time later.
  ip -n "${CONTAINER_HOME##*/}" link delete "veth$(cat "$bundle/network")" 2>/dev/null || true
  rmdir "$CONTAINER_HOME/networks/$(cat "$bundle/network")"
}
