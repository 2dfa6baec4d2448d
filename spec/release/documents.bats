#!/usr/bin/env bats
# What the documents refer to is there.

# shellcheck disable=SC2016 # Markdown's backquotes
bats_require_minimum_version 1.5.0

setup() { cd "$BATS_TEST_DIRNAME/../.." || return; }

# Lines "FILE BEGINNING" of all tests that a document names: `capturer/scope` "only its…", "no file…".
named() { # document
  local group file
  tr '\n' ' ' <"$1" | grep -oE '`[a-z-]+/[a-z_]+`( "[^"]+",?)+' | while read -r group; do
    file=$(cut -d'`' -f2 <<<"$group")
    [[ $file == acceptance-tests/* ]] && file=src/$file.bats || file=spec/$file.bats
    grep -oE '"[^"]+"' <<<"$group" | sed -E "s|^\"(.*)\"$|$file \1|; s|…$||"
  done
}

@test "every test that docs/security.md names exists" {
  local file beginning
  named docs/security.md >"$BATS_TEST_TMPDIR/named"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/named")" -gt 50 ]
  while read -r file beginning; do
    grep -qF "@test \"$beginning" "$file" || { echo "$file: no test that begins \"$beginning\"" && return 1; }
  done <"$BATS_TEST_TMPDIR/named"
}

@test "every file that a document links to exists" {
  local document target
  for document in README.md SECURITY.md docs/*.md; do
    grep -oE '\]\([^)#:]+[)#]' "$document" | sed -E 's/^..//; s/.$//' | while read -r target; do
      [ -e "$(dirname "$document")/$target" ] || { echo "$document: no $target" && exit 1; }
    done || return 1
  done
}

@test "the README lists every program that the acceptance tests need, and they look for each at the start" {
  local needs program
  needs=$(sed -nE 's/^  for name in (cf bats .*); do$/\1/p' src/acceptance-tests/run)
  [ -n "$needs" ]
  for program in $needs; do
    sed -n '/^### Run the acceptance tests/,/^    export CF_PCAP_API/p' README.md | grep -qwE "$program|cf CLI" || { echo "README: no $program" && return 1; }
  done
  # What a minimal system lacks, of what they use: found by name in the tests.
  for program in curl tcpdump pkill script od awk; do
    ! grep -qwE "$program" src/acceptance-tests/*.bats src/acceptance-tests/helper.bash src/acceptance-tests/run || [[ " $needs " == *" $program "* ]] || { echo "run: no check for $program" && return 1; }
  done
}

@test "acceptance tests without one of these programs end at once, naming it" {
  mkdir "$BATS_TEST_TMPDIR/bin"
  ln -s "$(command -v bash)" "$(command -v dirname)" "$BATS_TEST_TMPDIR/bin/"
  for program in cf bats curl tcpdump pkill script od; do printf '#!/bin/sh\n' >"$BATS_TEST_TMPDIR/bin/$program" && chmod +x "$BATS_TEST_TMPDIR/bin/$program"; done
  rm "$BATS_TEST_TMPDIR/bin/script"
  run env -i PATH="$BATS_TEST_TMPDIR/bin" CF_PCAP_API=https://api.example.com CF_PCAP_USER=u CF_PCAP_PASSWORD=p bash src/acceptance-tests/run
  [ "$status" = 1 ]
  [ "$output" = "acceptance-tests: there is no script in PATH" ]
}
