# A capture in a small container whose app uses most of its memory: the app lives on, and so does the capture. The
# kernel's ring is charged to nobody; all else of a capture may take 2 MiB.
#
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2016,SC2034,SC2154

load ../support/capture

MIB=1048576
BOUND=$((2 * MIB))

setup_file() {
  container_init
  lifecycle "$CONTAINER_HOME/lifecycle"
}
teardown_file() { container_cleanup; }

# A container of 64 MB, and in it a shell that waits to become the capture: what starts a process in a container (runc)
# is charged to the container as well, and takes more than a capture.
setup() {
  container_create app --memory 64M --lifecycle "$CONTAINER_HOME/lifecycle" --mount "$(support_program hold-memory):/tmp/hold-memory"
  # The program's pages are charged to who reads them first.
  cf_pcap app --version >/dev/null
  CAPTURE_STDOUT=$BATS_TEST_TMPDIR/stdout
  mkfifo "$CAPTURE_STDOUT"
  exec {stdout}<>"$CAPTURE_STDOUT"
  capture_by container_exec app --pid-file "$capture/pid" -- \
    /bin/busybox sh -c 'read -r _ && exec /tmp/lifecycle/cf-pcap -i lo -f "udp port 7001"'
  becomes "$capture/pid" busybox
}

# The app takes all but so many bytes.
app_leaves() { # bytes
  local free
  mkfifo "$BATS_TEST_TMPDIR/app"
  free=$((64 * MIB - $(container_memory app) - $1))
  container_exec app --pid-file "$BATS_TEST_TMPDIR/app_pid" -- /tmp/hold-memory "$free" \
    <"$BATS_TEST_TMPDIR/app" >"$BATS_TEST_TMPDIR/app_out" {stdout}>&- {capture_stdin}>&- 3>&- &
  exec {app_stdin}>"$BATS_TEST_TMPDIR/app"
  eventually grep -q holds "$BATS_TEST_TMPDIR/app_out"
}

teardown() {
  exec {app_stdin}>&- {stdout}>&-
  capture_has_ended || kill "$(capture_pid)"
  container_delete app
}

app_lives() { kill -0 "$(cat "$BATS_TEST_TMPDIR/app_pid")" && [ "$(container_oom_kills app)" = 0 ]; }
grew_within_bound() { # when
  local grown=$(($(container_memory app) - before))
  app_lives || fail "$1: the app does not live, $(container_oom_kills app) were killed"
  [ "$grown" -le "$BOUND" ] || fail "$1: $grown bytes more are charged, $BOUND are allowed"
}
starts() { echo >&"$capture_stdin" && eventually capture_has_announced_itself; }
# Reads standard output to its end, so that what is left gets out.
read_on() {
  cat <&"$stdout" >"$capture/pcap" 3>&- {capture_stdin}>&- &
  reader=$!
}
read_to_the_end() {
  exec {capture_stdin}>&-
  capture_wait_at_the_end
  sleep 0.3
  kill "$reader"
}
capture_wait_at_the_end() { eventually capture_has_ended && wait "$capture_job"; }

@test "start, traffic, a stall with the ring full, and the end: at most 2 MiB are charged, and the app lives on" {
  local before
  app_leaves $((6 * MIB))
  before=$(container_memory app)
  starts
  grew_within_bound "started"
  read_on
  send app 127.0.0.1 7001 5000 1000 20000
  grew_within_bound "read as it comes"
  kill "$reader"
  # Twice what the ring holds.
  send app 127.0.0.1 7001 20000 1000 0
  grew_within_bound "stalled"
  eventually grep -q "dropped by kernel so far" "$capture/err"
  grew_within_bound "stalled, and dropping"
  read_on
  read_to_the_end
  grew_within_bound "ended"
  [ "$(capture_said_count dropped)" -gt 0 ]
  [ "$(capture_said_count received)" = 25000 ]
}

@test "an app that leaves 3 MiB: a capture starts, stalls, is read on and ends" {
  app_leaves $((3 * MIB))
  starts
  send app 127.0.0.1 7001 20000 1000 0
  sleep 1
  app_lives
  read_on
  read_to_the_end
  app_lives
  [ "$(capture_said_count received)" = 20000 ]
}


@test "an app that leaves 1 MiB: if the kernel ends something, it is the capture, not the app" {
  app_leaves $MIB # enough for a start: until then the app is what takes most
  starts
  send app 127.0.0.1 7001 20000 1000 0
  read_on
  exec {capture_stdin}>&-
  eventually capture_has_ended
  kill "$reader"
  status=0
  wait "$capture_job" || status=$?
  [ "$status" = 137 ] || [ "$status" = 0 ] # where the kernel found pages of files to give up
  kill -0 "$(cat "$BATS_TEST_TMPDIR/app_pid")"
}

# The shells that become the captures, and those that wait for them, are there before the app takes what is left: what
# they take must not be what ends the app.
@test "16 captures in 6 MiB that the app leaves: the kernel may end them, not the app" {
  mkfifo "$BATS_TEST_TMPDIR/many"
  container_exec app --pid-file "$BATS_TEST_TMPDIR/many_pid" -- /bin/busybox sh -c '
    exec 3<&0
    for n in $(seq 16); do
      { (echo ready >&2 && read -r _ <&3 && exec /tmp/lifecycle/cf-pcap -i lo </dev/null 3<&-); echo ended >&2; } &
    done
    wait' <"$BATS_TEST_TMPDIR/many" >"$CAPTURE_STDOUT" 2>"$BATS_TEST_TMPDIR/err" {stdout}>&- {capture_stdin}>&- 3>&- &
  exec {many}>"$BATS_TEST_TMPDIR/many"
  eventually lines 16 ready
  app_leaves $((6 * MIB))
  printf '%16s' "" | tr ' ' '\n' >&"$many"
  eventually lines 16 'capturing on|^ended'
  send app 127.0.0.1 7001 20000 1000 0
  eventually lines 1 '^ended'
  app_lives_on
  exec {many}>&-
}
lines() { [ "$(grep -cE "$2" "$BATS_TEST_TMPDIR/err")" -ge "$1" ]; } # n pattern
app_lives_on() { kill -0 "$(cat "$BATS_TEST_TMPDIR/app_pid")" || fail "the app was ended; $(cat "$BATS_TEST_TMPDIR/err")"; }
