# How a capture ends: with everything written, the counts said, and the right status.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2034,SC2154

load ../support/capture

setup_file() {
  container_init
  lifecycle "$CONTAINER_HOME/lifecycle"
  container_create app --lifecycle "$CONTAINER_HOME/lifecycle"
}
teardown_file() { container_cleanup; }

# 1000 packets, and then at once the end: none is lost in the kernel's ring or in a buffer.
ends_complete_on() { # command…
  capture_start app -- -i lo -f "udp port 7001"
  send_and_arrive app 7001 1000
  "$@"
  capture_wait
  [ "$status" = 0 ]
  [ "$(capture_count)" = 1000 ]
  [ "$(capture_said_count captured)" = 1000 ]
  # On lo too, where the kernel would show a packet twice, as it leaves and as it arrives.
  [ "$(capture_said_count received)" = 1000 ]
  [ "$(capture_said_count dropped)" = 0 ]
}
stdin_ends() { exec {capture_stdin}>&-; }

@test "SIGINT ends it with everything written" { ends_complete_on capture_signal INT; }
@test "SIGTERM ends it with everything written" { ends_complete_on capture_signal TERM; }
@test "SIGHUP ends it with everything written" { ends_complete_on capture_signal HUP; }
@test "end of file on stdin ends it with everything written" { ends_complete_on stdin_ends; }

@test "what stands on stdin is read over; only its end counts" {
  capture_start app -- -i lo -f "udp port 7001"
  head -c 300000 /dev/zero >&"$capture_stdin" # more than a pipe holds
  send app 127.0.0.1 7001
  eventually capture_holds 1
  capture_runs
  capture_stop
}

@test "a closed stdout ends it, with status 0" {
  mkfifo "$BATS_TEST_TMPDIR/stdout"
  tail -f /dev/null <"$BATS_TEST_TMPDIR/stdout" 3>&- &
  local reader=$!
  CAPTURE_STDOUT=$BATS_TEST_TMPDIR/stdout capture_start app -- -i lo -f "udp port 7001"
  eventually capture_said "capturing"
  kill "$reader"
  capture_wait # no packet comes that could be written in vain
  [ "$status" = 0 ]
  capture_said "packets captured"
}

@test "it ends after max_duration, and says at the start that it will" {
  local seconds before
  for seconds in 6 30 120; do # a busy machine may take longer to start the capture and the sender
    policy "$CONTAINER_HOME/lifecycle" "require_ssh no" "max_duration $seconds"
    before=${EPOCHREALTIME/./}
    capture_start app -- -i lo -f "udp port 7001"
    send app 127.0.0.1 7001 10
    capture_wait
    [ $((${EPOCHREALTIME/./} - before)) -ge $((seconds * 1000000)) ]
    [ "$status" = 0 ]
    head -1 "$capture/err" | grep -q "$seconds seconds"
    [ "$(capture_count)" != 10 ] || break
  done
  [ "$(capture_count)" = 10 ]
  policy "$CONTAINER_HOME/lifecycle"
}

@test "a stdin that is at its end from the start is no control channel" {
  mkdir -p "$capture"
  container_exec app --pid-file "$capture/pid" -- /tmp/lifecycle/cf-pcap -i lo -f "udp port 7001" \
    </dev/null >"$capture/pcap" 2>"$capture/err" 3>&- &
  capture_job=$!
  eventually capture_has_begun
  eventually capture_pid_is_known
  capture_said "ten minutes"
  sleep 0.5
  send app 127.0.0.1 7001
  eventually capture_holds 1
  capture_runs
  capture_signal INT
  wait "$capture_job"
}

@test "a terminal as stdin is left alone" {
  cat >"$BATS_TEST_TMPDIR/on-a-terminal" <<END
source "$support_root/spec/support/container.bash"
container_exec app --pid-file "$capture/pid" -- /tmp/lifecycle/cf-pcap -i lo -f "udp port 7001" >"$capture/pcap" 2>"$capture/err"
END
  mkdir -p "$capture"
  mkfifo "$capture/keys"
  script --quiet --return --command "bash $BATS_TEST_TMPDIR/on-a-terminal" /dev/null <"$capture/keys" >"$capture/screen" 2>&1 3>&- &
  capture_job=$!
  exec {keys}>"$capture/keys"
  eventually capture_has_begun
  eventually capture_pid_is_known
  refute_part "$(cat "$capture/err")" "ten minutes"
  printf 'ls\n\n' >&"$keys"
  sleep 0.5
  send app 127.0.0.1 7001
  eventually capture_holds 1
  capture_signal TERM
  wait "$capture_job"
  exec {keys}>&-
}

# A capture by a shell that closes one of its descriptors; nothing may be opened in its place but
# what is harmless: a message would go into the packet socket, or packets onto the terminal.
captures_without() { # container redirection descriptor
  rm -rf "$capture" && mkdir -p "$capture"
  container_exec "$1" --pid-file "$capture/pid" -- sh -c "exec /tmp/lifecycle/cf-pcap -i lo -f 'udp port 7001' $2" \
    </dev/null >"$capture/pcap" 2>"$capture/err" 3>&- &
  capture_job=$!
  eventually capture_pid_is_known
  eventually captures_at_last
  [ "$(readlink "/proc/$(capture_pid)/fd/$3")" = /dev/null ]
  send_and_arrive "$1" 7001 1
  [ "$3" = 1 ] || eventually capture_holds 1
  capture_signal INT
  wait "$capture_job"
}
# It has taken the signals that end it in order.
captures_at_last() { grep -q '^SigBlk:.*4003$' "/proc/$(capture_pid)/status"; }

@test "a closed stdin or stderr becomes /dev/null, not the packet socket" {
  captures_without app '2>&-' 2
  captures_without app '<&-' 0
  capture_said "ten minutes"
}

@test "as the container's root, too, where the C library does not see to it" {
  container_create as_root --uid 0 --lifecycle "$CONTAINER_HOME/lifecycle"
  captures_without as_root '2>&-' 2
  captures_without as_root '<&-' 0
  captures_without as_root '>&-' 1
  [ "$(capture_said_count captured)" = 1 ]
}

@test "a stdout that is closed, or /dev/null as daemons have it, is captured to, and that is said" {
  captures_without app '>&-' 1
  capture_said "standard output is /dev/null"
  [ "$(capture_said_count captured)" = 1 ]
  captures_without app '1<>/dev/null' 1
  capture_said "standard output is /dev/null"
  [ "$(capture_said_count captured)" = 1 ]
}

@test "an alarm that its starter has set ends it, as any program" {
  local seconds
  cp "$(support_program hostile)" "$CONTAINER_HOME/lifecycle/hostile"
  for seconds in 3 30 120; do # a busy machine may take longer to start the capture and the sender
    ! captures_until_an_alarm "$seconds" || break
  done
  capture_holds 1
  [ "$status" = 142 ] # 128 + SIGALRM
}
captures_until_an_alarm() { # seconds
  capture_by container_exec app --pid-file "$capture/pid" -- /tmp/lifecycle/hostile exec alarm "$1" -- \
    /tmp/lifecycle/cf-pcap -i lo -f "udp port 7001" || return
  send app 127.0.0.1 7001
  capture_wait
  capture_holds 1
}

@test "a filter that the kernel cannot run, under more traffic than it can look at: packets come, and it ends" {
  local sender
  capture_start app -- -i lo -f "$(printf 'ether[30:4] = %d or ' {16777216..16781216}) udp port 7002"
  capture_said "note: the kernel cannot run this filter"
  container_net app timeout 8 "$(support_program send-udp)" 127.0.0.1 7001 100000000 60 3>&- {capture_stdin}>&- &
  sender=$!
  sleep 1
  eventually one_of_them_is_captured # the kernel may drop some
  capture_signal TERM
  capture_wait
  wait "$sender" || true # it sends on for a while; the next test is to find silence
  [ "$status" = 0 ]
  [ "$(capture_said_count received)" = $(($(capture_said_count captured) + $(capture_said_count dropped))) ]
}

one_of_them_is_captured() { send app 127.0.0.1 7002 20 && capture_holds 1; }

@test "packets are out as they arrive, not when a buffer is full" {
  capture_start app -- -i lo -f "udp port 7001"
  local n
  for n in 1 2 3; do
    send app 127.0.0.1 7001
    eventually capture_holds "$n"
  done
  capture_stop
}

@test "it stops and goes on with SIGSTOP and SIGCONT" {
  capture_start app -- -i lo -f "udp port 7001"
  capture_signal STOP
  send app 127.0.0.1 7001 10
  capture_signal CONT
  eventually capture_holds 10
  capture_stop
}

@test "a second signal while it ends does not hurt" {
  capture_start app -- -i lo -f "udp port 7001"
  send_and_arrive app 7001 1000
  capture_signal INT
  capture_signal TERM 2>/dev/null || true
  capture_wait
  [ "$status" = 0 ]
  [ "$(capture_count)" = 1000 ]
}
