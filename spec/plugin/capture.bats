# What the plugin does with instances, streams and signals. `cf` is the stand-in of support/cf; the
# real one, SSH and containers are in acceptance-tests/.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

load support/plugin
load support/pcap

@test "a capture on all instances says what the README shows, and is saved" {
  instances 3 && tool
  capturing -o "$output"
  interrupt
  [ "$status" = 0 ]
  [ "$(sed -n 1,2p "$said")" = "Starting capture on all instances.
Capturing, press ^C to stop..." ]
  [ "$(tail -1 "$said")" = "Saved capture to '$output'." ]
  [ ! -s "$errors" ]
  holds_all_packets 0 1 2
  in_time_order
}

@test "chosen instances are named, and the others left alone" {
  instances 4 && tool
  capturing -o "$output" -i 1 -i 3
  interrupt
  [ "$(head -1 "$said")" = "Starting capture on instances: 1, 3." ]
  holds_all_packets 1 3
  [ ! -e "$FAKE_CF/pid-0" ] && [ ! -e "$FAKE_CF/pid-2" ]
}

@test "the summary counts the packets of each instance, and what the kernel dropped" {
  instances 2
  tool 0 'tool_begin "$@"; for i in 1 2 3; do tool_packet; done; tool_wait 600; DROPPED=7; tool_end'
  tool 1 'tool_begin "$@"; tool_wait 600; tool_end'
  capturing -o "$output"
  interrupt
  grep -qE '^Instance +packets +bytes +dropped +late +captured$' "$said"
  grep -qE '^0 +4 +68 B +7 +0 +[0-9.]+ s$' "$said"
  grep -qE '^1 +1 +17 B +0 +0 +[0-9.]+ s$' "$said"
  grep -qE '^all +5 +85 B +7 +0 +[0-9.]+ s$' "$said"
}

@test "drops that a tool told before it died are counted, as the least there were, and are no words of its end" {
  instances 2 && tool
  tool 1 'tool_begin "$@"; tool_packet; tool_say "3 packets dropped by kernel so far"; tool_say "8 packets dropped by kernel so far"; exit 1'
  start -o "$output"
  eventually complained "Instance 1 ended early: "
  interrupt
  not complained "dropped by kernel"
  grep -qE '^1 +1 .* 8\? +0 +[0-9.]+ s  ended early, (less than )?[0-9.]+ s missed$' "$said"
  grep -qE '^all .* 8\? +0 +[0-9.]+ s$' "$said"
}

@test "a tool that tells no drops has a question mark in their place" {
  instances 1 && tool 0 'tool_begin "$@"; tool_packet; tool_wait 600; exit 0'
  capturing -o "$output"
  interrupt
  grep -qE '^0 +1 .* \? +0 +[0-9.]+ s$' "$said"
}

@test "without --output the file is named after the app, the date and the time" {
  instances 1 && tool
  capturing
  interrupt
  [[ $(tail -1 "$said") =~ ^Saved\ capture\ to\ \'(myapp-[0-9]{8}-[0-9]{6}\.pcap)\'\.$ ]]
  [ -s "${BASH_REMATCH[1]}" ]
}

@test "a filter that is empty is told of in the first line" {
  instances 1 && tool
  capture -o "$output" -d 500ms -f "$unset"
  [ "$status" = 0 ]
  [ "$(head -1 "$said")" = "The filter is empty: all packets are captured." ]
}

@test "one instance that does not run is not called several" {
  instances RUNNING CRASHED && tool
  capture -o "$output" -d 500ms
  complained_once "Not running, and skipped: instance 1."
}

quiet_tool='tool_begin "$@"; tool_wait 600; tool_say "0 packets received by filter"; tool_say "0 packets dropped by kernel"'

@test "where nothing was captured, it says what is usual" {
  instances 2 && tool all "$quiet_tool"
  capture -o "$output" -d 500ms -f 'tcp port 8080'
  [ "$status" = 0 ]
  said "No packet on eth0 matches the filter. What comes by the app's route is TLS there"
  [ "$(tail -1 "$said")" = "Saved capture to '$output'." ]
  capture -o "$output" -d 500ms
  said "No packet came on eth0 (SSH is left out)."
}

@test "a capture that stays quiet says so while it runs, once" {
  instances 1 && tool all "$quiet_tool"
  capturing -o "$output" -f 'tcp port 8080'
  eventually said "So far no packet on eth0 matches the filter. What comes by the app's route is TLS there"
  interrupt
  [ "$(grep -c 'matches the filter' "$said")" = 1 ]
}

@test "it is silent about packets where nobody knows: they came, were dropped, an instance was not captured, or not saved" {
  instances 2 && tool all "$quiet_tool"
  tool 1 'tool_begin "$@"; tool_capture; tool_end'
  capture -o "$output" -d 300ms -f tcp
  not said "o packet"
  tool 1 'tool_begin "$@"; tool_wait 600; tool_say "0 packets captured"; tool_say "4 packets received by filter"; tool_say "4 packets dropped by kernel"'
  capture -o "$output" -d 300ms -f tcp
  not said "o packet"
  tool 1 'tool_say "there is no interface here"; exit 1'
  capture -o "$output" -d 300ms -f tcp
  not said "o packet"
  tool 1 'tool_begin "$@"; tool_say "the capture broke: it is down"; exit 1'
  capture -o "$output" -d 2s -f tcp
  not said "o packet"
  tool 1 "$quiet_tool"
  "$plugin" 1 pcap myapp -o - -f tcp 2>"$errors" | head -c 24 >/dev/null # the reader leaves
  not complained "o packet"
}

@test "what a filter does not match, and what is there twice, is told before the capture" {
  instances 1 && tool
  capture -o "$output" -d 300ms -f 'tcp[tcpflags] & tcp-syn != 0'
  said "Note: tcp[...] and udp[...] in a filter match IPv4 alone."
  capture -o "$output" -d 300ms -f 'vlan and tcp port 80'
  said "Note: behind 'vlan' all of the filter looks behind the tag"
  capture -o "$output" -d 300ms --interface any
  said "Note: on any, what comes by the app's route is there twice"
  capture -o "$output" -d 300ms --interface any -f 'not tcp port 61001'
  not said Note
}

@test "more than twenty instances: what the table leaves out is told, and --verbose shows it" {
  instances 22 && tool all "$quiet_tool" # packets may be late on a busy machine, and that is worth a row
  tool 3 'tool_begin "$@"; tool_packet; DROPPED=7 tool_end'
  capture -o "$output" -d 300ms
  [ "$(grep -cE '^[0-9]+ ' "$said")" = 1 ]
  said "Left out of this table: 21 instances that were captured all the time, without a drop. --verbose shows them."
  capture -o "$output" -d 300ms --verbose
  [ "$(grep -cE '^[0-9]+ ' "$said")" = 22 ]
  not said "Left out"
}

@test "many instances that do not run are one line, and --verbose has a row for each" {
  local -a states
  mapfile -t states < <(yes CRASHED | head -21)
  instances RUNNING "${states[@]}" && tool
  capture -o "$output" -d 300ms
  said "Left out of this table: 21 instances that do not run. --verbose shows them."
  not said "not running (CRASHED)"
  capture -o "$output" -d 300ms --verbose
  [ "$(grep -cF "not running (CRASHED)" "$said")" = 21 ]
}

@test "--verbose: each child's command and words, and when it captures; no signs of life" {
  instances 2 && tool
  capture -o "$output" -d 1500ms --verbose
  complained_once "ssh myapp --process web -i 1 -T -c ... (as for the first instance)"
  grep -qE '^cf-pcap: instance 1 captures, [0-9.]+ s after its cf ssh was started$' "$errors"
  complained "cf-pcap: instance 1: cf-pcap: capturing on eth0"
  not complained ": cf-pcap: alive"
}

@test "tcpdump's -w is -o" {
  instances 1 && tool
  capture -w "$output" -d 500ms
  [ "$status" = 0 ]
  holds_all_packets 0
}

@test "a new file is for its owner's eyes only" {
  instances 1 && tool
  capturing -o "$output"
  interrupt
  [ "$(stat -c %a "$output")" = 600 ]
}

@test "an existing file is kept when no instance streams" {
  instances 2 && tool all 'exit 127'
  echo precious >"$output"
  capture -o "$output"
  [ "$status" = 1 ]
  [ "$(cat "$output")" = precious ]
  complained "Nothing was captured."
}

@test "an existing file is replaced once the first instance streams" {
  instances 2 && tool
  tool 1 'sleep 600'
  echo precious >"$output"
  start -o "$output"
  eventually holds_packet "0 1"
  interrupt
}

@test "with -o - the capture goes to standard output and every message to standard error" {
  instances 2 && tool
  status=0
  "$plugin" 1 pcap myapp -o - -d 1s 2>"$errors" </dev/null | cat >"$output" || status=$?
  [ "$status" = 0 ]
  complained "Starting capture on all instances."
  complained "Capturing, press ^C to stop..."
  complained "The capture was written to standard output."
  holds_all_packets 0 1
}

@test "a reader that has seen enough ends the capture, without a complaint" {
  instances 2 && tool
  "$plugin" 1 pcap myapp -o - 2>"$errors" </dev/null | tcpdump -n -c 3 -r - >packets 2>/dev/null
  [ "${PIPESTATUS[0]}" = 0 ]
  not complained "Cannot write"
  no_child_is_left
}

@test "a slow reader holds the capture up, but neither its signals nor its end" {
  instances 1 && tool 0 'tool_begin "$@"; cat "$FAKE_CF/bulk"; touch "$FAKE_CF/sent"; tool_wait 600; tool_end'
  for ((i = 0; i < 20000; i++)); do pcap_packet 1 "0 $i"; done >"$FAKE_CF/bulk"
  mkfifo slow
  "$plugin" 1 pcap myapp -o - >slow 2>"$errors" </dev/null 3>&- &
  pid=$!
  exec 5<slow
  eventually complained "Capturing"
  eventually test -e "$FAKE_CF/sent"
  sleep 1
  kill -INT "$pid"
  cat <&5 >"$output" 3>&- &
  reader=$!
  ended
  exec 5<&-
  wait "$reader"
  [ "$status" = 0 ]
  [ "$(tshark -r "$output" 2>/dev/null | wc -l)" = 20001 ]
}

@test "a named pipe is an output too, for Wireshark" {
  instances 1 && tool
  mkfifo pipe
  start -o pipe
  cat pipe >"$output" 3>&- &
  local reader=$!
  eventually holds_packet "0 1"
  interrupt
  wait "$reader"
  [ "$status" = 0 ]
  holds_all_packets 0
}

@test "^C also ends the wait for a named pipe's reader" {
  instances 1 && tool
  mkfifo pipe
  start -o pipe
  eventually said "Starting capture"
  sleep 0.3
  kill -INT "$pid" # as a shell's background job it may have inherited that SIGINT is ignored
  kill -TERM "$pid" 2>/dev/null || true # it may have ended by now
  ended
  [ "$status" != 0 ]
}

@test "instances that are not running are named and skipped" {
  instances RUNNING CRASHED RUNNING STARTING DOWN && tool
  capturing -o "$output"
  interrupt
  complained_once "Not running, and skipped: instances 1, 3, 4."
  holds_all_packets 0 2
}

@test "an app that is being deployed: its new version is not captured, which the user and the status are told" {
  instances 2 && tool
  echo '{"resources":[{"guid":"ab-0","type":"web","instances":2},{"guid":"ef-0","type":"web","instances":1}]}' >"$FAKE_CF/processes"
  capturing -o "$output"
  interrupt
  [ "$status" = 1 ]
  complained_once "The app is being deployed, and cf ssh goes to the old version until that is gone. The new one is not captured."
  said "Starting capture on 2 of 3 instances: 0, 1."
  said "Not captured: 1 instance of the new version of the app, which is being deployed."
  holds_all_packets 0 1
  rm "$output"
  capturing -o "$output" -i 1 # which the new version does not have
  interrupt
  [ "$status" = 0 ]
  echo '{"enabled":true,"reason":""}' >"$FAKE_CF/ssh_enabled"
  capture --check
  said '-    running     The app is being deployed, and cf ssh goes to the old version until that is gone. The new one is not captured.'
}

@test "--follow: the app is gone, also if another one has its name by now" {
  instances 1 && tool
  capturing -o "$output" --follow
  echo 99999999-2222-3333-4444-555555555555 >other && mv other "$FAKE_CF/app.out" # none is read before it is whole
  echo '{"resources":[]}' >none && mv none "$FAKE_CF/processes"
  ended
  [ "$status" = 0 ]
  said "App 'myapp' is not there any more: the capture ends."
  holds_all_packets 0
}

@test "an instance that does not exist is an error that lists those that do" {
  instances RUNNING CRASHED RUNNING && tool
  capture -i 0,7
  [ "$status" = 1 ]
  [ "$(cat "$errors")" = "There is no instance 7; the indexes are: 0-2" ]
  [ ! -s "$said" ]
}

@test "where nothing runs, there is nothing to capture" {
  instances DOWN DOWN && tool
  capture
  [ "$status" = 1 ]
  complained "No instance of process 'web' of app 'myapp' is running"
}

@test "interface, snaplen and process reach the tool and cf ssh" {
  instances 1 && tool
  capturing -o "$output" --interface lo -s 96 --process worker
  interrupt
  [ "$(tr '\0' ' ' <"$FAKE_CF/arguments-0")" = "-interface lo -snaplen 96 " ]
  grep -qx worker "$FAKE_CF"/log/ssh.*
  grep -qx -- -T "$FAKE_CF"/log/ssh.*
  grep -q /processes/cd-0/stats "$FAKE_CF"/log/curl.*
}

@test "a filter goes through the remote shell as one word, whatever is in it" {
  local filter shell
  filter="tcp port 80 and 'it''s' \"x\" \$(touch $BATS_TEST_TMPDIR/no) \`touch $BATS_TEST_TMPDIR/no\`; touch $BATS_TEST_TMPDIR/no #
second line \$HOME \\ * ~ | & < > !"
  instances 1 && tool
  printf '#!/bin/sh\nexec busybox sh "$@"\n' >busybox-sh && chmod +x busybox-sh
  for shell in bash dash ./busybox-sh; do
    rm -f "$FAKE_CF"/arguments-0
    FAKE_SHELL=$shell capturing -o "$output" -f "$filter"
    interrupt
    [ "$(tail -z -n 1 "$FAKE_CF/arguments-0" | tr -d '\0')" = "$filter" ]
  done
  [ ! -e no ]
}

@test "neither tracing nor colours of the CLI are left on for its children" {
  instances 1 && tool
  CF_TRACE=true CF_COLOR=true CF_LOG_LEVEL=debug capturing -o "$output"
  interrupt
  [ "$(grep -lx 'trace=false color=false' "$FAKE_CF"/log/* | wc -l)" = 4 ]
}

@test "a hundred instances work, within 64 MiB of the plugin's own memory" {
  local CF_PCAP_PATIENCE=300 # of a hundred shells on a busy machine
  instances 100
  # One is quiet, so that what the others have waits, and there is more of it than may wait.
  for ((i = 0; i < 12; i++)); do pcap_packet 1 "$(printf '%060000d' "$i")"; done >"$FAKE_CF/bulk"
  tool all 'tool_begin "$@"; cat "$FAKE_CF/bulk"; for ((i = 0; i < 20; i++)); do tool_packet; done; tool_wait 400; tool_end'
  tool 99 'tool_begin "$@"; tool_wait 400; tool_end'
  capturing -o "$output" -y
  eventually holds_bytes $((99 * 12 * 60000))
  peak=$(awk '$1 == "VmHWM:" { print $2 }' "/proc/$pid/status")
  interrupt
  [ "$status" = 0 ]
  [ "$peak" -lt 65536 ] || fail "$peak kB" # 52,000 measured
  [ "$(capinfos -TMrc "$output" | cut -f2)" = $((99 * 12 + 99 * 21 + 1)) ]
  tcpdump -r "$output" -w small.pcap less 100 2>/dev/null
  [ "$(packets small.pcap | sort -u | wc -l)" = $((99 * 21 + 1)) ]
  no_child_is_left
}

holds_bytes() { [ "$(stat -c %s "$output" 2>/dev/null || echo 0)" -ge "$1" ]; }

@test "SIGTERM and SIGHUP stop it as ^C does" {
  instances 2 && tool
  for signal in TERM HUP; do
    capturing -o "$output"
    interrupt "$signal"
    [ "$status" = 0 ]
    said "Saved capture to '$output'."
    holds_all_packets 0 1
  done
}

@test "SIGHUP, which comes from the shell and from the kernel, is no impatience however often it comes" {
  instances 2 && tool
  tool 1 'tool_begin "$@"; before=$EPOCHREALTIME; tool_wait 600; touch "$FAKE_CF/told"; for ((i = 0; i < 50; i++)); do [ -e "$FAKE_CF/again" ] || i=0; tool_packet "$before"; sleep 0.02; done; tool_end'
  capturing -o "$output"
  kill -HUP "$pid"
  eventually test -e "$FAKE_CF/told"
  kill -HUP "$pid"
  touch "$FAKE_CF/again" # until then there are packets
  ended
  [ "$status" = 0 ]
  holds_all_packets 0 1
}

@test "under nohup SIGHUP does not end it" {
  instances 1 && tool
  nohup "$plugin" 1 pcap myapp -o "$output" >"$said" 2>"$errors" </dev/null 3>&- &
  pid=$!
  eventually said "Capturing"
  kill -HUP "$pid"
  local number
  number=$(packets | grep -c .) || true
  eventually holds_packet "0 $((number + 50))"
  interrupt TERM
  holds_all_packets 0
}

@test "it stops by itself after --duration" {
  instances 2 && tool
  capture -o "$output" -d 1s
  [ "$status" = 0 ]
  said "Saved capture to '$output'."
  holds_all_packets 0 1
}

@test "when cf is ended, the plugin ends, and saves what it has" {
  instances 1 && tool
  bash -c '"$@" & echo $! >plugin.pid; exec sleep 600' - "$plugin" 1 pcap myapp -o "$output" >"$said" 2>"$errors" 3>&- &
  local parent=$!
  eventually said "Capturing"
  eventually test -s plugin.pid
  kill -KILL "$parent"
  eventually said "Saved capture to '$output'."
  eventually gone "$(cat plugin.pid)"
  holds_all_packets 0
}

@test "what an instance still sends after the stop is in the file, however much it is" {
  instances 2 && tool
  tool 1 'tool_begin "$@"; TAIL=$EPOCHREALTIME; tool_wait 600; for ((i = 0; i < 150; i++)); do tool_packet "$TAIL"; sleep 0.02; done; tool_end'
  capturing -o "$output"
  interrupt
  [ "$status" = 0 ]
  holds_all_packets 0 1
}

@test "a tool that does not watch its stdin is ended by a signal, in the container" {
  instances 1
  # As diego-release's: nothing ends it but a signal.
  tool 0 'tool_begin "$@"; trap - TERM; tool_packet; sleep 1000 & echo $! >"$FAKE_CF/pid-sleep"; exec sleep 1000'
  capturing -o "$output"
  eventually holds_packet "0 1"
  eventually test -s "$FAKE_CF/pid-sleep"
  interrupt
  [ "$status" = 0 ]
  eventually gone "$(cat "$FAKE_CF/pid-0")"
  holds_packet "0 1"
}

@test "a tool that ignores signals too is left after two seconds" {
  instances 2 && tool
  tool 1 'tool_begin "$@"; while true; do tool_packet; sleep 0.02; done'
  capturing -o "$output"
  local before=$SECONDS
  interrupt
  [ "$status" = 0 ]
  [ $((SECONDS - before)) -ge 1 ]
  [ $((SECONDS - before)) -lt 60 ] # not the two minutes that it has while it is wanted
  no_child_is_left
}

@test "a second ^C ends at once, and keeps what is there" {
  instances 2 && tool
  # Still sending what it captured before.
  tool 1 'tool_begin "$@"; before=$EPOCHREALTIME; while true; do tool_packet $before; sleep 0.02; done'
  capturing -o "$output"
  eventually holds_packet "1 10"
  kill -INT "$pid"
  eventually test -e "$FAKE_CF/captured-0"
  local before=$SECONDS
  interrupt
  [ $((SECONDS - before)) -lt 60 ] # of two minutes
  said "Saved capture to '$output'."
  holds_packet "1 10"
  no_child_is_left
}

@test "no child is left when the plugin is killed" {
  instances 3 && tool
  start -o "$output"
  eventually holds_packet "0 1"
  interrupt KILL
  no_child_is_left
  holds_packet "0 1" # and what was captured until then can be read
}

@test "an instance that ends early is reported in its own words, and the others go on" {
  instances 3 && tool
  tool 1 'tool_begin "$@"; tool_packet; tool_say "the capture broke: The interface disappeared"; tool_end 1'
  start -o "$output"
  eventually complained "Instance 1 ended early: the capture broke: The interface disappeared"
  local number
  number=$(packets | grep -c '^0 ') || true
  eventually holds_packet "0 $((number + 20))"
  interrupt
  [ "$status" = 1 ]
  grep -qE '^1 .* ended early, (less than )?[0-9.]+ s missed$' "$said"
  holds_all_packets 0 1 2
}

@test "an instance that fails to send what it still had is reported" {
  instances 2 && tool
  tool 1 'tool_begin "$@"; tool_packet; tool_wait 600; tool_say "standard output takes no more data: the last 7 bytes are not written"; tool_end 1'
  capturing -o "$output"
  interrupt
  [ "$status" = 1 ]
  complained_once "Instance 1 did not end in order: standard output takes no more data: the last 7 bytes are not written"
}

@test "when all instances have ended it ends too, with status 0 if none failed" {
  instances 2 && tool all 'tool_begin "$@"; tool_packet; tool_say "ended by the operator'"'"'s max_duration"; tool_end'
  capture -o "$output"
  [ "$status" = 0 ]
  complained_once "ended by the operator's max_duration"
  holds_all_packets 0 1
}

@test "a stream that is cut off within a packet loses that packet alone" {
  instances 2 && tool
  tool 1 'tool_begin "$@"; tool_packet; pcap_packet 1 "cut off here" | head -c 30; exit 1'
  start -o "$output"
  eventually complained "Instance 1 ended early"
  interrupt
  holds_packet "1 1"
  [ "$(packets | grep -c "^1 ")" = 1 ]
}

@test "a quiet instance delays the others by two seconds, and what comes late is counted" {
  instances 2 && tool
  tool 1 'tool_begin "$@"; old=$EPOCHREALTIME; touch "$FAKE_CF/old"; until [ -e "$FAKE_CF/go" ]; do sleep 0.05; done; tool_packet "$old"; tool_wait 600; tool_end'
  start -o "$output"
  eventually test -e "$FAKE_CF/old"
  local number
  number=$(packets | grep -c .) || true
  eventually holds_packet "0 $((number + 150))" # captured after that, for 100 wait at most
  touch "$FAKE_CF/go"
  eventually holds_packet "1 1"
  interrupt
  grep -qE '^1 +2 .* 1 +[0-9.]+ s$' "$said"
  holds_all_packets 0 1
}

@test "one instance alone is written without delay" {
  local took
  instances 1 && tool 0 'tool_begin "$@"; tool_packet; touch "$FAKE_CF/sent"; tool_wait 600; tool_end'
  for _ in {1..5}; do # the best of five: this machine may be busy
    rm -f "$output" "$FAKE_CF/sent"
    start -o "$output"
    eventually test -e "$FAKE_CF/sent"
    eventually holds_bytes 25
    took=$(($(written "$output") - $(written "$FAKE_CF/sent")))
    interrupt
    [ "$took" -ge 1900 ] || break # the window is two seconds
  done
  [ "$took" -lt 1900 ] || fail "$took ms"
}
written() { date -r "$1" +%s%3N; } # file -> ms

@test "pcapng names the instance of each packet, and ends with what each counted" {
  instances 2
  tool all 'tool_begin "$@"; tool_packet; tool_wait 600; DROPPED=5; tool_end'
  capturing -o capture.pcapng -f "tcp port 80"
  interrupt
  [ "$(tshark -r capture.pcapng -T fields -e frame.interface_name 2>/dev/null | sort | uniq -c | sed 's/^ *//')" = "2 myapp/0 eth0
2 myapp/1 eth0" ]
  [ "$(capinfos capture.pcapng | grep -c 'Number of stat entries = 1')" = 2 ]
  capinfos capture.pcapng | grep -q 'Filter string = tcp port 80'
}

@test "--format pcapng needs no such name" {
  instances 1 && tool
  capturing -o "$output" --format pcapng
  interrupt
  [ "$(capinfos -t "$output" | grep -c pcapng)" = 1 ]
}

@test "instances of different link types need pcapng, and are told so" {
  instances 2 && tool
  tool 1 'until [ -s "'"$output"'" ]; do sleep 0.05; done; LINK_TYPE=113; tool_begin "$@"; tool_capture; tool_end'
  capture -o "$output"
  [ "$status" = 1 ]
  complained_once "use --format pcapng"
  holds_packet "0 1"
  tool 1 'LINK_TYPE=113; tool_begin "$@"; tool_capture; tool_end'
  capturing -o both.pcapng
  interrupt
  [ "$status" = 0 ]
  [ "$(capinfos both.pcapng | grep -c '^Interface #')" = 2 ]
}

@test "clocks that differ are noticed" {
  instances 2 && tool
  tool 1 'tool_begin "$@"; tool_packet $((EPOCHSECONDS + 3600)).000001; tool_wait 600; tool_end'
  capturing -o "$output"
  eventually holds_packet "1 1"
  interrupt
  grep -qE "clock of instance 1 seems to be 3[56][0-9]{2} s ahead of that of instance 0" "$said"
}
