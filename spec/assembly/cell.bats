#!/usr/bin/env bats
# What job cf-pcap-cell does on a cell: the cache before the rep starts, the checks after.
# shellcheck disable=SC2016,SC2154,SC2317 # programs in quotes, and what the helpers and bats use

bats_require_minimum_version 1.5.0
load ../support/file_server_vm.bash

setup() {
  VM=$BATS_TEST_TMPDIR/vcap
  cache=$VM/data/rep/shared/garden/download_cache
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

prepare() { "${CELL:-$cell_script}" prepare --rep "$VM/jobs/rep" --cache "$cache" --enabled "$1"; }
check() { "${CELL:-$cell_script}" check --rep "$VM/jobs/rep" --cache "$cache" --run "$VM/sys/run" --garden "$VM/jobs/garden"; }

# The rep has extracted an archive with a tool, with its file capability or without.
extracted() { # name yes|no
  mkdir -p "$cache/$1.d"
  cp "$assembly_bin/cf-pcap" "$cache/$1.d/cf-pcap"
  [ "$2" = no ] || "$assembly_bin/setcap" cap_net_raw=p "$cache/$1.d/cf-pcap"
}

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

@test "the index of the cache stays where no tool was extracted, or all with their capability" {
  run ! drops yes
  mkdir "$cache/other.d" && touch "$cache/other.d/launcher"
  run ! drops yes
  extracted a yes
  extracted b yes
  run ! drops yes
}

@test "the index of the cache goes while a tool in it lacks its capability, whatever happened before" {
  extracted a yes
  run ! drops yes
  # Removed from the manifest, and the rep extracts without CAP_SETFCAP meanwhile; then added again.
  extracted b no
  drops yes
  drops yes
  extracted b yes
  run ! drops yes
}

@test "the index of the cache stays where the rep is not to have CAP_SETFCAP, or capture is not enabled" {
  extracted a no
  run ! drops no
  rep_config false
  run ! drops yes
  rep_config true
  drops yes
}

@test "where capture is not enabled the rep starts without CAP_SETFCAP, whatever its property says" {
  rep_config true
  printf 'unsafe:\n  privileged: false\n' >>"$VM/jobs/rep/config/bpm.yml"
  prepare no
  run ! grep -i setfcap "$VM/jobs/rep/config/bpm.yml"
  ruby -ryaml -e 'config = YAML.load_file(ARGV[0]); exit config["processes"][0]["capabilities"].to_a.empty? && config["unsafe"]["privileged"] == false' "$VM/jobs/rep/config/bpm.yml"
  prepare no
  rep_config true
  prepare yes
  grep -q SETFCAP "$VM/jobs/rep/config/bpm.yml"
}

@test "a rep that gets CAP_SETFCAP in an unknown form is reported, and is no error" {
  printf 'processes:\n- name: rep\n  capabilities: [SETFCAP]\n' >"$VM/jobs/rep/config/bpm.yml"
  run --separate-stderr prepare no
  [ "$status" = 0 ]
  [[ $stderr == *"cannot take CAP_SETFCAP from the rep: $VM/jobs/rep/config/bpm.yml grants it in an unknown form"* ]]
}

@test "what was extracted is left to the rep, only the index goes" {
  extracted archive no
  drops yes
  [ -f "$cache/archive.d/cf-pcap" ]
}

@test "a cell that has no cache yet is no error" {
  rm -r "$cache"
  prepare yes
}

@test "a VM without the rep is an error" {
  rm -r "$VM/jobs/rep"
  fails_with "no rep on this VM ($VM/jobs/rep is missing): job cf-pcap-cell belongs in the instance group of the rep" prepare yes
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
    unshare -m bash -c 'mount -t tmpfs -o nosuid none "$1" && shift && exec "$@"' - "$VM/data" "$cell_script" check \
      --rep "$VM/jobs/rep" --cache "$cache" --run "$VM/sys/run" --garden "$VM/jobs/garden"
  }
  fails_with "the file system of $VM/data is mounted nosuid, which voids file capabilities: mount the data disk without nosuid" nosuid
}

@test "a tool that apps get without its capability fails the deploy" {
  with_setfcap
  extracted a yes
  check
  extracted b no
  export CELL_TRIES=2
  fails_with "$cache/b.d/cf-pcap, which apps of this cell get, has no file capability: restart this cell (bosh restart)" check
}

@test "what the rep removes as it starts is waited for" {
  with_setfcap
  extracted a no
  (sleep 1 && rm -r "$cache/a.d") 3>&- &
  check
}
