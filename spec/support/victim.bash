# shellcheck shell=bash disable=SC2016,SC2030,SC2031,SC2034,SC2154
# An app of three instances on the Cloud Foundry of this machine, for tests of what faults do to its captures:
# brings it about, sends numbered packets in it, captures them with `cf pcap` in the background, and looks for holes.
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
note() { echo "# $*" >&3; }

what_is_seen() { cat "$BATS_TEST_TMPDIR"/*.out "$BATS_TEST_TMPDIR"/*.err; } 2>/dev/null

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

# Starts cf pcap on the app, in the background; its output is NAME.pcap, or what $output says; $filter and $interface are its. $by is what runs it.
pcap_launch() { # name [option…]
  rm -f "$BATS_TEST_TMPDIR/$1".{out,err} # of one before, which the other process might not have emptied yet
  "${by[@]-cf}" pcap victim --interface "${interface-lo}" -f "${filter-udp portrange 7000-7009}" -o "${output-$BATS_TEST_TMPDIR/$1.pcap}" "${@:2}" \
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

said() { grep -qsF -e "$2" "$BATS_TEST_TMPDIR/$1".{out,err}; } # name text
all_said() { cat "$BATS_TEST_TMPDIR/$1".{out,err}; }
# How often instance N is told to be captured again, alone or among others, on all interfaces or on this one: "Instances
# 0, 2-3 on eth0, 1 on lo are captured again". What is told together depends on the time that each takes.
again() { # name N [interface]
  all_said "$1" | awk -v n="$2" -v interface="${3-}" '
    sub(/^Instances? /, "") && sub(/ (is|are) captured again[:.].*/, "") {
      count = split($0, parts, ", ")
      here = 0
      for (i = 1; i <= count; i++) {
        where = split(parts[i], words, " on ") == 2 ? words[2] : ""
        last = split(words[1], ends, "-")
        here += n >= ends[1] + 0 && n <= ends[last] + 0
        if (where != "") {
          times += here && where == interface
          here = 0
        }
      }
      times += here
    }
    END { print times + 0 }'
}
has_again() { [ "$(again "$1" "$2" "${4-}")" -ge "${3-1}" ]; } # name N [times [interface]]
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
can_ssh() { cf ssh victim -T -c true 2>/dev/null </dev/null; }

# All that was sent is there, with status 0.
all_arrived() { has_bytes "$BATS_TEST_TMPDIR/$1.pcap" $((24 + INSTANCES * $2 * (16 + 142))); } # name packets
all_is_there_at_the_end() { # name packets
  all_sent
  eventually all_arrived "$1" "$2"
  pcap_stop "$1"
  [ "$status" = 0 ] || fail "$(all_said "$1")"
  all_complete "$1" "$2"
  nothing_dropped "$1" all
}
