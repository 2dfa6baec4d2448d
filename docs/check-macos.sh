#!/bin/bash
# For the owner of a Mac: tries what no Linux machine can show of the plugin for macOS, one line a thing, `ok` or
# `NOT OK`. Needs the cf CLI, logged in, with an app that runs and that you may capture. It installs the plugin.
#
#   bash check-macos.sh cf-pcap-plugin-VERSION.osx APP [TESTS]
#
# TESTS is the folder build/macos-tests/ that scripts/build-macos-tests has made on a Linux machine: the unit tests and the
# simulation are run, too. Works with the bash 3.2 that macOS has. Leaves nothing but the installed plugin.
plugin=$1 app=$2 tests=$3
if { [ $# != 2 ] && [ $# != 3 ]; } || [ ! -f "$plugin" ] || { [ $# = 3 ] && [ ! -f "$tests/simulation" ]; }; then
  echo "usage: bash check-macos.sh cf-pcap-plugin-VERSION.osx APP [TESTS]" >&2
  exit 2
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

try() { # what command...
  if "${@:2}" >"$work/out" 2>&1; then echo "ok      $1"; else echo "NOT OK  $1:" && tail -5 "$work/out" | sed 's/^/        /'; fi
}
told() { grep -q "$1" "$work/said"; }

starts() { cp "$plugin" "$work/plugin" && chmod +x "$work/plugin" && "$work/plugin"; } # a download may not be executable
not_quarantined() { ! xattr "$plugin" | grep -q quarantine; }
captures() { cf pcap "$app" -d 5s -o "$work/timed.pcap" && tcpdump -n -r "$work/timed.pcap" -c 1 >/dev/null; }
installs() { cf install-plugin -f "$plugin" && cf plugins | grep -q 'pcap'; }
interrupted() { # a terminal of its own, by script(1), in which ^C is typed
  (sleep 20; printf '\003'; sleep 10) | script -q "$work/said" cf pcap "$app" -o "$work/interrupted.pcap"
  told 'Saved capture to' && [ -s "$work/interrupted.pcap" ]
}
through_a_pipe() { cf pcap "$app" -d 5s -o - 2>"$work/said" | tcpdump -n -r - >/dev/null; }
# A cf by another name that begins with it, and none in PATH: the plugin finds the one that started it.
parent_is_found() {
  cp "$(command -v cf)" "$work/cf-of-mine" && (PATH=/usr/bin:/bin "$work/cf-of-mine" pcap "$app" -d 2s -o "$work/parent.pcap")
}
# With its parent gone, the plugin ends by itself.
ends_with_cf() {
  cf pcap "$app" -o "$work/killed.pcap" >/dev/null 2>&1 &
  local cf=$! plugin_pid
  sleep 15
  plugin_pid=$(pgrep -P "$cf") || return
  kill -KILL "$cf"
  sleep 15
  ! kill -0 "$plugin_pid" 2>/dev/null
}

echo "        $(sw_vers -productName) $(sw_vers -productVersion), $(uname -m), cf $(cf version)"
try "the program starts" starts
try "the signature of arm64's half is valid (Intel's half has none, and needs none)" codesign --verify --architecture arm64 "$plugin"
try "it is not quarantined (a browser's download is: xattr -d com.apple.quarantine FILE)" not_quarantined
try "cf installs it" installs
try "cf help pcap" cf help pcap
try "a capture of 5 seconds, which tcpdump reads" captures
try "^C ends the capture and saves it" interrupted
try "-o - into tcpdump" through_a_pipe
try "the cf that started it is found without /proc" parent_is_found
try "it ends when cf is killed" ends_with_cf
if [ -n "$tests" ]; then
  for test in "$tests"/*_test; do
    try "unit tests: ${test##*/}" "$test"
  done
  try "a thousand scenarios of the simulation" "$tests/simulation" 1000 "$RANDOM"
fi
echo "        by hand: ^Z and fg during a capture; closing the window; the live line when the window is made narrow"
