# Why may cf-pcap not capture? Each condition is brought about, and told from the others.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2034,SC2154

load ../support/capture

setup_file() { container_init; }
teardown_file() { container_cleanup; }

setup() {
  dir=$CONTAINER_HOME/$BATS_TEST_NUMBER
  lifecycle "$dir"
}

# Runs cf-pcap in a container with these options; it may not capture. By a shell, as in an SSH session:
# the very first program in a process that the container engine starts inherits more than its children.
may_not_capture() { # option…
  container_create "c$BATS_TEST_NUMBER" --lifecycle "$dir" "$@"
  run -1 container_exec "c$BATS_TEST_NUMBER" --timeout 180 -- sh -c 'exec /tmp/lifecycle/cf-pcap -i lo' </dev/null
  [ "${#lines[@]}" = 1 ]
  says "may not capture"
}

@test "the file has no capability: capture is not enabled, or the cell's cache is stale" {
  setcap -r "$dir/cf-pcap"
  may_not_capture
  says "does not have the capability"
  says "diego.rep.enable_cf_pcap"
  says "cache"
}

@test "the file has another capability, but not this one" {
  setcap cap_net_bind_service=p "$dir/cf-pcap"
  may_not_capture
  says "does not have the capability"
}

@test "the container forbids gaining privileges" {
  may_not_capture --no-new-privs
  says "no_new_privs"
}

@test "the bounding set lacks NET_RAW" {
  may_not_capture --without NET_RAW
  says "bounding set"
}

@test "the bounding set lacks NET_RAW and the app runs as root" {
  may_not_capture --without NET_RAW --uid 0
  says "bounding set"
}

@test "the mount is nosuid" {
  may_not_capture --nosuid
  says "nosuid"
}

has_a_user_namespace() { [ "$(readlink "/proc/$1/ns/user")" != "$(readlink /proc/self/ns/user)" ]; } # pid

# setcap, run as the root of a user namespace, writes version 3: a capability for that namespace.
setcap_in_a_user_namespace() { # file
  local pid
  chown 1000:1000 "$1"
  unshare --user sleep 1000 3>&- &
  pid=$!
  eventually has_a_user_namespace "$pid" || return
  echo "0 1000 1" >"/proc/$pid/uid_map"
  echo "0 1000 1" >"/proc/$pid/gid_map"
  nsenter --user=/proc/"$pid"/ns/user --setuid 0 --setgid 0 setcap cap_net_raw=p "$1"
  kill "$pid"
}

@test "the capability is a namespaced one, of version 3" {
  setcap_in_a_user_namespace "$dir/cf-pcap"
  [[ $(getcap -n "$dir/cf-pcap") == *"[rootid=1000]"* ]]
  may_not_capture
  says "version 3"
}

@test "the file with its capability in a container like Garden's captures: the control" {
  container_create control --lifecycle "$dir"
  capture_start control -- -i lo
  send control 127.0.0.1 7001
  eventually capture_holds 1 udp
  capture_stop
}

@test "usage and policy are checked before: they are told first" {
  setcap -r "$dir/cf-pcap"
  container_create first --lifecycle "$dir"
  run -2 cf_pcap first --snaplen x </dev/null
  run -1 cf_pcap first -i nosuch </dev/null
  says "nosuch"
}
