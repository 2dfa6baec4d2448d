# The language of filters, beside tcpdump: the same are taken and refused, with the same reasons, and of the same
# frames the same are captured, byte for byte. send-frames makes the frames.
#
# filters.txt has every primitive and example of pcap-filter(7), what people get wrong, and odd ones. Its second column
# is the filter to give to tcpdump on Ethernet and lo instead, where that one is not to be matched (docs/filters.md has
# the reasons), a "-" in the third leaves the filter out on "any".
#
# Only the network of the containers is used for captures: cf-pcap runs beside tcpdump, with the machine's files.
#
# What is loaded sets variables, and uses some; other shells expand what stands in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load ../support/capture

NETWORKS=(one two three four)
SNAPLEN=60

setup_file() {
  local name
  container_init
  lifecycle "$CONTAINER_HOME/lifecycle"
  for name in "${NETWORKS[@]}"; do
    container_create "$name" --lifecycle "$CONTAINER_HOME/lifecycle"
  done
  support_program send-frames >/dev/null
  support_program marked-frames >/dev/null
  read_filters
  ask_tcpdump
}
teardown_file() { container_cleanup; }
setup() { read_filters; }

read_filters() {
  local filter instead not_on_any
  filters=() instead_of=() left_out=()
  while IFS='|' read -r filter instead not_on_any; do
    filters+=("$filter") instead_of+=("${instead:-$filter}") left_out+=("$not_on_any")
  done < <(tr '|\t' '\001|' <"$BATS_TEST_DIRNAME/filters.txt")
  filters=("${filters[@]//$'\001'/|}") instead_of=("${instead_of[@]//$'\001'/|}")
  work=$CONTAINER_HOME/work
}

# The numbers of the filters that tcpdump takes on an interface, in $work/INTERFACE.taken; its words for the others in
# $work/INTERFACE.N.refused. What is true of Ethernet is true of lo.
ask_tcpdump() {
  local interface
  mkdir -p "$work"
  for interface in eth0 any; do
    tcpdump_takes "$interface" >"$work/$interface.taken" &
  done
  wait
  cp "$work/eth0.taken" "$work/lo.taken"
}
tcpdump_takes() { # interface
  container_net one bash -c '
    n=0
    for filter in "${@:3}"; do
      tcpdump -i "$1" -d -- "$filter" >/dev/null 2>"$2/$1.$n.refused" && echo "$n"
      n=$((n + 1))
    done
    true' bash "$1" "$work" "${filters[@]}"
}

# Frames into the interface, out of it, and on lo, with marks from this one on. Marks above 127 do not count.
send_all() { # network mark
  local program
  program=$(support_program send-frames)
  outside "$program" "veth$(cat "$(container_bundle "$1")/network")" "$2"
  container_net "$1" "$program" eth0 "$(($2 + 1))"
  container_net "$1" "$program" lo "$(($2 + 2))"
}

# Waits until each of these is ready, by its words on stderr, or has ended.
all_are_ready() { # words pid=stderr…
  local words=$1 one
  shift
  for one in "$@"; do
    eventually is_ready "$words" "${one%%=*}" "${one#*=}"
  done
}
is_ready() { grep -q "$1" "$3" || ! kill -0 "$2" 2>/dev/null; }

stop_all() { # signal pid=stderr…
  local signal=$1
  shift
  kill -s "$signal" "${@%%=*}" 2>/dev/null || true
  wait
}

# They wait for more: what came has been read. On a busy machine that is some time after they could.
all_sleep() { # pid…
  local pid
  for pid; do
    ! grep -q '^State:[[:space:]]*[RD]' "/proc/$pid/status" 2>/dev/null || return
  done
}

# Captures with filters of these numbers at the same time, in one network.
capture_some() { # network interface snaplen n…
  local network=$1 interface=$2 snaplen=$3 n
  local -a running=()
  shift 3
  for n in "$@"; do
    nsenter --net="/proc/$(container_pid "$network")/ns/net" "$CONTAINER_HOME/lifecycle/cf-pcap" -i "$interface" -s "$snaplen" \
      -f "${filters[n]}" </dev/null >"$work/$interface.$n.$snaplen" 2>"$work/$interface.$n.$snaplen.err" 3>&- &
    running+=("$!=$work/$interface.$n.$snaplen.err")
  done
  all_are_ready 'capturing on' "${running[@]}"
  send_all "$network" 1
  stop_all TERM "${running[@]}"
}
tcpdump_some() { # network interface n…
  local network=$1 interface=$2 n filter
  local -a running=()
  shift 2
  for n in "$@"; do
    filter=${filters[n]}
    [ "$interface" = any ] || filter=${instead_of[n]}
    nsenter --net="/proc/$(container_pid "$network")/ns/net" tcpdump -n -Z root -i "$interface" \
      -w "$work/$interface.$n.wanted" -- "$filter" </dev/null 2>"$work/$interface.$n.tcpdump" 3>&- &
    running+=("$!=$work/$interface.$n.tcpdump")
  done
  all_are_ready 'listening on' "${running[@]}"
  # libpcap runs the filter once more, in user space, over the first block of the ring, and misjudges there
  # `inbound`, `ifindex` and packets that have nothing behind the header of "any".
  send_all "$network" 201
  sleep 2 # tcpdump gets what came when a second is over
  eventually all_sleep "${running[@]%%=*}"
  send_all "$network" 1
  sleep 2
  eventually all_sleep "${running[@]%%=*}"
  stop_all INT "${running[@]}"
}

# Has lines of numbers, so many each, handled in the networks, at the same time.
in_all_networks() { # numbers_each function argument… <numbers
  local each=$1 function=$2 network
  local -a some
  shift 2
  mapfile -t all
  while [ "${#all[@]}" -gt 0 ]; do
    for network in "${NETWORKS[@]}"; do
      some=("${all[@]:0:each}")
      all=("${all[@]:each}")
      [ "${#some[@]}" = 0 ] || "$function" "$network" "$@" "${some[@]}" &
    done
    wait
  done
}

frames() { # interface snaplen name numbers…
  local interface=$1 snaplen=$2 name=$3 n
  shift 3
  for n in "$@"; do echo "$work/$interface.$n.$name"; done |
    xargs "$(support_program marked-frames)" "$snaplen" | sed 's/^[a-z0-9]*\.\([0-9]*\)\.[a-z0-9]*/\1/'
}

# The same frames as tcpdump's, for each filter that it takes.
same_frames() { # interface
  local interface=$1 snaplen different=0 n
  local -a taken
  mapfile -t taken < <(while read -r n; do [ "$interface" = any ] && [ -n "${left_out[n]}" ] || echo "$n"; done <"$work/$interface.taken")
  [ "${#taken[@]}" -gt 300 ]
  printf '%s\n' "${taken[@]}" | in_all_networks 64 tcpdump_some "$interface"
  for snaplen in 262144 "$SNAPLEN"; do
    printf '%s\n' "${taken[@]}" | in_all_networks 16 capture_some "$interface" "$snaplen"
    frames "$interface" "$snaplen" wanted "${taken[@]}" >"$work/$interface.wanted"
    frames "$interface" "$snaplen" "$snaplen" "${taken[@]}" >"$work/$interface.got"
    while read -r n; do
      echo "$interface, snaplen $snaplen: '${filters[n]}'"
      diff <(grep "^$n " "$work/$interface.wanted" | tr ' ' '\n') <(grep "^$n " "$work/$interface.got" | tr ' ' '\n') | grep '^[<>]' | head -6
      head -1 "$work/$interface.$n.$snaplen.err"
      different=1
    done < <(diff "$work/$interface.wanted" "$work/$interface.got" | sed -n 's/^< \([0-9]*\).*/\1/p')
  done
  [ "$different" = 0 ]
}

@test "on Ethernet, the same frames are captured" { same_frames eth0; }
@test "on lo, the same frames are captured" { same_frames lo; }
@test "on any, the same frames are captured" { same_frames any; }

# Runs cf-pcap in a container, as users do, with lines of INTERFACE, number, filter; prints the first two, and how it
# ended: its status and its last message.
ask_cf_pcap() {
  local script='
    while IFS="$(printf "\t")" read -r interface n filter; do
      message=$(timeout 60 /tmp/lifecycle/cf-pcap -i "$interface" -f "$filter" 2>&1 </dev/null >/dev/null)
      printf "%s\t%s\t%s\t%s\n" "$interface" "$n" "$?" "$(printf "%s\n" "$message" | tail -1)"
    done'
  container_exec two -- sh -c "$script"
}

@test "what tcpdump refuses is refused, for the same reason" {
  local interface n status message reason
  # Nobody answers for names.
  printf '%s\n' "nameserver 127.0.0.1" "options timeout:1 attempts:1" >"$(container_bundle two)/resolv.conf"
  cp /etc/services "$(container_bundle two)/rootfs/etc/services"
  for interface in eth0 any; do
    for n in "${!filters[@]}"; do
      grep -qx "$n" "$work/$interface.taken" || printf '%s\t%s\t%s\n' "$interface" "$n" "${filters[n]}"
    done | ask_cf_pcap >"$work/$interface.answers" &
  done
  wait
  [ "$(cat "$work"/*.answers | wc -l)" -gt 300 ]
  while IFS=$'\t' read -r interface n status message; do
    reason=$(sed -n 's/^tcpdump: //p' "$work/$interface.$n.refused" | tail -1)
    [[ $status = 1 && $message == *"$reason"* ]] ||
      printf '%s\n' "$interface: '${filters[n]}'" "  tcpdump: $reason" "  status $status: $message"
  done < <(cat "$work"/*.answers) >"$work/different"
  [ ! -s "$work/different" ] || fail "$(cat "$work/different")"
}
