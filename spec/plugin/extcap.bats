# The plugin as an extcap: what Wireshark's own programs (tshark, dumpcap) make of it. `cf` is the stand-in of support/cf.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

load support/plugin
load support/pcap
load support/wireshark

setup() {
  mkdir -p "$FAKE_CF" "$BATS_TEST_TMPDIR/home/.cf"
  cd "$BATS_TEST_TMPDIR" || return
  export HOME=$BATS_TEST_TMPDIR/home CF_HOME=$BATS_TEST_TMPDIR/home
  unset WIRESHARK_EXTCAP_DIR
  echo '{"AccessToken":"bearer x","RefreshToken":"r","SpaceFields":{"Name":"dev","GUID":"space-guid"}}' >home/.cf/config.json
}
extcap() { run --separate-stderr "$plugin" "$@"; }
installed() { "$plugin" 1 pcap --install-extcap >"$said" 2>"$errors"; }
listed_by_tshark() { tshark -D 2>/dev/null | grep -q cfpcap; }
# tshark on the app, in the background.
watching() { # option…
  rm -f "$said" "$errors"
  tshark -l -i cfpcap -o extcap.cfpcap.app:myapp "$@" >"$said" 2>"$errors" </dev/null 3>&- &
  pid=$!
}
arguments() { tr '\0' ' ' <"$FAKE_CF/arguments-$1"; }

@test "the calls at Wireshark's start cost nothing: no cf is run, and it takes less than 50 ms" {
  local began=${EPOCHREALTIME/./} best=999999 took
  for _ in {1..100}; do # the best of many: this machine may be busy
    began=${EPOCHREALTIME/./}
    "$plugin" --extcap-interfaces --extcap-version=4.0 >interfaces
    took=$((${EPOCHREALTIME/./} - began))
    [ "$took" -ge "$best" ] || best=$took
    [ "$best" -ge 50000 ] || break
  done
  [ "$best" -lt 50000 ]
  grep -qx 'interface {value=cfpcap}{display=Cloud Foundry app}' interfaces
  extcap --extcap-interface cfpcap --extcap-dlts
  [ "$output" = 'dlt {number=1}{name=EN10MB}{display=Ethernet}' ]
  extcap --extcap-interface=cfpcap --extcap-config
  [ "$status" = 0 ]
  [ "$(grep -c '^arg' <<<"$output")" = 8 ]
  [ ! -e "$FAKE_CF/log" ]
}

@test "--install-extcap puts it where this Wireshark looks, --remove-extcap takes it away" {
  installed
  local link=$HOME/.config/wireshark/extcap/cf-pcap
  [ -L "$link" ] || link=$HOME/.local/lib/wireshark/extcap/cf-pcap
  said "Installed $link -> "
  tshark -D 2>/dev/null | grep -q 'cfpcap (Cloud Foundry app)'
  tshark -i cfpcap -L 2>/dev/null | grep -q 'EN10MB (Ethernet)'
  installed # again: the same
  "$plugin" 1 pcap --remove-extcap >"$said"
  said "Removed $link."
  not listed_by_tshark
  "$plugin" 1 pcap --remove-extcap >"$said"
  said "There is no $link."
}

@test "WIRESHARK_EXTCAP_DIR wins, and what is somebody else's is left" {
  WIRESHARK_EXTCAP_DIR=$PWD/my/own installed
  [ -L my/own/cf-pcap ]
  rm my/own/cf-pcap && echo "somebody's" >my/own/cf-pcap
  WIRESHARK_EXTCAP_DIR=$PWD/my/own run -1 "$plugin" 1 pcap --install-extcap
  [[ $output == "Cannot install $PWD/my/own/cf-pcap: something else is there"* ]]
  WIRESHARK_EXTCAP_DIR=$PWD/my/own run -1 "$plugin" 1 pcap --remove-extcap
  [ "$(cat my/own/cf-pcap)" = "somebody's" ]
  rm -r my && touch my
  WIRESHARK_EXTCAP_DIR=$PWD/my/own run -1 "$plugin" 1 pcap --install-extcap
  [[ $output == "Cannot install $PWD/my/own/cf-pcap: Not a directory." ]]
}

@test "tshark captures the app, with names of instances, and its own end ends the tools" {
  instances 2 && tool all 'tool_begin "$@"; tool_together 2; tool_capture; tool_end'
  installed
  watching -c 20 -w "$output"
  ended
  [ "$status" = 0 ]
  [ "$(tshark -r "$output" 2>/dev/null | wc -l)" -ge 20 ]
  capinfos "$output" | grep -q 'Name = myapp/1 eth0'
  not complained "Error by extcap"
  no_child_is_left
}

@test "SIGINT to tshark ends the tools, too" {
  instances 1 && tool
  installed
  watching
  eventually said " 5 "
  interrupt
  not complained "Error by extcap"
  no_child_is_left
}

@test "SIGKILL to the extcap, or to tshark, ends the tools, too" {
  instances 2 && tool
  installed
  for killed in extcap tshark; do
    watching
    eventually said " 20 "
    [ "$killed" = tshark ] || kill -KILL "$(pgrep -P "$pid" -f -- '--extcap-interface')"
    [ "$killed" = extcap ] || kill -KILL "$pid"
    ended
    no_child_is_left
  done
}

@test "options and the capture filter go where those of cf pcap go" {
  instances 3 && tool
  installed
  watching -c 3 -f 'tcp port 8080' -o extcap.cfpcap.process:worker -o extcap.cfpcap.instance:1 \
    -o extcap.cfpcap.interface:lo -o extcap.cfpcap.snaplen:96
  ended
  [ "$(arguments 1)" = "-interface lo -snaplen 96 -filter tcp port 8080 " ]
  [ ! -e "$FAKE_CF/pid-0" ]
  grep -qx -- worker "$FAKE_CF"/log/ssh.*
}

@test "eth0 and lo are chosen together, and tshark names the interface of each packet" {
  instances 1 && tool all 'tool_begin "$@"; tool_together 2; tool_packet; tool_together 2 packet; tool_capture; tool_end'
  touch "$FAKE_CF/interfaces"
  extcap --extcap-interface cfpcap --extcap-config
  grep -qF '{value=eth0,lo}' <<<"$output"
  installed
  watching -c 40 -o extcap.cfpcap.interface:eth0,lo -T fields -e frame.interface_name
  ended
  [ "$(sort -u "$said")" = $'myapp/0 eth0\nmyapp/0 lo' ]
  no_child_is_left
}

@test "follow: an instance that ends is captured again, and the gap is told in tshark's capture" {
  instances 1
  tool 0 'tool_begin "$@"; [ -e "$FAKE_CF/again" ] || { touch "$FAKE_CF/again"; tool_packet; sleep 0.5; exit 137; }; tool_capture; tool_end'
  installed
  watching -o extcap.cfpcap.follow:true -w "$output"
  eventually is_captured_again
  interrupt
  [ "$status" = 0 ]
  tshark -r "$output" -Y frame.comment -T fields -e frame.comment 2>/dev/null | grep -q ' s missed before this packet: '
  no_child_is_left
}
is_captured_again() { [ -e "$FAKE_CF/again" ] && holds_packet '0 9'; }

@test "TLS keys get through Wireshark's own capture process" {
  instances 1 && tool
  installed
  printf 'CLIENT_RANDOM %064x %096x\n' 1 1 >keys.log
  watching -o "extcap.cfpcap.tlskeys:$PWD/keys.log" -w "$output"
  eventually has_a_secret
  interrupt
  [ "$status" = 0 ]
  has_a_secret
  no_child_is_left
}

has_a_secret() { capinfos "$output" 2>/dev/null | grep -qx 'Number of decryption secrets in file: 1'; }

@test "eth0 and lo at once: each packet tells its interface" {
  instances 1 && tool all 'tool_begin "$@"; tool_together 2; tool_capture; tool_end'
  installed
  watching -c 20 -o extcap.cfpcap.interface:eth0,lo -w "$output"
  ended
  [ "$status" = 0 ]
  capinfos "$output" | grep -q 'Name = myapp/0 eth0'
  capinfos "$output" | grep -q 'Name = myapp/0 lo'
  no_child_is_left
}

@test "an app that is chosen from the list is captured where none is typed" {
  instances 1 && tool
  installed
  tshark -l -i cfpcap -o extcap.cfpcap.listed:myapp -c 2 >"$said" 2>"$errors" </dev/null
  said " 2 "
}

@test "no app, a wrong app, a filter that the tool refuses: Wireshark shows the words of cf pcap, and does not hang" {
  instances 1 && tool
  installed
  timeout 600 tshark -i cfpcap >"$said" 2>"$errors" </dev/null || true
  complained "extcap pipe: The app is missing: in Wireshark's list of interfaces the gear" # "by" or "from"
  not complained "There is no device"
  tool 0 "tool_say \"filter 'tcp prt 80': can't parse filter expression: syntax error\"; exit 1"
  timeout 600 tshark -i cfpcap -o extcap.cfpcap.app:myapp -f 'tcp prt 80' >"$said" 2>"$errors" </dev/null
  complained "filter 'tcp prt 80': can't parse filter expression: syntax error"
  echo "App 'myapp' not found." >"$FAKE_CF/app.err" && echo 1 >"$FAKE_CF/app.status"
  timeout 600 tshark -i cfpcap -o extcap.cfpcap.app:myapp >"$said" 2>"$errors" </dev/null
  complained "App 'myapp' not found."
}

@test "SSH that is disabled, a tool that is not there, a login that is void, no target: the words of cf pcap in Wireshark, too" {
  instances 1
  installed
  timeout 600 tshark -i cfpcap -o extcap.cfpcap.app:myapp >"$said" 2>"$errors" </dev/null || true
  complained "the capture tool is not in the container"
  echo "Error opening SSH connection: You are not authorized to perform the requested action." >"$FAKE_CF/ssh.err"
  echo 1 >"$FAKE_CF/ssh.status"
  echo '{"enabled":false,"reason":"Disabled for app"}' >"$FAKE_CF/ssh_enabled"
  timeout 600 tshark -i cfpcap -o extcap.cfpcap.app:myapp >"$said" 2>"$errors" </dev/null || true
  complained "SSH into app 'myapp' is disabled (Disabled for app)"
  echo 1 >"$FAKE_CF/app.status"
  for reason in "Not logged in. Use 'cf login' or 'cf login --sso' to log in." "No org targeted, use 'cf target -o ORG' to target an org."; do
    echo "$reason" >"$FAKE_CF/app.err"
    timeout 600 tshark -i cfpcap -o extcap.cfpcap.app:myapp >"$said" 2>"$errors" </dev/null || true
    complained "$reason"
  done
}

@test "what went wrong in a capture is told at its end, and a capture that went well tells nothing" {
  instances 2
  tool 0 'tool_begin "$@"; tool_capture; tool_end'
  tool 1 'tool_begin "$@"; tool_packet; tool_say "broke"; exit 1'
  mkfifo fifo
  cat fifo >"$output" 3>&- &
  "$plugin" --capture --extcap-interface cfpcap --fifo fifo --app myapp 2>"$errors" >"$said" 3>&- &
  pid=$!
  eventually [ -s "$FAKE_CF/pid-1" ]
  eventually gone "$(cat "$FAKE_CF/pid-1")"
  [ ! -s "$errors" ]
  interrupt TERM
  [ "$status" = 1 ]
  complained "Instance 1 "
  [ ! -s "$said" ]
  rm "$FAKE_CF/tool-1" "$output" && tool
  cat fifo >"$output" 3>&- &
  "$plugin" --capture --extcap-interface cfpcap --fifo fifo --app myapp 2>"$errors" >"$said" 3>&- &
  pid=$!
  eventually is_capturing
  interrupt TERM
  [ "$status" = 0 ]
  [ ! -s "$errors" ]
}
is_capturing() { is_longer_than 0; }

@test "the list of apps is that of the targeted space; what the format cannot hold is left out" {
  echo '{"resources":[{"name":"first"},{"name":"a {brace}"},{"name":"second app"},{"name":7},{}]}' >"$FAKE_CF/apps"
  extcap --extcap-interface cfpcap --extcap-config --extcap-reload-option listed
  [ "$status" = 0 ]
  [ "$output" = 'value {arg=1}{value=first}{display=first}
value {arg=1}{value=second app}{display=second app}' ]
  grep -qx 'v3/apps?order_by=name&per_page=1000&space_guids=space-guid' "$FAKE_CF"/log/curl.*
}

@test "no login, no target, an API that fails: the list says so, and has no app" {
  echo '{"errors":[{"detail":"oh {no}"}]}' >"$FAKE_CF/apps"
  extcap --extcap-interface cfpcap --extcap-config --extcap-reload-option listed
  [ "$output" = 'value {arg=1}{value=}{display=(Cloud Controller did not list the apps.)}{default=true}' ]
  echo '{"AccessToken":"bearer x"}' >home/.cf/config.json
  extcap --extcap-interface cfpcap --extcap-config --extcap-reload-option listed
  [ "$output" = "value {arg=1}{value=}{display=(No space targeted. Use 'cf target -s SPACE' to target one.)}{default=true}" ]
  rm home/.cf/config.json
  extcap --extcap-interface cfpcap --extcap-config --extcap-reload-option listed
  [ "$output" = "value {arg=1}{value=}{display=(Not logged in. Use 'cf login' to log in.)}{default=true}" ]
}

@test "calls that are none have one line on stderr" {
  extcap --extcap-interface other --extcap-dlts
  [ "$status" = 1 ]
  [ "$stderr" = "--extcap-interface other: the only interface is cfpcap" ]
  extcap --extcap-interface cfpcap
  [ "$status" = 1 ]
  [[ $stderr == "one of --extcap-interfaces, "* ]]
  extcap --capture --extcap-interface cfpcap --app myapp
  [ "$status" = 1 ] && [ "$stderr" = "--fifo is missing: Wireshark gives it" ]
}

@test "a desktop's PATH lacks cf: it is found in the usual places of the user" {
  instances 1 && tool
  mkdir -p "$HOME/.local/bin"
  ln -s "$root/spec/plugin/support/cf" "$HOME/.local/bin/cf8"
  mkfifo fifo
  cat fifo >"$output" 3>&- &
  PATH=/usr/bin:/bin "$plugin" --capture --extcap-interface cfpcap --fifo fifo --app myapp 2>"$errors" >"$said" 3>&- &
  pid=$!
  eventually is_capturing
  interrupt TERM
  [ "$status" = 0 ]
}

# Wireshark's part of the toolbar: its ends are opened when the plugin runs, that for writing without O_NONBLOCK, which
# stands still until there is a reader.
with_toolbar() { # option…
  mkfifo fifo control-in control-out
  timeout 300 cat fifo >"$output" 3>&- &
  reader=$!
  "$plugin" --capture --extcap-interface cfpcap --fifo fifo --extcap-control-in control-in \
    --extcap-control-out control-out "$@" 2>"$errors" >"$said" 3>&- &
  pid=$!
}
opened_by_wireshark() {
  timeout 300 cat control-out >toolbar 3>&- &
  toolbar_reader=$!
  eventually has_open control-in # or the next line would stand still, as Wireshark would
  exec 7>control-in
  printf 'T\0\0\2\0\0' >&7 # initialized
}
has_open() { [[ $(ls -l "/proc/$pid/fd") == *"/$1"* ]]; } # file
toolbar_shows() { grep -qaE "$1" toolbar; }

@test "the toolbar tells packets, drops and missing instances, and its button stops in order: nothing is lost" {
  instances 2 && tool
  tool 1 'tool_begin "$@"; tool_packet; DROPPED=7 tool_end'
  with_toolbar --app myapp
  opened_by_wireshark
  eventually toolbar_shows ', [1-9][0-9]+ packets, .*, 7 dropped, 1 of 2 instances capturing'
  printf 'T\0\0\5\0\1abcT\0\0\2\2\1T\0\0\2\1\4' >&7 # typed; unknown: another button, another command
  sleep 0.5
  kill -0 "$pid"
  printf 'T\0\0\2' >&7 && sleep 0.3 && printf '\1\1' >&7
  ended
  exec 7>&-
  [ "$status" = 1 ] # instance 1 has ended early
  wait "$reader" "$toolbar_reader"
  rm "$FAKE_CF/pid-1"
  holds_all_packets 0 1
  # Set the line, over and over, and once disable the button: whole packets, and nothing else.
  python3 - toolbar "$FAKE_CF" <<'PYTHON'
import sys
data, at, packets = open(sys.argv[1], 'rb').read(), 0, []
while at < len(data):
    assert data[at:at + 1] == b'T', data[at:]
    end = at + 4 + int.from_bytes(data[at + 1:at + 4], 'big')
    assert end <= len(data)
    packets.append((data[at + 4], data[at + 5], data[at + 6:end]))
    at = end
assert packets.count((1, 5, b'')) == 1, packets
assert all(packet[:2] == (0, 1) and packet[2] for packet in packets if packet[0] == 0), packets
captured = sum(int(open(f"{sys.argv[2]}/captured-{i}").read()) for i in (0, 1))
assert f", {captured} packets, ".encode() in packets[-1][2] and b", ended" in packets[-1][2], packets[-1]
PYTHON
  no_child_is_left
}

@test "a toolbar whose pipes are missing, never opened or closed does not hold up the capture" {
  instances 1 && tool
  with_toolbar --app myapp # which nobody opens
  eventually is_capturing
  interrupt TERM
  [ "$status" = 0 ]
  rm fifo control-in control-out "$output"
  with_toolbar --app myapp
  rm control-in control-out
  eventually is_capturing
  interrupt TERM
  [ "$status" = 0 ]
  rm fifo "$output" && rm -f control-in control-out
  with_toolbar --app myapp
  exec 8<>control-out
  eventually has_open control-in
  exec 7>control-in
  eventually is_capturing
  eventually has_open control-out
  exec 7>&- 8<&-
  local size
  size=$(stat -c %s "$output")
  eventually is_longer_than "$size"
  interrupt TERM
  [ "$status" = 0 ]
  [ ! -s "$errors" ]
}
is_longer_than() { [ "$(stat -c %s "$output" 2>/dev/null || echo 0)" -gt $(($1 + 2000)) ]; }

@test "a capture that fails at once waits for Wireshark to open the toolbar's pipe, which would stand still for ever" {
  with_toolbar --app ''
  eventually is_waiting
  opened_by_wireshark
  ended
  [ "$status" = 1 ]
  complained "The app is missing: "
  wait "$reader"
  [ "$(capinfos -rc "$output" | sed -n 's/^Number of packets: *//p')" = 0 ]
}
is_waiting() { complained "The app is missing: " && kill -0 "$pid"; }

# Its own waiting is a minute.
@test "a capture that is stopped before it has begun ends at once, though the toolbar's pipes are not opened" {
  instances 1
  tool 0 'read -r end; exit 0' # never logs in
  with_toolbar --app myapp
  eventually [ -s "$FAKE_CF/pid-0" ]
  kill -TERM "$pid"
  CF_PCAP_PATIENCE=45 ended
  kill "$reader" || true # it may have waited for a writer
  rm fifo control-in control-out
  with_toolbar --app ''
  eventually is_waiting
  kill -TERM "$pid"
  CF_PCAP_PATIENCE=45 ended
  kill "$reader" || true
}

@test "a toolbar's pipe that Wireshark has closed again is not waited for" {
  with_toolbar --app ''
  eventually has_open control-in
  CF_PCAP_PATIENCE=45 eventually is_left_by_wireshark
  ended
  [ "$status" = 1 ]
  complained "The app is missing: "
  wait "$reader"
}
is_left_by_wireshark() { gone "$pid" || { timeout 5 bash -c 'exec 7>control-in; sleep 1' || true; gone "$pid"; }; }

@test "a pipe that Wireshark has removed is told, and no file is made in its place" {
  mkfifo control-in control-out
  CF_PCAP_PATIENCE=45
  "$plugin" --capture --extcap-interface cfpcap --fifo absent --extcap-control-in control-in \
    --extcap-control-out control-out --app myapp 2>"$errors" >"$said" 3>&- &
  pid=$!
  ended
  [ "$status" = 1 ]
  [ "$(cat "$errors")" = "--fifo absent: there is no such named pipe (any more); Wireshark makes it" ]
  [ ! -e absent ]
  "$plugin" --capture --extcap-interface cfpcap --fifo absent --app '' 2>"$errors" >"$said" 3>&- &
  pid=$!
  ended
  [ "$status" = 1 ]
  [ ! -e absent ]
}

@test "a call without an app waits for the program that reads its pipe, which would wait for ever" {
  mkfifo fifo
  "$plugin" --capture --extcap-interface cfpcap --fifo fifo --app '' >"$said" 2>"$errors" 3>&- &
  pid=$!
  sleep 0.5
  kill -0 "$pid"
  timeout 300 cat fifo >"$output"
  ended
  [ "$status" = 1 ]
  complained "The app is missing: "
  [ "$(stat -c %s "$output")" = 24 ] # a capture without packets
}

@test "the toolbar is in the list of interfaces, with a line and a button" {
  extcap --extcap-interfaces
  [ "$(grep -c '^control ' <<<"$output")" = 2 ]
  grep -q '^control {number=0}{type=string}{display=Capture}' <<<"$output"
  grep -q '^control {number=1}{type=button}{display=Stop in order}' <<<"$output"
}

@test "a real Wireshark opens the toolbar's pipes, captures, and ends the tools when it is closed" {
  instances 2 && tool
  display
  installed
  wireshark -i cfpcap -k -o extcap.cfpcap.app:myapp >"$said" 2>"$errors" </dev/null 3>&- &
  pid=$!
  window 'Capturing from'
  eventually shows_packets 30
  local extcap
  extcap=$(pgrep -P "$pid" -f -- '--extcap-control-in')
  eventually has_toolbar_open "$extcap"
  closes 'Capturing from'
  ended
  no_child_is_left
}
has_toolbar_open() { # pid of the extcap; Wireshark may read the packets before it reads its toolbar's pipe
  local open
  open=$(ls -l "/proc/$1/fd")
  [[ $open == *wireshark_control_ext_to_ws* && $open == *wireshark_control_ws_to_ext* ]]
}
