# `cf pcap APP --wireshark`: the capture goes to Wireshark, tshark, or what is named, while it runs. The viewers are
# the real ones, but where a fault or an order of events is wanted that these do not have. `cf` is the stand-in of
# support/cf.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

load support/plugin
load support/pcap
load support/wireshark

eval "without_terminal_$(declare -f teardown)"
teardown() {
  in_terminal kill-server 2>/dev/null || true
  without_terminal_teardown
}

# A viewer that is a script.
viewer() { # line…
  printf '%s\n' '#!/usr/bin/env bash' "echo \$\$ >'$BATS_TEST_TMPDIR/viewer.pid'" "printf '%s\n' \"\$@\" >'$BATS_TEST_TMPDIR/viewer.words'" \
    "$@" >"$BATS_TEST_TMPDIR/viewer"
  chmod +x "$BATS_TEST_TMPDIR/viewer"
}
shown=$BATS_TEST_TMPDIR/shown
# The viewer, which the end of a capture does not wait for, has read all and ended.
viewer_ended() {
  eventually test -s "$BATS_TEST_TMPDIR/viewer.pid"
  eventually gone "$(cat "$BATS_TEST_TMPDIR/viewer.pid")"
}
nothing_in() { [ -z "$(ls "$1")" ]; }
is_longer() { [ "$(stat -c %s "$1")" -gt "$2" ]; }
count() { tshark -r "$1" 2>/dev/null | wc -l; }

@test "tshark shows every packet, to the last, and what it says comes before the summary" {
  instances 3 && tool
  start --wireshark=tshark -o capture.pcapng
  eventually complained "Capturing, press ^C to stop..."
  eventually said " 20 "
  interrupt
  [ "$status" = 0 ]
  [ "$(grep -c 'Local Experimental' "$said")" = "$(count capture.pcapng)" ]
  output=capture.pcapng holds_all_packets 0 1 2
  [ "$(tail -1 "$errors")" = "Saved capture to 'capture.pcapng'." ]
}

@test "without -o nothing is saved, and what is shown says so" {
  instances 1 && tool
  viewer "cat >'$shown'"
  capturing --wireshark="$BATS_TEST_TMPDIR/viewer"
  interrupt
  [ "$status" = 0 ]
  [ "$(tail -1 "$said")" = "The capture was shown in $BATS_TEST_TMPDIR/viewer." ]
  viewer_ended
  output=$shown holds_all_packets 0
  [ -z "$(ls ./*.pcap* 2>/dev/null)" ]
  capinfos -t "$shown" | grep -q pcapng
  [ "$(cat "$BATS_TEST_TMPDIR/viewer.words")" = "$(printf '%s\n' -N mnd -k -i -)" ]
}

@test "a real Wireshark shows the packets, and the capture ends when it is closed, with all packets saved" {
  instances 2 && tool
  display
  capturing --wireshark -o "$output"
  window 'Capturing from'
  eventually shows_packets 10
  closes 'Capturing from'
  ended
  [ "$status" = 0 ]
  [ "$(tail -1 "$said")" = "Saved capture to '$output'." ]
  holds_all_packets 0 1
  no_child_is_left
}

@test "^C ends the capture, and Wireshark stays" {
  instances 1 && tool
  viewer "cat >'$shown'; while [ ! -e '$BATS_TEST_TMPDIR/quit' ]; do sleep 0.05; done; echo quit >'$BATS_TEST_TMPDIR/has-quit'"
  start --wireshark="$BATS_TEST_TMPDIR/viewer"
  eventually said "Capturing, press ^C to stop..."
  kill -INT -- "$pid"
  ended
  [ "$status" = 0 ]
  eventually test -s "$BATS_TEST_TMPDIR/viewer.pid" # by itself, when it has been started
  kill -0 "$(cat "$BATS_TEST_TMPDIR/viewer.pid")"
  [ "$(ps -o sid= -p "$(cat "$BATS_TEST_TMPDIR/viewer.pid")" | tr -d ' ')" = "$(cat "$BATS_TEST_TMPDIR/viewer.pid")" ]
  touch "$BATS_TEST_TMPDIR/quit"
  eventually [ -e "$BATS_TEST_TMPDIR/has-quit" ]
}

@test "a viewer that is closed while nothing comes is noticed, and with a file the end of the capture is saved" {
  instances 1
  tool 0 'tool_begin "$@"; tool_packet; tool_wait 600; tool_packet; tool_end'
  viewer "head -c 24 >/dev/null; while [ ! -e '$BATS_TEST_TMPDIR/quit' ]; do sleep 0.05; done"
  capturing --wireshark="$BATS_TEST_TMPDIR/viewer" -o "$output"
  touch "$BATS_TEST_TMPDIR/quit"
  ended
  [ "$status" = 0 ]
  holds_all_packets 0
  [ "$(count "$output")" = 3 ]
}

@test "a viewer that ends at once is no success without a file" {
  instances 1 && tool
  tool 1 'read -r end; exit 0' # never logs in
  instances 2
  viewer 'echo "could not connect to display" >&2; exit 1'
  capture --wireshark="$BATS_TEST_TMPDIR/viewer"
  [ "$status" = 1 ]
  complained "could not connect to display"
  complained "The reader of $BATS_TEST_TMPDIR/viewer left before the capture began."
}

@test "a viewer that takes nothing any more does not keep a second ^C, and what has arrived is saved" {
  instances 1
  tool 0 'tool_begin "$@"; big() { le32 $EPOCHSECONDS 0 200000 200000; head -c 200000 /dev/zero; }; tool_packet; big; big; big; tool_wait 600; tool_end'
  viewer "while [ ! -e '$BATS_TEST_TMPDIR/quit' ]; do sleep 0.05; done"
  capturing --wireshark="$BATS_TEST_TMPDIR/viewer" -o "$output"
  eventually is_longer "$output" 200000
  kill -INT "$pid"
  eventually gone "$(cat "$FAKE_CF/pid-0")"
  kill -INT "$pid" 2>/dev/null || true # on a slow machine its patience with the viewer may be over
  ended
  touch "$BATS_TEST_TMPDIR/quit"
  [ "$(count "$output")" -ge 4 ]
}

@test "the program comes from the option, then CF_PCAP_WIRESHARK, then PATH" {
  instances 1 && tool
  viewer "cat >'$shown'"
  CF_PCAP_WIRESHARK=$BATS_TEST_TMPDIR/viewer capture --wireshark -d 300ms
  [ "$status" = 0 ]
  said "The capture was shown in $BATS_TEST_TMPDIR/viewer."
  mkdir bin && cp viewer bin/wireshark && mv viewer bin/other
  CF_PCAP_WIRESHARK=/nowhere PATH=$PWD/bin:$PATH capture --wireshark=other -d 300ms
  [ "$status" = 0 ]
  said "The capture was shown in other."
  PATH=$PWD/bin:$PATH capture --wireshark -d 300ms
  [ "$status" = 0 ]
  said "The capture was shown in Wireshark."
}

@test "a desktop's PATH lacks Wireshark: it is found in the usual places of the user" {
  instances 1 && tool
  viewer "cat >'$shown'"
  mkdir -p home/.local/bin bin
  mv viewer home/.local/bin/my-viewer
  HOME=$PWD/home capture --wireshark=my-viewer -d 300ms
  [ "$status" = 0 ]
  said "The capture was shown in my-viewer."
  mkdir -p home/.local/share/flatpak/exports/bin
  mv home/.local/bin/my-viewer home/.local/share/flatpak/exports/bin/org.wireshark.Wireshark
  HOME=$PWD/home capture --wireshark=org.wireshark.Wireshark -d 300ms
  [ "$status" = 0 ] && said "The capture was shown in org.wireshark.Wireshark."
}

# The other places of each system are in src/cf-pcap-plugin/test/places_*_test.c. Here the package's one is covered.
@test "a Wireshark that is there as a flatpak alone is found without its name" {
  instances 1 && tool
  viewer "cat >'$shown'"
  mkdir -p home/.local/share/flatpak/exports/bin
  mv viewer home/.local/share/flatpak/exports/bin/org.wireshark.Wireshark
  HOME=$PWD/home unshare --mount bash -c 'mount --bind /dev/null /usr/bin/wireshark && exec "$@"' - \
    "$plugin" 1 pcap myapp --wireshark -d 300ms >"$said" 2>"$errors" </dev/null
  said "The capture was shown in Wireshark."
  viewer_ended
  output=$shown holds_all_packets 0
}

@test "termshark is called by its own options, and gets the capture" {
  instances 1 && tool
  viewer "cat >'$shown'"
  mkdir bin && mv viewer bin/termshark
  capture --wireshark="$PWD/bin/termshark" -d 300ms
  [ "$status" = 0 ]
  viewer_ended
  output=$shown holds_all_packets 0
  [ "$(cat "$BATS_TEST_TMPDIR/viewer.words")" = "$(printf '%s\n' -i -)" ]
}

in_terminal() { tmux -S "$BATS_TEST_TMPDIR/tmux" "$@" 3>&-; }
terminal_shows() { in_terminal capture-pane -p | grep -qF -- "$1"; }
# What is not done yet may miss a key: it is pressed again.
shows_at_key() { # text key
  terminal_shows "$1" || { in_terminal send-keys "$2" && sleep 1 && terminal_shows "$1"; }
}

# It is quit once it has shown all there is: while it loads details, termshark 2.4 may wait for its own tshark for ever.
@test "the real termshark has the terminal, shows the packets, and the capture ends when it is quit" {
  instances 1
  tool 0 'tool_begin "$@"; for ((i = 0; i < 20; i++)); do tool_packet; done; tool_wait 600; tool_end'
  mkdir home
  HOME=$PWD/home in_terminal new-session -d -x 150 -y 40 \
    "'$plugin' 1 pcap myapp --wireshark=termshark -o '$output'; echo status \$?; exec sleep 1000"
  eventually terminal_shows 'Local Experimental Ethertype'
  eventually terminal_shows '[+] Ethernet II'
  eventually shows_at_key 'Do you want to quit?' q
  eventually shows_at_key '<Keep>' Enter
  eventually shows_at_key 'status 0' Enter
  terminal_shows "Saved capture to '$output'."
  in_terminal kill-server
  holds_all_packets 0
  no_child_is_left
}

@test "a program that is not there is told before anything is asked or started" {
  instances 1 && tool
  capture --wireshark=no-such-viewer
  [ "$status" = 1 ]
  [ "$(cat "$errors")" = "Cannot find the program no-such-viewer: install it, or save the capture with -o FILE." ]
  touch plain
  capture --wireshark=./plain
  complained "Cannot find the program ./plain"
  CF_PCAP_WIRESHARK=nothing-here capture --wireshark
  complained "Cannot find the program nothing-here"
  [ ! -e "$FAKE_CF/log" ]
}

@test "a program that cannot be executed is told as such, and a file that is there stays as it is" {
  instances 1 && tool
  printf '\177ELF garbage' >garbage
  printf '#!/no/such/interpreter\n' >script
  echo 'no script' >words
  chmod +x garbage script words
  local name
  for name in garbage script words; do
    echo precious >kept.pcapng
    capture --wireshark="$PWD/$name" -o kept.pcapng
    [ "$status" = 1 ]
    grep -qE "^Cannot start the program $PWD/$name: [A-Za-z ]+\. Try it by itself, or save the capture with -o FILE alone\.$" "$errors" "$said"
    not complained "Cannot write"
    [ "$(cat kept.pcapng)" = precious ]
    capture --wireshark="$PWD/$name"
    [ "$status" = 1 ]
    grep -q "^Cannot start the program $PWD/$name: " "$errors"
    not said "was shown in"
  done
  no_child_is_left
}

@test "a file that came to nothing meanwhile ends the viewer that was started for it" {
  instances 1
  mkdir there
  tool 0 "mv '$PWD/there' '$PWD/away'; tool_begin \"\$@\"; tool_capture; tool_end"
  viewer 'cat >/dev/null; sleep 600'
  capture --wireshark="$BATS_TEST_TMPDIR/viewer" -o there/capture.pcapng
  [ "$status" = 1 ]
  complained "Cannot write there/capture.pcapng: No such file or directory."
  [ ! -s viewer.pid ] || eventually gone "$(cat viewer.pid)"
  no_child_is_left
}

@test "a viewer that fails ends the capture, which says how; a file beside it is saved" {
  instances 1 && tool
  viewer 'head -c 24 >/dev/null' 'echo "could not connect to display" >&2' 'exit 3'
  capture --wireshark="$BATS_TEST_TMPDIR/viewer"
  [ "$status" = 1 ]
  complained "could not connect to display"
  complained "$BATS_TEST_TMPDIR/viewer ended with status 3: the capture ends."
  not said "was shown in"
  viewer 'head -c 24 >/dev/null' 'kill -SEGV $$'
  capture --wireshark="$BATS_TEST_TMPDIR/viewer" -o "$output"
  [ "$status" = 1 ]
  complained "$BATS_TEST_TMPDIR/viewer was ended by signal 11: the capture ends."
  [ "$(tail -1 "$said")" = "Saved capture to '$output'." ]
  holds_all_packets 0
  no_child_is_left
}

@test "a real Wireshark without a display: the capture says that it failed" {
  instances 1 && tool
  HOME=$PWD/home XDG_RUNTIME_DIR='' DISPLAY='' WAYLAND_DISPLAY='' capture --wireshark -d 600s
  [ "$status" = 1 ]
  grep -qE '^Wireshark (ended with status [1-9]|was ended by signal )' "$errors"
  no_child_is_left
}

@test "a viewer that ^C ends is closed, and what it says once the capture has left it does not matter" {
  instances 1 && tool
  viewer 'head -c 24 >/dev/null' 'trap - INT' 'kill -INT $$'
  capture --wireshark="$BATS_TEST_TMPDIR/viewer"
  [ "$status" = 0 ]
  said "The capture was shown in $BATS_TEST_TMPDIR/viewer."
  viewer 'cat >/dev/null' 'exit 9'
  mkdir bin && mv viewer bin/tshark
  capture --wireshark="$PWD/bin/tshark" -d 300ms # is waited for
  [ "$status" = 0 ]
  not complained "ended with status"
  not said "ended with status"
}

@test "a named pipe, or standard output, beside Wireshark is refused" {
  instances 1 && tool
  mkfifo pipe
  capture --wireshark=tshark -o pipe
  [ "$status" = 1 ]
  complained "Cannot write pipe: it is a pipe, and --wireshark is one already: give a file."
  capture --wireshark=tshark -o -
  [ "$status" = 1 ]
  complained "--wireshark and -o -: the capture goes to the one or to the other"
  [ ! -e "$FAKE_CF/log" ]
}

@test "a file that cannot be written is told, what is shown ends, and the file is cut to whole packets" {
  instances 1 && tool
  viewer "cat >'$shown'"
  (ulimit -f 2 && capture --wireshark="$BATS_TEST_TMPDIR/viewer" -o "$output" -d 600s && echo "$status" >status) || true
  complained "Cannot write $output: File too large"
  tshark -r "$output" >/dev/null
}

@test "the login's copy does not wait for a Wireshark that stays" {
  instances 1 && tool
  export CF_HOME=$PWD/home TMPDIR=$PWD/tmp
  unset XDG_RUNTIME_DIR
  mkdir -p home/.cf tmp
  echo '{"RefreshToken":"r","Target":"t"}' >home/.cf/config.json
  touch "$BATS_TEST_TMPDIR/stay"
  viewer "cat >'$shown'; while [ -e '$BATS_TEST_TMPDIR/stay' ]; do sleep 0.05; done"
  capturing --wireshark="$BATS_TEST_TMPDIR/viewer"
  kill -KILL "$pid"
  wait "$pid" || true
  eventually nothing_in tmp
  rm "$BATS_TEST_TMPDIR/stay"
}
