# What goes wrong is explained once, with what to do about it. `cf` is the stand-in of support/cf.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

load support/plugin

fails_with() { # message, then options
  capture -o "$output" "${@:2}"
  [ "$status" = 1 ] || fail "status $status"
  complained_once "$1"
  [ ! -e "$output" ]
  not said "Saved"
}

look_up_fails_with() { # message
  : >"$FAKE_CF/app.out"
  echo 1 >"$FAKE_CF/app.status"
  echo "$1" >"$FAKE_CF/app.err"
  fails_with "$1"
}

@test "not logged in, no target, no such app: the CLI's own words" {
  look_up_fails_with "Not logged in. Use 'cf login' or 'cf login --sso' to log in."
  look_up_fails_with "No API endpoint set. Use 'cf login' or 'cf api' to target an endpoint."
  look_up_fails_with "No org targeted, use 'cf target -o ORG' to target an org."
  look_up_fails_with "App 'myapp' not found."
}

@test "no such process: those that there are" {
  fails_with "Cannot list the instances of process 'nope': the app has no such process; its processes: web, worker" --process nope
}

@test "processes, or instances, that cannot be listed: Cloud Controller's own words" {
  echo '{"errors":[{"detail":"Process not found","title":"CF-ResourceNotFound","code":10010}]}' >"$FAKE_CF/stats"
  fails_with "Cannot list the instances of process 'web': Process not found"
  cp "$FAKE_CF/stats" "$FAKE_CF/processes"
  fails_with "Cannot list the instances of process 'web': Process not found"
}

@test "a reply that is no list of processes, or instances, is shown" {
  echo '<html>Bad gateway</html>' >"$FAKE_CF/processes"
  fails_with "printed something else than processes: <html>Bad gateway</html>"
  rm "$FAKE_CF/processes"
  echo '<html>Bad gateway</html>' >"$FAKE_CF/stats"
  fails_with "printed something else than instances: <html>Bad gateway</html>"
}

@test "SSH that is disabled: who did, and the commands that enable it" {
  instances 3
  echo "Error opening SSH connection: You are not authorized to perform the requested action." >"$FAKE_CF/ssh.err"
  echo 1 >"$FAKE_CF/ssh.status"
  echo '{"enabled":false,"reason":"Disabled for app"}' >"$FAKE_CF/ssh_enabled"
  fails_with "SSH into app 'myapp' is disabled (Disabled for app)"
  complained_once "cf enable-ssh myapp"
  complained_once "cf allow-space-ssh"
  complained_once "cf restart myapp"
}

@test "SSH that is enabled, but refused: the role it takes" {
  instances 2
  echo "Error opening SSH connection: You are not authorized to perform the requested action." >"$FAKE_CF/ssh.err"
  echo 1 >"$FAKE_CF/ssh.status"
  echo '{"enabled":true,"reason":""}' >"$FAKE_CF/ssh_enabled"
  fails_with "SSH into app 'myapp' was refused: you are not authorized."
}

@test "a container without the tool: what to try, and whom to ask; once for all instances" {
  instances 5 # and no tool
  fails_with "the capture tool is not in the container"
  complained_once "cf restart myapp"
  complained_once "The same for instances "
}

@test "a Windows app: it says that it is one, not what cmd.exe says" {
  instances 2
  printf "'exec' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n" >"$FAKE_CF/ssh.err"
  echo 1 >"$FAKE_CF/ssh.status"
  fails_with "cannot be captured: it runs on Windows, and packets are captured in Linux containers alone"
  capture --check
  [ "$status" = 1 ]
  said "no   connection  instances 0, 1: it runs on Windows"
}

@test "a tool that may not be started: the shell's reason" {
  instances 1 && tool 0 && chmod -x "$FAKE_CF/tool-0"
  fails_with "cannot be started in the container"
  complained "Permission denied"
}

@test "a tool that may not capture, or does not know the filter or interface: its own reason" {
  instances 3
  for reason in "may not capture: the container forbids gaining privileges (no_new_privs)" \
    "filter 'tcp prt 80': syntax error, after 'tcp '" "there is no interface 'eth7' here; use one of: lo eth0 any"; do
    tool all "tool_say \"$reason\"; exit 2"
    fails_with "cannot be captured: $reason"
  done
}

@test "diego-release's tool: its own reason" {
  instances 2
  tool all 'echo "time=2026-01-01T00:00:00Z level=ERROR msg=\"failed to set up capture\" error=\"failed to open device eth7: No such device\"" >&2; exit 1'
  fails_with "cannot be captured: \"failed to open device eth7: No such device\""
}

@test "a tool whose words the SSH proxy lost: try again" {
  instances 2
  echo EOF >"$FAKE_CF/ssh.err"
  echo 1 >"$FAKE_CF/ssh.status"
  fails_with "ended at once, and what it said was lost on the way (EOF); try again"
}

@test "a stream that is no capture is shown, and drives no terminal" {
  instances 2 && tool all 'printf "Hello\x1b[2J\n"; tool_begin "$@"; tool_capture; tool_end'
  fails_with 'something that is no capture: "Hello\x1b[2J"'
}

@test "a record that lies about its length ends that instance's capture, not the others'" {
  instances 2 && tool
  tool 1 'tool_begin "$@"; tool_packet; le32 1; le32 0; le32 999999999; le32 999999999; printf lies; tool_capture; tool_end'
  start -o "$output"
  eventually complained "Instance 1 ended early: sent something that is no packet"
  interrupt
  [ "$status" = 1 ]
  [ "$(packets | grep '^1 ')" = "1 1" ]
  holds_packet "0 1"
}

@test "what became of instances that ended early is asked, and told at the end" {
  instances 3 && tool
  tool 1 'tool_begin "$@"; tool_packet; sed -i "s/1,\"state\":\"RUNNING/1,\"state\":\"CRASHED/" "$FAKE_CF/stats"; exit 1'
  until_1_has_ended
  [ "$status" = 1 ]
  complained_once "Not running any more: instance 1. 'cf events myapp' says why."
  not complained "Restarted"
  instances 3
  tool 1 'tool_begin "$@"; tool_packet; sed -i "s/1,\"state\"/1,\"instance_guid\":\"aaaaaaaa-0002\",\"state\"/" "$FAKE_CF/stats"; exit 1'
  CF_INSTANCE_GUID=aaaaaaaa-0001 until_1_has_ended # as in the container
  complained_once "Restarted during the capture: instance 1. 'cf events myapp' says why."
  instances 3
  tool 1 'tool_begin "$@"; tool_packet; exit 1'
  until_1_has_ended # the connection alone
  not complained "cf events"
}
until_1_has_ended() {
  start -o "$output"
  eventually complained "Instance 1 ended early: "
  interrupt
}

@test "a cf that is not there is named" {
  instances 1
  status=0
  PATH=/nowhere "$plugin" 1 pcap myapp >"$said" 2>"$errors" || status=$?
  [ "$status" = 1 ]
  complained "Cannot run the cf CLI (cf)"
}

@test "more instances than files may be open: said once, and those that started are captured" {
  instances 10 && tool
  ulimit -n 33
  start -o "$output"
  eventually said "Capturing"
  interrupt
  [ "$status" = 1 ]
  complained_once "cannot be captured: cf ssh could not be started: too many files are open; each instance takes three for each interface (ulimit -n"
  complained_once "The same for instances "
  local -a captured=("$FAKE_CF"/captured-*) # how many that are depends on what this shell has open
  [ "${#captured[@]}" -lt 10 ]
  holds_all_packets "${captured[@]##*-}"
}

@test "an output that cannot be written is refused before anything is started" {
  instances 1 && tool
  mkdir folder
  capture -o folder
  [ "$status" = 1 ]
  complained "Cannot write folder: Is a directory."
  capture -o nowhere/file.pcap
  [ "$status" = 1 ]
  complained "Cannot write nowhere/file.pcap: No such file or directory."
  [ ! -e "$FAKE_CF/log" ]
}

@test "a terminal is no output" {
  instances 1 && tool
  run -1 script -qec "'$plugin' 1 pcap myapp -o -" /dev/null
  [[ $output == *"a capture is not for a terminal"* ]]
}

@test "a full disk ends the capture, and what was written can be read" {
  instances 2 && tool all 'tool_begin "$@"; for ((i = 0; i < 3000; i++)); do tool_packet; done; tool_wait 600; tool_end'
  mkdir full
  run -1 unshare -m bash -c "mount -t tmpfs -o size=64k none full && { '$plugin' 1 pcap myapp --reserve 0 -o full/capture.pcap 2>&1; status=\$?; cp full/capture.pcap .; exit \$status; }"
  [[ $output == *"Cannot write full/capture.pcap: No space left on device. What was written until now can be read."* ]]
  tcpdump -n -r capture.pcap >packets 2>tcpdump.err
  not grep -q truncated tcpdump.err
  [ "$(grep -c ethertype packets)" -gt 1000 ]
  no_child_is_left
}

@test "wrong options are named, with where to look" {
  capture --nonsense
  [ "$status" = 1 ]
  complained "Incorrect Usage: there is no option --nonsense"
  complained "See 'cf help pcap'."
  capture tcp port 80
  complained "a filter is one word: -f 'tcp port 80'"
  capture -o # with musl, the word before is nowhere by then
  complained "-o (--output) needs a value"
  capture --format
  complained "--format needs a value"
  capture -i eth0
  complained "did you mean --interface eth0?"
}
