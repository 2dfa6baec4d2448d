# The plugin as an extcap in the real Wireshark's window: what a developer sees there and clicks on. `cf` is the stand-in
# of support/cf; what the extcap does beside that is in extcap.bats.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

load support/plugin
load support/pcap
load support/wireshark

setup() {
  mkdir -p "$FAKE_CF" "$BATS_TEST_TMPDIR/home/.cf"
  cd "$BATS_TEST_TMPDIR" || return
  display
  readable
  "$plugin" 1 pcap --install-extcap >"$said"
}

# Wireshark with its list of interfaces.
opened() { # option…
  wireshark "$@" >"$said" 2>"$errors" </dev/null 3>&- &
  pid=$!
  window 'The Wireshark Network Analyzer'
  on_screen begin
}
# A capture that ends before it begins: why, in a window. Wireshark opens another one behind that.
refused() { # reason
  on_screen shows "Error by extcap pipe: $1"
  on_screen accept "$1"
  on_screen accept 'No packets captured.'
}

@test "a double click on Cloud Foundry app captures, a window says why not, Stop in order loses nothing, Stop leaves nothing" {
  instances 1
  tool all "tool_say \"filter 'tcp prt 80': can't parse filter expression: syntax error\"; exit 1"
  opened -i cfpcap -f 'tcp prt 80' -o extcap.cfpcap.app:myapp # what it remembers of the last time
  on_screen double-click 'Cloud Foundry app: cfpcap'
  refused "Instance 0 cannot be captured: filter 'tcp prt 80': can't parse filter expression: syntax error"

  rm "$FAKE_CF/tool"
  on_screen press Start
  refused "Instance 0 cannot be captured: the capture tool is not in the container"

  echo "Error opening SSH connection: You are not authorized to perform the requested action." >"$FAKE_CF/ssh.err"
  echo 1 >"$FAKE_CF/ssh.status"
  echo '{"enabled":false,"reason":"Disabled for app"}' >"$FAKE_CF/ssh_enabled"
  on_screen press Start
  refused "SSH into app 'myapp' is disabled (Disabled for app)"

  echo "Not logged in. Use 'cf login' or 'cf login --sso' to log in." >"$FAKE_CF/app.err" && echo 1 >"$FAKE_CF/app.status"
  on_screen press Start
  refused "Not logged in. Use 'cf login' or 'cf login --sso' to log in."

  rm "$FAKE_CF"/{app,ssh}.{err,status}
  instances 2 && tool
  on_screen press Start
  on_screen press 'Cloud Foundry' # View > Interface Toolbars
  on_screen shows ' packets, '
  on_screen press 'Stop in order'
  no_child_is_left
  eventually has_all
  cp "$TMPDIR"/wireshark_*.pcapng "$output"
  holds_all_packets 0 1

  rm "$FAKE_CF"/pid-*
  on_screen press Start
  eventually tools_started 2
  on_screen press Stop # Wireshark's own
  no_child_is_left
}
# Its capture process has written all that it read, and the files of the captures without packets are gone.
has_all() {
  local files=("$TMPDIR"/wireshark_*.pcapng)
  [ "${#files[@]}" = 1 ] && ! pgrep -P "$pid" -x dumpcap >dumpcaps
}

@test "the gear opens the options; Load apps lists those of the space, and a double click captures the one that is chosen" {
  instances 1 && tool
  export CF_HOME=$HOME
  echo '{"AccessToken":"bearer x","RefreshToken":"r","SpaceFields":{"Name":"dev","GUID":"space-guid"}}' >"$HOME/.cf/config.json"
  echo '{"resources":[{"name":"first"},{"name":"second"}]}' >"$FAKE_CF/apps"
  opened
  on_screen gear 'Cloud Foundry app: cfpcap'
  on_screen shows App Process Instances Interface 'Bytes of each packet' 'Follow restarts' 'TLS keys'
  on_screen press 'Load apps'
  on_screen choose second
  on_screen press Save
  on_screen hides 'Load apps'
  on_screen double-click 'Cloud Foundry app: cfpcap'
  eventually shows_packets 5
  grep -qx second "$FAKE_CF"/log/ssh.*
  closes 'Capturing from'
  no_child_is_left
}
