#!/usr/bin/env bats
# The scripts that run on VMs, with another coreutils than GNU's: uutils 0.12, as Ubuntu after 25.10 has it and
# stemcells may (BOSH RFC 0058).
# shellcheck disable=SC2016,SC2154 # a program in quotes, what bats sets

bats_require_minimum_version 1.5.0

setup_file() {
  cd "$BATS_TEST_DIRNAME/../.." || return
  scripts/build-tools uutils >&2
  # As a program of its own, so that the tests themselves keep the machine's.
  local script
  for script in lifecycle-assembly/bin/assemble-lifecycles cf-pcap-cell/bin/cell; do
    printf '#!/bin/bash\nPATH=%q:$PATH exec %q "$@"\n' "$PWD/build/tools/uutils" "$PWD/build/packages/$script" \
      >"$BATS_FILE_TMPDIR/${script##*/}"
    chmod +x "$BATS_FILE_TMPDIR/${script##*/}"
  done
  export ASSEMBLE=$BATS_FILE_TMPDIR/assemble-lifecycles CELL=$BATS_FILE_TMPDIR/cell
}

# All tests of a file with these scripts, or those that a filter names.
passes() { # file count [filter]
  local out=$BATS_TEST_TMPDIR/out
  "$BATS_TEST_DIRNAME/../../build/packages/bats-core/bin/bats" --formatter tap ${3:+--filter "$3"} "$BATS_TEST_DIRNAME/$1.bats" >"$out" 3>&- || { grep -A9 '^not ok' "$out" && return 1; }
  [ "$(grep -c '^ok' "$out")" -ge "$2" ]
}

@test "the scripts run with uutils' utilities" {
  run env PATH="$BATS_TEST_DIRNAME/../../build/tools/uutils:$PATH" mv --version
  [[ $output == *uutils* ]]
}

@test "assembly: what is made and served" { passes archives 25; }
@test "assembly: what is wrong is told" { passes faults 15 '^(the archive|it |no |unknown|an error|setcap|our archive lacks|wrong)'; }
@test "cells" { passes cell 17; }
