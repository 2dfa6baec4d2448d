#!/usr/bin/env bats
# What assembly says and does when something is wrong, and what is left when it is killed.
# shellcheck disable=SC2016,SC2034,SC2154,SC2317 # programs in quotes, and what the helpers and bats use

bats_require_minimum_version 1.5.0
load ../support/file_server_vm.bash

setup() {
  vm_create
  files=$BATS_TEST_TMPDIR/files
  lifecycle_files "$files"
  stock_archive buildpack "$files"
  agent_apply
}

# One line on stderr that holds the text, nothing published, no litter.
fails_with() { # text command…
  local text=$1 before
  shift
  before=$(tree)
  run --separate-stderr "$@"
  echo "$stderr"
  [ "$status" = 1 ]
  [ "${#stderr_lines[@]}" = 1 ]
  [[ ${stderr_lines[0]} == "assemble-lifecycles: "*"$text"* ]]
  diff <(echo "$before") <(tree)
}

# Puts bytes where the stock archive is.
stock_is() { cat >"$BATS_TEST_TMPDIR/new" && cat "$BATS_TEST_TMPDIR/new" >"$(stock buildpack)"; }
tarred() { (cd "$files" && tar -cf - "$@" -- *); }

# A copy of the package in which one program is another.
with_program() { # name, the program on stdin
  cp -r "$assembly_bin" "$BATS_TEST_TMPDIR/bin"
  mv "$BATS_TEST_TMPDIR/bin/$1" "$BATS_TEST_TMPDIR/bin/real-$1"
  { echo '#!/bin/bash' && echo "real=$BATS_TEST_TMPDIR/bin/real-$1" && cat; } >"$BATS_TEST_TMPDIR/bin/$1"
  chmod +x "$BATS_TEST_TMPDIR/bin/$1"
  ASSEMBLE=$BATS_TEST_TMPDIR/bin/assemble-lifecycles
}

@test "no file_server on this VM" {
  rm "$VM/jobs/file_server"
  fails_with "no file_server on this VM ($VM/jobs/file_server/packages is missing): job cf-pcap-lifecycle belongs in the instance group of file_server" \
    assemble --enabled yes
}

@test "file_server serves another directory" {
  sed -i 's|"static_directory":"[^"]*"|"static_directory":"/srv/elsewhere"|' "$VM/jobs/file_server/config/file_server.json"
  fails_with "file_server serves /srv/elsewhere (property diego.file_server.static_directory)" assemble --enabled yes
}

@test "the archive is missing" {
  rm "$(stock buildpack)"
  fails_with "buildpack_app_lifecycle: the stock archive $VM/packages/buildpack_app_lifecycle/buildpack_app_lifecycle.tgz is missing" \
    assemble --enabled yes
}

@test "the archive is truncated, wherever" {
  local whole=$BATS_TEST_TMPDIR/whole size
  cp "$(stock buildpack)" "$whole"
  size=$(stat -c %s "$whole")
  for length in 1 10 17 100 $((size / 2)) $((size - 9)) $((size - 1)); do
    head -c "$length" "$whole" | stock_is
    for enabled in yes no; do
      fails_with "buildpack_app_lifecycle: the stock archive is damaged or no gzip file: " assemble --enabled $enabled
    done
  done
}

@test "the archive is empty" {
  stock_is </dev/null
  fails_with "buildpack_app_lifecycle: the stock archive is" assemble --enabled yes
}

@test "the archive is not gzip" {
  tarred | stock_is
  fails_with "buildpack_app_lifecycle: the stock archive is damaged or no gzip file: not in gzip format" assemble --enabled yes
}

@test "the archive has something behind its end" {
  { cat "$(stock buildpack)" && echo more; } | stock_is
  fails_with "buildpack_app_lifecycle: the stock archive is damaged or no gzip file: decompression OK, trailing garbage ignored" \
    assemble --enabled yes
}

@test "the archive is not tar" {
  head -c 5000 /dev/zero | tr '\0' x | gzip | stock_is
  fails_with "buildpack_app_lifecycle: the stock archive is not a tar archive" assemble --enabled yes
}

@test "the tar archive in it is cut off, wherever" {
  tarred >"$BATS_TEST_TMPDIR/tar"
  for size in 512 700 1024 2560 14336 14848 15360; do # its end mark is two blocks from 14848 on
    head -c $size "$BATS_TEST_TMPDIR/tar" | gzip | stock_is
    fails_with "buildpack_app_lifecycle: the stock archive is cut off: it ends " assemble --enabled yes
  done
  head -c 300 "$BATS_TEST_TMPDIR/tar" | gzip | stock_is
  fails_with "buildpack_app_lifecycle: the stock archive is not a tar archive" assemble --enabled yes
}

@test "a header in it is damaged" {
  tarred | sed 's/launcher\x00/launcheR\x00/' | gzip | stock_is
  fails_with "buildpack_app_lifecycle: the stock archive is damaged: the checksum of a header is wrong" assemble --enabled yes
}

@test "it holds nothing" {
  tar -czf - --files-from=/dev/null | stock_is
  fails_with "buildpack_app_lifecycle: the stock archive holds no members" assemble --enabled yes
}

@test "it goes on behind its end" {
  { tarred && tarred; } | gzip | stock_is
  fails_with "buildpack_app_lifecycle: the stock archive goes on behind its end mark" assemble --enabled yes
}

@test "it holds a sparse file" {
  truncate -s 1M "$files/hole"
  tarred -S --format=gnu | gzip | stock_is
  fails_with "buildpack_app_lifecycle: the stock archive holds hole, of the unknown type 'S'" assemble --enabled yes
  tarred -S --format=posix | gzip | stock_is
  fails_with "buildpack_app_lifecycle: the stock archive holds a sparse file" assemble --enabled yes
}

@test "it holds an incremental dump's directory" {
  mkdir "$files/directory"
  tarred --listed-incremental=/dev/null | gzip | stock_is
  fails_with "buildpack_app_lifecycle: the stock archive holds directory/, of the unknown type 'D'" assemble --enabled yes
}

@test "it holds a directory where the tool is to be" {
  mkdir "$files/cf-pcap"
  tarred | gzip | stock_is
  for enabled in yes no; do
    fails_with "buildpack_app_lifecycle: the stock archive holds cf-pcap/: a directory where the tool is to be" assemble --enabled $enabled
  done
  echo x >"$files/cf-pcap/x"
  (cd "$files" && tar -czf - builder cf-pcap/x) | stock_is
  fails_with "buildpack_app_lifecycle: the stock archive holds cf-pcap/x: a directory where the tool is to be" assemble --enabled no
}

@test "it holds the tool under a second name, by a hard link" {
  echo x >"$files/cf-pcap"
  ln "$files/cf-pcap" "$files/tool"
  tarred | gzip | stock_is
  fails_with "buildpack_app_lifecycle: the stock archive holds tool, a hard link to cf-pcap" assemble --enabled no
}

@test "no room: needed and free are named, and the property" {
  mkdir "$VM/jobs/file_server/cf-pcap"
  no_room() {
    unshare -m bash -c 'mount -t tmpfs -o size=64k none "$1" && shift && exec "$@"' - "$VM/jobs/file_server/cf-pcap" \
      "$assembly_bin/assemble-lifecycles" --file-server "$VM/jobs/file_server" --packages "$VM/packages" --policy "$VM/policy" \
      --lifecycles buildpack --enabled yes
  }
  run --separate-stderr no_room
  [ "$status" = 1 ]
  [[ $stderr =~ ^assemble-lifecycles:\ no\ room\ for\ the\ assembled\ archives\ in\ $VM/jobs/file_server/cf-pcap:\ [0-9]+\ bytes\ needed,\ [0-9]+\ free\ \(the\ disk,\ or\ env.bosh.job_dir.tmpfs_size\ where\ job\ directories\ are\ on\ a\ tmpfs\)$ ]]
}

@test "an archive that is served no more makes room for the new one" {
  assemble --enabled yes
  echo new >"$files/launcher"
  stock_archive buildpack "$files"
  agent_apply
  mkdir "$BATS_TEST_TMPDIR/room"
  run unshare -m bash -c 'mount -t tmpfs -o size=2m none "$1" && cp -r "$2"/. "$1" && fallocate -l 600k "$1/buildpack_app_lifecycle/other" &&
    mount --bind "$1" "$2" && shift 2 && exec "$@"' - "$BATS_TEST_TMPDIR/room" "$VM/jobs/file_server/cf-pcap" \
    "$assembly_bin/assemble-lifecycles" --file-server "$VM/jobs/file_server" --packages "$VM/packages" --policy "$VM/policy" \
    --lifecycles buildpack --enabled yes
  [ "$status" = 0 ]
}

@test "the disk is full in spite of that" {
  mkdir "$VM/jobs/file_server/cf-pcap" "$BATS_TEST_TMPDIR/path"
  printf '#!/bin/sh\necho Avail; echo 999999999\n' >"$BATS_TEST_TMPDIR/path/df"
  chmod +x "$BATS_TEST_TMPDIR/path/df"
  full() {
    PATH=$BATS_TEST_TMPDIR/path:$PATH unshare -m bash -c 'mount -t tmpfs -o size=450k none "$1" && shift && exec "$@"' - \
      "$VM/jobs/file_server/cf-pcap" "$assembly_bin/assemble-lifecycles" --file-server "$VM/jobs/file_server" \
      --packages "$VM/packages" --policy "$VM/policy" --lifecycles buildpack --enabled yes
  }
  fails_with "buildpack_app_lifecycle: our archive cannot be written: nothing more is known; the file system of $VM/jobs/file_server/cf-pcap/work may be full" full
}

@test "setcap is not permitted" {
  without_setfcap() { setpriv --bounding-set=-setfcap --inh-caps=-setfcap "$BASH" -c 'exec "$@"' - "$assembly_bin/assemble-lifecycles" "${@}"; }
  fails_with "setcap is not permitted here: " without_setfcap --file-server "$VM/jobs/file_server" --packages "$VM/packages" \
    --policy "$VM/policy" --lifecycles buildpack --enabled yes
}

@test "setcap wrote a namespaced capability" {
  with_program setcap <<<'exec "$real" -n 1000 "$@"'
  fails_with "has a namespaced file capability (version 3), void in app containers: assembly must not run in a user namespace" \
    assemble --enabled yes
}

@test "setcap wrote another capability" {
  with_program setcap <<<'exec "$real" cap_net_raw=ep "${@:2}"'
  fails_with "has another file capability than cap_net_raw=p, version 2" assemble --enabled yes
}

@test "setcap wrote nothing" {
  with_program setcap <<<'exit 0'
  fails_with "has no file capability" assemble --enabled yes
}

# The product is read back: whatever goes wrong on its way to the disk, it is not published.
@test "our archive lacks the tool" {
  with_program lifecycle-archive <<<'[ "$1" != filter ] || exec "$real" filter; exec "$real" "$@"'
  fails_with "buildpack_app_lifecycle: the assembled archive does not hold what it should: " assemble --enabled yes
}

@test "another member of our archive is not what it was" {
  with_program lifecycle-archive <<<'[ "$1" != filter ] || { "$real" "$@" | sed "s/llllllllll/lllllLllll/"; exit; }; exec "$real" "$@"'
  fails_with "buildpack_app_lifecycle: the assembled archive does not hold what it should: the content of launcher" assemble --enabled yes
}

@test "the capability in our archive is not the one of the tool" {
  with_program lifecycle-archive <<<'[ "$1" != filter ] || { "$real" "$@" | sed "s/security.capability=\x00\x00\x00\x02/security.capability=\x01\x00\x00\x02/"; exit; }; exec "$real" "$@"'
  fails_with "buildpack_app_lifecycle: the assembled archive does not hold what it should: the file capability of cf-pcap" assemble --enabled yes
}

@test "our archive is damaged on the disk" {
  cp -r "$assembly_bin" "$BATS_TEST_TMPDIR/bin"
  ASSEMBLE=$BATS_TEST_TMPDIR/bin/assemble-lifecycles
  mkdir "$BATS_TEST_TMPDIR/path"
  printf '#!/bin/bash\n[ "$1" != -n ] || { %q "$@" | sed "s/./x/300"; exit; }\nexec %q "$@"\n' "$(command -v gzip)" "$(command -v gzip)" >"$BATS_TEST_TMPDIR/path/gzip"
  chmod +x "$BATS_TEST_TMPDIR/path/gzip"
  PATH=$BATS_TEST_TMPDIR/path:$PATH fails_with "buildpack_app_lifecycle: the assembled archive " assemble --enabled yes
}

@test "the disk does not hold of our archive what was written" {
  mkdir "$BATS_TEST_TMPDIR/path"
  printf '#!/bin/bash\n%q "$@"\nprintf x | dd conv=notrunc bs=1 seek=100 of="$2" 2>/dev/null\n' "$(command -v tee)" >"$BATS_TEST_TMPDIR/path/tee"
  chmod +x "$BATS_TEST_TMPDIR/path/tee"
  PATH=$BATS_TEST_TMPDIR/path:$PATH \
    fails_with "buildpack_app_lifecycle: the assembled archive is not on the disk as it was written" assemble --enabled yes
}

@test "a published archive that was damaged later is made again" {
  assemble --enabled yes
  cp "$(served buildpack)" "$BATS_TEST_TMPDIR/good"
  head -c 100 "$BATS_TEST_TMPDIR/good" >"$VM/jobs/file_server/cf-pcap/buildpack_app_lifecycle/buildpack_app_lifecycle.tgz"
  assemble --enabled yes
  cmp "$(served buildpack)" "$BATS_TEST_TMPDIR/good"
}

@test "an error leaves what was served before" {
  assemble --enabled yes
  cp "$(served buildpack)" "$BATS_TEST_TMPDIR/good"
  stock_is <<<damaged
  fails_with "no gzip file" assemble --enabled yes
  cmp "$(served buildpack)" "$BATS_TEST_TMPDIR/good"
}

@test "wrong arguments" {
  fails_with "--enabled must be yes or no, not 'true'" assemble --enabled true
  fails_with "there is no lifecycle 'windows' (only buildpack docker cnb)" assemble --enabled yes --lifecycles "docker windows"
  fails_with "there is no policy /nowhere" assemble --enabled yes --policy /nowhere
  fails_with "--on-unknown-archive must be fail or serve_stock, not 'ignore'" assemble --enabled yes --on-unknown-archive ignore
  fails_with "there is no option --colour" assemble --colour red
}

# What a future diego-release may ship: the operator chose to serve it as it is.

@test "unknown archives are served as they are where that is wanted, and told, and tried again" {
  stock_archive docker "$files"
  truncate -s 1M "$files/hole"
  stock_archive buildpack "$files" -S --format=gnu
  agent_apply
  for _ in 1 2; do
    run --separate-stderr assemble --enabled yes --on-unknown-archive serve_stock --metrics "$VM/metrics"
    [ "$status" = 0 ]
    [[ $stderr == *"buildpack_app_lifecycle: the stock archive holds hole, of the unknown type 'S': served as it is, apps of this kind get no capture tool of this release (cf_pcap.on_unknown_archive)" ]]
    cmp "$(served buildpack)" "$(stock buildpack)"
    [[ $(names "$(served docker)") == *" cf-pcap cf-pcap.policy " ]]
    grep -qF 'cf_pcap_archive_info{lifecycle="buildpack",served="unknown",' "$VM/metrics"
    [ ! -e "$VM/jobs/file_server/cf-pcap/buildpack_app_lifecycle.made" ]
  done
  # Once it is known, it is assembled.
  rm "$files/hole"
  stock_archive buildpack "$files"
  agent_apply
  assemble --enabled yes --on-unknown-archive serve_stock
  [[ $(names "$(served buildpack)") == *" cf-pcap cf-pcap.policy " ]]
}

@test "ours before, unknown now: diego-release's archive is served, ours is gone" {
  assemble --enabled yes
  truncate -s 1M "$files/hole"
  stock_archive buildpack "$files" -S --format=gnu
  agent_apply
  assemble --enabled yes --on-unknown-archive serve_stock
  cmp "$(served buildpack)" "$(stock buildpack)"
  [ ! -e "$VM/jobs/file_server/cf-pcap" ]
}

@test "serve_stock is for what is unknown alone: not for a damaged archive, a broken setcap, an archive that is to hold no tool" {
  truncate -s 1M "$files/hole"
  tarred -S --format=gnu | gzip | stock_is
  fails_with "of the unknown type 'S'" assemble --enabled yes
  fails_with "of the unknown type 'S'" assemble --enabled no --on-unknown-archive serve_stock
  fails_with "of the unknown type 'S'" assemble --enabled yes --on-unknown-archive serve_stock --lifecycles docker
  head -c 100 "$(stock buildpack)" | stock_is
  fails_with "is damaged or no gzip file" assemble --enabled yes --on-unknown-archive serve_stock
  rm "$files/hole"
  tarred | gzip | stock_is
  with_program setcap <<<'exec "$real" -n 1000 "$@"'
  fails_with "has a namespaced file capability" assemble --enabled yes --on-unknown-archive serve_stock
}

@test "what goes wrong later leaves no metrics of an earlier run" {
  assemble --enabled yes --metrics "$VM/metrics"
  [ -s "$VM/metrics" ]
  stock_is <<<damaged
  fails_with "no gzip file" assemble --enabled yes --metrics "$VM/metrics"
  [ ! -e "$VM/metrics" ]
}

# Every how many commands the next tests kill; 1 is thorough, and takes minutes.
kill_stride=${KILL_STRIDE:-4}

# Runs assembly until it comes to its n-th command, and kills it there. Status 137 while there is one.
killed_at() { # n options…
  local at=$1
  shift
  cat >"$BATS_TEST_TMPDIR/kill.bash" <<<'set -T; trap '\''((++commands_run == KILL_AT)) && kill -KILL $$'\'' DEBUG'
  KILL_AT=$at BASH_ENV=$BATS_TEST_TMPDIR/kill.bash assemble "$@" >/dev/null 2>&1
}

# Killed at command after command of a run: what is served is the old or the new archive, whole, and one
# more run leaves what an undisturbed run would have left. $1: how to come to the state before.
kill_everywhere() { # prepare old-archive options…
  local prepare=$1 old=$2 new=$BATS_TEST_TMPDIR/new.tgz n=$((1 - kill_stride)) state status=137
  shift 2
  $prepare
  assemble "$@"
  cp -L "$(served buildpack)" "$new"
  state=$(tree)
  while [ "$status" = 137 ]; do
    n=$((n + kill_stride)) status=0
    $prepare
    killed_at "$n" "$@" || status=$?
    cmp -s "$(served buildpack)" "$old" || cmp "$(served buildpack)" "$new"
    assemble "$@"
    cmp "$(served buildpack)" "$new"
    diff <(echo "$state") <(tree)
  done
  [ "$status" = 0 ]
  [ "$n" -gt 50 ]
}

@test "killed at one command or another of the first run, the next one repairs it" {
  rm -rf "$files/launcher" "$files/healthcheck"
  prepare() { rm -rf "$VM/jobs/file_server/cf-pcap" && agent_apply; }
  kill_everywhere prepare "$(stock buildpack)" --enabled yes --lifecycles buildpack
}

@test "killed at one command or another on the way from one of our archives to another, the next one repairs it" {
  echo "require_ssh yes" >"$VM/policy"
  assemble --enabled yes --lifecycles buildpack
  # Another policy each time, so that there is something to do.
  local n=$((1 - kill_stride)) status=137
  while [ "$status" = 137 ]; do
    n=$((n + kill_stride)) status=0
    cp -L "$(served buildpack)" "$BATS_TEST_TMPDIR/old"
    echo "# $n" >"$VM/policy"
    killed_at "$n" --enabled yes --lifecycles buildpack || status=$?
    cp -L "$(served buildpack)" "$BATS_TEST_TMPDIR/seen"
    assemble --enabled yes --lifecycles buildpack
    cmp -s "$BATS_TEST_TMPDIR/seen" "$BATS_TEST_TMPDIR/old" || cmp "$BATS_TEST_TMPDIR/seen" "$(served buildpack)"
    [ "$(tar -xOzf "$(served buildpack)" cf-pcap.policy)" = "# $n" ]
    [ "$(cd "$VM/jobs/file_server/cf-pcap" && find . | sort | tr '\n' ' ')" = \
      ". ./buildpack_app_lifecycle ./buildpack_app_lifecycle.made ./buildpack_app_lifecycle/buildpack_app_lifecycle.tgz " ]
  done
  [ "$n" -gt 50 ]
}

@test "killed at one command or another while it is switched off, the next one repairs it" {
  assemble --enabled yes --lifecycles buildpack
  cp -L "$(served buildpack)" "$BATS_TEST_TMPDIR/ours"
  prepare() { assemble --enabled yes --lifecycles buildpack; }
  kill_everywhere prepare "$BATS_TEST_TMPDIR/ours" --enabled no
}

@test "killed at random times, with its children, the next run repairs it" {
  head -c 3000000 /dev/urandom >"$files/large"
  stock_archive buildpack "$files"
  agent_apply
  assemble --enabled yes
  local good state
  good=$(sha256sum <"$(served buildpack)") state=$(tree)
  for _ in {1..20}; do
    rm -rf "$VM/jobs/file_server/cf-pcap"
    agent_apply
    setsid "$assembly_bin/assemble-lifecycles" --file-server "$VM/jobs/file_server" --packages "$VM/packages" --policy "$VM/policy" \
      --lifecycles "buildpack docker cnb" --enabled yes >/dev/null 2>&1 3>&- &
    sleep "0.$((RANDOM % 40 + 10))"
    kill -KILL -- -$! 2>/dev/null || true
    wait $! || true
    cmp -s "$(served buildpack)" "$(stock buildpack)" || [ "$(sha256sum <"$(served buildpack)")" = "$good" ]
    assemble --enabled yes
    [ "$(sha256sum <"$(served buildpack)")" = "$good" ]
    diff <(echo "$state") <(tree)
  done
}

@test "whoever opens the archive at any time gets a whole one" {
  local reader
  head -c 3000000 /dev/urandom >"$files/large"
  stock_archive buildpack "$files"
  agent_apply
  sha256sum <"$(stock buildpack)" >"$BATS_TEST_TMPDIR/whole"
  while :; do sha256sum <"$(served buildpack)"; done >"$BATS_TEST_TMPDIR/reads" 2>&1 3>&- &
  reader=$!
  for round in {1..8}; do # from stock to ours, to another of ours, to stock again
    assemble --enabled yes
    sha256sum <"$(served buildpack)" >>"$BATS_TEST_TMPDIR/whole"
    until is_read; do sleep 0.05; done # however little CPU time the reader gets
    echo "# $round" >>"$VM/policy"
    assemble --enabled yes
    sha256sum <"$(served buildpack)" >>"$BATS_TEST_TMPDIR/whole"
    until is_read; do sleep 0.05; done
    assemble --enabled no
  done
  kill $reader
  wait $reader || true
  [ "$(sort -u "$BATS_TEST_TMPDIR/reads" | wc -l)" -gt 5 ]
  run ! grep -v -x -F -f "$BATS_TEST_TMPDIR/whole" "$BATS_TEST_TMPDIR/reads"
}

is_read() { grep -qxF "$(tail -n 1 "$BATS_TEST_TMPDIR/whole")" "$BATS_TEST_TMPDIR/reads"; } # what was served last

@test "two runs at once do the work once, one after the other" {
  assemble --enabled yes >"$BATS_TEST_TMPDIR/one" 3>&- &
  assemble --enabled yes >"$BATS_TEST_TMPDIR/two"
  wait $!
  [ "$(cat "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/two" | grep -c 'assembled in')" = 1 ]
  [ "$(cat "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/two" | grep -c 'nothing to do')" = 1 ]
}
