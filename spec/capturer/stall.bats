# A reader that stalls: nothing is lost until 8 MiB of packets wait, at any rate and of any size.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

load ../support/capture

setup_file() {
  container_init
  lifecycle "$CONTAINER_HOME/lifecycle"
  container_create app --lifecycle "$CONTAINER_HOME/lifecycle"
  # For the shells that the driver starts.
  cat >"$CONTAINER_HOME/capture" <<END
source "$support_root/spec/support/container.bash"
exec 3>/dev/null
container_exec app -- /tmp/lifecycle/cf-pcap -i "\$1" -f "\$2"
END
}
teardown_file() { container_cleanup; }

nothing_is_lost() { # interface case…
  run python3 "$support_root/spec/support/stall-captures.py" \
    "nsenter --net=/proc/$(container_pid app)/ns/net $(support_program send-udp) 127.0.0.1" \
    "exec bash $CONTAINER_HOME/capture $1" "${@:2}"
  echo "$output"
  [ "$status" = 0 ]
}

# One test, since all of them wait at the same time.
@test "at 10, 100, 200, 1000 and 20,000 packets a second, up to a minute, of 60 to 65,000 bytes, and a mix" {
  nothing_is_lost lo 10:60:60 10:1000:60 10:65000:13 100:1000:60 200:1000:40 200:60:40 1000:100:36 1000:1400:6 \
    1000:60:40 20000:60:3 20000:1400:1 100:65000:2 100:60:30+10:65000:30 500:1400:10+1000:60:10
}

# A packet stays in one block of the ring: these are the sizes that leave most of a block empty.
@test "of the largest packets, alone and between small ones" {
  nothing_is_lost lo 100:65507:2 10:65507:20 100:52400:3 10000:60:0+30:65507:0 2000:60:0+6:65507:0 5000:100:0+16:64000:0+32:33000:0
}

@test "on any, where every packet has a header of its own" { nothing_is_lost any 200:1000:10 1000:60:10 20000:1400:1 100:65000:2; }

@test "at full speed" {
  local size
  for size in 60 1000 1400 33000 52400 65000 65507; do
    nothing_is_lost lo "0:$size:0"
  done
}

@test "slowly for some time, and then at full speed" { nothing_is_lost lo 100:1000:15+0:1400:0; }
