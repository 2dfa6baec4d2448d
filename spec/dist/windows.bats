# The plugin for Windows with the real cf.exe against the Cloud Foundry of tools/local-cloud, both under Wine; what Wine
# cannot show is in docs/desks.md. And unit tests that need neither a shell nor POSIX.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # what is loaded sets variables, and uses some

bats_require_minimum_version 1.5.0
load ../support/platform
root=$support_root

# The server of the prefix is started here, so that no test waits for its end. Nothing of it may have bats' descriptor 3.
setup_file() {
  local compiler=$root/build/cross/win64/packages/musl/bin/musl-gcc
  "$root/scripts/build-cross" win64 cf-pcap-plugin >&2
  platform_start
  platform_login >"$BATS_FILE_TMPDIR/login"
  cf push myapp -p "$root/acceptance-tests/assets/app" -b binary_buildpack -m 64M -i 3 >"$BATS_FILE_TMPDIR/push" 3>&-
  Xvfb -displayfd 4 -screen 0 1024x768x24 -nolisten tcp 4>"$BATS_FILE_TMPDIR/display" >"$BATS_FILE_TMPDIR/xvfb.log" 2>&1 3>&- &
  echo $! >"$BATS_FILE_TMPDIR/xvfb.pid"
  eventually test -s "$BATS_FILE_TMPDIR/display"
  DISPLAY=:$(cat "$BATS_FILE_TMPDIR/display")
  export DISPLAY
  export HOME=$BATS_FILE_TMPDIR/home WINEPREFIX=$BATS_FILE_TMPDIR/prefix WINEDEBUG=-all WINEDLLOVERRIDES=mscoree,mshtml=
  export CF_HOME='C:\home' drive=$WINEPREFIX/drive_c
  mkdir -p "$HOME" "$WINEPREFIX"
  wineserver -p 3>&-
  on_windows wineboot -i >/dev/null 2>&1
  "$compiler" -shared -nostdlib -o "$drive/windows/system32/bcryptprimitives.dll" "$root/spec/support/bcryptprimitives.c" -ladvapi32
  "$compiler" -O1 -o "$drive/press-ctrl-c.exe" "$root/spec/support/press-ctrl-c.c"
  cp "$root/build/cross/win64/packages/cf-pcap-plugin/bin/cf-pcap-plugin" "$drive/cf-pcap-plugin.exe"
  cp "$root/build/tools/cf.exe" "$drive/"
  mkdir -p "$drive/home" "$drive/Große Dateien"
  {
    cf_exe api "$CF_PCAP_API" --skip-ssl-validation && cf_exe auth "$CF_PCAP_USER" "$CF_PCAP_PASSWORD" && cf_exe target -o pcap -s dev
  } >&2
  # Under Wine, the CLI cannot remove its temporary copy, and says so when all is done.
  run cf_exe install-plugin -f 'C:\cf-pcap-plugin.exe'
  printf '%s\n' "$output" >"$BATS_FILE_TMPDIR/installed"
}

teardown_file() {
  wineserver -k || true
  kill "$(cat "$BATS_FILE_TMPDIR/xvfb.pid")" || true
  platform_stop
}

eventually() { for ((n = 0; n < 600; n++)); do ! "$@" || return 0; sleep 0.1; done; return 1; }
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

@test "a filter comes through as it was typed, with every odd character" {
  local odd='port $HOME `x` "a b" %PATH% ^& | <> \ '\''q'\'' \" !'
  run -1 cf_exe pcap myapp -i 0 -d 1s -o 'C:\wrong.pcap' -f "$odd"
  [[ $output == *"cannot be captured: filter '$odd': "* ]]
  [[ $output == *"Nothing was captured."* ]]
  [ ! -e "$drive/wrong.pcap" ]
}

@test "^C ends the capture and not cf.exe: what was captured is saved before the prompt comes" {
  run -0 on_windows 'C:\press-ctrl-c.exe' 'C:\said' Capturing 'C:\cf.exe pcap myapp -o C:\interrupted.pcap'
  [ "$(tail -1 "$drive/said" | tr -d '\r')" = "Saved capture to 'C:\\interrupted.pcap'." ]
  [ "$(packets "$drive/interrupted.pcap")" -ge 0 ]
}

@test "a folder that is not there, an instance that is not there: one line, status 1" {
  run -1 cf_exe pcap myapp -d 1s -o 'C:\no such folder\x.pcap'
  [[ $output == *"C:\\no such folder\\x.pcap"*"No such file or directory"* ]]
  run -1 cf_exe pcap myapp -d 1s -i 9 -o 'C:\x.pcap'
  [[ $output == *"9"* ]]
}

@test "cf.exe ssh takes a command that begins with a slash after an equals sign" {
  run -0 cf_exe ssh myapp -T '-c=/tmp/lifecycle/cf-pcap --version'
  [[ $output == *cf-pcap* ]]
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

@test "three hundred scenarios of the simulation" {
  local cross=$root/build/cross/win64
  make -s -C "$root/src/cf-pcap-plugin/test" OUT="$cross/units/cf-pcap-plugin" "$cross/units/cf-pcap-plugin/simulation" \
    CC="$cross/packages/musl/bin/musl-gcc -lws2_32 -include $root/spec/support/no-timer.h"
  run -0 on_windows "$cross/units/cf-pcap-plugin/simulation" 300 "$((RANDOM * 32768 + RANDOM))"
  [[ $output == *"ok simulation: 300 scenarios"* ]]
}
