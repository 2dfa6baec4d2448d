#!/usr/bin/env bats
# Faults between a developer and the instances that are captured, on the Cloud Foundry of this machine: what is
# lost, and what is said. What is sent is numbered, so that every hole in a file is seen. docs/reliability.md
# has the results.
#
#     FAULTS=full build/packages/bats-core/bin/bats spec/acceptance/faults.bats     at that document's lengths, an hour

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # bats sets variables, and runs tests in subshells
bats_require_minimum_version 1.5.0
load ../support/platform
# shellcheck source=spec/support/container.bash
source "$BATS_TEST_DIRNAME/../support/container.bash"

INSTANCES=3

setup_file() {
  platform_start
  export CF_HOME=$BATS_FILE_TMPDIR/home
  mkdir "$CF_HOME"
  {
    cf api "$CF_PCAP_API" --skip-ssl-validation && cf auth "$CF_PCAP_USER" "$CF_PCAP_PASSWORD" && cf target -o pcap -s dev &&
      cf install-plugin -f "$CF_PCAP_PLUGIN" &&
      cf push victim -p "$support_root/acceptance-tests/assets/app" -b binary_buildpack -m 64M -i "$INSTANCES"
  } >&2
}
teardown_file() { platform_stop; }

# ${containers[N]} is the name of instance N's container.
setup() {
  eventually find_containers
}
find_containers() {
  local stats
  stats=$(cf curl "/v3/apps/$(cf app victim --guid)/processes/web/stats")
  [ "$(jq -r '[.resources[] | select(.state == "RUNNING")] | length' <<<"$stats")" = "$INSTANCES" ] || return
  mapfile -t containers < <(jq -r '.resources[].instance_guid[0:8]' <<<"$stats")
}

# What is still there of a test.
teardown() {
  kill "${senders[@]}" "${reader[@]}" 2>/dev/null || true
  local file pids
  for file in "$BATS_TEST_TMPDIR"/*.pid; do
    [ -e "$file" ] || continue
    mapfile -t pids < <(plugin_and_children "$(basename "$file" .pid)")
    kill -KILL "$(cat "$file")" "${pids[@]}" 2>/dev/null || true
  done
  umount "$BATS_TEST_TMPDIR/disk" 2>/dev/null || true
}

full() { [ "${FAULTS-}" = full ]; }
length() { if full; then echo "$2"; else echo "$1"; fi; } # short full
fail() { printf '%s\n' "$@" >&2; return 1; }
note() { echo "# $*" >&3; }

eventually() { # command…   for a minute, and what a full run takes longer
  local until=$((SECONDS + $(length 60 180)))
  until "$@"; do
    [ "$SECONDS" -lt "$until" ] || fail "still not: $*" "$(cat "$BATS_TEST_TMPDIR"/*.out "$BATS_TEST_TMPDIR"/*.err 2>/dev/null)" || return
    sleep 0.1
  done
}

# --- the instances

home() { cat "$BATS_FILE_TMPDIR/cf/home"; }
network() { local home; home=$(home); echo "${home##*/}"; } # outside the containers
bundle() { echo "$(home)/containers/${containers[$1]}"; }  # of instance N
inside() { nsenter --net="/proc/$(cat "$(bundle "$1")/pid")/ns/net" "${@:2}"; }

# An instance sends packets to itself over lo, numbered from 0, at port 7000 + N.
send() { # N packets [a second]
  inside "$1" "$(support_program send-udp)" 127.0.0.1 $((7000 + $1)) "$2" 100 "${3-0}"
}

# All do, in the background.
send_all() { # packets a second
  local n program
  program=$(support_program send-udp)
  senders=()
  for ((n = 0; n < INSTANCES; n++)); do
    exec nsenter --net="/proc/$(cat "$(bundle "$n")/pid")/ns/net" "$program" 127.0.0.1 $((7000 + n)) "$1" 100 "$2" 3>&- &
    senders+=($!)
  done
}
all_sent() { wait "${senders[@]}"; }

# What runs of this name in all containers, by its pid on the host.
running() { # name
  local n
  for ((n = 0; n < INSTANCES; n++)); do
    pgrep --ns "$(cat "$(bundle "$n")/pid")" --nslist pid -x "$1" || true
  done
}
idle() { [ -z "$(running cf-pcap)" ]; }

# --- cf pcap

# Starts cf pcap on the app, in the background; its output is NAME.pcap, or what $output says. $by is what runs it.
pcap_launch() { # name [option…]
  "${by[@]-cf}" pcap victim --interface lo -f "udp portrange 7000-7009" -o "${output-$BATS_TEST_TMPDIR/$1.pcap}" "${@:2}" \
    >"$BATS_TEST_TMPDIR/$1.out" 2>"$BATS_TEST_TMPDIR/$1.err" </dev/null 3>&- &
  echo $! >"$BATS_TEST_TMPDIR/$1.pid"
}
by=(cf)

pcap_begun() { # name
  eventually captures_or_has_ended "$1"
  said "$1" "Capturing, press ^C to stop" || fail "it does not capture:" "$(all_said "$1")"
}
captures_or_has_ended() { said "$1" "Capturing, press ^C to stop" || has_ended "$1"; }
pcap_start() { pcap_launch "$@" && pcap_begun "$1"; }

pid() { cat "$BATS_TEST_TMPDIR/$1.pid"; }
plugin() { if [ "${by[0]}" = cf ]; then pgrep -P "$(pid "$1")"; else pid "$1"; fi; }
plugin_and_children() { local plugin; plugin=$(plugin "$1") && echo "$plugin" && pgrep -P "$plugin"; }

has_ended() { ! kill -0 "$(pid "$1")" 2>/dev/null; }
pcap_ended() { # name; its status is then in $status
  eventually has_ended "$1"
  status=0
  wait "$(pid "$1")" || status=$?
}
pcap_stop() { kill -TERM "$(plugin "$1")" && pcap_ended "$1"; }

said() { grep -qF -e "$2" "$BATS_TEST_TMPDIR/$1".{out,err}; } # name text
all_said() { cat "$BATS_TEST_TMPDIR/$1".{out,err}; }
# A number of the table at the end: packets 2, dropped 5, late 6 (bytes are two words).
table() { awk -v row="$2" -v column="$3" '$1 == row && NF >= 6 { print $column }' "$BATS_TEST_TMPDIR/$1.out"; } # name instance|all column

# --- what came

numbers() { "$(support_program pcap-numbers)" <"${2-$BATS_TEST_TMPDIR/$1.pcap}"; } # name [file]
# All packets of an instance are there, once each.
complete() { # name N packets
  numbers "$1" | grep -qx "$((7000 + $2)) $3 $3 0 $(($3 - 1))" || fail "instance $2, of $3 packets:" "$(numbers "$1")" "$(all_said "$1")"
}
all_complete() { # name packets
  local n
  for ((n = 0; n < INSTANCES; n++)); do complete "$1" "$n" "$2" || return; done
}
# What came of an instance is the beginning of what was sent, without a hole.
without_a_hole() { # name N [file]
  numbers "$1" "${3-$BATS_TEST_TMPDIR/$1.pcap}" | awk -v port=$((7000 + $2)) '$1 == port { exit $2 == $3 && $4 == 0 && $5 == $2 - 1 ? 0 : 1 } END { if (NR == 0) exit 1 }' ||
    fail "instance $2:" "$(numbers "$1" "${@:3}")"
}
# Whether a file under way, which may end within a packet, has so many bytes.
has_bytes() { [ "$(stat -c %s "$1" 2>/dev/null || echo 0)" -ge "$2" ]; }
streams() { eventually has_bytes "$BATS_TEST_TMPDIR/$1.pcap" $((24 + 300 * (16 + 142))); } # name
nothing_dropped() { [ "$(table "$1" "$2" 5)" = 0 ] || fail "$(all_said "$1")"; } # name instance|all

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
  kill "${senders[@]}"
  eventually inside 0 true # the platform is still there
  eventually can_ssh
  pcap_start y
  send_all 100 0
  all_sent
  pcap_stop y
  [ "$status" = 0 ]
  all_complete y 100
}
can_ssh() { cf ssh victim -T -c true 2>/dev/null </dev/null; }

@test "a cell's link is cut and restored: nothing is lost, the others are not held up" {
  local seconds link neighbour before
  seconds=$(length 3 60)
  link=veth$(cat "$(bundle 1)/network")
  neighbour=$(ip -n "$(network)" neighbour show dev "$link" nud permanent)
  pcap_start x
  send_all $((200 * (seconds + 4))) 200
  streams x
  ip -n "$(network)" link set "$link" down
  before=$(stat -c %s "$BATS_TEST_TMPDIR/x.pcap")
  sleep "$seconds"
  eventually has_bytes "$BATS_TEST_TMPDIR/x.pcap" $((before + 100 * (16 + 142)))
  ip -n "$(network)" link set "$link" up
  # The kernel has forgotten it. It is words.
  # shellcheck disable=SC2086
  ip -n "$(network)" neighbour replace ${neighbour% PERMANENT*} dev "$link" nud permanent
  all_is_there_at_the_end x $((200 * (seconds + 4)))
  note "late: $(table x all 6)"
}
all_arrived() { has_bytes "$BATS_TEST_TMPDIR/$1.pcap" $((24 + INSTANCES * $2 * (16 + 142))); } # name packets
all_is_there_at_the_end() { # name packets
  all_sent
  eventually all_arrived "$1" "$2"
  pcap_stop "$1"
  [ "$status" = 0 ] || fail "$(all_said "$1")"
  all_complete "$1" "$2"
  nothing_dropped "$1" all
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
  pcap_start x --interface eth0 -i 0
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
  pcap_start x --interface eth0 -i 0
  inside 0 "$(support_program send-udp)" "$gateway" 7000 "$(length 80000 800000)" 1400
  inside 0 timeout 120 "$(support_program send-udp)" "$gateway" 7000 1000000000 1400 3>&- &
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
  output=$BATS_TEST_TMPDIR/disk/x.pcap pcap_start x
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
  all_said x | grep -qE 'The clock of instance 1 seems to be 3(599|600) s ahead of that of instance [02]: their packets are not in the order' ||
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
  can_ssh # the first session opens what stays open
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
  pcap_start x
  send_all 2000 400
  streams x
  cf restart-app-instance victim 1 >&2
  eventually said x "Instance 1 ended early"
  wait "${senders[0]}" "${senders[2]}"
  pcap_stop x
  [ "$status" = 1 ]
  complete x 0 2000
  complete x 2 2000
  without_a_hole x 1
  note "$(grep 'Instance 1' "$BATS_TEST_TMPDIR/x.err")"
}

# --- connections that hang: a program on the way is stopped, and its connections stay open

ssh_proxy() { pgrep -P "$(cat "$BATS_FILE_TMPDIR/cf/pid")" -x ssh-proxy; }
ssh_daemon() { pgrep --ns "$(cat "$(bundle "$1")/pid")" --nslist pid -x diego-sshd; } # of instance N
row() { awk -v row="$2" '$1 == row' "$BATS_TEST_TMPDIR/$1.out"; }                   # name instance

@test "an SSH daemon hangs before the login: that instance is named, the others are captured for all of --duration" {
  kill -STOP "$(ssh_daemon 1)"
  pcap_launch x -d 3s
  eventually has_ended x || true # a minute for the login, and the rest
  eventually has_ended x || true
  kill -CONT "$(ssh_daemon 1)"
  pcap_ended x
  [ "$status" = 1 ]
  said x "Instance 1 cannot be captured: it did not log in within 60 seconds" || fail "$(all_said x)"
  said x "Capturing, press ^C to stop..."
  row x 1 | grep -q 'not captured'
  row x 0 | grep -qE ' 3\.[0-9] s$' && row x 2 | grep -qE ' 3\.[0-9] s$' || fail "$(all_said x)"
  eventually idle
}

@test "ssh-proxy hangs before the login: a stop ends it in seconds, and says what was waited for" {
  local proxy
  proxy=$(ssh_proxy)
  kill -STOP "$proxy"
  pcap_launch x
  sleep 5
  pcap_stop x
  kill -CONT "$proxy"
  [ "$status" = 1 ]
  said x "Instance 0 cannot be captured: it was still logging in when the capture was stopped" || fail "$(all_said x)"
  said x "The same for instances 1, 2."
  said x "Nothing was captured."
  eventually idle
}

@test "ssh-proxy hangs during a capture and goes on: it is told while it lasts, and nothing is lost" {
  local proxy
  proxy=$(ssh_proxy)
  pcap_start x
  send_all 6000 200
  streams x
  sleep 4 # until each has given a sign of life
  kill -STOP "$proxy"
  eventually said x "No answer from instances 0-2 for more than 10 seconds: the connection hangs." || fail "$(all_said x)"
  kill -CONT "$proxy"
  all_is_there_at_the_end x 6000
  row x 1 | grep -q 'did not answer for 1' || fail "$(all_said x)"
}

@test "ssh-proxy hangs, and the capture is stopped: it ends in seconds, and says what is missing" {
  local proxy
  proxy=$(ssh_proxy)
  pcap_start x
  send_all 6000 200
  streams x
  kill -STOP "$proxy"
  sleep 2
  local before=$SECONDS
  pcap_stop x
  [ $((SECONDS - before)) -lt 20 ]
  kill -CONT "$proxy"
  [ "$status" = 1 ]
  said x "Instance 0 did not end in order: its connection hangs" || fail "$(all_said x)"
  said x "The same for instances 1, 2."
  row x 1 | grep -qE '[0-9.]+ s missed' || fail "$(all_said x)"
  local n
  for ((n = 0; n < INSTANCES; n++)); do without_a_hole x "$n"; done
  kill "${senders[@]}"
  eventually idle
}

@test "cf alone is ended, as by timeout: the plugin ends, the file is whole, and its lock says when" {
  pcap_start x
  send_all 6000 200
  streams x
  local plugin
  plugin=$(plugin x)
  kill -TERM "$(pid x)"
  eventually has_ended x
  timeout 60 flock "$BATS_TEST_TMPDIR/x.pcap" true
  said x "Saved capture to"
  local n
  for ((n = 0; n < INSTANCES; n++)); do without_a_hole x "$n"; done
  kill "${senders[@]}"
  eventually gone "$plugin"
  eventually idle
}
gone() { ! kill -0 "$1" 2>/dev/null; }

@test "the CLI in another language: its failures are no packets, and its words are passed on" {
  cf config --locale de-DE
  pcap_start x
  send_all 6000 200
  streams x
  pkill -KILL -P "$(cat "$BATS_FILE_TMPDIR/cf/pid")" -x ssh-proxy
  pcap_ended x
  cf config --locale CLEAR
  [ "$status" = 1 ]
  said x "the SSH connection was lost" || fail "$(all_said x)"
  ! said x "sent something" || fail "$(all_said x)"
  kill "${senders[@]}"
  eventually can_ssh
}
