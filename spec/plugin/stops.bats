# Stopped before the capture, and children that do not want to end. `cf` is the stand-in of support/cf.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

load support/plugin

# A login, of which the plugin makes a copy for its children, in a folder that can be looked at.
with_login() {
  mkdir -p home/.cf copies
  echo '{"RefreshToken":"one"}' >home/.cf/config.json
  export CF_HOME=$PWD/home TMPDIR=$PWD/copies
  unset XDG_RUNTIME_DIR
}
# `cf app` runs, as the stand-in has noted.
is_looked_up() { [ -s "$(compgen -G "$FAKE_CF/log/app.*")" ]; }
copies() { compgen -G 'copies/*' >/dev/null; }

@test "a signal while the app is looked up: it says so, and leaves neither cf nor the copy of the login behind" {
  instances 1 && tool
  with_login
  mkfifo "$FAKE_CF/app.out" # whose reader waits
  for signal in INT TERM HUP; do
    start -o "$output"
    eventually is_looked_up
    copies
    local child
    child=$(head -1 "$FAKE_CF"/log/app.*)
    interrupt "$signal"
    [ "$status" = 1 ]
    complained_once "Stopped: the capture is not started."
    eventually gone "$child"
    eventually not copies
    rm "$FAKE_CF"/log/*
  done
  [ ! -e "$FAKE_CF/pid-0" ]
}

@test "a killed lookup leaves nothing of a cf that is a script around the CLI" {
  instances 1 && tool
  mkfifo "$FAKE_CF/app.out"
  start -o "$output"
  eventually is_looked_up
  local child inner
  child=$(head -1 "$FAKE_CF"/log/app.*)
  eventually pgrep -P "$child" # its cat(1), which waits
  inner=$(pgrep -P "$child")
  interrupt
  eventually gone "$inner"
}

@test "who is killed is killed with all it has started" {
  instances 2 && tool
  tool 1 'trap "" TERM; tool_begin "$@"; tool_packet; sleep 600 & echo $! >"$FAKE_CF/pid-sleep"; wait; wait'
  capturing -o "$output"
  eventually test -s "$FAKE_CF/pid-sleep"
  interrupt
  [ "$status" = 1 ]
  eventually gone "$(cat "$FAKE_CF/pid-1")"
  eventually gone "$(cat "$FAKE_CF/pid-sleep")"
}

@test "where too few files may be open it says so, and starts nothing" {
  instances 1 && tool
  for limit in 8 14; do
    run -1 bash -c 'for fd in /proc/$$/fd/*; do fd=${fd##*/}; [ "$fd" -le 2 ] || eval "exec $fd>&-"; done; ulimit -n "$1"; exec "$2" 1 pcap myapp' - "$limit" "$plugin"
    [[ $output == "Cannot capture: too few files may be open (ulimit -n)"* ]]
    [ "${#lines[@]}" = 1 ]
  done
  [ ! -e "$FAKE_CF/log" ]
}

@test "a script around the CLI that does not know the locale: its warning is not the reason" {
  instances 1 && tool
  echo 'Not logged in.' >"$FAKE_CF/app.err" && echo 1 >"$FAKE_CF/app.status"
  sed -i '1i cf: line 2: warning: setlocale: LC_ALL: cannot change locale (en_US.UTF-8)' "$FAKE_CF/app.err"
  capture
  [ "$status" = 1 ]
  [ "$(cat "$errors")" = "Not logged in." ]
}
