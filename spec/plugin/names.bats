# Names for addresses in a capture: of the app's bound services, as they resolve in the container, and of the capture
# filter's hosts; and the container's operating system. `cf` is the stand-in of support/cf, getent(1) one of each test.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

load support/plugin
load support/pcap
output=$BATS_TEST_TMPDIR/output.pcapng

# An app with one instance that talks to 10.9.0.1 and its fellow 10.255.0.11, whose container has these names.
app() { # [line of getent…]
  printf '{"resources":[{"index":0,"state":"RUNNING","instance_internal_ip":"10.255.0.10"}]}' >"$FAKE_CF/stats"
  tool 0 'tool_begin "$@"; until read -r -t 0.02 || [ $? -le 128 ]; do pcap_ipv4 $EPOCHREALTIME 10.255.0.10 10.9.0.1; captured=$((captured + 1)); done; tool_end'
  getent 'case $2 in db.internal) echo "10.9.0.1 STREAM db.internal"; echo "10.9.0.1 DGRAM" ;; *) exit 2 ;; esac'
}
getent() { # line of a script
  mkdir -p bin
  printf '%s\n' '#!/usr/bin/env bash' "echo \"\$*\" >>'$BATS_TEST_TMPDIR/asked'" "$1" >bin/getent
  chmod +x bin/getent
  export PATH=$BATS_TEST_TMPDIR/bin:$PATH
}
services() { # credentials…
  local all
  all=$(printf '{"credentials":%s},' "$@")
  echo "{\"system_env_json\":{\"VCAP_SERVICES\":{\"a service\":[${all%,}]}}}" >"$FAKE_CF/env"
}
# Captures until names have come, or will not.
named() { # option…
  capturing --verbose -o "$output" "$@"
  eventually complained "cf-pcap: names: "
  interrupt
  [ "$status" = 0 ] || { cat "$errors" >&2; fail "status $status"; }
  no_child_is_left
}
# The names in a file, as Wireshark takes them.
names() { tshark -r "${1-$output}" -q -z hosts 2>/dev/null | sed -nE 's/^([0-9a-f.:]+)\t+(.+)$/\1 \2/p' | sort -u; }
has_names() { diff <(names) <(printf '%s\n' "$@" | sort); }

@test "bound services and the filter's hosts have their names, and no secret is kept, shown or resolved" {
  app
  services '{"uri":"postgres://user:pass.word@db.internal:5432/name","password":"pass.word"}' \
    '{"hostname":"gone.internal","secret_key":"pass.word"}' '{"url":"redis://pass.word/a@x.internal"}'
  named -f 'host cache.internal or net 10.0.0.0/8'
  complained "cf-pcap: names: 1 of 3 hosts have an address"
  has_names '10.255.0.10 myapp-0' '10.9.0.1 db.internal'
  diff asked <(printf 'ahosts %s\n' cache.internal db.internal gone.internal)
  not grep -rqa 'pass.word' "$output" "$said" "$errors" "$FAKE_CF/log"
  tshark -N n -r "$output" -T fields -e ip.dst_host 2>/dev/null | grep -cx db.internal
}

@test "an instance keeps its name, the container itself gets none, and one name has a few addresses" {
  app
  services '{"host":"db.internal"}' '{"host":"many.internal"}' '{"host":"self.internal"}'
  getent 'case $2 in
    db.internal) echo "10.255.0.10 STREAM"; echo "fd00::7 STREAM"; echo "10.999.0.1 STREAM"; echo "$(rm -rf x)"; printf "\e[31m10.1.1.1\n" ;;
    many.internal) for i in {1..50}; do echo "10.8.0.$i STREAM"; done ;;
    self.internal) echo "127.0.0.1 STREAM"; echo "::1 STREAM"; echo "0.0.0.0 STREAM"; echo "cf-pcap: host 1x"; echo 10.7.0.1; echo "cf-pcap: host 99"; echo 10.7.0.2 ;;
  esac'
  named
  has_names '10.255.0.10 myapp-0' 'fd00::7 db.internal' "$(printf '10.8.0.%s many.internal\n' {1..8})"
}

@test "each file of a rotation has the names by itself, and the operating system of the container" {
  app
  services '{"host":"db.internal"}'
  capturing --verbose -o "$output" --rotate-size 10kB
  eventually complained "cf-pcap: names: 1 of 1 "
  local before files file system
  before=$(printf '%s\n' output*.pcapng | wc -l)
  system="Linux $(uname -r), $(. /etc/os-release && echo "$PRETTY_NAME")"
  eventually files_are $((before + 2))
  interrupt
  [ "$status" = 0 ]
  files=(output*.pcapng)
  for file in "${files[@]:before}"; do
    diff <(names "$file") <(printf '10.255.0.10 myapp-0\n10.9.0.1 db.internal\n')
    capinfos "$file" | grep -qF "Operating system = $system"
  done
}
files_are() { local all=(output*.pcapng) && [ "${#all[@]}" -ge "$1" ]; }

@test "a list of services that is refused, too long or never comes: the capture goes on, and --verbose says why" {
  app
  echo '{"errors":[{"detail":"You are not authorized"}]}' >"$FAKE_CF/env"
  named -f 'host db.internal'
  complained "names: 1 of 1 hosts have an address; those of the services are not known (You are not authorized)"
  has_names '10.255.0.10 myapp-0' '10.9.0.1 db.internal'
  { printf '{"system_env_json":{"VCAP_SERVICES":{"a":[{"credentials":{"host":"db.internal","x":"' &&
    head -c 10000000 /dev/zero | tr '\0' x && printf '"}}]}}}'; } >"$FAKE_CF/env"
  named
  complained "those of the services are not known (Cloud Controller's answer is too long, or none)"
  rm "$FAKE_CF"/env "$FAKE_CF"/log/curl.* && mkfifo "$FAKE_CF/env" # which nobody writes
  capturing --verbose -o "$output"
  eventually asks_for_services
  interrupt
  [ "$status" = 0 ]
  complained "those of the services are not known (the capture ended before)"
  no_child_is_left
}
asks_for_services() { grep -qsx 'v3/apps/.*/env' "$FAKE_CF"/log/curl.*; }

@test "services that never come are given up after 30 seconds, and the filter's hosts get their names" {
  app
  mkfifo "$FAKE_CF/env" # which nobody writes
  named -f 'host db.internal'
  complained "names: 1 of 1 hosts have an address; those of the services are not known (no answer for 30 seconds)"
  has_names '10.255.0.10 myapp-0' '10.9.0.1 db.internal'
}

@test "a container without getent, or whose name server does not answer: the capture goes on, and --verbose says why" {
  app
  services '{"host":"db.internal"}' '{"host":"a.internal"}' '{"host":"b.internal"}'
  getent 'exec sleep 300'
  printf '%s\n' '#!/bin/sh' 'shift; [ "$1" = true ] || exit 124' >bin/timeout && chmod +x bin/timeout
  named
  complained "names: 0 of 3 hosts resolved in instance 0 (the name server does not answer)"
  rm bin/timeout # then it is waited for, and the end of the capture ends it
  capturing -o "$output"
  eventually resolves
  interrupt
  [ "$status" = 0 ]
  no_child_is_left
  rm bin/getent
  export FAKE_SHELL=$BATS_TEST_TMPDIR/bin/shell
  printf '%s\n' '#!/bin/bash' 'case $2 in *getent*) PATH=/nowhere ;; esac' 'exec -a sh /bin/bash "$@"' >"$FAKE_SHELL" && chmod +x "$FAKE_SHELL"
  named
  complained "(there is no getent in the container)"
}
resolves() { grep -qsx 'ahosts db.internal' asked; }

# What the container would be left with if `cf ssh` were killed: its SSH daemon closes the command's stdin, and no more.
@test "the end of its stdin ends the look-up, and the getent that it waits for, in every shell" {
  app
  services '{"host":"db.internal"}' '{"host":"slow.internal"}'
  named
  local command shell no_timeout
  command=$(cat "$FAKE_CF"/log/ssh.* | grep getent)
  getent 'case $2 in db.internal) [ "$1" = hosts ] || exit 1; echo 10.9.0.1 ;; *) echo $$ >waiting; exec sleep 300 ;; esac'
  printf '#!/bin/sh\nexec busybox sh "$@"\n' >busybox-sh && chmod +x busybox-sh
  no_timeout="timeout() { return 127; }; "
  mkfifo stdin
  for shell in bash dash ./busybox-sh; do
    for limits in "" "$no_timeout"; do
      rm -f waiting
      "$shell" -c "$limits$command" <stdin >resolved 2>"$errors" 3>&- &
      pid=$!
      exec 6>stdin
      eventually [ -s waiting ]
      diff resolved <(printf '%s\n' 'cf-pcap: host 0' 10.9.0.1 'cf-pcap: host 1')
      exec 6>&-
      eventually gone "$pid"
      eventually gone "$(cat waiting)"
    done
  done
}

@test "a login that fails is no failure of the capture, and a trace into a file gets no services" {
  app
  services '{"host":"db.internal","password":"pass.word"}'
  capturing --verbose -o "$output"
  interrupt
  export FAKE_SHELL=$BATS_TEST_TMPDIR/bin/shell
  printf '%s\n' '#!/bin/bash' 'case $2 in *getent*) echo "Error opening SSH connection: 429" >&2; exit 1 ;; esac' 'exec /bin/bash "$@"' >"$FAKE_SHELL" && chmod +x "$FAKE_SHELL"
  named
  complained "names: 0 of 1 hosts resolved in instance 0 (Error opening SSH connection: 429)"
  rm "$FAKE_CF"/log/curl.*
  CF_TRACE=$PWD/trace named
  complained "those of the services are not known (cf writes a trace into a file, and their passwords would be in it)"
  mkdir -p .cf && echo '{"Trace":"/tmp/trace"}' >.cf/config.json
  CF_HOME=$PWD named
  complained "(cf writes a trace into a file, and their passwords would be in it)"
  not asks_for_services
}

@test "a capture in pcap has no names, and asks for none" {
  app
  services '{"host":"db.internal"}'
  capturing --verbose -o output.pcap
  eventually is_long output.pcap
  interrupt
  [ "$status" = 0 ]
  not asks_for_services
  not complained "cf-pcap: names: "
}
is_long() { [ "$(stat -c %s "$1")" -gt 5000 ]; }
