#!/usr/bin/env bats
# Faults between a developer and the instances that are captured, on the Cloud Foundry of this machine: what is
# lost, and what is said. What is sent is numbered, so that every hole in a file is seen. docs/reliability.md
# has the results.
#
#     FAULTS=full build/packages/bats-core/bin/bats spec/acceptance/faults.bats     at that document's lengths, an hour

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # bats sets variables, and runs tests in subshells
bats_require_minimum_version 1.5.0
load ../support/victim

@test "ssh-proxy is restarted: the captures end, say so, what came is whole, and the next one works" {
  pcap_start x
  send_all 60000 200
  streams x
  pkill -KILL -P "$(cat "$BATS_FILE_TMPDIR/cf/pid")" -x ssh-proxy
  pcap_ended x
  [ "$status" = 1 ]
  said x "the SSH connection was lost"
  said x "The same for instances"
  said x "Saved capture to"
  local n
  for ((n = 0; n < INSTANCES; n++)); do without_a_hole x "$n"; done
  eventually idle
  kill "${senders[@]}" || true # they may have sent all
  eventually inside 0 true # the platform is still there
  eventually can_ssh
  pcap_start y
  send_all 100 0
  all_sent
  pcap_stop y
  [ "$status" = 0 ]
  all_complete y 100
}

@test "a cell's link is cut and restored: nothing is lost, the others are not held up" {
  local seconds link neighbour before
  seconds=$(length 3 40)
  link=veth$(cat "$(bundle 1)/network")
  neighbour=$(ip -n "$(network)" neighbour show dev "$link" nud permanent)
  pcap_start x
  send_all $((200 * (seconds + 20))) 200 # long enough for what follows, on a busy machine too
  streams x
  ip -n "$(network)" link set "$link" down
  before=$(stat -c %s "$BATS_TEST_TMPDIR/x.pcap")
  sleep "$seconds"
  eventually has_bytes "$BATS_TEST_TMPDIR/x.pcap" $((before + 100 * (16 + 142)))
  ip -n "$(network)" link set "$link" up
  # The kernel has forgotten it. It is words.
  # shellcheck disable=SC2086
  ip -n "$(network)" neighbour replace ${neighbour% PERMANENT*} dev "$link" nud permanent
  all_is_there_at_the_end x $((200 * (seconds + 20)))
  note "late: $(table x all 6)"
}

@test "the client is suspended and resumed: nothing is lost" {
  local seconds pids
  seconds=$(length 3 60)
  pcap_start x
  send_all $((200 * (seconds + 4))) 200
  streams x
  pids=$(plugin_and_children x)
  # One pid a word.
  # shellcheck disable=SC2086
  kill -STOP $pids
  sleep "$seconds"
  # shellcheck disable=SC2086
  kill -CONT $pids
  all_is_there_at_the_end x $((200 * (seconds + 4)))
}

@test "the client is suspended for longer than the rings last: what is lost is what the table says" {
  local pids sent
  sent=$(length 40000 400000)
  interface=eth0 pcap_start x -i 0
  pids=$(plugin_and_children x)
  # shellcheck disable=SC2086
  kill -STOP $pids
  inside 0 "$(support_program send-udp)" "$(cat "$(bundle 0)/gateway")" 7000 "$sent" 1400 20000
  # shellcheck disable=SC2086
  kill -CONT $pids
  pcap_stop x
  [ "$status" = 0 ] || fail "$(all_said x)"
  [ "$(table x 0 5)" -gt 0 ]
  [ $(($(table x 0 2) + $(table x 0 5))) = "$sent" ] || fail "$(all_said x)"
  [ "$(numbers x | cut -d' ' -f3)" = "$(table x 0 2)" ]
  note "of $sent packets: $(table x 0 2) captured, $(table x 0 5) dropped"
}

@test "told to end while more comes than is read: it ends in order, what is lost is what the table says" {
  local before gateway read=$BATS_TEST_TMPDIR/read.pcap go=$BATS_TEST_TMPDIR/go
  gateway=$(cat "$(bundle 0)/gateway")
  output=$BATS_TEST_TMPDIR/pipe
  mkfifo "$output"
  { until [ -e "$go" ]; do sleep 0.01; done && read_slowly; } <"$output" >"$read" 3>&- &
  reader=($!)
  interface=eth0 pcap_start x -i 0
  inside 0 "$(support_program send-udp)" "$gateway" 7000 "$(length 80000 800000)" 1400
  inside 0 timeout 1000 "$(support_program send-udp)" "$gateway" 7000 1000000000 1400 3>&- &
  senders=($!)
  sleep 1 # so that it does send
  before=${EPOCHREALTIME/./}
  touch "$go"
  pcap_stop x
  before=$(((${EPOCHREALTIME/./} - before) / 1000))
  kill "${senders[@]}" # it sends still
  [ "$status" = 0 ] || fail "$(all_said x)"
  [ "$(table x 0 5)" -gt 0 ] || fail "$(all_said x)"
  wait "${reader[@]}"
  [ "$(numbers x "$read" | cut -d' ' -f2)" = "$(table x 0 2)" ]
  note "$(table x 0 2) captured, $(table x 0 5) dropped, ended after $before ms"
}

@test "the client's disk is full: it says so, the file ends with a whole packet, nothing is left running" {
  mkdir "$BATS_TEST_TMPDIR/disk"
  mount -t tmpfs -o size=256k none "$BATS_TEST_TMPDIR/disk"
  output=$BATS_TEST_TMPDIR/disk/x.pcap pcap_start x --reserve 0
  send_all 60000 400
  pcap_ended x
  [ "$status" = 1 ]
  said x "Cannot write $BATS_TEST_TMPDIR/disk/x.pcap: No space left on device. What was written until now can be read."
  eventually idle
  local n
  for ((n = 0; n < INSTANCES; n++)); do without_a_hole x "$n" "$BATS_TEST_TMPDIR/disk/x.pcap"; done
}

@test "the client is killed, the whole of it or the plugin alone: nothing is left in the containers" {
  local who before pids
  for who in all plugin; do
    pcap_start x
    [ "$(running cf-pcap | wc -l)" = "$INSTANCES" ]
    pids=$(plugin x)
    [ "$who" = plugin ] || pids="$(pid x) $(plugin_and_children x)"
    before=${EPOCHREALTIME/./}
    # shellcheck disable=SC2086
    kill -KILL $pids
    eventually idle
    before=$(((${EPOCHREALTIME/./} - before) / 1000))
    note "$who killed: nothing left after $before ms"
    ! full || [ "$before" -lt 10000 ]
    pcap_ended x || true
  done
}

# What packets are stamped with is the cell's kernel's clock, which all containers of this machine share: so
# the times are shifted on their way to the plugin. What the kernel does in such a moment is not seen here.
@test "the clock of an instance is an hour ahead, then jumps back: nothing is lost, and it is said" {
  mkdir "$BATS_TEST_TMPDIR/bin"
  cat >"$BATS_TEST_TMPDIR/bin/cf" <<END
#!/usr/bin/env bash
set -o pipefail
case " \$* " in
  " ssh "*" -i 1 "*) "$support_root/build/tools/cf" "\$@" | "$(support_program shift-pcap)" 3600 300 ;;
  *) exec "$support_root/build/tools/cf" "\$@" ;;
esac
END
  chmod +x "$BATS_TEST_TMPDIR/bin/cf"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH
  by=("$CF_PCAP_PLUGIN" 1)
  pcap_start x
  send_all 600 200
  all_sent
  pcap_stop x
  [ "$status" = 0 ] || fail "$(all_said x)"
  all_complete x 600
  all_said x | grep -qE 'The clock of instance 1 seems to be 3(59[0-9]|60[0-9]) s ahead of that of instance [02]: their packets are not in the order' ||
    fail "$(all_said x)"
  # The file is read as any other, and sorted.
  reordercap "$BATS_TEST_TMPDIR/x.pcap" "$BATS_TEST_TMPDIR/sorted.pcap"
  all_complete sorted 600
  note "late: $(table x all 6)"
}

resident() { awk '/^VmRSS:/ { print $2 }' "/proc/$1/status"; } # pid -> kB

@test "a long capture at a steady rate: nothing is lost, and memory is flat at both ends" {
  local seconds plugin pid first last
  seconds=$(length 8 1800)
  pcap_start x
  send_all $((100 * seconds)) 100
  streams x
  plugin=$(plugin x)
  mapfile -t pids < <(running cf-pcap)
  [ "${#pids[@]}" = "$INSTANCES" ]
  for pid in "$plugin" "${pids[@]}"; do resident "$pid"; done >"$BATS_TEST_TMPDIR/first"
  all_sent
  for pid in "$plugin" "${pids[@]}"; do resident "$pid"; done >"$BATS_TEST_TMPDIR/last"
  pcap_stop x
  [ "$status" = 0 ] || fail "$(all_said x)"
  all_complete x $((100 * seconds))
  nothing_dropped x all
  note "kB resident, plugin and tools, in the first seconds and after $seconds s: $(paste -d- "$BATS_TEST_TMPDIR"/{first,last} | tr '\n' ' ')"
  while read -r first last; do
    [ $((last - first)) -le 1024 ] || fail "from $first kB to $last kB"
  done < <(paste -d' ' "$BATS_TEST_TMPDIR"/{first,last})
}

@test "ten captures of one app at the same time: each has all" {
  local n
  local -a which=(-i 0)
  ! full || which=()
  for n in {1..10}; do pcap_launch "x$n" "${which[@]}"; done
  for n in {1..10}; do pcap_begun "x$n"; done
  send_all 1000 500
  all_sent
  for n in {1..10}; do
    pcap_stop "x$n"
    [ "$status" = 0 ] || fail "$(all_said "x$n")"
    complete "x$n" 0 1000
    ! full || all_complete "x$n" 1000
    nothing_dropped "x$n" 0
  done
  eventually idle
}

# What a session may leave behind: processes in the container, descriptors of its SSH daemon and of ssh-proxy.
residue() {
  local pid
  echo "processes $(pgrep --ns "$(cat "$(bundle 0)/pid")" --nslist pid | wc -l)"
  for pid in $(pgrep --ns "$(cat "$(bundle 0)/pid")" --nslist pid -x diego-sshd) $(pgrep -P "$(cat "$BATS_FILE_TMPDIR/cf/pid")" -x ssh-proxy); do
    echo "descriptors $(find "/proc/$pid/fd" -type l | wc -l)"
  done
}
# There may be less: connections that ssh-proxy keeps for a while.
no_more_than_before() { paste <(residue) "$BATS_TEST_TMPDIR/before" | awk '$2 > $4 { more = 1 } END { exit more || NR != 3 }'; }

@test "started and stopped again and again: each capture is complete, and nothing piles up" {
  local n
  eventually can_ssh # the first session opens what stays open
  sleep 1
  residue >"$BATS_TEST_TMPDIR/before"
  for ((n = 0; n < $(length 3 200); n++)); do
    pcap_start x -i 0
    send 0 50
    pcap_stop x
    [ "$status" = 0 ] || fail "run $n:" "$(all_said x)"
    complete x 0 50
  done
  eventually no_more_than_before || fail "$(residue)" "before:" "$(cat "$BATS_TEST_TMPDIR/before")"
}

@test "an instance is restarted: its capture ends, and says so, the others lose nothing" {
  local old=${containers[1]}
  pcap_start x
  send_all 2000 400
  streams x
  cf restart-app-instance victim 1 >&2
  eventually said x "Instance 1 ended early"
  wait "${senders[0]}" "${senders[2]}"
  eventually is_another 1 "$old" # the new one runs
  pcap_stop x
  [ "$status" = 1 ]
  said x "Restarted during the capture: instance 1. 'cf events victim' says why."
  complete x 0 2000
  complete x 2 2000
  without_a_hole x 1
  note "$(grep 'Instance 1' "$BATS_TEST_TMPDIR/x.err")"
}

is_another() { find_containers && [ "${containers[$1]}" != "$2" ]; } # N container

# Its SSH daemon tells that up to three seconds later: the first sign of life is given after one second, the next after
# three more.
@test "a tool is killed, as for want of memory: what is told as captured ends with it" {
  local last stopped
  pcap_start x
  send_all 3000 200 # until long after the tool is killed
  streams x
  sleep 1.3
  kill -KILL "$(pgrep --ns "$(cat "$(bundle 1)/pid")" --nslist pid -x cf-pcap)"
  eventually said x "Instance 1 ended early"
  all_sent
  stopped=$EPOCHREALTIME
  pcap_stop x
  [ "$status" = 1 ]
  complete x 0 3000
  without_a_hole x 1
  last=$(tcpdump -tt -nn -r "$BATS_TEST_TMPDIR/x.pcap" "udp dst port 7001" 2>/dev/null | awk 'END { print $1 }')
  awk -v all="$(table x 0 7)" -v told="$(table x 1 7)" -v missed="$last $stopped" \
    'BEGIN { split(missed, at); exit all - told >= at[2] - at[1] - 1 ? 0 : 1 }' || fail "$last $stopped" "$(all_said x)"
}
