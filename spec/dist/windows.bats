# The plugin for Windows with the real cf.exe against the Cloud Foundry of tools/local-cloud, both under Wine; what Wine
# cannot show is in docs/desks.md. And unit tests that need neither a shell nor POSIX.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # what is loaded sets variables, and uses some

bats_require_minimum_version 1.5.0
load ../support/platform
root=$support_root

# Wine is started here, so that no test waits for the end of what it leaves running. Nothing of it may have bats'
# descriptor 3.
setup_file() {
  local compiler=$root/build/cross/win64/packages/musl/bin/musl-gcc
  "$root/scripts/build-cross" win64 cf-pcap-plugin >&2
  platform_start
  platform_login >"$BATS_FILE_TMPDIR/login"
  cf push myapp -p "$root/acceptance-tests/assets/app" -b binary_buildpack -m 64M -i 3 >"$BATS_FILE_TMPDIR/push" 3>&-
  Xvfb ":$((1000 + BASHPID % 50000))" -displayfd 4 -screen 0 1024x768x24 -nolisten tcp 4>"$BATS_FILE_TMPDIR/display" >"$BATS_FILE_TMPDIR/xvfb.log" 2>&1 3>&- &
  echo $! >"$BATS_FILE_TMPDIR/xvfb.pid"
  eventually test -s "$BATS_FILE_TMPDIR/display"
  DISPLAY=:$(cat "$BATS_FILE_TMPDIR/display")
  export DISPLAY
  export HOME=$BATS_FILE_TMPDIR/home WINEPREFIX=$BATS_FILE_TMPDIR/prefix WINEDEBUG=-all WINEDLLOVERRIDES=mscoree,mshtml=
  export TMPDIR=$BATS_FILE_TMPDIR/tmp CF_HOME='C:\home' drive=$WINEPREFIX/drive_c
  mkdir -p "$HOME" "$TMPDIR" "$WINEPREFIX"
  wine_starts
  "$compiler" -shared -nostdlib -o "$drive/windows/system32/bcryptprimitives.dll" "$root/spec/support/bcryptprimitives.c" -ladvapi32
  "$compiler" -O1 -o "$drive/press-ctrl-c.exe" "$root/spec/support/press-ctrl-c.c"
  "$compiler" -O1 -o "$drive/be-wireshark.exe" "$root/spec/support/be-wireshark.c"
  "$compiler" -O1 -o "$drive/read-and-leave.exe" "$root/spec/support/read-and-leave.c"
  shell_of powershell.exe
  shell_of 7.3/pwsh.exe 7,3,9,500
  shell_of 7.4/pwsh.exe 7,4,0,500
  mkdir -p "$drive/Net Tools"
  "$compiler" -O1 -o "$drive/Net Tools/Wireshark.exe" "$root/spec/support/be-viewer.c"
  cp "$drive/Net Tools/Wireshark.exe" "$drive/Net Tools/tshark.exe"
  cp "$root/build/cross/win64/packages/cf-pcap-plugin/bin/cf-pcap-plugin" "$drive/cf-pcap-plugin.exe"
  cp "$root/build/tools/cf.exe" "$drive/"
  mkdir -p "$drive/home" "$drive/Große Dateien"
  {
    cf_exe api "$CF_PCAP_API" --skip-ssl-validation && cf_exe auth "$CF_PCAP_USER" "$CF_PCAP_PASSWORD" && cf_exe target -o pcap -s dev
  } >&2
  cf_exe install-plugin -f 'C:\cf-pcap-plugin.exe' >"$BATS_FILE_TMPDIR/installed"
}

# Its server stays, and its services have no output of a test.
wine_starts() {
  wineserver -p 3>&-
  on_windows wineboot -i >/dev/null 2>&1
}

# A stand-in for a shell that makes pipes, in its folder of drive C, with a version in its resources.
shell_of() { # name [version]
  local folder compiler=$root/build/cross/win64/packages/musl/bin/musl-gcc
  local -a resources=()
  folder=$(dirname "$drive/$1")
  mkdir -p "$folder"
  if [ $# -gt 1 ]; then
    printf '1 VERSIONINFO FILEVERSION %s BEGIN END\n' "$2" >"$folder/version.rc"
    (cd "$folder" && "$root/build/cross/win64/bin/windres" version.rc version.res)
    resources=("$folder/version.res")
  fi
  "$compiler" -O1 -o "$drive/$1" "$root/spec/support/be-powershell.c" "${resources[@]}"
}

teardown_file() {
  ! mountpoint -q "$drive/small" || umount "$drive/small"
  wineserver -k || true
  kill "$(cat "$BATS_FILE_TMPDIR/xvfb.pid")" || true
  platform_stop
}

on_windows() { timeout --kill-after=5 300 wine "$@" 3>&-; }
cf_exe() { on_windows 'C:\cf.exe' "$@"; }
cf_here() { CF_HOME=$BATS_FILE_TMPDIR cf "$@"; }

# Requests to the app from the announcement on, when all instances are captured, until a file is there.
requests_until() { # file
  local url
  until grep -qs Capturing "$BATS_TEST_TMPDIR/said" || [ -e "$1" ]; do sleep 0.1; done
  url=https://$(cf_here curl "/v3/apps/$(cf_here app myapp --guid)/routes" | jq -r '.resources[0].url')
  while [ ! -e "$1" ]; do curl -ksS -o "$BATS_TEST_TMPDIR/body" --max-time 10 "$url" || true; done
}

# A capture of so many packets, with requests while it runs; status of cf.exe. What it says goes to $BATS_TEST_TMPDIR/said.
capture() { # argument…
  local status=0
  rm -f "$BATS_TEST_TMPDIR/done"
  requests_until "$BATS_TEST_TMPDIR/done" 3>&- &
  cf_exe pcap myapp --interface lo -f 'tcp port 8080' "$@" || status=$?
  touch "$BATS_TEST_TMPDIR/done"
  wait $! || true
  return "$status"
}
packets() { capinfos -Mc "$1" | sed -nE 's/^Number of packets: *//p'; }

@test "the cf CLI installs it and shows its help" {
  grep -F "Plugin cf-pcap " "$BATS_FILE_TMPDIR/installed" | grep -F "successfully installed."
  run -0 cf_exe plugins
  [[ $output =~ cf-pcap\ +[0-9.]+\ +pcap,\ pcap-app ]]
  run -0 cf_exe help pcap
  [[ $output == *"--filter, -f"* ]]
}

@test "the cf CLI installs it from a plugin repository, and refuses what is not what its checksum says" {
  local folder=$BATS_TEST_TMPDIR/repository sum
  mkdir "$folder"
  cp "$drive/cf-pcap-plugin.exe" "$folder/"
  python3 -u -m http.server --bind 127.0.0.1 --directory "$folder" 0 >"$folder.log" 2>&1 3>&- &
  server=$!
  eventually grep -q "Serving HTTP" "$folder.log"
  address=http://127.0.0.1:$(sed -nE 's/.* port ([0-9]+) .*/\1/p' "$folder.log")
  export CF_HOME='C:\another'
  mkdir "$drive/another"
  for sum in "$(printf '0%.0s' {1..40})" "$(sha1sum <"$folder/cf-pcap-plugin.exe" | cut -d' ' -f1)"; do
    jq -n --arg url "$address/cf-pcap-plugin.exe" --arg sum "$sum" '{plugins: [{name: "cf-pcap", version: "9.9.9",
      binaries: [{platform: "win64", url: $url, checksum: $sum}]}]}' >"$folder/list"
    cf_exe add-plugin-repo loopback "$address" >"$BATS_TEST_TMPDIR/added"
    cf_exe install-plugin -f -r loopback cf-pcap >"$folder.$sum" 2>&1 || true
  done
  kill "$server"
  grep -qF "checksum does not match" "$folder.$(printf '0%.0s' {1..40})"
  grep -qE "Plugin cf-pcap [0-9.]+ successfully installed." "$folder.$sum"
  run -0 cf_exe plugins
  [[ $output =~ cf-pcap\ +[0-9.]+\ +pcap,\ pcap-app ]]
}

@test "three instances into one file, with blanks and umlauts in its path" {
  capture -c 90 -o 'C:\Große Dateien\für mich.pcapng' >"$BATS_TEST_TMPDIR/said" 2>&1
  [ "$(tail -1 "$BATS_TEST_TMPDIR/said" | tr -d '\r')" = "Saved capture to 'C:\\Große Dateien\\für mich.pcapng'." ]
  [ "$(packets "$drive/Große Dateien/für mich.pcapng")" = 90 ]
  tshark -r "$drive/Große Dateien/für mich.pcapng" -T fields -e frame.interface_name 2>/dev/null | sort -u >"$BATS_TEST_TMPDIR/interfaces"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/interfaces")" = 3 ]
}

@test "-o - is binary: no byte is added" {
  capture -c 60 -o - >"$BATS_TEST_TMPDIR/out.pcap" 2>"$BATS_TEST_TMPDIR/said"
  [ "$(packets "$BATS_TEST_TMPDIR/out.pcap")" = 60 ]
  not_cut=$(tcpdump -n -r "$BATS_TEST_TMPDIR/out.pcap" 2>&1 >/dev/null)
  [[ $not_cut != *truncated* && $not_cut != *bogus* ]]
  grep -q 'written to standard output' "$BATS_TEST_TMPDIR/said"
}

# What cf.exe says where this shell has made the pipe; what comes through that is in C:\piped.
behind() { # shell argument…
  on_windows "$1" 'C:\piped' "C:\\cf.exe pcap ${*:2}" | tr -d '\r'
}

@test "PowerShell that damages what goes through its pipe is told of; CMD and one that does not are not" {
  local damages='Standard output goes through PowerShell, which damages binary data before version 7.4: the capture will not be readable. Use -o FILE or --wireshark.'
  behind 'C:\powershell.exe' myapp -i 0 -d 1s -o - >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/said"
  [ "$(tr -d '\r' <"$BATS_TEST_TMPDIR/said" | head -1)" = "$damages" ]
  [ "$(packets "$drive/piped")" -ge 0 ] # nothing of it is between the packets; this PowerShell does not damage them
  run behind 'C:\7.3\pwsh.exe' nosuch -o -
  [ "${lines[0]}" = "$damages" ]
  run behind 'C:\7.4\pwsh.exe' nosuch -o -
  [ "${lines[0]}" = "App 'nosuch' not found." ]
  run behind 'C:\powershell.exe' nosuch -o 'C:\x.pcap'
  [[ $output == *"App 'nosuch' not found."* && $output$(cat "$drive/piped") != *damages* ]]
  run on_windows cmd /c 'C:\cf.exe pcap nosuch -o - | more'
  [[ $output == *"App 'nosuch' not found."* && $output != *damages* ]]
}

@test "a filter comes through as it was typed, with every odd character" {
  local odd='port $HOME `x` "a b" %PATH% ^& | <> \ '\''q'\'' \" !'
  run -1 cf_exe pcap myapp -i 0 -d 1s -o 'C:\wrong.pcap' -f "$odd"
  [[ $output == *"cannot be captured: filter '$odd': "* ]]
  [[ $output == *"Nothing was captured."* ]]
  [ ! -e "$drive/wrong.pcap" ]
}

@test "^C ends the capture and not cf.exe: what was captured is saved before the prompt comes" {
  run -0 on_windows 'C:\press-ctrl-c.exe' 1 'C:\said' Capturing 'C:\cf.exe pcap myapp -o C:\interrupted.pcap'
  [ "$(tail -1 "$drive/said" | tr -d '\r')" = "Saved capture to 'C:\\interrupted.pcap'." ]
  [ "$(packets "$drive/interrupted.pcap")" -ge 0 ]
}

# How much of the first ^C's work is done by then is a matter of time.
@test "a second ^C ends at once: nothing is told of the processes that it has ended but that they were cut off" {
  run on_windows 'C:\press-ctrl-c.exe' 2 'C:\said' Capturing 'C:\cf.exe pcap myapp -o C:\interrupted.pcap'
  [ "$status" -le 1 ]
  [ "$(tail -1 "$drive/said" | tr -d '\r')" = "Saved capture to 'C:\\interrupted.pcap'." ]
  run -1 grep 'did not end in order' "$drive/said"
  [ "$(packets "$drive/interrupted.pcap")" -ge 0 ]
}

@test "a program behind the pipe that has seen enough ends the capture, status 0" {
  run -0 on_windows 'C:\read-and-leave.exe' 24 'C:\cf.exe pcap myapp -i 0 -o -'
  [ "$(tail -1 <<<"${output//$'\r'/}")" = "The capture was written to standard output." ]
  [[ $output != *"did not end in order"* ]]
}

# Status 1, and this line.
refused() { # line argument…
  local line=$1
  shift
  run -1 cf_exe pcap "$@"
  grep -qxF -- "$line" <<<"${output//$'\r'/}" || { printf '%s\n' "$output" && return 1; }
}

@test "what cannot be written is told in one line: folder, drive, name, another's file" {
  refused 'Cannot write C:\no such folder\x.pcap: No such file or directory.' myapp -o 'C:\no such folder\x.pcap'
  refused 'Cannot write Q:\x.pcap: No such file or directory.' myapp -o 'Q:\x.pcap'
  refused 'Cannot write C:\home: Is a directory.' myapp -o 'C:\home'
  refused 'Cannot write C:\what?.pcap: a name on Windows has none of : * ? " < > |.' myapp -o 'C:\what?.pcap'
  [ "${#lines[@]}" = 1 ]
  refused 'Cannot write C:\home\x:y.pcap: a name on Windows has none of : * ? " < > |.' myapp -o 'C:\home\x:y.pcap'
  refused "Cannot write aux.pcap: Windows takes this name for a device's." myapp -o aux.pcap
  refused "Cannot write C:\\home\\con: Windows takes this name for a device's." myapp -o 'C:\home\con'
  refused "Cannot write $(printf 'ü%.0s' {1..256}): a name on Windows has at most 255 characters." myapp -o "$(printf 'ü%.0s' {1..256})"
  refused 'Cannot write \\nobody\share\x.pcap: No such file or directory.' myapp -o '\\nobody\share\x.pcap'
  cf_exe pcap myapp -i 0 -o 'C:\taken.pcap' >"$BATS_TEST_TMPDIR/said" 2>&1 &
  eventually test -e "$drive/taken.pcap"
  refused 'Cannot write C:\TAKEN.pcap: another program has it open, such as another cf pcap.' myapp -o 'C:\TAKEN.pcap'
  # The other one ends when its cf.exe does.
  on_windows taskkill /f /im cf.exe >"$BATS_TEST_TMPDIR/killed"
  wait $! || true
}

# Wine has network drives in its own way: folders below dosdevices/unc/.
@test "a path may be relative to a drive, of a network, longer than 260 characters; NUL takes everything" {
  local path folder
  folder=$(printf 'd%.0s' {1..70})
  folder=$folder/$folder/$folder/$folder
  mkdir -p "$drive/$folder" "$WINEPREFIX/dosdevices/unc/server/my share/$folder"
  for path in 'C:here.pcap' '\\?\C:\home\there.pcap' "C:\\${folder//\//\\}\\deep.pcap" '\\server\my share\far.pcap' \
    "//server/my share/$folder/far.pcap" NUL; do
    run -0 cf_exe pcap myapp -i 0 -d 1s -f 'tcp port 9' -o "$path" # which nothing matches, such as ARP
    [ "$(tail -1 <<<"${output//$'\r'/}")" = "Saved capture to '$path'." ]
  done
  for path in "$drive/"{home/there,"$folder/deep"}.pcap "$WINEPREFIX/dosdevices/unc/server/my share/"{far,"$folder/far"}.pcap; do
    [ "$(packets "$path")" = 0 ]
  done
  eventually test ! -e "$drive/NUL"
  run -0 cf_exe pcap myapp -i 0 -d 1s --split -o '\\server\my share\far.pcap'
  [ "$(tail -1 <<<"${output//$'\r'/}")" = "Saved capture to '\\\\server\\my share\\far-0.pcap'." ]
}

@test "a path that is longer than Windows takes it gets the form without a limit" {
  local long
  long=$(printf 'd%.0s' {1..250})
  "$root/build/cross/win64/packages/musl/bin/musl-gcc" -O1 -o "$drive/print-paths.exe" "$root/spec/support/print-paths.c" \
    "$root/src/cf-pcap-plugin/system/windows/path.c"
  run -0 on_windows 'C:\print-paths.exe' 'C:\short\..\x' "C:/$long/x" "//server/share/$long/x" "\\\\?\\C:\\$long\\x" NUL \
    "C:\\$(printf 'x%.0s' {1..5000})"
  diff <(tr -d '\r' <<<"$output") - <<END
C:\\x
\\\\?\\C:\\$long\\x
\\\\?\\UNC\\server\\share\\$long\\x
\\\\?\\C:\\$long\\x
NUL
too long
END
}

@test "--keep removes the oldest files, and not what was put in the place of one" {
  local first url
  mkdir -p "$drive/ring"
  url=https://$(cf_here curl "/v3/apps/$(cf_here app myapp --guid)/routes" | jq -r '.resources[0].url')
  # One instance: no packet waits for another's, and so no file is opened when requests have ended.
  cf_exe pcap myapp -i 0 --interface lo -f 'tcp port 8080' --rotate-size 20kB --keep 2 -o 'C:\ring\r.pcap' >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
  eventually grep -q Capturing "$BATS_TEST_TMPDIR/said"
  requests_until_file "$url" "$drive/ring/r_00002"
  first=$(compgen -G "$drive/ring/r_00001*")
  mv "$first" "$BATS_TEST_TMPDIR/"
  echo "another's" >"$first"
  requests_until_file "$url" "$drive/ring/r_00004"
  eventually none_is "$drive/ring/r_00002"
  [ "$(cat "$first")" = "another's" ]
  on_windows taskkill /f /im cf.exe >"$BATS_TEST_TMPDIR/killed"
  wait $! || true
}
none_is() { ! compgen -G "$1*" >"$BATS_TEST_TMPDIR/found"; } # beginning
# Whose name begins so; it may be removed again soon, and its successor not before that.
requests_until_file() { # url beginning
  until compgen -G "$2*" >"$BATS_TEST_TMPDIR/found"; do curl -ksS -o "$BATS_TEST_TMPDIR/body" --max-time 10 "$1"; done
}

@test "a full disk ends the capture, and what was written can be read" {
  mkdir -p "$drive/small"
  mount -t tmpfs -o size=64k none "$drive/small"
  capture --reserve 0 -o 'C:\small\x.pcap' >"$BATS_TEST_TMPDIR/said" 2>&1 || true
  cp "$drive/small/x.pcap" "$BATS_TEST_TMPDIR/"
  umount "$drive/small"
  grep -qF 'Cannot write C:\small\x.pcap: No space left on device. What was written until now can be read.' "$BATS_TEST_TMPDIR/said"
  [[ $(tail -1 "$BATS_TEST_TMPDIR/said" | tr -d '\r') = "Saved part of the capture to 'C:\small\x.pcap': $(packets "$BATS_TEST_TMPDIR/x.pcap") packets." ]]
}

@test "no login, no app, no instance, SSH disabled, an option that is not there: what to do, status 1" {
  local guid
  guid=$(cf_here app myapp --guid)
  mkdir -p "$drive/nobody"
  CF_HOME='C:\nobody' CF_PLUGIN_HOME='C:\home' refused "No API endpoint set. Use 'cf.exe login' or 'cf.exe api' to target an endpoint." myapp
  refused "App 'nosuch' not found." nosuch
  run -1 cf_exe pcap myapp -d 1s -i 9 -o 'C:\x.pcap'
  [[ $output == *"9"* ]]
  cf_here curl -X PATCH "/v3/apps/$guid/features/ssh" -d '{"enabled":false}' >"$BATS_TEST_TMPDIR/answer"
  refused "SSH into app 'myapp' is disabled (Disabled for app), and the capture runs over SSH. To enable it:" myapp -o 'C:\x.pcap'
  cf_here curl -X PATCH "/v3/apps/$guid/features/ssh" -d '{"enabled":true}' >"$BATS_TEST_TMPDIR/answer"
  refused 'Incorrect Usage: there is no option --bogus' myapp --bogus
}

@test "--wireshark finds where its installer has put it, and another program by its path" {
  refused "Cannot find Wireshark: install it (https://www.wireshark.org/download.html), name it with --wireshark=PROGRAM, or save the capture with -o FILE." myapp --wireshark
  on_windows reg add 'HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\Wireshark.exe' /v Path /d 'C:\Net Tools' /f >"$BATS_TEST_TMPDIR/registry"
  capture --wireshark -c 30 >"$BATS_TEST_TMPDIR/said" 2>&1
  eventually viewer_had -
  viewer_had -k
  eventually viewer_shows 30
  capture --wireshark='C:\Net Tools\tshark.exe' -c 45 -o 'C:\both.pcapng' >"$BATS_TEST_TMPDIR/said" 2>&1
  eventually viewer_had -l
  [ "$(packets "$drive/both.pcapng")" = 45 ]
  eventually viewer_shows 45
}
viewer_had() { tr -d '\r' <"$drive/shown.words" | grep -qxF -- "$1"; } # word
viewer_shows() { [ "$(packets "$drive/shown.pcapng")" = "$1" ]; }      # packets

# Like Wireshark; status of the plugin.
extcap() { # end bytes argument…
  WINEPATH="C:\\" on_windows 'C:\be-wireshark.exe' 'C:\extcap.pcapng' 'C:\toolbar' "$1" "$2" 'C:\cf-pcap-plugin.exe' --extcap-interface cfpcap --capture "${@:3}"
}
# The same with requests to the app. An extcap tells of the capture in its toolbar alone, so there are none before that
# has it.
extcap_with_requests() { # end bytes
  local status=0
  rm -f "$drive/toolbar" "$BATS_TEST_TMPDIR"/{said,done}
  { eventually grep -qsa 'packets' "$drive/toolbar" && echo Capturing >"$BATS_TEST_TMPDIR/said"; } 3>&- &
  requests_until "$BATS_TEST_TMPDIR/done" 3>&- &
  extcap "$@" --app myapp --interface lo --extcap-capture-filter 'tcp port 8080' || status=$?
  touch "$BATS_TEST_TMPDIR/done"
  wait
  return "$status"
}

@test "Wireshark gets a capture through a named pipe, its toolbar shows how that is doing, Stop in order ends it" {
  run -0 extcap_with_requests press 3000
  [ "$(packets "$drive/extcap.pcapng")" -ge 20 ]
  grep -qa 'packets' "$drive/toolbar"
  od -An -v -tx1 "$drive/toolbar" | tr -d ' \n' | grep -q 540000020105 # the button is to be disabled
  grep -qa 'ended' "$drive/toolbar"
}

# By their pids here, the programs with such a name that run in this Wine (whose tasklist is a stub).
running() { # name
  local pid
  for pid in $(pgrep -x -- "$1"); do ! grep -qszxF "WINEPREFIX=$WINEPREFIX" "/proc/$pid/environ" || echo "$pid"; done
}
# In the three containers, and all of them were asked.
tools_are() { # number
  local index
  programs=$(for index in 0 1 2; do CF_HOME=$BATS_FILE_TMPDIR cf_ssh myapp -i "$index" 'cat /proc/[0-9]*/comm 2>/dev/null; echo asked'; done)
  [ "$(grep -cx asked <<<"$programs")" = 3 ] && [ "$(grep -cx cf-pcap <<<"$programs")" = "$1" ]
}
all_run() { [ "$(running cf.exe | wc -l)" -ge 3 ] && [ -n "$(running 'cf-pcap-plug.*')" ] && tools_are 3; }
nothing_runs() { [ -z "$(running cf.exe)$(running 'cf-pcap-plug.*')" ]; }
# Windows closes the connections of a program that ends. Wine's server now and then keeps one of a program that was killed,
# and with it the tool at its other end, until it ends itself.
nothing_is_left() {
  eventually nothing_runs
  wineserver -k || true
  wineserver -w
  wine_starts
  eventually tools_are 0
}
what_is_seen() {
  printf 'cf.exe: %s; plugin: %s; in the containers: %s\n' "$(running cf.exe | xargs)" "$(running 'cf-pcap-plug.*' | xargs)" \
    "$(sort <<<"${programs:-}" | uniq -c | xargs)"
}

@test "TerminateProcess on an extcap, a pipe that Wireshark closes, a Wireshark that is killed: no tool in a container is left, no cf.exe" {
  run -93 extcap kill 0 --app myapp --interface lo # it asks for the app, or logs in
  nothing_is_left
  run -93 extcap_with_requests kill 3000
  nothing_is_left
  run extcap_with_requests leave 3000
  [ "$status" -le 1 ]
  nothing_is_left
  extcap none 0 --app myapp --interface lo 3>&- &
  eventually all_run
  kill -KILL "$(running be-wireshark.ex)" # as much of a name as Linux keeps
  wait $! || true
  nothing_is_left
}

@test "Wireshark is told why there is no capture, and gets an empty one" {
  run -1 extcap none 0 --app nosuch --interface lo
  [[ $output == *"App 'nosuch' not found."* ]]
  [ "$(packets "$drive/extcap.pcapng")" = 0 ]
}

@test "what Wireshark asks an extcap: interfaces, link types, options, the apps of the space" {
  ask() { WINEPATH="C:\\" on_windows 'C:\cf-pcap-plugin.exe' "$@"; }
  run -0 ask --extcap-interfaces
  [[ $output == *"interface {value=cfpcap}"*"control {number=1}"* ]]
  run -0 ask --extcap-interface cfpcap --extcap-dlts
  [[ $output == "dlt {number=1}{name=EN10MB}"* ]]
  run -0 ask --extcap-interface cfpcap --extcap-config
  [[ $output == *"{call=--app}"* ]]
  run -0 ask --extcap-interface cfpcap --extcap-config --extcap-reload-option --listed
  [[ $output == *"{value=myapp}"* ]]
}

@test "--install-extcap makes a copy; one of another version is replaced, another's file is not" {
  export WIRESHARK_EXTCAP_DIR='C:\Große Dateien\extcap'
  local copy="$drive/Große Dateien/extcap/cf-pcap.exe"
  run -0 cf_exe pcap --install-extcap
  [[ $output == "Installed "*"cf-pcap.exe, a copy of this version of the plugin."* ]]
  cmp "$copy" "$drive/cf-pcap-plugin.exe"
  echo another version >>"$copy"
  run -0 cf_exe pcap --install-extcap
  cmp "$copy" "$drive/cf-pcap-plugin.exe"
  run -0 cf_exe pcap --remove-extcap
  [ ! -e "$copy" ]
  echo another program >"$copy"
  run -1 cf_exe pcap --install-extcap
  [[ $output == *"something else is there; remove it first."* ]]
  run -1 cf_exe pcap --remove-extcap
  [ "$(cat "$copy")" = "another program" ]
}

@test "without tshark, Wireshark's folder is below APPDATA, wherever that is" {
  run -0 on_windows cmd /c 'set APPDATA=C:\roaming&&C:\cf.exe pcap --install-extcap'
  cmp "$drive/roaming/Wireshark/extcap/cf-pcap.exe" "$drive/cf-pcap-plugin.exe"
  run -1 on_windows cmd /c 'set APPDATA=&&C:\cf.exe pcap --install-extcap'
  [ "$(tail -1 <<<"${output//$'\r'/}")" = "Cannot install the extcap: there is no folder for it; HOME (on Windows APPDATA) is not set." ]
}

@test "--follow: an instance that is restarted is captured again" {
  local guid
  guid=$(cf_here app myapp --guid)
  cf_exe pcap myapp --interface lo -f 'tcp port 8080' --follow -d 300s -o 'C:\follow.pcapng' >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
  eventually grep -q Capturing "$BATS_TEST_TMPDIR/said"
  cf_here curl -X DELETE "/v3/apps/$guid/processes/web/instances/2" >"$BATS_TEST_TMPDIR/answer"
  eventually grep -qE '^Instance 2 is captured again[:.]' "$BATS_TEST_TMPDIR/said"
  on_windows taskkill /f /im cf.exe >"$BATS_TEST_TMPDIR/killed"
  wait $! || true
  eventually grep -qF "Saved capture to 'C:\\follow.pcapng'." "$BATS_TEST_TMPDIR/said"
  packets "$drive/follow.pcapng"
}

# README.md, docs/use.md. How long standard input is open does not matter: the tool ends after its end, at the latest ten
# seconds later.
@test "the documents' cf ssh lines work with cf.exe, which takes what begins with a slash for an option" {
  eventually tells_its_version # "EOF" at times: see cf_ssh
  sleep 3 | cf_exe ssh myapp -c "exec /tmp/lifecycle/cf-pcap -i lo -f 'tcp port 8080'" >"$BATS_TEST_TMPDIR/out.pcap" 2>"$BATS_TEST_TMPDIR/said"
  [ "$(packets "$BATS_TEST_TMPDIR/out.pcap")" -ge 0 ]
  run ! cf_exe ssh myapp -c '/tmp/lifecycle/cf-pcap --version'
  run -1 grep -rnE --exclude=desks.md "ssh .*-c [\"']?/" "$root"/{README.md,docs} "$root"/src/cf-pcap/{cf-pcap.1,options.c}
}

tells_its_version() { [[ $(cf_exe ssh myapp -T -c 'exec /tmp/lifecycle/cf-pcap --version') == *cf-pcap* ]]; }

@test "--tls-keys takes a path of the container, and not one that Git Bash has made of it" {
  local url
  refused "Incorrect Usage: --tls-keys C:/Program Files/Git/tmp/keys.log: not the whole path of a file in the container, such as /tmp/keys.log" \
    myapp --tls-keys 'C:/Program Files/Git/tmp/keys.log' -o 'C:\keys.pcapng'
  CF_HOME=$BATS_FILE_TMPDIR cf_ssh myapp -i 0 "printf 'CLIENT_RANDOM %064d %096d\\n' 1 2 >/tmp/windows.log"
  cf_exe pcap myapp -i 0 --interface lo --tls-keys /tmp/windows.log -o 'C:\keys.pcapng' >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
  url=https://$(cf_here curl "/v3/apps/$(cf_here app myapp --guid)/routes" | jq -r '.resources[0].url')
  until grep -qsa 'CLIENT_RANDOM 0' "$drive/keys.pcapng"; do curl -ksS -o "$BATS_TEST_TMPDIR/body" --max-time 10 "$url"; done
  on_windows taskkill /f /im cf.exe >"$BATS_TEST_TMPDIR/killed"
  wait $! || true
  eventually grep -qF "The capture has 1 TLS key" "$BATS_TEST_TMPDIR/said"
}

@test "unit tests" {
  local cross=$root/build/cross/win64 program
  local -a tests=({advice,cf_answer,ending,index_list,instances,options}_test)
  "$root/scripts/fetch-blobs" --tools
  ln -sfn "$root/build/sources" "$cross/sources"
  make -s -C "$root/src/cf-pcap-plugin/test" MUSL=1 MUSL_BUILD="$cross" OUT="$cross/units/cf-pcap-plugin" \
    "${tests[@]/#/$cross/units/cf-pcap-plugin/}"
  make -s -C "$root/src/pcap-merge/test" MUSL=1 MUSL_BUILD="$cross" CC="$cross/packages/musl/bin/musl-gcc -lws2_32" \
    OUT="$cross/units/pcap-merge" "$cross"/units/pcap-merge/{merge,stream}_test
  for program in "${tests[@]/#/cf-pcap-plugin/}" pcap-merge/{merge,stream}_test; do
    CMOCKA_MESSAGE_OUTPUT=TAP run -0 on_windows "$cross/units/$program"
    [[ $output == *"ok 1 - "* ]]
  done
}

# Without that of the extcap, whose harness needs open_memstream(3).
@test "the seeds of the fuzz harnesses" {
  local cross=$root/build/cross/win64 program harness
  local -a harnesses
  for program in cf-pcap-plugin pcap-merge; do
    mapfile -t harnesses < <(cd "$root/src/$program/fuzz/seeds" && printf '%s\n' * | grep -vx extcap)
    harnesses=("${harnesses[@]/%/_fuzz}")
    make -s -j2 -C "$root/src/$program/fuzz" BUILD="$cross" MAIN="$root/spec/support/run-seeds.c" \
      CC="$cross/packages/musl/bin/musl-gcc -lws2_32" "${harnesses[@]/#/$cross/fuzz/$program/}"
    for harness in "${harnesses[@]}"; do
      run -0 on_windows "$cross/fuzz/$program/$harness" "$root/src/$program/fuzz/seeds/${harness%_fuzz}"/*
      [[ $output == *"ok "*" seeds"* ]]
    done
  done
}

@test "three hundred scenarios of the simulation" {
  local cross=$root/build/cross/win64
  make -s -C "$root/src/cf-pcap-plugin/test" OUT="$cross/units/cf-pcap-plugin" "$cross/units/cf-pcap-plugin/simulation" \
    CC="$cross/packages/musl/bin/musl-gcc -lws2_32 -include $root/spec/support/no-timer.h"
  run -0 on_windows "$cross/units/cf-pcap-plugin/simulation" 300 1
  [[ $output == *"ok simulation: 300 scenarios"* ]]
}
