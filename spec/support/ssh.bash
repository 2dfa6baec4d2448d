# Real SSH sessions in a container: Diego's daemon, from build/tools, and OpenSSH's client. For bats
# files that have loaded capture.bash.
# shellcheck disable=SC2034,SC2154

# Puts the daemon into a lifecycle directory, beside cf-pcap.
lifecycle_sshd() { # dir
  install -m 755 "$support_root/build/tools/diego-sshd" "$1/diego-sshd"
}

# Starts a daemon as Diego does, open to all, and waits until it listens.
sshd_start() { # container [program [port]]
  local port=${3-2222}
  container_exec "$1" --cwd /home/vcap -- "${2-/tmp/lifecycle/diego-sshd}" -address="[::]:$port" \
    -allowUnauthenticatedClients -inheritDaemonEnv -logLevel=fatal </dev/null >/dev/null 2>&1 3>&- &
  eventually listens "$1" "$port"
}
listens() { container_net "$1" ss -Hltn "sport = :$2" | grep -q LISTEN; } # container port

# Runs a command line in a session, from outside, as `cf ssh -T -c` does. SSH_PORT and SSH_ADDRESS
# name another daemon, SSH_FROM another command to run the client with, SSH_TTY=-tt a terminal.
session() { # container command line
  local address=${SSH_ADDRESS:-$(container_ip "$1")}
  ${SSH_FROM:-outside} timeout --foreground 600 ssh -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
    -o PubkeyAuthentication=no -o ConnectTimeout=180 "${SSH_TTY:--T}" -p "${SSH_PORT:-2222}" "vcap@$address" "$2"
}

# Kills the client that carries the capture, as a laptop that is closed does.
kill_client() { pkill -KILL -P "$(pgrep -P "$capture_job" -x timeout)" -x ssh; }

# Starts a capture in a session.
session_capture() { # container [cf-pcap option…]
  local line
  line=$(printf ' %q' /tmp/lifecycle/cf-pcap "${@:2}")
  capture_by session "$1" "exec$line"
}

# Of the container "app", for tests of what is excluded:

in_the_container() { container_net app "$@"; }

# A session to ADDRESS carries a capture on INTERFACE, and tcpdump looks on at the same time. Both see
# the app's packets, tcpdump alone sees the session.
does_not_grow() { # interface address
  tcpdump_start app "$BATS_TEST_TMPDIR/seen" -i "$1"
  SSH_ADDRESS=$2 SSH_FROM=in_the_container session_capture app -i "$1"
  send app "$2" 7001 200 1000
  eventually capture_holds 200 udp port 7001
  capture_stop
  # It gets what came when a second is over, and what comes by then is lost at its end.
  eventually tcpdump_has 21 "$BATS_TEST_TMPDIR/seen" tcp port 2222
  tcpdump_stop
  [ "$(capture_count tcp)" = 0 ]
  [ "$(capture_count udp port 7001)" = 200 ]
  capture=$BATS_TEST_TMPDIR/seen
  [ "$(capture_count tcp port 2222)" -gt 20 ]
}

tcpdump_has() { [ "$(tcpdump -n -r "$2/pcap" "${@:3}" 2>/dev/null | wc -l)" -ge "$1" ]; } # number folder filter

# From outside; the app's packets go to the outside, too.
does_not_grow_outside() { # interface address of the container, of the outside
  SSH_ADDRESS=$2 session_capture app -i "$1"
  send app "$3" 7001 200 1000
  eventually capture_holds 200 udp port 7001
  capture_stop
  [ "$(capture_count tcp)" = 0 ]
  [ "$(capture_count udp port 7001)" = 200 ]
}

# A TCP connection that is refused, or not, leaves at least two packets.
connect() { container_exec app --timeout 20 -- nc "$@" </dev/null || true; }
