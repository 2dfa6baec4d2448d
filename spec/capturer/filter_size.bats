# Long filters: how long compiling takes, who runs them, and what that costs the app's container.
# What is loaded sets variables, and uses some; the shell in the container is to expand what stands in quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load ../support/capture

MIB=1048576

setup_file() {
  container_init
  lifecycle "$CONTAINER_HOME/lifecycle"
  container_create app --lifecycle "$CONTAINER_HOME/lifecycle" --mount "$(support_program hold-memory):/tmp/hold-memory"
}
teardown_file() { container_cleanup; }

# Two hosts that the tests use, behind so many that nobody uses.
hosts() { seq 1 "$1" | awk '{ printf "host 10.%d.%d.%d or ", 1 + int($1 / 65536), int($1 / 256) % 256, $1 % 256 }' && echo "host 127.0.0.9"; }
ports() { seq 10001 "$((10000 + $1))" | awk '{ printf "port %d or ", $1 }' && echo "port 7001"; }

# What a capture has used of a processor until it captures, in hundredths of a second.
capture_compiles_in() { # filter
  capture_start app -- -i lo -f "$1"
  hundredths=$(awk '{ print $14 + $15 }' "/proc/$(capture_pid)/stat")
  capture_stop
}

@test "100 ports are compiled in half a second of the processor's time, 300 in five, 600 hosts in five" {
  local hundredths
  [ "$(getconf CLK_TCK)" = 100 ]
  capture_compiles_in "$(ports 99)"
  [ "$hundredths" -le 50 ] || fail "100 ports: $hundredths"
  capture_compiles_in "$(ports 299)"
  [ "$hundredths" -le 500 ] || fail "300 ports: $hundredths"
  capture_compiles_in "$(hosts 599)"
  [ "$hundredths" -le 500 ] || fail "600 hosts: $hundredths"
}

# Captures what is for 127.0.0.9, not what is for 127.0.0.8.
is_right() { # filter
  capture_start app -- -i lo -v -f "$1"
  send app 127.0.0.8 7002
  send app 127.0.0.9 7001
  eventually capture_holds 1 udp
  capture_stop
  [ "$(capture_count udp)" = 1 ]
  [ "$(capture_count udp and dst host 127.0.0.9)" = 1 ]
  [ "$(capture_said_count received)" = "$(capture_said_count captured)" ]
}
runs_in_kernel() { refute_part "$(cat "$capture/err")" "the kernel cannot run"; }
runs_in_capturer() { # why
  capture_said "note: the kernel cannot run this filter ($1"
  [ "$(grep -c 'the kernel cannot run' "$capture/err")" = 1 ]
  refute_part "$(cat "$capture/err")" Warning
}

@test "600 hosts or 300 ports are for the kernel, and right" {
  is_right "$(hosts 599)"
  runs_in_kernel
  is_right "$(ports 299)"
  runs_in_kernel
}

@test "more are for the capturer, which says so once, and right" {
  local n
  for n in 1500 4000; do
    is_right "$(hosts "$n")"
    runs_in_capturer "it has "
  done
  is_right "$(ports 1000)"
  runs_in_capturer "it has "
}

@test "the kernel takes what is just short enough for it" {
  local n
  # `len` is two instructions, the exclusion of SSH some dozens.
  for n in 1950 2000 2050 2100; do
    is_right "udp and dst host 127.0.0.9$(printf ' and len != %d' $(seq 2001 "$((2000 + n))"))"
    if grep -q 'the kernel cannot run' "$capture/err"; then runs_in_capturer "it has 4"; fi
  done
}

@test "where the kernel's memory for filters is small, the capturer runs shorter ones already" {
  # Older kernels have this limit for all namespaces, and not more than that.
  container_net app sysctl -qw net.core.optmem_max=20480 || true
  is_right "$(hosts 599)"
  runs_in_capturer "its "
  capture_said net.core.optmem_max
  container_net app sysctl -qw net.core.optmem_max=131072 || true
}

@test "protochain is for the capturer, and right: the snaplen cuts what it has looked at" {
  capture_start app -- -i lo -s 40 -f "ip protochain 17 and udp[2:2] = 7001"
  send app 127.0.0.1 7001 3 100
  send app 127.0.0.1 7002 2 100
  eventually capture_holds 3
  capture_stop
  [ "$(capture_count)" = 3 ]
  [ "$(capture_said_count captured)" = 3 ]
  [ "$(capture_said_count received)" = 3 ]
  runs_in_capturer '`protochain` is a loop)'
}

@test "what only the kernel knows, beside what it cannot run, is refused, but on any" {
  local filter
  for filter in "inbound and ip protochain 17" "ip protochain 17 or outbound" "ifindex 1 or ($(hosts 1500))"; do
    run -1 cf_pcap app -i lo -f "$filter" </dev/null
    says 'only the kernel knows of `inbound`, `outbound` and `ifindex`'
    [ "${#lines[@]}" = 1 ]
  done
  capture_start app -- -i any -f "inbound and ip protochain 17"
  send app 127.0.0.1 7001 3
  eventually capture_holds 3
  capture_stop
  [ "$(capture_count)" = 3 ]
}

# The app takes all but so many bytes of its container.
app_leaves() { # bytes
  mkfifo "$BATS_TEST_TMPDIR/app"
  container_exec app --pid-file "$BATS_TEST_TMPDIR/app_pid" -- /tmp/hold-memory "$((256 * MIB - $(container_memory app) - $1))" \
    <"$BATS_TEST_TMPDIR/app" >"$BATS_TEST_TMPDIR/app_out" 3>&- &
  exec {app_stdin}>"$BATS_TEST_TMPDIR/app"
  eventually grep -q holds "$BATS_TEST_TMPDIR/app_out"
}
app_lives() { kill -0 "$(cat "$BATS_TEST_TMPDIR/app_pid")"; }
app_ends() { exec {app_stdin}>&- && eventually app_has_ended; }
app_has_ended() { ! app_lives 2>/dev/null; }
teardown() { [ -z "${app_stdin-}" ] || app_ends; }

@test "the app lives, of 256 MB with 150 taken, through filters of 500, 1000, 2000 and 4000 hosts" {
  local n
  app_leaves $((106 * MIB))
  for n in 500 1000 2000 4000; do
    is_right "$(hosts "$n")"
    app_lives || fail "$n hosts: the app does not live"
  done
  [ "$(container_oom_kills app)" = 0 ]
}

@test "the app lives through a filter that compiling has not enough memory for, which is told" {
  app_leaves $((106 * MIB))
  run -1 cf_pcap app -i lo -f "$(ports 9000)" </dev/null
  says "it has too many parts: compiling it needs more than the 64 MiB of memory"
  [ "${#lines[@]}" = 1 ]
  app_lives
  [ "$(container_oom_kills app)" = 0 ]
}

# The shell that becomes the capture is there before the app takes the memory: runc needs more than a capture.
@test "the app lives where the container's memory is used up: the kernel ends the capture" {
  CAPTURE_STDOUT=$BATS_TEST_TMPDIR/stdout capture_by container_exec app --pid-file "$capture/pid" -- \
    /bin/busybox sh -c 'read -r filter && exec /tmp/lifecycle/cf-pcap -i lo -f "$filter"'
  becomes "$capture/pid" busybox
  app_leaves $((8 * MIB))
  hosts 4000 >&"$capture_stdin"
  capture_wait
  [ "$status" = 137 ] || fail "status $status: $(cat "$capture/err")"
  app_lives
}

@test "a capture is what the kernel ends first, its heap has a limit, and it stays closed to the app's user" {
  capture_start app -- -i lo
  [ "$(cat "/proc/$(capture_pid)/oom_score_adj")" = 1000 ]
  grep -qE '^Max data size +67108864 +67108864 ' "/proc/$(capture_pid)/limits"
  [ "$(stat -c %u "/proc/$(capture_pid)/mem")" != 2000 ]
  capture_stop
}
