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
