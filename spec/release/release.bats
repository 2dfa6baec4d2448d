#!/usr/bin/env bats
# The release packed by the bosh CLI and compiled by the BOSH agent, as on an operator's director.
# Needs root. The compilation of everything, a minute or two, is done once.

# shellcheck disable=SC2154 # release_root is the helper's
bats_require_minimum_version 1.5.0
load ../support/release

setup_file() {
  cd "$release_root" || return
  make -s all >&2
  scripts/build-tools bosh bosh-agent >&2

  export RELEASE=$BATS_FILE_TMPDIR/release.tgz COMPILED=$BATS_FILE_TMPDIR/compiled PACKED=$BATS_FILE_TMPDIR/packed
  release_copy "$BATS_FILE_TMPDIR/tree"
  release_pack "$BATS_FILE_TMPDIR/tree" "$RELEASE" >&2
  mkdir "$PACKED"
  tar xzf "$RELEASE" -C "$PACKED"
  release_compile "$RELEASE" "$COMPILED"
}

setup() { cd "$release_root" || return; }

# The programs that people get: lines "PACKAGE FILE".
programs() {
  local program package
  for program in build/bin/*; do
    package=$(ls -d build/packages/*/bin/"${program##*/}")
    package=${package#build/packages/}
    echo "${package%%/*} $program"
  done
}

compiled_at() { grep -n "^Compiling package $1/" "$COMPILED/log" | cut -d: -f1; } # line of the agent's log

folders() { find "$1" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort; }

@test "create-release packs every package and every job of the tree, the licence and the notices" {
  diff <(folders packages) <(release_names "$PACKED/release.MF" packages)
  diff <([ ! -d jobs ] || folders jobs) <(release_names "$PACKED/release.MF" jobs)
  cmp LICENSE <(tar xzOf "$PACKED/license.tgz" ./LICENSE)
  cmp NOTICE <(tar xzOf "$PACKED/license.tgz" ./NOTICE)
}

@test "the sources of others in the packages are those that config/blob-sources pins" {
  local package blob checked=0
  for package in "$PACKED"/packages/*.tgz; do
    mkdir "$BATS_TEST_TMPDIR/package"
    tar xzf "$package" -C "$BATS_TEST_TMPDIR/package"
    while read -r blob; do
      [ -e "$BATS_TEST_TMPDIR/package/$blob" ] || continue
      grep -qE "^$blob +[|] $(sha256sum <"$BATS_TEST_TMPDIR/package/$blob" | cut -d' ' -f1) [|] (https|npm):" config/blob-sources ||
        { echo "$blob is not a pinned one"; return 1; }
      checked=$((checked + 1))
    done < <(sed -nE 's/^([^ -].*):$/\1/p' config/blobs.yml)
    rm -r "$BATS_TEST_TMPDIR/package"
  done
  [ "$checked" = "$(grep -c '^[^ -]' config/blobs.yml)" ]
}

@test "a source that was not fetched stops create-release, naming it" {
  release_copy "$BATS_TEST_TMPDIR/tree"
  rm -r "$BATS_TEST_TMPDIR/tree/blobs/libpcap"
  run -1 release_pack "$BATS_TEST_TMPDIR/tree" "$BATS_TEST_TMPDIR/release.tgz"
  [[ $output == *"Missing files for pattern 'libpcap/"* ]]
}

@test "another folder gives a release with the same fingerprints" {
  release_copy "$BATS_TEST_TMPDIR/a/folder/with a longer name"
  release_pack "$BATS_TEST_TMPDIR/a/folder/with a longer name" "$BATS_TEST_TMPDIR/release.tgz"
  diff <(grep fingerprint: "$PACKED/release.MF") <(tar xzOf "$BATS_TEST_TMPDIR/release.tgz" release.MF | grep fingerprint:)
}

@test "the agent compiles every package, each after those it depends on, without a network" {
  local package dependency
  diff <(folders packages) <(release_names "$COMPILED/release.MF" compiled_packages)
  for package in $(folders packages); do
    [ -n "$(ls -A "$COMPILED/$package")" ]
    while read -r dependency; do
      [ "$(compiled_at "$dependency")" -lt "$(compiled_at "$package")" ]
    done < <(awk '/^[a-z]/ { inside = ($1 == "dependencies:") } inside && $1 == "-" { print $2 }' "packages/$package/spec")
  done
}

@test "what the agent compiles in its folder and what make builds in this one are the same, byte for byte" {
  local package program count=0
  while read -r package program; do
    cmp "$program" "$COMPILED/$package/bin/$(basename "$program")"
    count=$((count + 1))
  done < <(programs)
  [ "$count" -gt 0 ]
}

@test "a warning of the compiler fails lint, and no package" {
  release_copy "$BATS_TEST_TMPDIR/tree"
  cp -a build/packages "$BATS_TEST_TMPDIR/built"
  cp -a scripts .clang-tidy .clang-format "$BATS_TEST_TMPDIR/tree/"
  cd "$BATS_TEST_TMPDIR/tree"
  printf '\nstatic int of_no_use(void)\n{\n    return 0;\n}\n' >>src/lifecycle-assembly/failure.c
  mkdir build && mv ../built build/packages
  scripts/build-package lifecycle-assembly
  git init --quiet
  find src packages jobs -type f ! -name 'failure.[ch]' ! -name '*.mk' -delete # the rest has nothing to say to it
  run scripts/lint
  [ "$status" != 0 ]
  [[ $output == *"of_no_use"*"lint: gcc warnings FAILED"* ]]
}

@test "programs name no folder, host or time of their build" {
  local package program text
  while read -r package program; do
    text=$(strings -n 4 "$program" | grep -vx /home/linuxbrew/.linuxbrew/bin) # where the plugin looks for programs
    run ! grep -F -e /var/vcap -e "$PWD" -e /root/ -e /home/ -e "$(hostname)." <<<"$text"
    run ! grep -E -e '20[0-9]{2}-[01][0-9]-[0-3][0-9]' -e '(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ 0-9][0-9] 20[0-9]{2}' \
      -e '(^|[^0-9:])[0-2][0-9]:[0-5][0-9]:[0-5][0-9]($|[^0-9:])' <<<"$text"
  done < <(programs)
}

teardown() { [ -z "${VM_PID-}" ] || vm_stop; }

# Onto a VM: a job of the release, and the compiled packages that it lists, nothing else of ours.
jobs_vm() { # job [property=JSON…]
  local job=$1 directory=$BATS_TEST_TMPDIR/jobs/$1 package
  mkdir -p "$directory"
  tar xzf "$PACKED/jobs/$job.tgz" -C "$directory"
  while read -r package; do
    vm_package "$package" "$COMPILED/$package"
  done < <(awk '/^[a-z]/ { inside = ($1 == "packages:") } inside && $1 == "-" { print $2 }' "$directory/job.MF")
  vm_job "$directory" "${@:2}"
}

@test "job cf-pcap-lifecycle runs from the compiled packages, in the places where BOSH puts them" {
  source spec/support/vm.bash
  vm_start
  mkdir "$BATS_TEST_TMPDIR/files"
  echo launcher >"$BATS_TEST_TMPDIR/files/launcher"
  echo stock >"$BATS_TEST_TMPDIR/files/cf-pcap"
  vm vm_create /var/vcap
  vm stock_archive buildpack "$BATS_TEST_TMPDIR/files"
  vm agent_apply
  jobs_vm cf-pcap-lifecycle cf_pcap.enabled=true cf_pcap.max_snaplen=96
  in_vm /var/vcap/jobs/cf-pcap-lifecycle/bin/pre-start
  in_vm cat "$(vm served buildpack)" >"$BATS_TEST_TMPDIR/served.tgz"

  [ "$(tar tzf "$BATS_TEST_TMPDIR/served.tgz" | tr '\n' ' ')" = "launcher cf-pcap cf-pcap.policy " ]
  cmp "$COMPILED/cf-pcap/bin/cf-pcap" <(tar xzOf "$BATS_TEST_TMPDIR/served.tgz" cf-pcap)
  grep -qx 'max_snaplen 96' <(tar xzOf "$BATS_TEST_TMPDIR/served.tgz" cf-pcap.policy)
}

@test "job cf-pcap-cell runs from the compiled packages, in the places where BOSH puts them" {
  source spec/support/vm.bash
  vm_start
  in_vm mkdir -p /var/vcap/jobs/{rep,garden}/config /var/vcap/data/rep/shared/garden/download_cache /var/vcap/sys/run/bpm/rep /var/vcap/data/bin
  in_vm touch /var/vcap/data/rep/shared/garden/download_cache/saved_cache.json
  in_vm mkdir /var/vcap/data/rep/shared/garden/download_cache/extracted.d
  in_vm cp "$COMPILED/cf-pcap/bin/cf-pcap" /var/vcap/data/rep/shared/garden/download_cache/extracted.d/
  in_vm sh -c 'echo "  - SETFCAP" >/var/vcap/jobs/rep/config/bpm.yml'
  in_vm cp "$(command -v sleep)" /var/vcap/data/bin/rep
  jobs_vm cf-pcap-cell cf_pcap.enabled=true
  in_vm /var/vcap/jobs/cf-pcap-cell/bin/pre-start
  in_vm test ! -e /var/vcap/data/rep/shared/garden/download_cache/saved_cache.json
  in_vm rm -r /var/vcap/data/rep/shared/garden/download_cache/extracted.d # as the rep does without its index
  # shellcheck disable=SC2016
  in_vm bash -c '/var/vcap/data/bin/rep 300 >/dev/null 2>&1 3>&- & echo $! >/var/vcap/sys/run/bpm/rep/rep.pid'
  run in_vm /var/vcap/jobs/cf-pcap-cell/bin/post-start
  kill "$(in_vm cat /var/vcap/sys/run/bpm/rep/rep.pid)"
  [ "$status" = 0 ]
  [[ $output == *"has CAP_SETFCAP"* ]]
}
