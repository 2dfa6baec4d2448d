# How many instances log in at the same time, and logins that fail for a while. `cf` is the stand-in of support/cf.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

load support/plugin

# A tool whose login fails the first times in these words, and then succeeds.
login_fails() { # instance times words
  tool "$1" \
    'tries=$(cat "$FAKE_CF/tries-$INDEX" 2>/dev/null || echo 0)' \
    'echo $((tries + 1)) >"$FAKE_CF/tries-$INDEX"' \
    "if [ \$tries -lt $2 ]; then trap '' TERM HUP; echo '$3' >&2; echo FAILED; exit 1; fi" \
    'tool_begin "$@"; tool_capture; tool_end'
}

@test "at most 40 instances log in at once, and the others as these succeed" {
  instances 50
  tool all 'until [ -e "$FAKE_CF/go" ]; do sleep 0.5; done; tool_begin "$@"; tool_wait 600; tool_end'
  start -o "$output" -y
  eventually tools_started 40
  sleep 0.5
  tools_started 40
  touch "$FAKE_CF/go"
  eventually said "Capturing"
  tools_started 50
  interrupt
  [ "$status" = 0 ]
}

@test "a login that the platform limits or that is cut off is tried again, and the capture begins with all" {
  instances 3 && tool
  login_fails 1 2 'Rate Limit Exceeded'
  login_fails 2 1 'SSH session allocation failed: ssh: unexpected packet in response to channel open: <nil>'
  start -o "$output" -d 1s
  ended
  [ "$status" = 0 ]
  said "Capturing, press ^C to stop..."
  [ ! -s "$errors" ]
  [ "$(cat "$FAKE_CF/tries-1") $(cat "$FAKE_CF/tries-2")" = "3 2" ]
  holds_all_packets 0 1 2
  [ "$(grep -cE '^[012] .* ([1-9][0-9]*\.[0-9]|[0-9]+ m [0-9]+) s$' "$said")" = 3 ]
}

@test "a login that goes on failing is given up after four times, one that fails for good after the first" {
  instances 3 && tool
  login_fails 1 100 'Error opening SSH connection: dial tcp 10.0.0.1:2222: i/o timeout'
  login_fails 2 100 'Error opening SSH connection: no route to host'
  start -o "$output" -d 1s
  ended
  [ "$status" = 1 ]
  complained_once "Instance 1 cannot be captured: Error opening SSH connection: dial tcp 10.0.0.1:2222: i/o timeout"
  complained "(tried 4 times)"
  complained_once "Instance 2 cannot be captured: Error opening SSH connection: no route to host"
  [ "$(cat "$FAKE_CF/tries-1") $(cat "$FAKE_CF/tries-2")" = "4 1" ]
}

@test "^C ends the wait for the next try" {
  instances 2 && tool
  login_fails 1 100 'Rate Limit Exceeded'
  start -o "$output"
  eventually test -e "$FAKE_CF/tries-1"
  eventually holds_packet "0 1"
  interrupt
  [ "$status" = 1 ]
  complained "Instance 1 cannot be captured: "
  holds_all_packets 0
}

@test "the live line says how many of how many instances are captured" {
  instances 3 && tool
  tool 2 'until [ -e "$FAKE_CF/go" ]; do sleep 0.1; done; tool_begin "$@"; tool_capture; tool_end'
  script -qfec "'$plugin' 1 pcap myapp -o '$output' -d 1s" typescript >/dev/null 3>&- &
  eventually grep -aq '2 of 3 instances capturing (logging in: 2, for ' typescript
  touch "$FAKE_CF/go"
  wait $!
}
