# Captures are told in the app's log, where the operator's policy says so: the output of the SSH daemon, which Diego
# takes for the app's. Here it is a pipe that belongs to the container's root, as containerd's shim makes it.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154,SC2217

load ../support/capture
load ../support/ssh

setup_file() {
  container_init
  lifecycle "$CONTAINER_HOME/lifecycle"
  lifecycle_sshd "$CONTAINER_HOME/lifecycle"
}
teardown_file() { container_cleanup; }

setup() {
  name=app$BATS_TEST_NUMBER
  log=$BATS_TEST_TMPDIR/log
  policy "$CONTAINER_HOME/lifecycle" "require_ssh yes" "log_captures yes"
}

# An app whose daemon's output goes to $log by a pipe of this owner and mode.
app_with_log() { # [container_create option…]
  container_create "$name" --lifecycle "$CONTAINER_HOME/lifecycle" "$@"
  mkfifo "$BATS_TEST_TMPDIR/pipe"
  chown "${PIPE_OWNER-$CONTAINER_ROOT_UID:$CONTAINER_ROOT_UID}" "$BATS_TEST_TMPDIR/pipe"
  chmod 600 "$BATS_TEST_TMPDIR/pipe"
  if [ "${LOG_IS_READ-yes}" = yes ]; then
    cat "$BATS_TEST_TMPDIR/pipe" >"$log" 3>&- &
  else
    sleep 100 <"$BATS_TEST_TMPDIR/pipe" 3>&- &
    echo $! >"$BATS_TEST_TMPDIR/sleep"
  fi
  container_exec "$name" --cwd /home/vcap -- /tmp/lifecycle/diego-sshd -address="[::]:2222" -allowUnauthenticatedClients \
    -inheritDaemonEnv -logLevel=fatal </dev/null >"$BATS_TEST_TMPDIR/pipe" 2>/dev/null 3>&- &
  eventually listens "$name" 2222
}

teardown() {
  container_delete "$name"
  [ ! -e "$BATS_TEST_TMPDIR/sleep" ] || kill "$(cat "$BATS_TEST_TMPDIR/sleep")"
}

captures() { # option…
  session_capture "$name" -i lo -f "udp port 7001" "$@"
  send "$name" 127.0.0.1 7001 5
  eventually capture_holds 5
  capture_stop
}

logged() { grep -cE "$1" "$log"; }
told() { [ "$(logged "$1")" = "$2" ]; } # pattern times

@test "start and end are told: interface, snaplen, filter; length, packets, drops" {
  app_with_log
  captures -s 96
  eventually told ended 1
  [ "$(wc -l <"$log")" = 2 ]
  [ "$(logged "^cf-pcap\[[0-9]+\]: packet capture started: interface lo, snaplen 96, filter 'udp port 7001'$")" = 1 ]
  [ "$(logged '^cf-pcap\[[0-9]+\]: packet capture ended after [0-9]+ s: 5 packets captured, 0 dropped$')" = 1 ]
  [ "$(grep -oE '^cf-pcap\[[0-9]+\]' "$log" | sort -u | wc -l)" = 1 ]
}

# The capture's process, by the network it is in: it runs in an SSH session.
capturer() {
  local pid
  for pid in $(pgrep -x cf-pcap); do
    [ ! "/proc/$pid/ns/net" -ef "/proc/$(container_pid "$name")/ns/net" ] || echo "$pid"
  done
}

@test "if the kernel's counts cannot be read, neither the log nor the messages invent a number of drops" {
  app_with_log
  session_capture "$name" -i lo -f "udp port 7001"
  eventually told started 1
  # SOL_PACKET, PACKET_STATISTICS
  "$(support_program fail-getsockopt)" "$(capturer)" 263 6 >"$BATS_TEST_TMPDIR/attached" 3>&- {capture_stdin}>&- &
  eventually test -s "$BATS_TEST_TMPDIR/attached"
  send "$name" 127.0.0.1 7001 5
  eventually capture_holds 5
  capture_stop
  capture_said "5 packets captured"
  capture_said "how many packets were received and dropped is not known: cannot read the kernel's counts"
  eventually told ended 1
  [ "$(logged '^cf-pcap\[[0-9]+\]: packet capture ended after [0-9]+ s: 5 packets captured, an unknown number dropped$')" = 1 ] ||
    fail "$(cat "$log")"
}

@test "of an app that runs as root, too" {
  app_with_log --uid 0
  captures
  eventually told '(started|ended)' 2
}

@test "the end is told where the client was killed, too" {
  app_with_log
  session_capture "$name" -i lo -f "udp port 7001"
  eventually told started 1
  kill_client
  eventually told ended 1
  wait "$capture_job" || true
}

@test "not where the policy says no, says nothing, or is not there" {
  app_with_log
  for lines in "log_captures no" "max_snaplen 0"; do
    policy "$CONTAINER_HOME/lifecycle" "$lines"
    captures
  done
  rm "$CONTAINER_HOME/lifecycle/cf-pcap.policy"
  captures
  [ ! -s "$log" ]
}

@test "a filter makes no second line" {
  app_with_log
  run -1 session "$name" "/tmp/lifecycle/cf-pcap -i lo -f \$'udp\nOUT forged'" </dev/null
  session_capture "$name" -i lo -f $'udp port 7001\nor udp port 7002'
  send "$name" 127.0.0.1 7001 1
  eventually capture_holds 1
  capture_stop
  eventually told ended 1
  [ "$(wc -l <"$log")" = 2 ]
  [ "$(logged "filter 'udp port 7001.or udp port 7002'$")" = 1 ]
}

@test "a log that nobody reads does not hold a capture up" {
  LOG_IS_READ=no app_with_log
  container_exec "$name" -- sh -c 'for p in /proc/[0-9]*; do case $(tr "\0" " " <$p/cmdline) in */diego-sshd*) timeout 1 cat /dev/zero >$p/fd/1 ;; esac; done' || true
  captures
}

@test "a pipe of another user is left alone, and the capture goes on; --verbose says so" {
  PIPE_OWNER=0 app_with_log
  captures -v
  grep -q "note: this capture leaves no lines in the app's log: Permission denied" "$capture/err"
  [ ! -s "$log" ]
}
