# Only in SSH sessions: with Diego's own daemon, and with what looks like it.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2034,SC2154

load ../support/capture
load ../support/ssh

# No policy file: SSH is required.
setup_file() {
  container_init
  lifecycle "$CONTAINER_HOME/lifecycle"
  rm "$CONTAINER_HOME/lifecycle/cf-pcap.policy"
  lifecycle_sshd "$CONTAINER_HOME/lifecycle"
  container_create app --lifecycle "$CONTAINER_HOME/lifecycle"
  container_create as_root --uid 0 --lifecycle "$CONTAINER_HOME/lifecycle"
  sshd_start app
  sshd_start as_root
}
teardown_file() { container_cleanup; }

captures_in_session_of() { # container
  session_capture "$1" -i lo -f "udp port 7001"
  send_and_arrive "$1" 7001 1000
  capture_stop
  [ "$(capture_count)" = 1000 ]
}

is_refused() {
  says "SSH session"
  [ "${#lines[@]}" = 1 ]
}

@test "it captures in a session, and the session's end of input is the end of it, with everything written" {
  captures_in_session_of app
}

@test "it captures in a session of an app that runs as root" { captures_in_session_of as_root; }

@test "it captures below shells and pipes of a session" {
  capture_by session app "sh -c 'exec 4<&0; (env A=b /tmp/lifecycle/cf-pcap -i lo -f \"udp port 7001\" <&4 | cat); true'"
  send app 127.0.0.1 7001 3
  eventually capture_holds 3
  capture_stop
}

@test "it is refused outside of a session, while the daemon runs too" {
  run -2 cf_pcap app -i lo </dev/null
  is_refused
  run -2 cf_pcap as_root -i lo </dev/null
  is_refused
}

@test "in a session its status and messages come back" {
  run -2 session app "/tmp/lifecycle/cf-pcap --snaplen x" </dev/null
  says "snaplen"
}

@test "on a session's terminal it is refused, and ^C ends a capture into a file" {
  export SSH_TTY=-tt
  run -2 session app "/tmp/lifecycle/cf-pcap -i lo" </dev/null
  says "> capture.pcap"
  capture_by session app "/tmp/lifecycle/cf-pcap -i lo -f 'udp port 7001' >/tmp/mine.pcap"
  eventually grep -q capturing "$capture/pcap"
  send_and_arrive app 7001 5
  printf '\003' >&"$capture_stdin"
  eventually grep -q '5 packets captured' "$capture/pcap"
  exec {capture_stdin}>&-
}

@test "a client that is killed leaves no capture behind, even if no packet ever comes" {
  session_capture app -i lo -f "udp port 7999"
  container_exec app -- pidof cf-pcap
  kill_client
  eventually no_capture_left
}
no_capture_left() { ! container_exec app -- pidof cf-pcap >/dev/null; }

@test "a client that vanishes while packets come leaves no capture behind" {
  session_capture app -i lo -f "udp port 7001"
  send app 127.0.0.1 7001 100000 1000 20000 3>&- &
  eventually capture_holds 100
  kill_client
  eventually no_capture_left
  wait %2 || true
}

@test "a copy of the daemon elsewhere, under the same name, does not count" {
  container_exec app -- sh -c 'mkdir /tmp/copy && cp /tmp/lifecycle/diego-sshd /tmp/copy/'
  sshd_start app /tmp/copy/diego-sshd 2223
  SSH_PORT=2223 run -2 session app "/tmp/lifecycle/cf-pcap -i lo" </dev/null
  is_refused
}

@test "the daemon itself counts under whatever name it was started" {
  container_exec app -- sh -c 'ln -s /tmp/lifecycle/diego-sshd /tmp/other-name'
  sshd_start app /tmp/other-name 2224
  SSH_PORT=2224 session_capture app -i lo -f "udp port 7001"
  send app 127.0.0.1 7001
  eventually capture_holds 1
  capture_stop
}

@test "a script of that name does not count" {
  container_exec app -- sh -c 'mkdir /tmp/script && printf "#!/bin/sh\n/tmp/lifecycle/cf-pcap -i lo\n" >/tmp/script/diego-sshd && chmod +x /tmp/script/diego-sshd'
  run -2 container_exec app --timeout 180 -- /tmp/script/diego-sshd </dev/null
  is_refused
}

@test "a daemon that has exited does not count, nor a session that was left" {
  container_create left --lifecycle "$CONTAINER_HOME/lifecycle"
  sshd_start left
  # Started in a session, runs once the daemon is gone.
  session left "setsid sh -c 'until [ -e /tmp/go ]; do sleep 0.1; done
    /tmp/lifecycle/cf-pcap -i lo >/tmp/out 2>/tmp/err; echo \$? >/tmp/status' </dev/null >/dev/null 2>&1 &" </dev/null
  container_exec left -- killall diego-sshd
  eventually sshd_is_gone left
  container_exec left -- touch /tmp/go
  eventually container_exec left -- test -s /tmp/status
  [ "$(container_exec left -- cat /tmp/status)" = 2 ]
  container_exec left -- grep -q "SSH session" /tmp/err
}
sshd_is_gone() { ! container_exec "$1" -- pidof diego-sshd >/dev/null; }

@test "where no daemon lies beside cf-pcap nothing counts" {
  lifecycle "$CONTAINER_HOME/alone" "require_ssh yes"
  container_create alone --lifecycle "$CONTAINER_HOME/alone"
  run -2 cf_pcap alone -i lo </dev/null
  is_refused
}

@test "a copy of cf-pcap beside a copy of the daemon finds its session, but has no capability" {
  container_exec app -- sh -c 'mkdir /tmp/both && cp /tmp/lifecycle/* /tmp/both/'
  sshd_start app /tmp/both/diego-sshd 2225
  SSH_PORT=2225 run -1 session app "/tmp/both/cf-pcap -i lo" </dev/null
  says "does not have the capability"
}
