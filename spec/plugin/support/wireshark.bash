# shellcheck shell=bash disable=SC2034,SC2154
# A screen that nobody sees, for the real Wireshark: spec/plugin/wireshark.bats and others.

eval "without_display_$(declare -f teardown)"
teardown() {
  without_display_teardown
  [ -z "${screen-}" ] || kill "$screen" 2>/dev/null || true # and what runs on it ends
  [ -z "${bus-}" ] || kill "$bus" 2>/dev/null || true       # and what it has started ends
}

# Makes a screen, and a user's folder for Wireshark, which asks nothing when it is closed, and lists extcaps alone.
display() {
  local number=$BATS_TEST_TMPDIR/display
  # The first free number may be that of a server that is just ending, which then removes the new one's socket. Without
  # -noreset it refuses programs for a moment when its last one has gone, such as an xdotool that found nothing.
  Xvfb ":$((1000 + BASHPID % 50000))" -noreset -displayfd 3 -screen 0 1280x800x24 -nolisten tcp 3>"$number" >"$BATS_TEST_TMPDIR/xvfb.log" 2>&1 &
  screen=$!
  eventually [ -s "$number" ]
  DISPLAY=:$(cat "$number")
  HOME=$BATS_TEST_TMPDIR/home TMPDIR=$BATS_TEST_TMPDIR/temporary XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR
  export DISPLAY HOME TMPDIR XDG_RUNTIME_DIR
  mkdir -p "$HOME/.config/wireshark" "$TMPDIR"
  printf '%s\n' 'gui.ask_unsaved: FALSE' 'gui.update.enabled: FALSE' 'gui.interfaces_hidden_types: 0,1,2,3,4,5,6,7,9' >"$HOME/.config/wireshark/preferences"
}

windows() { xdotool search --name "$1" >"$BATS_TEST_TMPDIR/window" 2>/dev/null; }
window() { eventually windows "$1"; }
shows_packets() { # number at least
  local file
  for file in "$TMPDIR"/wireshark_*; do
    [ ! -f "$file" ] || [ "$(tshark -r "$file" 2>/dev/null | wc -l)" -lt "$1" ] || return 0 # pipes are the extcap's
  done
  return 1
}
# Closes the program $pid by the keys for that, in the window whose title matches. A window that is not done yet may miss
# keys: they are pressed again.
closes() { # title
  window "$1"
  eventually gone_at_keys "$1"
}
gone_at_keys() {
  ! gone "$pid" || return 0
  # It may vanish meanwhile, and then is waited for.
  ! windows "$1" || timeout 5 xdotool windowfocus --sync "$(head -1 "$BATS_TEST_TMPDIR/window")" key --clearmodifiers ctrl+q 2>/dev/null || true
  sleep 1
  gone "$pid"
}

# For on_screen, before the program is started: a bus that it is to be found on.
readable() {
  local address=$BATS_TEST_TMPDIR/bus
  dbus-daemon --session --nofork --print-address=4 4>"$address" 2>"$address.log" 3>&- &
  bus=$!
  eventually [ -s "$address" ]
  DBUS_SESSION_BUS_ADDRESS=$(cat "$address") QT_LINUX_ACCESSIBILITY_ALWAYS_ON=1
  export DBUS_SESSION_BUS_ADDRESS QT_LINUX_ACCESSIBILITY_ALWAYS_ON
}
on_screen() { /usr/bin/python3 "$root/spec/plugin/support/window.py" "$@" 3>&-; } # as that says
