#!/usr/bin/env bats
# What job cf-pcap-cell does on a cell: the cache before the rep starts, the checks after.
# shellcheck disable=SC2016,SC2154,SC2317 # programs in quotes, and what the helpers and bats use

bats_require_minimum_version 1.5.0
load ../support/file_server_vm.bash

setup() {
  VM=$BATS_TEST_TMPDIR/vcap
  cache=$VM/data/rep/shared/garden/download_cache
  state=$VM/data/cf-pcap-cell/rep
  mkdir -p "$VM/jobs/rep/config" "$VM/jobs/garden/config" "$VM/sys/run/bpm/rep" "$cache"
  rep_config true
  printf '[server]\n  log-level = error\n' >"$VM/jobs/garden/config/config.ini"
  echo '{}' >"$cache/saved_cache.json"
  cp "$(command -v sleep)" "$BATS_TEST_TMPDIR/rep"
}

teardown() {
  [ ! -f "$BATS_TEST_TMPDIR/pids" ] || xargs kill <"$BATS_TEST_TMPDIR/pids" || true
}

# The rep's configuration for bpm, with diego.rep.enable_cf_pcap true or false.
rep_config() {
  printf 'processes:\n- name: rep\n  executable: /var/vcap/jobs/rep/bin/rep\n' >"$VM/jobs/rep/config/bpm.yml"
  [ "$1" = false ] || printf '  capabilities:\n  - SETFCAP\n' >>"$VM/jobs/rep/config/bpm.yml"
}

# A process `rep` with the rights that the options of setpriv give it, below an init as in bpm.
rep_runs() {
  bash -c '"$@" & echo $!; wait' - setpriv "$@" "$BATS_TEST_TMPDIR/rep" 300 >"$BATS_TEST_TMPDIR/rep.pid" 2>/dev/null 3>&- &
  echo $! >"$VM/sys/run/bpm/rep/rep.pid"
  echo $! >>"$BATS_TEST_TMPDIR/pids"
  until [ "$(cat "/proc/$(cat "$BATS_TEST_TMPDIR/rep.pid")/comm" 2>/dev/null)" = rep ]; do sleep 0.1; done
  cat "$BATS_TEST_TMPDIR/rep.pid" >>"$BATS_TEST_TMPDIR/pids"
}

with_setfcap() { rep_runs --reuid 2000 --clear-groups --inh-caps=-all,+setfcap --ambient-caps=-all,+setfcap --bounding-set=-all,+setfcap; }
without_setfcap() { rep_runs --reuid 2000 --clear-groups --inh-caps=-all --bounding-set=-all; }

prepare() { "$assembly_bin/cell" prepare --rep "$VM/jobs/rep" --cache "$cache" --state "$state" --enabled "$1"; }
check() { "$assembly_bin/cell" check --rep "$VM/jobs/rep" --cache "$cache" --run "$VM/sys/run" --garden "$VM/jobs/garden"; }

# Whether prepare drops the index of the cache, which is there again each time, as the rep leaves it.
drops() {
  echo '{}' >"$cache/saved_cache.json"
  prepare "$1"
  [ ! -e "$cache/saved_cache.json" ]
}

fails_with() {
  local text=$1
  shift
  run --separate-stderr "$@"
  [ "$status" = 1 ]
  [ "${#stderr_lines[@]}" = 1 ]
  [[ ${stderr_lines[0]} == "cell: "*"$text"* ]]
}

@test "the index of the cache goes when nothing is known yet" {
  drops yes
}

@test "the index of the cache stays when nothing has changed" {
  drops yes
  run ! drops yes
  run ! drops yes
}

@test "the index of the cache goes when capture is enabled or disabled" {
  drops no
  drops yes
  drops no
  run ! drops no
}

@test "the index of the cache goes when the rep gets CAP_SETFCAP later than capture is enabled" {
  rep_config false
  drops yes
  rep_config true
  drops yes
  run ! drops yes
}

@test "what was extracted is left to the rep, only the index goes" {
  mkdir "$cache/archive"
  drops yes
  [ -d "$cache/archive" ]
}

@test "killed before it has written down what it knows, it drops the index again" {
  drops yes
  rm "$state"
  touch "$state.new"
  drops yes
  run ! drops yes
}

@test "a cell that has no cache yet is no error" {
  rm -r "$cache"
  prepare yes
}

@test "a VM without the rep is an error" {
  rm -r "$VM/jobs/rep"
  fails_with "no rep on this VM ($VM/jobs/rep is missing): job cf-pcap-cell belongs into the instance group of the rep" prepare yes
  fails_with "no rep on this VM" check
}

@test "all is well: the rep has CAP_SETFCAP, Garden lets privileges be gained, the cache is not nosuid" {
  with_setfcap
  run check
  [ "$status" = 0 ]
  [[ $output == *"the rep, pid $(cat "$BATS_TEST_TMPDIR/rep.pid"), has CAP_SETFCAP"* ]]
}

@test "a rep without CAP_SETFCAP fails the deploy" {
  without_setfcap
  fails_with "the running rep has no CAP_SETFCAP: set diego.rep.enable_cf_pcap (and bpm.enabled) of job rep to true; it needs diego-release 2.130 or newer" check
}

@test "it is the rep that counts, not the init above it" {
  without_setfcap
  grep -q '^CapEff:.*[^0]' "/proc/$(cat "$VM/sys/run/bpm/rep/rep.pid")/status"
  fails_with "the running rep has no CAP_SETFCAP" check
}

@test "a rep without bpm is found by its own pid file" {
  without_setfcap
  mkdir "$VM/sys/run/rep"
  mv "$BATS_TEST_TMPDIR/rep.pid" "$VM/sys/run/rep/rep.pid"
  rm "$VM/sys/run/bpm/rep/rep.pid"
  fails_with "the running rep has no CAP_SETFCAP" check
}

@test "a rep that does not run fails the deploy" {
  fails_with "the rep does not run" check
}

@test "Garden with no_new_privileges fails the deploy" {
  with_setfcap
  echo '  no-new-privileges = true' >>"$VM/jobs/garden/config/config.ini"
  fails_with "set garden.no_new_privileges of job garden to false" check
}

@test "a nosuid mount fails the deploy" {
  with_setfcap
  nosuid() {
    unshare -m bash -c 'mount -t tmpfs -o nosuid none "$1" && shift && exec "$@"' - "$VM/data" "$assembly_bin/cell" check \
      --rep "$VM/jobs/rep" --cache "$cache" --run "$VM/sys/run" --garden "$VM/jobs/garden"
  }
  fails_with "the file system of $VM/data is mounted nosuid, which voids file capabilities: mount the data disk without nosuid" nosuid
}
