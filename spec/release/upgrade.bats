#!/usr/bin/env bats
# From 0.1.0 to this version: plugins, tools and jobs of both, in each combination that an upgrade brings about. 0.1.0's
# are built from this repository's history.
# shellcheck disable=SC2005,SC2016,SC2030,SC2031,SC2034,SC2154,SC2317 # what the helpers and bats use

bats_require_minimum_version 1.5.0
load ../support/capture
load ../support/file_server_vm
load ../plugin/support/cli

setup_file() {
  cd "$support_root" || return
  make -s all >&2
  scripts/build-tools 0.1.0 cf >&2
  container_init
  CF_PCAP_PROGRAM=$support_root/build/tools/0.1.0/cf-pcap lifecycle "$CONTAINER_HOME/old"
  lifecycle "$CONTAINER_HOME/new"
  container_create old --lifecycle "$CONTAINER_HOME/old"
  container_create new --lifecycle "$CONTAINER_HOME/new"
}

teardown_file() { container_cleanup; }

setup() {
  root=$support_root
  old=$root/build/tools/0.1.0
  export FAKE_CF=$BATS_TEST_TMPDIR/fake PATH=$root/spec/plugin/support:$PATH
  mkdir "$FAKE_CF"
  echo '{"resources":[{"type":"web","index":0,"state":"RUNNING"},{"type":"web","index":1,"state":"RUNNING"}]}' >"$FAKE_CF/stats"
}

plugin_of() { [ "$1" = old ] && echo "$old/cf-pcap-plugin" || echo "$root/build/bin/cf-pcap-plugin"; }

# The stand-in for cf (spec/plugin/support/cf) runs the tool in a container.
tool_in() { # instance container
  { echo '#!/usr/bin/env bash' && printf 'source %q\nexport CONTAINER_HOME=%q\n' "$root/spec/support/container.bash" "$CONTAINER_HOME" &&
    printf 'container_exec %q -- /tmp/lifecycle/cf-pcap "$@"\n' "$2"; } >"$FAKE_CF/tool-$1"
  chmod +x "$FAKE_CF/tool-$1"
}

# A tool like diego-release's, with its flags: nothing but a signal ends it, it tells no counts.
diego_tool_in() { # instance container
  { echo '#!/usr/bin/env bash' && echo 'while [ $# -gt 0 ]; do case $1 in -interface) i=$2 ;; -filter) f=$2 ;; -snaplen) s=$2 ;; esac; shift 2; done' &&
    printf 'exec nsenter --net=/proc/%s/ns/net tcpdump --immediate-mode -U -w - -i "$i" ${s:+-s "$s"} ${f:+"$f"} 2>/dev/null\n' "$(container_pid "$2")"; } >"$FAKE_CF/tool-$1"
  chmod +x "$FAKE_CF/tool-$1"
}

has_numbers() { [ "$(numbers)" = "$1" ]; }
numbers() { tcpdump -nr "$BATS_TEST_TMPDIR/capture.pcap" udp 2>/dev/null | wc -l; }
said() { grep -qF "$1" "$BATS_TEST_TMPDIR/said"; }

# A capture by one plugin with two instances, each of which is sent seven packets.
captures() { # plugin container container
  local pid status=0
  rm -f "$BATS_TEST_TMPDIR/said"
  "$(plugin_of "$1")" 1 pcap myapp -o "$BATS_TEST_TMPDIR/capture.pcap" --interface lo -f "udp port 4000" >"$BATS_TEST_TMPDIR/said" 2>&1 </dev/null 3>&- &
  pid=$!
  eventually said "Capturing"
  for container in "$2" "$3"; do
    send "$container" 127.0.0.1 4000 7
  done
  # What tcpdump has not read when it is ended is lost.
  [ -z "${OF_TCPDUMP-}" ] || eventually has_numbers 14
  kill -INT "$pid"
  wait "$pid" || status=$?
  cat "$BATS_TEST_TMPDIR/said"
  [ "$status" = 0 ]
  [ "$(numbers)" = 14 ]
}

@test "each plugin captures with each tool, and with both at once, as while cells are updated" {
  local plugin first second
  for plugin in old new; do
    for first in old new; do
      for second in old new; do
        [ "$first" != "$second" ] || continue # one container of each
        tool_in 0 "$first"
        tool_in 1 "$second"
        captures "$plugin" "$first" "$second"
      done
    done
  done
}

@test "each plugin captures with diego-release's tool, beside ours" {
  local plugin
  diego_tool_in 0 old
  tool_in 1 new
  for plugin in old new; do
    OF_TCPDUMP=yes captures "$plugin" old new
  done
}

@test "the counts of each tool are in each plugin's table" {
  local plugin
  for plugin in old new; do
    tool_in 0 old
    tool_in 1 new
    captures "$plugin" old new
    [ "$(grep -cE '^[01] +7 .* 0 +0' "$BATS_TEST_TMPDIR/said")" = 2 ]
  done
}

@test "each tool takes the policy of each version" {
  printf 'require_ssh no\nmax_snaplen 96\nmax_duration 0\n' >"$CONTAINER_HOME/old/cf-pcap.policy"
  cp "$CONTAINER_HOME/old/cf-pcap.policy" "$CONTAINER_HOME/new/cf-pcap.policy"
  local container
  for container in old new; do
    run container_exec "$container" -- /tmp/lifecycle/cf-pcap -i lo -s 97
    [ "$status" = 2 ]
    [[ $output == *"the operator's policy allows no more than 96 bytes"* ]]
  done
  policy "$CONTAINER_HOME/old"
  policy "$CONTAINER_HOME/new"
}

@test "the new plugin is installed over the old one, and the old one over it" {
  local which
  for which in old new old; do
    plugin=$(plugin_of "$which")
    cli_install
    cli_run plugins
    [[ $output =~ cf-pcap\ +$(strings "$plugin" | grep -qF 0.1.0 && echo 0.1.0 || echo "$(sed -nE 's/^#define CF_PCAP_VERSION_(MAJOR|MINOR|BUILD) ([0-9]+)$/\2/p' "$root/src/version.h" | paste -sd.)")\  ]]
  done
}

@test "assembly goes on where 0.1.0's left off, and 0.1.0's where this one did" {
  vm_create
  lifecycle_files "$BATS_TEST_TMPDIR/files"
  stock_archive buildpack "$BATS_TEST_TMPDIR/files"
  agent_apply
  local which
  for which in old new old; do
    if [ "$which" = old ]; then ASSEMBLE=$old/assemble-lifecycles assemble --enabled yes; else assemble --enabled yes; fi
    tar -xOzf "$(served buildpack)" cf-pcap >"$BATS_TEST_TMPDIR/tool"
    if [ "$which" = old ]; then cmp "$BATS_TEST_TMPDIR/tool" "$old/cf-pcap"; else cmp "$BATS_TEST_TMPDIR/tool" "$assembly_bin/cf-pcap"; fi
    [ "$(tree | grep -c 'cf-pcap/buildpack_app_lifecycle.made')" = 1 ]
  done
}
