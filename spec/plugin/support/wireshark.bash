# shellcheck shell=bash disable=SC2034,SC2154
# A screen that nobody sees, for the real Wireshark: spec/plugin/wireshark.bats and others.

eval "without_display_$(declare -f teardown)"
teardown() {
  without_display_teardown
  [ -z "${screen-}" ] || kill "$screen" 2>/dev/null || true # and what runs on it ends
}

# Makes a screen, and a user's folder for Wireshark, which asks nothing when it is closed.
display() {
  local number=$BATS_TEST_TMPDIR/display
  Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp 3>"$number" >"$BATS_TEST_TMPDIR/xvfb.log" 2>&1 &
  screen=$!
  eventually [ -s "$number" ]
  DISPLAY=:$(cat "$number")
  HOME=$BATS_TEST_TMPDIR/home TMPDIR=$BATS_TEST_TMPDIR/temporary XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR
  export DISPLAY HOME TMPDIR XDG_RUNTIME_DIR
  mkdir -p "$HOME/.config/wireshark" "$TMPDIR"
  printf '%s\n' 'gui.ask_unsaved: FALSE' 'gui.update.enabled: FALSE' >"$HOME/.config/wireshark/preferences"
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
