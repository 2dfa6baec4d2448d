# Several interfaces at once: one stream for each instance and interface, in one file. `cf` is the stand-in of support/cf.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load support/plugin
load support/pcap

setup() {
  mkdir -p "$FAKE_CF"
  touch "$FAKE_CF/interfaces"
  cd "$BATS_TEST_TMPDIR" || return
}

interface_names() { capinfos "$1" | sed -n 's/^ *Name = //p' | LC_ALL=C sort; }
rows() { sed -n 's/^\([0-9]* [a-z0-9]*\)  .*/\1/p' "$said"; }

@test "two interfaces of three instances: a stream for each, named in pcapng, a row for each in the summary" {
  instances 3 && tool
  capturing --interface eth0,lo
  said "Starting capture on all instances."
  sleep 0.3
  interrupt
  [ "$status" = 0 ]
  tools_started 6
  no_child_is_left
  output=$(ls myapp-*.pcapng)
  [ "$(file -b "$output" | cut -d ' ' -f 1)" = pcapng ]
  diff <(interface_names "$output") <(printf 'myapp/%s\n' '0 eth0' '0 lo' '1 eth0' '1 lo' '2 eth0' '2 lo')
  holds_all_packets 0-eth0 0-lo 1-eth0 1-lo 2-eth0 2-lo
  in_time_order "$output"
  diff <(rows) <(printf '%s\n' '0 eth0' '0 lo' '1 eth0' '1 lo' '2 eth0' '2 lo')
  # A packet is of the interface that captured it.
  tshark -r "$output" -T fields -e frame.interface_name -e data 2>/dev/null | sort -u -k 1,2 >names
  while read -r app interface data; do
    [[ $(printf '%s' "$data" | sed 's/../\\x&/g' | xargs -0 printf '%b') = "${app#*/}-$interface "* ]] || fail "$app $interface $data"
  done <names
}

@test "the option can be repeated, and an interface that is named twice is captured once" {
  instances 1 && tool
  capturing --interface lo --interface=eth0,lo -o "$output" --format pcapng
  interrupt
  [ "$status" = 0 ]
  tools_started 2
  diff <(interface_names "$output") <(printf 'myapp/0 %s\n' eth0 lo)
  diff <(rows) <(printf '0 %s\n' lo eth0)
  capturing --interface lo,lo
  interrupt
  [ "$status" = 0 ]
  grep -q '^0  ' "$said"
  not said "0 lo"
}

@test "a name that says .pcap is pcap, with a note; standard output and other names are pcapng" {
  instances 1 && tool
  capturing --interface eth0,lo -o "$output"
  said "Note: a pcap file does not tell which interface saw a packet; pcapng does: --format pcapng, or another name."
  interrupt
  [ "$status" = 0 ]
  [ "$(od -An -tx1 -N4 "$output")" = ' d4 c3 b2 a1' ]
  holds_all_packets 0-eth0 0-lo
  capturing --interface eth0,lo -o "$output" --format pcap
  interrupt
  not said "Note:"
  start --interface eth0,lo -o -
  eventually complained "Capturing, press"
  interrupt
  [ "$(od -An -tx1 -N4 "$said")" = ' 0a 0d 0d 0a' ]
}

@test "interfaces of different link types: in pcapng both, in pcap the message names the interface" {
  instances 2 && tool all '[ "$INTERFACE" = eth0 ] || LINK_TYPE=101; tool_begin "$@"; tool_capture; tool_end'
  capturing --interface eth0,tun0
  sleep 0.2
  interrupt
  [ "$status" = 0 ]
  output=$(ls myapp-*.pcapng)
  capinfos -E "$output" | grep -q 'Per packet'
  start --interface eth0,tun0 -o "$BATS_TEST_TMPDIR/x.pcap"
  ended
  [ "$status" = 1 ]
  grep -qE "^Instance [01] on (tun0 captures packets of another link type \(101\) than those captured before \(1\)|eth0 captures packets of another link type \(1\) than those captured before \(101\)), and a pcap file holds only one: use --format pcapng" "$errors"
}

@test "an interface that one container does not have is that stream's failure, named; the others are captured" {
  instances 3 && tool
  tool 1 '[ "$INTERFACE" = eth0 ] || { tool_say "there is no interface '\''$INTERFACE'\'' here; use one of: lo, eth0, any"; exit 2; }; tool_begin "$@"; tool_capture; tool_end'
  capturing --interface eth0,eth1
  eventually complained "Instance 1 on eth1 cannot be captured: there is no interface 'eth1' here; use one of: lo, eth0, any"
  complained_once "Instance 1 on eth1 cannot be captured: there is no interface 'eth1' here; use one of: lo, eth0, any"
  sleep 0.2
  interrupt
  [ "$status" = 1 ]
  grep -qE '^1 eth1 .* not captured' "$said"
  output=$(ls myapp-*.pcapng)
  diff <(interface_names "$output") <(printf 'myapp/%s\n' '0 eth0' '0 eth1' '1 eth0' '2 eth0' '2 eth1')
  holds_all_packets 0-eth0 0-eth1 1-eth0 2-eth0 2-eth1
}

@test "an interface that no container has is told once, and then of which instances" {
  instances 4 && tool all '[ "$INTERFACE" = eth0 ] || { tool_say "there is no interface '\''$INTERFACE'\'' here"; exit 2; }; tool_begin "$@"; tool_capture; tool_end'
  capturing --interface eth0,eth1
  interrupt
  [ "$status" = 1 ]
  grep -qE "^Instance [0-3] on eth1 cannot be captured: there is no interface 'eth1' here$" "$errors"
  [ "$(grep -c "there is no interface" "$errors")" = 1 ]
  grep -qE "^The same for instances [0-3-]+(, [0-3])* on eth1\.$" "$errors"
}

@test "one session's login fails, the other's works: it is told which, and the other is captured" {
  instances 2 && tool
  tool 0 '[ "$INTERFACE" = eth0 ] || { echo "Error opening SSH connection: no route" >&2; exit 1; }; tool_begin "$@"; tool_capture; tool_end'
  capturing --interface eth0,lo
  eventually complained "Instance 0 on lo cannot be captured: "
  complained_once "Instance 0 on lo cannot be captured: "
  interrupt
  [ "$status" = 1 ]
  output=$(ls myapp-*.pcapng)
  holds_all_packets 0-eth0 1-eth0 1-lo
}

@test "an instance of which both sessions end is told of once, then for the other interface" {
  instances 2 && tool
  tool 1 'tool_begin "$@"; tool_packet; echo 1 >"$FAKE_CF/captured-$INDEX"; until [ -e "$FAKE_CF/crash" ]; do sleep 0.05; done; exit 137'
  capturing --interface eth0,lo
  touch "$FAKE_CF/crash"
  eventually complained "Instance 1 on "
  eventually reaped 1 # both of its sessions
  interrupt
  [ "$status" = 1 ]
  [ "$(grep -c '^Instance 1 on [a-z0-9]* ended early: ' "$errors")" = 1 ]
  grep -qE '^The same for instance 1 on (eth0|lo)\.$' "$errors"
  [ "$(grep -cE '^1 (eth0|lo) .* ended early' "$said")" = 2 ]
  [ "$(grep -cE '^Not running any more: instance 1\.|^Restarted' "$errors")" -le 1 ]
}

# The plugin has seen the end of each `cf ssh` of this instance.
reaped() { # index
  local file
  while read -r file; do
    ! kill -0 "$(head -1 "$file")" 2>/dev/null || return
  done < <(grep -lx -- "$1" "$FAKE_CF"/log/ssh.*)
}

@test "--split: the file of an instance has all of its interfaces" {
  instances 2 && tool
  capturing --interface eth0,lo --split -o x.pcapng
  sleep 0.2
  interrupt
  [ "$status" = 0 ]
  for i in 0 1; do
    diff <(interface_names "x-$i.pcapng") <(printf "myapp/$i %s\n" eth0 lo)
    output=x-$i.pcapng
    holds_all_packets "$i-eth0" "$i-lo"
    in_time_order "$output"
  done
}

@test "where no packet comes, what is captured already is not advised" {
  instances 1 && tool 0 'tool_begin "$@"; tool_wait 600; tool_say "0 packets received by filter"; tool_say "0 packets dropped by kernel"; exit 0'
  capturing --interface eth0,lo -f 'tcp port 8080' -d 1s
  ended
  said "No packet on eth0 or lo matches the filter. Without it, or with a part of it, there may be some."
  not said "--interface lo"
}

@test "--verbose names the interface of what is said, and shows both commands" {
  instances 1 && tool
  capturing --interface eth0,lo --verbose
  interrupt
  complained "cf-pcap: instance 0 on eth0: cf-pcap: capturing on eth0"
  complained "cf-pcap: instance 0 on lo captures, "
  grep -q "ssh myapp .*-interface 'lo'" "$errors"
}

@test "--check: a line for each interface that can be opened, and for each that cannot; the other steps are told once" {
  instances 2
  echo '{"enabled":true,"reason":""}' >"$FAKE_CF/ssh_enabled"
  tool all '[ "$1" != --version ] || { echo "cf-pcap 0.2.0"; exit 0; }' \
    '[ "$INDEX" != 1-eth1 ] || { tool_say "there is no interface '\''eth1'\'' here"; exit 2; }' \
    'tool_say "filter '\''and'\'': syntax error"; exit 2'
  capture --check --interface eth0,eth1
  [ "$status" = 1 ]
  [ "$(grep -c '^ok   connection  SSH into instances 0, 1$' "$said")" = 1 ]
  [ "$(grep -c '^ok   tool        cf-pcap 0.2.0, in instances 0, 1$' "$said")" = 1 ]
  [ "$(grep -c '^ok   policy ' "$said")" = 1 ]
  said "ok   capability  granted, and eth0 can be opened, in instances 0, 1"
  said "ok   capability  granted, and eth1 can be opened, in instance 0"
  said "no   capability  instance 1 on eth1: there is no interface 'eth1' here"
}

@test "wrong lists of interfaces are refused before anything runs, in one line" {
  instances 1 && tool
  local list
  for list in 'eth0,' ,lo eth0,,lo 'eth0, lo' 'eth0 lo' abcdefghijklmnop a,b,c,d,e,f,g,h,i any,lo lo,any; do
    capture --interface "$list"
    [ "$status" = 1 ]
    [ "$(wc -l <"$errors")" = 3 ] # it, a blank line, See 'cf help pcap'
    grep -q '^Incorrect Usage: --interface' "$errors"
    [ ! -e "$FAKE_CF/log" ]
  done
}

@test "many instances: rows that nobody misses are left out by instances, and counted as instances" {
  instances 22 && tool
  tool 3 'tool_begin "$@"; tool_capture; [ "$INTERFACE" = eth0 ] || DROPPED=7; tool_end'
  capturing -y --interface eth0,lo
  sleep 0.2
  interrupt
  [ "$status" = 0 ]
  tools_started 44
  # Others may have been late, where this machine is busy: each has both of its rows, and is not counted.
  shown=$(rows | cut -d ' ' -f 1 | sort -u)
  diff <(rows) <(sort -n <<<"$shown" | while read -r i; do printf "$i %s\n" eth0 lo; done)
  grep -qx 3 <<<"$shown"
  said "Left out of this table: $((22 - $(wc -l <<<"$shown"))) instances that were captured all the time, without a drop. --verbose shows them."
  said "Starting capture on all instances."
}
