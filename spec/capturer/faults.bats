# What goes wrong around a capture.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

load ../support/capture

setup_file() {
  container_init
  lifecycle "$CONTAINER_HOME/lifecycle"
  container_create app --lifecycle "$CONTAINER_HOME/lifecycle"
}
teardown_file() { container_cleanup; }
teardown() { umount "$BATS_TEST_TMPDIR/disk" 2>/dev/null || true; }

# One more interface in the container, in a network of its own.
make_interface() { # name
  container_net app ip link add "$1" type veth peer name "${1}peer" &&
    container_net app ip link set "${1}peer" up &&
    container_net app ip address add 10.254.0.1/24 dev "$1" &&
    container_net app ip link set "$1" up arp off
}

@test "the interface disappears: what was captured is out, status 1, one line" {
  make_interface gone0
  capture_start app -- -i gone0 -f "udp port 7001"
  send app 10.254.0.9 7001 10
  container_net app ip link delete gone0
  capture_wait
  [ "$status" = 1 ]
  [ "$(capture_count)" = 10 ]
  # Beside the line at the start and the counts.
  [ "$(grep -vcE 'capturing on|packets (captured|received|dropped)' "$capture/err")" = 1 ]
  grep -vE 'capturing on|packets' "$capture/err" | grep -qE 'gone0|interface|device'
}

@test "the interface goes down and up again: the capture goes on, or ends with status 1, and says so" {
  make_interface down0
  capture_start app -- -i down0 -f "udp port 7001"
  send app 10.254.0.9 7001 10
  container_net app ip link set down0 down
  container_net app ip link set down0 up
  send app 10.254.0.9 7001 10 || true
  eventually capture_holds 10
  exec {capture_stdin}>&-
  capture_wait
  [ "$status" = 0 ] || { [ "$status" = 1 ] && capture_said "down"; }
  container_net app ip link delete down0
}

@test "on any, an interface that disappears does not end the capture" {
  make_interface gone1
  capture_start app -- -i any -f "udp port 7001"
  send app 10.254.0.9 7001
  container_net app ip link delete gone1
  send app 127.0.0.1 7001
  eventually capture_holds 2
  capture_stop
}

memory() { sed -nE 's/^VmHWM:[^0-9]*([0-9]+) kB/\1/p' "/proc/$(capture_pid)/status"; } # kB, at most so far

@test "the reader stalls: drops are counted, memory does not grow, and the capture goes on when it reads again" {
  mkfifo "$BATS_TEST_TMPDIR/stdout"
  CAPTURE_STDOUT=$BATS_TEST_TMPDIR/stdout capture_start app -- -i lo -f "udp port 7001"
  exec {reader}<"$BATS_TEST_TMPDIR/stdout" # and does not read
  eventually capture_said "capturing"
  send app 127.0.0.1 7001 20000 1000 # more than the ring, the buffer and the pipe hold
  eventually said_drops 1
  local before after sent=120000
  before=$(memory)
  send app 127.0.0.1 7001 100000 1000
  after=$(memory)
  [ $((after - before)) -le 1024 ] || fail "from $before kB to $after kB"
  capture_runs
  cat <&"$reader" >"$capture/pcap" 3>&- {capture_stdin}>&- &
  local cat=$!
  exec {reader}<&-
  eventually one_more_is_captured
  capture_stop
  eventually capture_holds "$(capture_said_count captured)"
  kill "$cat" 2>/dev/null || true
  wait "$cat" || true
  [ "$(capture_said_count dropped)" -gt 0 ]
  [ "$(capture_count)" = "$(capture_said_count captured)" ]
  # Once each: on lo the kernel would show it twice, as it leaves and as it arrives.
  [ "$(capture_said_count received)" = "$sent" ]
}
# A large packet, one more each time: while the ring is full, the kernel drops it. They are counted in $sent.
one_more_is_captured() {
  send_and_arrive app 7001 1 2000
  sent=$((sent + 1))
  capture_holds 1 greater 2000
}

@test "what the kernel drops is said while the reader is slow, once a second at most, and the counts come last" {
  mkfifo "$BATS_TEST_TMPDIR/stdout"
  CAPTURE_STDOUT=$BATS_TEST_TMPDIR/stdout capture_start app -- -i lo -f "udp port 7001"
  exec {reader}<"$BATS_TEST_TMPDIR/stdout" # and does not read
  eventually capture_said "capturing"
  local before=$SECONDS
  send app 127.0.0.1 7001 20000 1000 # more than the ring, the buffer and the pipe hold
  eventually said_drops 1
  eventually said_drops_while_more_come 3
  cat <&"$reader" >"$capture/pcap" 3>&- {capture_stdin}>&- &
  exec {reader}<&-
  capture_stop
  [ "$(drops_said | wc -l)" -le $((SECONDS - before + 2)) ]
  diff <(drops_said) <(drops_said | sort -n -u)
  [ "$(capture_said_count dropped)" -ge "$(drops_said | tail -1)" ]
  [ "$(tail -3 "$capture/err" | sed -E 's/[0-9]+ //')" = "cf-pcap: packets captured
cf-pcap: packets received by filter
cf-pcap: packets dropped by kernel" ]
}
drops_said() { sed -nE 's/^cf-pcap: ([0-9]+) packets dropped by kernel so far$/\1/p' "$capture/err"; }
said_drops() { [ "$(drops_said | wc -l)" -ge "$1" ]; } # times
said_drops_while_more_come() { send app 127.0.0.1 7001 10000 1000 20000 && said_drops "$1"; }

# Its stderr is a pipe, full to the brim, that is read through the descriptor $stderr alone.
capture_start_with_a_full_stderr() {
  mkfifo "$BATS_TEST_TMPDIR/stderr"
  exec {stderr}<>"$BATS_TEST_TMPDIR/stderr"
  capture_by with_stderr_in "$BATS_TEST_TMPDIR/stderr" container_exec app --pid-file "$capture/pid" -- \
    /tmp/lifecycle/cf-pcap -i lo -f "udp port 7001"
  eventually capture_pid_is_known
  dd if=/dev/zero of="$BATS_TEST_TMPDIR/stderr" bs=1 count=1M oflag=nonblock 2>/dev/null || true
}
with_stderr_in() { "${@:2}" 2>"$1"; } # file command…

@test "it does not wait for a stderr that is full, and says what was dropped once there is room" {
  capture_start_with_a_full_stderr
  capture_signal STOP
  send app 127.0.0.1 7001 20000 1000
  capture_signal CONT
  eventually one_more_is_captured
  timeout 180 grep -qaE -m 1 'cf-pcap: [0-9]+ packets dropped by kernel so far' <&"$stderr"
  capture_stop
  exec {stderr}>&-
}

@test "a stderr that is full and that nobody reads does not hold up the end" {
  capture_start_with_a_full_stderr
  send_and_arrive app 7001 10
  capture_signal TERM
  capture_wait
  [ "$status" = 0 ]
  [ "$(capture_count)" = 10 ]
  exec {stderr}>&-
}

@test "an interface that is down is named, once" {
  container_net app ip link add down9 type veth peer name down9peer
  run -1 cf_pcap app -i down9 </dev/null
  container_net app ip link delete down9
  says "down9"
  [ "$(grep -o "not up" <<<"$output" | wc -l)" = 1 ]
}

@test "nothing of older packets is in the headers of any" {
  local n
  policy "$CONTAINER_HOME/lifecycle" "require_ssh no" "max_snaplen 60"
  capture_start app -- -i any -f "udp port 7001"
  for n in 8 500 1400 30; do
    send app 127.0.0.1 7001 2000 "$n" 20000
  done
  eventually capture_holds 8000
  capture_stop
  policy "$CONTAINER_HOME/lifecycle"
  [ "$(padding_that_is_not_zero <"$capture/pcap")" = 0 ]
}
# SLL2's address has 8 bytes, of which lo's takes 6.
padding_that_is_not_zero() {
  perl -e '
    local $/; my $data = <STDIN>; my $wrong = 0;
    for (my $at = 24; $at < length $data;) {
      $wrong++ if substr($data, $at + 16 + 18, 2) ne "\0\0";
      $at += 16 + unpack("V", substr($data, $at + 8, 4));
    }
    print $wrong'
}

@test "the app does not wait for a reader that stalls" {
  mkfifo "$BATS_TEST_TMPDIR/stdout"
  CAPTURE_STDOUT=$BATS_TEST_TMPDIR/stdout capture_start app -- -i lo
  exec {reader}<"$BATS_TEST_TMPDIR/stdout"
  eventually capture_said "capturing"
  send app 127.0.0.1 7001 50000 1000
  container_exec app -- sh -c 'mkdir -p /tmp/www && echo served >/tmp/www/index.html && httpd -p 127.0.0.1:8080 -h /tmp/www'
  [ "$(container_exec app --timeout 180 -- wget -q -O - http://127.0.0.1:8080/)" = served ]
  exec {reader}<&-
  capture_wait # nobody reads any more
  [ "$status" = 0 ]
}

@test "the reader dies while packets come: status 0" {
  mkfifo "$BATS_TEST_TMPDIR/stdout"
  head -c 100000 <"$BATS_TEST_TMPDIR/stdout" >/dev/null 3>&- &
  CAPTURE_STDOUT=$BATS_TEST_TMPDIR/stdout capture_start app -- -i lo -f "udp port 7001"
  eventually capture_said "capturing"
  send app 127.0.0.1 7001 20000 1000
  capture_wait
  [ "$status" = 0 ]
  capture_said "packets captured"
}

@test "the disk behind stdout is full: status 1, and the reason" {
  mkdir "$BATS_TEST_TMPDIR/disk"
  mount -t tmpfs -o size=64k none "$BATS_TEST_TMPDIR/disk"
  CAPTURE_STDOUT=$BATS_TEST_TMPDIR/disk/pcap capture_start app -- -i lo -f "udp port 7001"
  eventually capture_said "capturing"
  send app 127.0.0.1 7001 1000 1000
  capture_wait
  [ "$status" = 1 ]
  capture_said "No space left on device"
  capture_said "not written"
  # What fitted is a capture.
  cp "$BATS_TEST_TMPDIR/disk/pcap" "$capture/pcap"
  [ "$(capture_count)" -ge 50 ]
}

@test "a full disk from the start" {
  run -1 container_exec app --timeout 180 -- sh -c 'exec /tmp/lifecycle/cf-pcap -i lo >/dev/full' </dev/null
  says "No space left on device"
}

@test "snaplen 1" {
  capture_start app -- -i lo -s 1 -f "udp port 7001"
  send app 127.0.0.1 7001 3 100
  eventually capture_has_bytes $((24 + 3 * (16 + 1)))
  capture_stop
  [ "$(stat -c %s "$capture/pcap")" = $((24 + 3 * (16 + 1))) ]
  [ "$(od -An -tu4 -j32 -N8 "$capture/pcap" | tr -s ' ')" = " 1 142" ]
}
capture_has_bytes() { [ "$(stat -c %s "$capture/pcap")" -ge "$1" ]; }

@test "frames of 65,550 bytes on lo are whole" {
  capture_start app -- -i lo -f "udp port 7001"
  send app ::1 7001 100 65488 500 # 14 + 40 + 8 + 65,488; no more than the ring holds
  eventually capture_holds 100
  capture_stop
  [ "$(od -An -tu4 -j32 -N8 "$capture/pcap" | tr -s ' ')" = " 65550 65550" ]
  [ "$(stat -c %s "$capture/pcap")" = $((24 + 100 * (16 + 65550))) ]
}

@test "stderr is full or closed by its reader: the capture goes on" {
  mkdir -p "$capture"
  container_exec app --pid-file "$capture/pid" -- sh -c 'exec /tmp/lifecycle/cf-pcap -i lo -f "udp port 7001" 2>/dev/full' \
    </dev/null >"$capture/pcap" 2>"$capture/err" 3>&- &
  capture_job=$!
  eventually capture_has_begun
  eventually capture_pid_is_known
  send app 127.0.0.1 7001
  eventually capture_holds 1
  capture_signal INT
  wait "$capture_job"
}

@test "many captures at the same time do not disturb one another" {
  local n
  local -a jobs=() stdins=()
  for n in 1 2 3 4 5; do
    capture=$BATS_TEST_TMPDIR/$n
    capture_start app -- -i lo -f "udp port 7001"
    jobs+=("$capture_job") stdins+=("$capture_stdin")
  done
  send app 127.0.0.1 7001 1000
  for n in 1 2 3 4 5; do
    capture=$BATS_TEST_TMPDIR/$n capture_job=${jobs[n - 1]}
    eventually capture_holds 1000
    capture_signal TERM # the FIFOs' ends are shared by what was started later
    eventually capture_has_ended
    wait "$capture_job"
    [ "$(capture_count)" = 1000 ]
  done
  for n in "${stdins[@]}"; do
    exec {n}>&-
  done
}

# strace changes what a system call is given, and so what the kernel answers. It could change the answer as well, but
# does so by a call of number -1, which is on no list of cf-pcap's.

@test "the kernel's counts cannot be read: that is said, none is made up, and every packet is there" {
  capture_start app -- -i lo -f "udp port 7001"
  capture_strace -e inject=getsockopt:poke_enter=@arg5=ffffffff # room for -1 bytes
  send_and_arrive app 7001 1000
  capture_stop
  grep -q PACKET_STATISTICS "$capture/trace"
  [ "$(capture_count)" = 1000 ]
  [ "$(capture_said_count captured)" = 1000 ]
  capture_said "how many packets were received and dropped is not known: cannot read the kernel's counts: Invalid argument"
  [ -z "$(capture_said_count received)$(capture_said_count dropped)" ]
}

# struct tpacket_req: size of a block, blocks, size of a frame, frames. A list of 2^28 blocks is more than the kernel
# gives. libpcap finds that it has asked for nine, and asks for one less.
@test "the kernel has no memory for the ring: it is smaller, what fits is kept, and what does not is counted" {
  local captured sent=20000 list=00000400000000100000040000000010 nine=00000400090000000000040009000000
  mkfifo "$BATS_TEST_TMPDIR/stdout"
  exec {reader}<>"$BATS_TEST_TMPDIR/stdout" # and does not read
  local -a strace_options=(-e "inject=setsockopt:poke_enter=@arg4=$list:poke_exit=@arg4=$nine:when=4")
  CAPTURE_STDOUT=$BATS_TEST_TMPDIR/stdout capture_traced app -- -i lo -f "udp port 7001"
  grep -q 'PACKET_RX_RING.*ENOMEM' "$capture/trace"
  [ "$(ring_bytes)" = $((8 << 18)) ] || fail "the ring has $(ring_bytes) bytes"
  capture_said "note: the kernel has memory for a ring of 2048 KiB alone, not 11520: packets are lost earlier"
  send app 127.0.0.1 7001 20000 1000
  eventually said_drops 1
  cat <&"$reader" >"$capture/pcap" 3>&- {capture_stdin}>&- &
  local cat=$!
  eventually one_more_is_captured
  capture_stop
  captured=$(capture_said_count captured)
  [ "$captured" -gt 1500 ] # of 1136 bytes each in the ring
  [ "$(capture_said_count received)" = "$sent" ]
  [ $((captured + $(capture_said_count dropped))) = "$sent" ]
  eventually capture_holds "$captured"
  [ "$(capture_count)" = "$captured" ]
  kill "$cat"
  exec {reader}<&-
}
ring_bytes() { # that are mapped
  local from to
  IFS=' -' read -r from to _ < <(grep ' socket:' "/proc/$(capture_pid)/maps" | tail -1)
  echo $((0x$to - 0x$from))
}

@test "a filter that takes too long ends the capture, even if nobody reads what it says" {
  mkfifo "$BATS_TEST_TMPDIR/messages"
  exec {messages}<>"$BATS_TEST_TMPDIR/messages"
  timeout 1 cat /dev/zero >&"$messages" || true # until it is full
  local filter status=0
  filter="$(printf '1+%.0s' {1..60000})1 = 1"
  container_exec app --timeout 180 -- /tmp/lifecycle/cf-pcap -i lo -f "$filter" </dev/null >/dev/null 2>&"$messages" || status=$?
  exec {messages}<&-
  [ "$status" = 1 ] || fail "it ended with status $status"
}
