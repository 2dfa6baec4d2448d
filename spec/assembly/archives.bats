#!/usr/bin/env bats
# What assembly makes of an archive, and what file_server serves then.

bats_require_minimum_version 1.5.0
load ../support/file_server_vm.bash

setup() {
  # shellcheck disable=SC2154 # assembly_bin comes with the line above
  tool=$assembly_bin/cf-pcap
  vm_create
  files=$BATS_TEST_TMPDIR/files
  lifecycle_files "$files"
  stock_archive buildpack "$files"
  stock_archive docker "$files"
  agent_apply
}

assert_others_unchanged() { # in the buildpack archive
  diff <(members "$(stock buildpack)") <(members "$(served buildpack)" | grep -vE ' (\./)?cf-pcap(\.policy)?$')
}

@test "enabled: each archive served holds the tool and the policy" {
  assemble --enabled yes
  for lifecycle in buildpack docker; do
    extract "$(served $lifecycle)" "$BATS_TEST_TMPDIR/$lifecycle"
    cmp "$BATS_TEST_TMPDIR/$lifecycle/cf-pcap" "$tool"
    cmp "$BATS_TEST_TMPDIR/$lifecycle/cf-pcap.policy" "$VM/policy"
    [ "$(stat -c '%a %u %g' "$BATS_TEST_TMPDIR/$lifecycle/cf-pcap")" = "755 0 0" ]
    [ "$(stat -c '%a %u %g' "$BATS_TEST_TMPDIR/$lifecycle/cf-pcap.policy")" = "644 0 0" ]
  done
}

@test "the tool has cap_net_raw=p, in a version 2 file capability" {
  assemble --enabled yes
  extract "$(served buildpack)" "$BATS_TEST_TMPDIR/got"
  [ "$(getcap "$BATS_TEST_TMPDIR/got/cf-pcap")" = "$BATS_TEST_TMPDIR/got/cf-pcap cap_net_raw=p" ]
  [ "$(getfattr --only-values -n security.capability "$BATS_TEST_TMPDIR/got/cf-pcap" | od -An -tx1 | tr -d ' \n')" = \
    0000000200200000000000000000000000000000 ]
}

@test "all other members are what they were, in content, mode, owner, time, type, link target and order" {
  chmod 4711 "$files/builder"
  touch -d '2001-02-03 04:05:06 UTC' "$files/launcher"
  mkdir "$files/sub" && echo x >"$files/sub/file" && mkfifo "$files/pipe"
  for format in gnu oldgnu posix ustar v7; do
    [ $format != v7 ] || rm "$files/pipe" # it has no pipes
    stock_archive buildpack "$files" --format=$format
    agent_apply
    assemble --enabled yes
    assert_others_unchanged
  done
}

@test "names and link targets of any length come through, in every format that has them" {
  local long
  long=$(printf 'n%.0s' {1..200})
  mkdir -p "$files/$long/$long" && echo x >"$files/$long/$long/$long" && ln -s "$long/$long" "$files/link"
  for format in gnu posix; do
    stock_archive buildpack "$files" --format=$format
    agent_apply
    assemble --enabled yes
    assert_others_unchanged
  done
}

@test "hard links, nodes, large ids and empty files come through" {
  ln "$files/builder" "$files/builder.again"
  mknod "$files/null" c 1 3
  : >"$files/empty"
  stock_archive buildpack "$files" --format=gnu --owner=nobody:4000000000
  agent_apply
  assemble --enabled yes
  assert_others_unchanged
}

@test "no other extended attribute gets in" {
  setfattr -n user.comment -v x "$files/builder"
  setcap cap_net_admin=ep "$files/launcher"
  stock_archive buildpack "$files" --xattrs --xattrs-include='*'
  agent_apply
  [ "$(attributes "$(stock buildpack)" | wc -l)" = 2 ]
  assemble --enabled yes
  [ "$(attributes "$(served buildpack)")" = "cf-pcap: security.capability" ]
}

@test "extended attributes go and the rest of an extended header stays" {
  setfattr -n user.comment -v x "$files/builder"
  stock_archive buildpack "$files" --format=posix --xattrs --xattrs-include='*'
  agent_apply
  assemble --enabled yes
  assert_others_unchanged
}

@test "a tool and a policy that the stock archive holds are replaced, however their names are spelled" {
  echo stock >"$files/cf-pcap"
  echo stock >"$files/cf-pcap.policy"
  setcap cap_net_raw=ep "$files/cf-pcap"
  for spelling in 's|^|./|' 's|^|.//./|' 's|^|/|' 's|^|../|' 's|^|sub/../|' 's|^||'; do
    stock_archive buildpack "$files" --xattrs --xattrs-include='*' -P --transform "flags=r;$spelling"
    agent_apply
    assemble --enabled yes
    [[ $(names "$(served buildpack)") == *" cf-pcap cf-pcap.policy " ]]
    [ "$(names "$(served buildpack)" | grep -o 'cf-pcap' | wc -l)" = 2 ]
    cmp <(tar -xOzf "$(served buildpack)" cf-pcap) "$tool"
    cmp <(tar -xOzf "$(served buildpack)" cf-pcap.policy) "$VM/policy"
  done
}

@test "a stock tool that is a link, or there twice, is replaced too" {
  ln -s builder "$files/cf-pcap"
  ln "$files/launcher" "$files/zz-launcher"
  stock_archive buildpack "$files" --transform 'flags=r;s|^zz-launcher|cf-pcap|'
  agent_apply
  [ "$(names "$(stock buildpack)" | grep -o 'cf-pcap' | wc -l)" = 2 ]
  assemble --enabled yes
  [ "$(names "$(served buildpack)")" = "builder diego-sshd healthcheck launcher shell cf-pcap cf-pcap.policy " ]
}

@test "two VMs make the same bytes, at different times, in different environments" {
  assemble --enabled yes
  local first=$VM
  sleep 1.1
  vm_create "$BATS_TEST_TMPDIR/other"
  cp -a "$first/data/packages" "$VM/data/"
  agent_apply
  (umask 077 && GZIP=-9 LC_ALL=C.UTF-8 TZ=Asia/Tokyo assemble --enabled yes)
  cmp "$first/jobs/file_server/packages/buildpack_app_lifecycle/buildpack_app_lifecycle.tgz" "$(served buildpack)"
  [ "$(stat -c '%Y %a' "$(served buildpack)")" = \
    "$(stat -c '%Y %a' "$first/jobs/file_server/packages/buildpack_app_lifecycle/buildpack_app_lifecycle.tgz")" ]
}

@test "the stock archive is never written" {
  find "$VM/data/packages" -type f -exec chmod a-w {} + -exec touch -d 2020-01-01 {} +
  find "$VM/data/packages" -exec stat -c '%n %Y %Z %s %i' {} + >"$BATS_TEST_TMPDIR/before"
  assemble --enabled yes
  assemble --enabled no
  diff "$BATS_TEST_TMPDIR/before" <(find "$VM/data/packages" -exec stat -c '%n %Y %Z %s %i' {} +)
}

@test "what is served lies below file_server's directory, by a relative link, and vcap may read it" {
  (umask 077 && assemble --enabled yes)
  [ "$(readlink "$VM/jobs/file_server/packages/buildpack_app_lifecycle")" = ../cf-pcap/buildpack_app_lifecycle ]
  [[ "$(realpath "$(served buildpack)")" == "$(realpath "$VM/jobs/file_server")"/* ]]
  [ "$(stat -c %a "$(served buildpack)")" = 644 ]
  [ "$(stat -c %a "$VM/jobs/file_server/cf-pcap" "$VM/jobs/file_server/cf-pcap/buildpack_app_lifecycle" | sort -u)" = 755 ]
}

@test "a second run does no work and changes nothing" {
  assemble --enabled yes
  find "$VM/jobs/file_server/" -type f -exec stat -c '%n %y %i' {} + >"$BATS_TEST_TMPDIR/before"
  run assemble --enabled yes
  [ "$status" = 0 ]
  [ "$(grep -c 'nothing to do' <<<"$output")" = 2 ]
  diff "$BATS_TEST_TMPDIR/before" <(find "$VM/jobs/file_server/" -type f -exec stat -c '%n %y %i' {} +)
}

@test "after a further apply our archive is served again, and not made again" {
  assemble --enabled yes
  stat -c '%y %i' "$(served buildpack)" >"$BATS_TEST_TMPDIR/before"
  agent_apply
  cmp "$(served buildpack)" "$(stock buildpack)"
  assemble --enabled yes
  diff "$BATS_TEST_TMPDIR/before" <(stat -c '%y %i' "$(served buildpack)")
}

@test "when the agent installs file_server's job anew, ours is gone with the old one and is made again, the same" {
  assemble --enabled yes
  cp "$(served buildpack)" "$BATS_TEST_TMPDIR/before.tgz"
  agent_installs_job_anew
  agent_apply
  [ ! -e "$VM/jobs/file_server/cf-pcap" ]
  assemble --enabled yes
  cmp "$(served buildpack)" "$BATS_TEST_TMPDIR/before.tgz"
}

@test "when this job is removed, the agent's apply alone brings the stock archive back" {
  assemble --enabled yes
  agent_apply
  cmp "$(served buildpack)" "$(stock buildpack)"
}

@test "switched off while the link is still ours, without an apply, the stock archive is served and ours is gone" {
  assemble --enabled yes
  assemble --enabled no
  cmp "$(served buildpack)" "$(stock buildpack)"
  [[ $(tree) != *cf-pcap/*.tgz* ]]
}

@test "an upgrade of diego-release is taken up" {
  assemble --enabled yes
  echo new >"$files/launcher"
  stock_archive buildpack "$files"
  agent_apply
  assemble --enabled yes
  extract "$(served buildpack)" "$BATS_TEST_TMPDIR/got"
  [ "$(cat "$BATS_TEST_TMPDIR/got/launcher")" = new ]
  [ -f "$BATS_TEST_TMPDIR/got/cf-pcap" ]
}

@test "a new policy is taken up, also when the link is still ours" {
  assemble --enabled yes
  echo "require_ssh yes" >"$VM/policy"
  assemble --enabled yes
  extract "$(served docker)" "$BATS_TEST_TMPDIR/got"
  [ "$(cat "$BATS_TEST_TMPDIR/got/cf-pcap.policy")" = "require_ssh yes" ]
}

@test "a lifecycle that is not listed is served without the tool" {
  echo stock >"$files/cf-pcap"
  stock_archive docker "$files"
  agent_apply
  assemble --enabled yes --lifecycles buildpack
  [[ $(names "$(served buildpack)") == *cf-pcap* ]]
  [[ $(names "$(served docker)") != *cf-pcap* ]]
}

@test "a lifecycle that this diego-release does not have is skipped, with a line in the log" {
  run assemble --enabled yes
  [ "$status" = 0 ]
  [[ $output == *"cnb_app_lifecycle: this diego-release has none, skipped"* ]]
}

@test "a lifecycle that diego-release has no more leaves nothing behind" {
  assemble --enabled yes
  rm "$VM/data/packages/docker_app_lifecycle.current" "$VM/jobs/file_server/packages/docker_app_lifecycle" "$VM/packages/docker_app_lifecycle"
  assemble --enabled yes
  [[ $(tree) != *docker* ]]
}

@test "the log has versions, sha256 before and after, and seconds" {
  run assemble --enabled yes
  [[ $output == *"cf-pcap "[0-9]*"(sha256 $(sha256sum <"$tool" | cut -d' ' -f1))"* ]]
  [[ $output =~ buildpack_app_lifecycle:\ assembled\ in\ [0-9]+\ s:\ stock\ sha256\ $(sha256sum <"$(stock buildpack)" | cut -d' ' -f1),\ served\ sha256\ $(sha256sum <"$(served buildpack)" | cut -d' ' -f1) ]]
}

# `buildpack/windows` of cf-deployment names the archive for buildpack apps, so a Windows cell extracts the tool too,
# with the same code of Diego's, which sets no attributes there (archiver, extractor/xattr_windows.go).
@test "what is added can be extracted on Windows: plain files, names that are none of its devices', whatever the case" {
  assemble --enabled yes
  local added name
  added=$(comm -13 <(tar -tzf "$(stock buildpack)" | sort) <(tar -tzf "$(served buildpack)" | sort))
  [ "$added" = "$(printf 'cf-pcap\ncf-pcap.policy')" ]
  while read -r name; do
    [[ $name =~ ^[a-z.-]+$ && ! ${name%%.*} =~ ^(con|prn|aux|nul|com[0-9]|lpt[0-9])$ && $name != *. ]]
    [ "$(tar -tvzf "$(served buildpack)" "$name" | cut -c1)" = - ]
  done <<<"$added"
  [ -z "$(tar -tzf "$(served buildpack)" | tr '[:upper:]' '[:lower:]' | sort | uniq -d)" ]
}

@test "the log and the metrics have age, size and sha256 of what is served" {
  local sha
  rm -rf "$VM/data/packages/docker_app_lifecycle"* "$VM/jobs/file_server/packages/docker_app_lifecycle" "$VM/packages/docker_app_lifecycle"
  run assemble --enabled yes --metrics "$VM/metrics/cf-pcap.prom"
  sha=$(sha256sum <"$(served buildpack)" | cut -d' ' -f1)
  [[ $output == *"served sha256 $sha"* ]]
  [[ $output == *"stock $(stat -c %s "$(stock buildpack)") bytes, served $(stat -c %s "$(served buildpack)") bytes"* ]]
  diff <(grep -v '^#' "$VM/metrics/cf-pcap.prom") - <<END
cf_pcap_enabled 1
cf_pcap_archive_info{lifecycle="buildpack",served="assembled",stock_sha256="$(sha256sum <"$(stock buildpack)" | cut -d' ' -f1)",served_sha256="$sha"} 1
cf_pcap_archive_bytes{lifecycle="buildpack",archive="stock"} $(stat -c %s "$(stock buildpack)")
cf_pcap_archive_bytes{lifecycle="buildpack",archive="served"} $(stat -c %s "$(served buildpack)")
cf_pcap_archive_assembled_timestamp_seconds{lifecycle="buildpack"} $(stat -c %Y "$VM/jobs/file_server/cf-pcap/buildpack_app_lifecycle.made")
END
  cp "$VM/metrics/cf-pcap.prom" "$BATS_TEST_TMPDIR/first"
  assemble --enabled yes --metrics "$VM/metrics/cf-pcap.prom"
  cmp "$VM/metrics/cf-pcap.prom" "$BATS_TEST_TMPDIR/first"
  assemble --enabled no --metrics "$VM/metrics/cf-pcap.prom"
  grep -qx 'cf_pcap_enabled 0' "$VM/metrics/cf-pcap.prom"
  grep -qF 'served="stock"' "$VM/metrics/cf-pcap.prom"
  run ! grep -F 'assembled_timestamp_seconds{' "$VM/metrics/cf-pcap.prom"
}
