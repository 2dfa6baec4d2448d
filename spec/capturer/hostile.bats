# What the app's own user tries against a cf-pcap that runs or starts, to get at its capability or its
# packet socket. Each attempt ends in a refusal or in a normal capture.
#
# support_root is set by what is loaded, capture_job used there; what containers' shells run is quoted.
# shellcheck disable=SC2154,SC2034,SC2016

load ../support/capture

setup_file() {
  container_init
  lifecycle "$CONTAINER_HOME/lifecycle"
  container_create app --root glibc --lifecycle "$CONTAINER_HOME/lifecycle" --mount "$(support_program hostile):/tmp/hostile" \
    --mount "$(support_program hostile -m32):/tmp/hostile32"
  container_exec app -- mkdir /tmp/mine
}
teardown_file() { container_cleanup; }
setup() { policy "$CONTAINER_HOME/lifecycle"; }

hostile() { container_exec app --timeout 300 -- /tmp/hostile "$@"; }

# As a process of the app's user that is under no seccomp filter: more than an app has.
unconfined() {
  local pid
  pid=$(container_pid app)
  nsenter --target "$pid" --user --mount --pid --net --setuid 2000 --setgid 2000 "$@"
}

# The pid on the host of a process in the container.
process_of_app() { pgrep --ns "$(container_pid app)" --nslist pid -x "$1"; }

# Starts cf-pcap through hostile, and lets it capture for a moment.
start_badly() { # [hostile exec way…]
  run -0 hostile repeat 1 -- /tmp/hostile exec "$@" -- /tmp/lifecycle/cf-pcap -i lo
}
captured() { [ "${lines[-1]}" = "1 status 0, packets" ] || fail "$output"; }
refused() { [[ ${lines[-1]} = "1 status "[12]", no packets" ]] || fail "$output"; }
# Or the kernel, or musl's start-up code, ended it before it had done anything.
died() { [[ ${lines[-1]} = "1 status 1"??", no packets" ]] || fail "$output"; }

@test "tracing, its memory, its descriptors, its environment: closed, while an ordinary process of that user is open" {
  capture_start app -- -i lo
  local pid
  pid=$(container_exec app -- pidof cf-pcap)
  run -0 unconfined /tmp/hostile look "$pid"
  [ -z "$output" ] || fail "$output"
  container_exec app --pid-file "$BATS_TEST_TMPDIR/pid" -- sleep 1000 3>&- &
  becomes "$BATS_TEST_TMPDIR/pid" sleep
  run -0 unconfined /tmp/hostile look "$(container_exec app -- pidof sleep)"
  [ "$(sort <<<"$output" | tr '\n' ' ')" = "attach descriptor environ fd mem read seize write " ] || fail "$output"
  kill "$(cat "$BATS_TEST_TMPDIR/pid")"
  capture_stop
}

@test "of an app that runs as root, too: the container's own root cannot trace a capture or look into it" {
  container_create as_root --root glibc --uid 0 --lifecycle "$CONTAINER_HOME/lifecycle" --mount "$(support_program hostile):/tmp/hostile"
  capture_start as_root -- -i lo
  run -0 container_exec as_root -- /tmp/hostile look "$(container_exec as_root -- pidof cf-pcap)"
  [ -z "$output" ] || fail "$output"
  capture_stop
  container_exec as_root --pid-file "$BATS_TEST_TMPDIR/pid" -- sleep 1000 3>&- &
  becomes "$BATS_TEST_TMPDIR/pid" sleep
  run -0 container_exec as_root -- /tmp/hostile look "$(container_exec as_root -- pidof sleep)"
  [[ $output == *attach* && $output == *mem* ]] || fail "$output"
  kill "$(cat "$BATS_TEST_TMPDIR/pid")"
}

@test "stealing its descriptors while it starts: 200 times in vain" {
  run -0 unconfined /tmp/hostile race 200 -- /tmp/lifecycle/cf-pcap -i lo
  [ "${lines[-1]}" = "200 times" ]
  [ "$(grep -c descriptor <<<"$output")" = 0 ]
}

@test "a 32-bit process gets no further: looking into a capture, stealing while it starts, starting it" {
  capture_start app -- -i lo
  run -0 unconfined /tmp/hostile32 look "$(container_exec app -- pidof cf-pcap)"
  [ -z "$output" ] || fail "$output"
  capture_stop
  run -0 --separate-stderr unconfined /tmp/hostile32 race 30 -- /tmp/lifecycle/cf-pcap -i lo
  [ "$output" = "30 times" ] || fail "$output"
  run -0 container_exec app -- /tmp/hostile32 repeat 1 -- /tmp/hostile32 exec limit STACK 65536 -- /tmp/lifecycle/cf-pcap -i lo
  captured
  run -0 container_exec app -- /tmp/hostile32 repeat 1 -- /tmp/hostile32 exec traced -- /tmp/lifecycle/cf-pcap -i lo
  refused
}

# linux/personality.h: ADDR_NO_RANDOMIZE 0x40000, MMAP_PAGE_ZERO 0x100000, ADDR_COMPAT_LAYOUT 0x200000,
# READ_IMPLIES_EXEC 0x400000, ADDR_LIMIT_3GB 0x8000000; PER_LINUX32 8
@test "setarch: flags that make memory predictable or executable are refused, or gone once it runs" {
  local flag pid bases=''
  for flag in 0x40000 0x100000 0x200000 0x400000 0x8000000; do
    run -125 container_exec app -- /tmp/hostile exec personality "$flag" -- /tmp/lifecycle/cf-pcap -i lo </dev/null
    says "personality: Operation not permitted"
  done
  start_badly personality 8 && captured
  # A process that Garden's list does not keep from it.
  for flag in 0x740000 0x740008 0x8740000; do
    capture_by unconfined /tmp/hostile exec personality "$flag" -- /tmp/lifecycle/cf-pcap -i lo
    pid=$(process_of_app cf-pcap)
    [ $((0x$(cat "/proc/$pid/personality") & 0x740000)) = 0 ] || fail "$flag: $(cat "/proc/$pid/personality")"
    [ "$(awk '$2 ~ /x/ && $2 ~ /w/' "/proc/$pid/maps")" = "" ] || fail "$(cat "/proc/$pid/maps")"
    run ! grep -E '^0+-' "/proc/$pid/maps"
    bases+=$(head -1 "/proc/$pid/maps" | cut -d- -f1)$'\n'
    capture_stop
  done
  [ "$(sort -u <<<"${bases%$'\n'}" | wc -l)" = 3 ] || fail "the same addresses again: $bases"
  # Another program keeps them, but for READ_IMPLIES_EXEC, which x86-64 clears.
  capture_by unconfined /tmp/hostile exec personality 0x740000 -- /bin/busybox sh -c 'head -c 24 /dev/zero && exec /bin/busybox cat'
  [ "$(cat "/proc/$(process_of_app busybox)/personality")" = 00340000 ]
  capture_stop
}

@test "started under a tracer it gets no capability, and says so" {
  start_badly traced
  refused
  says "may not capture"
  says "traced"
}

@test "a copy of it has no capability, and no link to it can be made elsewhere" {
  container_exec app -- sh -c 'cp /tmp/lifecycle/cf-pcap /tmp/mine/ && echo "require_ssh no" >/tmp/mine/cf-pcap.policy'
  run -1 container_exec app -- /tmp/mine/cf-pcap -i lo </dev/null
  says "does not have the capability"
  run ! container_exec app -- ln /tmp/lifecycle/cf-pcap /tmp/mine/linked
  run ! container_exec app -- mv /tmp/lifecycle/cf-pcap.policy /tmp/mine/
  run ! container_exec app -- sh -c 'echo "require_ssh no" >/tmp/lifecycle/cf-pcap.policy'
}

@test "loaders' variables, PATH, HOME, the locale: the same files are opened as without them" {
  container_exec app -- sh -c 'mkfifo /tmp/mine/fifo; echo evil >/tmp/mine/evil.so'
  opened >"$BATS_TEST_TMPDIR/without"
  local -a environment=()
  local name
  for name in LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT LD_DEBUG_OUTPUT GCONV_PATH LOCPATH NLSPATH MUSL_LOCPATH HOSTALIASES \
    RES_OPTIONS LOCALDOMAIN TZ TZDIR TMPDIR PATH HOME LANG LC_ALL LANGUAGE MALLOC_TRACE GLIBC_TUNABLES ETHERS PCAP_DEBUG; do
    environment+=(--env "$name=/tmp/mine/evil.so") # a relative one would mean as little
  done
  opened "${environment[@]}" --env TZ=:/tmp/mine/fifo --env POSIXLY_CORRECT=1 >"$BATS_TEST_TMPDIR/with"
  grep -q cf-pcap.policy "$BATS_TEST_TMPDIR/without"
  diff "$BATS_TEST_TMPDIR/without" "$BATS_TEST_TMPDIR/with"
}

# The files that a capture opens.
opened() { # [container_exec option…]
  capture_traced app "$@" -- -i lo -f "host localhost"
  capture_stop
  files_of <"$capture/trace"
}

@test "a CF_INSTANCE_PORTS that is no such thing is noted, and the capture goes on" {
  local value
  for value in '{' '[1,2' '[{"internal":2222,"internal_tls_proxy":"x"}]' "$(head -c 60000 /dev/zero | tr '\0' '[')"; do
    capture_start app --env "CF_INSTANCE_PORTS=$value" -- -i lo
    capture_stop
    capture_said "note: CF_INSTANCE_PORTS"
  done
}

@test "descriptors 0 to 2 closed, in every combination: none of them becomes the packet socket" {
  local combination fd socket
  local -a ways
  mkdir -p "$capture"
  for combination in 0 1 2 "0 1" "0 2" "1 2" "0 1 2"; do
    ways=()
    for fd in $combination; do ways+=(close "$fd"); done
    rm -f "$capture/pid"
    container_exec app --pid-file "$capture/pid" -- /tmp/hostile exec "${ways[@]}" -- /tmp/lifecycle/cf-pcap -i lo \
      </dev/null >"$capture/pcap" 2>"$capture/err" 3>&- &
    capture_job=$!
    eventually test -s "$capture/pid"
    eventually captures_or_has_ended
    socket=$(capture_packet_socket)
    [ "$socket" -gt 2 ] || fail "closed $combination: the packet socket is $socket"
    capture_signal KILL
    wait "$capture_job" || true
  done
}
captures_or_has_ended() { grep -qx 'Seccomp_filters:[[:space:]]*3' "/proc/$(capture_pid)/status" 2>/dev/null || capture_has_ended; }

@test "what its starter left open is closed: nothing but its own is open while it captures" {
  mkdir -p "$capture" && mkfifo "$capture/stdin"
  container_exec app --pid-file "$capture/pid" -- /tmp/hostile exec sockets -- /tmp/lifecycle/cf-pcap -i lo \
    <"$capture/stdin" >"$capture/pcap" 2>"$capture/err" 3>&- &
  capture_job=$!
  exec {capture_stdin}>"$capture/stdin"
  eventually capture_has_begun
  eventually capture_pid_is_known
  # Its slot, the packet socket, the signalfd.
  [ "$(find "/proc/$(capture_pid)/fd" -type l | wc -l)" = 6 ] || fail "$(ls -l "/proc/$(capture_pid)/fd")"
  capture_stop
}

@test "tiny resource limits: a refusal, an early death or a capture, never anything in between" {
  local name value
  while read -r name values; do
    for value in $values; do
      start_badly limit "$name" "$value"
      captured || refused || died || fail "$name $value"
    done
  done <<END
NOFILE 0 1 2 3 4 5 6 7 8 16
AS 0 100000 1000000 2000000 5000000 9000000 12000000 20000000
DATA 0 4096 100000 1000000
STACK 0 4096 8192 16384 65536 200000
MEMLOCK 0
NPROC 0 1
SIGPENDING 0 1
CORE 0 1000000
END
}

@test "a limit on the size of files ends it with a message" {
  local -a statuses
  { sleep 2; } | hostile exec limit FSIZE 0 -- /tmp/lifecycle/cf-pcap -i lo 2>&1 >"$BATS_TEST_TMPDIR/pcap" | cat >"$BATS_TEST_TMPDIR/err"
  statuses=("${PIPESTATUS[@]}")
  [ ! -s "$BATS_TEST_TMPDIR/pcap" ]
  [ "${statuses[1]}" = 1 ]
  grep -q 'cannot write to standard output: File too large' "$BATS_TEST_TMPDIR/err"
}

@test "no core file is left, whatever the limit allows" {
  capture_start app --cwd /tmp/mine -- -i lo
  prlimit --pid "$(capture_pid)" --core=unlimited
  capture_signal SEGV
  capture_wait
  [ "$status" = 139 ]
  [ -z "$(find "$(container_bundle app)/rootfs/tmp/mine" -name 'core*')" ]
  [ "$(container_exec app -- cat /proc/sys/kernel/core_pattern | cut -c1)" != "" ]
}

@test "argv[0] empty, of 100 kB, full of control characters; argc 0" {
  local name
  start_badly argv0 "" && captured
  start_badly argv0 "$(head -c 100000 /dev/zero | tr '\0' a)" && captured
  start_badly argv0 $'\e[2J/../%s%n' && captured
  # No arguments, so eth0.
  start_badly argc0 && captured
}

@test "signals blocked or ignored by who starts it do not make it deaf" {
  local number
  for number in 2 15 14 13; do # INT, TERM, ALRM, PIPE
    start_badly ignore "$number"
    captured || fail "$number"
  done
}

@test "a signal at any moment of start, capture and end: it ends, with all or nothing" {
  local number line
  for number in 2 15 1 3 9 11 14 10 6 8; do # INT TERM HUP QUIT KILL SEGV ALRM USR1 ABRT FPE
    run -0 --separate-stderr hostile signals "$number" 60 1000 -- /tmp/lifecycle/cf-pcap -i lo
    for line in "${lines[@]}"; do
      case ${line#* } in
        "status 0, packets" | "status $((128 + number)), packets" | "status $((128 + number)), no packets") ;;
        *) fail "signal $number: $line" ;;
      esac
    done
  done
}

@test "SIGSTOP at any moment, and SIGCONT: it goes on where it was" {
  run -0 container_exec app --timeout 600 -- bash -c '
    mkfifo /tmp/mine/end
    for ms in $(seq 0 6 60); do
      rm -f /tmp/mine/pcap
      /tmp/lifecycle/cf-pcap -i lo </tmp/mine/end >/tmp/mine/pcap &
      pid=$!
      exec 4>/tmp/mine/end
      sleep "0.0$(printf %02d "$ms")"
      kill -STOP "$pid"; sleep 0.02; kill -CONT "$pid"
      until [ -s /tmp/mine/pcap ]; do sleep 0.01; done
      exec 4>&-
      wait "$pid" || exit 1
    done'
}

# Changes an entry of the lifecycle directory as fast as it can until $BATS_TEST_TMPDIR/stop is there,
# each time to the next one of these, made beforehand, by a rename. They are put back at last.
swap() { # entry replacement…
  local entry=$1 at
  shift
  until [ -e "$BATS_TEST_TMPDIR/stop" ]; do
    for at in "$@"; do
      mv -T "$at" "$entry" 2>/dev/null || { rm -rf "$entry" && mv -T "$at" "$entry"; }
      cp -a "$BATS_TEST_TMPDIR/master/${at##*/}" "$at"
    done
    touch "$BATS_TEST_TMPDIR/swaps"
  done
}
teardown() { touch "$BATS_TEST_TMPDIR/stop"; }

@test "a policy that is swapped while it starts, for links and pipes and nothing: refused, each time" {
  local dir=$CONTAINER_HOME/lifecycle master=$BATS_TEST_TMPDIR/master
  container_exec app -- sh -c 'echo "require_ssh no" >/tmp/mine/policy'
  mkdir "$master"
  policy "$master" "require_ssh yes" && mv "$master/cf-pcap.policy" "$master/yes"
  ln -s /tmp/mine/policy "$master/link"
  mkfifo "$master/fifo"
  echo "require_ssh no no" >"$master/wrong"
  mkdir "$CONTAINER_HOME/swap" && cp -a "$master"/* "$CONTAINER_HOME/swap/"
  swap "$dir/cf-pcap.policy" "$CONTAINER_HOME"/swap/{yes,link,fifo,wrong} 3>&- &
  local job=$!
  eventually test -e "$BATS_TEST_TMPDIR/swaps"
  run -0 hostile repeat 300 -- /tmp/lifecycle/cf-pcap -i lo
  touch "$BATS_TEST_TMPDIR/stop" && wait "$job"
  [ "${lines[-1]}" = "300 status 2, no packets" ] || fail "$output"
}

@test "an SSH daemon that is a link to a program of the app, or swapped for one while it starts: refused, each time" {
  local dir=$CONTAINER_HOME/lifecycle master=$BATS_TEST_TMPDIR/master
  policy "$dir" "require_ssh yes"
  # The app's program of that name is what cf-pcap is run by.
  container_exec app -- sh -c 'cp /bin/bash /tmp/mine/diego-sshd'
  ln -s /tmp/mine/diego-sshd "$dir/diego-sshd"
  run -0 container_exec app --timeout 300 -- /tmp/mine/diego-sshd -c '/tmp/hostile repeat 5 -- /tmp/lifecycle/cf-pcap -i lo; true'
  [ "${lines[-1]}" = "5 status 2, no packets" ] || fail "$output"
  mkdir "$master" && cp "$dir/cf-pcap" "$master/real" && ln -s /tmp/mine/diego-sshd "$master/link"
  mkdir -p "$CONTAINER_HOME/swap2" && cp -a "$master"/* "$CONTAINER_HOME/swap2/"
  swap "$dir/diego-sshd" "$CONTAINER_HOME"/swap2/{real,link} 3>&- &
  local job=$!
  eventually test -e "$BATS_TEST_TMPDIR/swaps"
  run -0 container_exec app --timeout 300 -- /tmp/mine/diego-sshd -c '/tmp/hostile repeat 200 -- /tmp/lifecycle/cf-pcap -i lo; true'
  touch "$BATS_TEST_TMPDIR/stop" && wait "$job"
  rm -f "$dir/diego-sshd"
  [ "${lines[-1]}" = "200 status 2, no packets" ] || fail "$output"
}

# Captures in the background, from within the container, that all have begun.
many() { # n
  rm -f "$(container_bundle app)/rootfs/tmp/mine/many"
  container_exec app -- bash -c '
    for ((i = 0; i < $1; i++)); do sleep 1000 | /tmp/lifecycle/cf-pcap -i lo >/dev/null 2>>/tmp/mine/many & done; sleep 1000' many "$1" 3>&- &
  many_job=$!
  eventually all_have_begun "$1"
}
all_have_begun() { [ "$(grep -cs 'capturing on' "$(container_bundle app)/rootfs/tmp/mine/many")" = "$1" ]; }
running() { [ "$(container_exec app -- pidof cf-pcap | wc -w)" = "$1" ]; }
all_end() { container_exec app -- sh -c 'killall -9 cf-pcap sleep bash; true'; wait "$many_job" 2>/dev/null || true; }

@test "16 captures run at a time in a container, and no more; killed, they make room at once" {
  many 16
  eventually running 16
  run -1 cf_pcap app -i lo </dev/null
  says "16 captures run in this container already"
  all_end
  eventually running 0
  capture_start app -- -i lo
  capture_stop
}

@test "in another container there is room all the while" {
  container_create neighbour --lifecycle "$CONTAINER_HOME/lifecycle"
  many 16
  eventually running 16
  capture_start neighbour -- -i lo
  capture_stop
  all_end
}
