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
  for document in *.md docs/*.md; do
    grep -oE '\]\([^)#:]+[)#]' "$document" | sed -E 's/^..//; s/.$//' | while read -r target; do
      [ -e "$(dirname "$document")/$target" ] || { echo "$document: no $target" && exit 1; }
    done || return 1
  done
}

# The names that a page's headings have in links, as GitHub makes them.
anchors() { # page
  sed -nE 's/^#+ (.*)$/\1/p' "$1" | tr '[:upper:]' '[:lower:]' | sed -E 's/[^a-z0-9_ -]//g; s/ /-/g'
}

@test "every heading that a document links to exists" {
  local document target page checked=0
  for document in *.md docs/*.md; do
    while IFS='#' read -r page target; do
      page=${page:+$(dirname "$document")/$page}
      anchors "${page:-$document}" | grep -qxF -- "$target" || { echo "$document: no heading #$target in ${page:-$document}" && return 1; }
      checked=$((checked + 1))
    done < <(grep -oE '\]\([^):]*#[^)]+\)' "$document" | sed -E 's/^..//; s/.$//')
  done
  [ "$checked" -gt 20 ]
}

@test "every page of docs/ is linked from the README or from another page" {
  local page
  for page in docs/*.md; do
    grep -qE "\]\(${page}[)#]" README.md || grep -qE "\]\(${page#docs/}[)#]" docs/*.md || { echo "no link to $page" && return 1; }
  done
}

@test "the README has at most 250 lines" { [ "$(wc -l <README.md)" -le 250 ]; }

@test "the README has the test command that CI runs" {
  local command
  command=$(sed -nE 's/^exec //p' .ci/run)
  [ -n "$command" ]
  sed -n '/^## Tests/,/^## /p' README.md | grep -qxF "    $command"
}

@test "no sentence or row is there twice, in one page or in two" {
  run -0 bash -c 'grep -hE "^.{60}" *.md docs/*.md | sort | uniq -d'
  [ -z "$output" ]
}

@test "bench-docs replaces a table of docs/performance.md below its title, and nothing else" {
  local tree=$BATS_TEST_TMPDIR/tree title="Assembly of an archive, wall time"
  mkdir -p "$tree"/{scripts,docs/speed,build/bench}
  cp scripts/bench-docs "$tree/scripts/"
  cp docs/performance.md "$tree/docs/"
  touch "$tree"/build/bench/{loss-1400,merge,memory}.svg
  printf '%s\n\n| new |\n|-----|\n| 42  |\n' "$title" >"$tree/build/bench/report.md"
  "$tree/scripts/bench-docs"
  run diff docs/performance.md "$tree/docs/performance.md"
  [ "$(grep '^>' <<<"$output")" = $'> | new |\n> |-----|\n> | 42  |' ]
  [ "$(grep -c '^<' <<<"$output")" = 3 ]
  grep -q "MiB" <<<"$output"
  [ -f "$tree/docs/speed/merge.svg" ]

  printf 'Another title\n\n| new |\n' >"$tree/build/bench/report.md"
  run -1 "$tree/scripts/bench-docs"
  [[ $output == *"no table of "* ]]
}

@test "every table of docs/performance.md has a title that the measurements print" {
  local title
  # A line with a | behind a blank line is a row of a table; its title is the last line of text before it.
  awk '/^\|/ { if (!(title in shown) && title !~ /^\|/) print title; shown[title] = 1; next } NF { title = $0 }' docs/performance.md >"$BATS_TEST_TMPDIR/titles"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/titles")" -gt 7 ]
  while read -r title; do
    # Numbers and packet sizes are put into some of them.
    grep -rqF -- "$(sed -E 's/(Packets of )[0-9]+( .*)/\1/' <<<"${title%%,*}" | cut -c1-40)" bench scripts/bench || { echo "no measurement prints: $title" && return 1; }
  done <"$BATS_TEST_TMPDIR/titles"
}

@test "the page on acceptance tests lists every program that they need, and they look for each at the start" {
  local needs program
  needs=$(sed -nE 's/^  for name in (cf bats .*); do$/\1/p' src/acceptance-tests/run)
  [ -n "$needs" ]
  for program in $needs; do
    sed -n '/^## From your machine/,/^    export CF_PCAP_API/p' docs/acceptance-tests.md | grep -qwE "$program|cf CLI" || { echo "docs/acceptance-tests.md: no $program" && return 1; }
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

# The options that a manual page's list of options describes, one a line: -s, --snaplen.
manual_options() { # page
  sed -nE 's/^\.It (Fl .*)$/\1/p' "$1" | grep -oE 'Fl -?[A-Za-z-]+' | sed -E 's/^Fl /-/' | sort
}

@test "the manual pages have no fault that mandoc finds" {
  run -0 mandoc -T lint -W warning src/*/*.1
  [ -z "$output" ]
  [ "$(printf "%s\n" src/*/*.1 | wc -l)" = 2 ]
}

@test "cf-pcap(1) describes the options of cf-pcap --help" {
  build/bin/cf-pcap --help | sed -nE 's/^ +((-[a-z], )?--[a-z]+).*/\1/p' | grep -oE '\-+[a-z]+' | sort >"$BATS_TEST_TMPDIR/help"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/help")" -gt 8 ]
  diff "$BATS_TEST_TMPDIR/help" <(manual_options src/cf-pcap/cf-pcap.1)
}

# `cf help` adds the dashes of the first name: "output, -o, -w FILE".
@test "cf-pcap-plugin(1) and docs/use.md describe the options of cf help pcap" {
  sed -n '/^const struct option_help options_help/,/^};/p' src/cf-pcap-plugin/options_help.c | sed -nE 's/^ *\{"([^"]*)".*/--\1/p' |
    sed -E 's/ [A-Za-z|.[].*//' | grep -oE '\-+[a-z-]+' | sort >"$BATS_TEST_TMPDIR/help"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/help")" -gt 15 ]
  diff "$BATS_TEST_TMPDIR/help" <(manual_options src/cf-pcap-plugin/cf-pcap-plugin.1)
  grep -E '^--' "$BATS_TEST_TMPDIR/help" | grep -vxF -- --help | while read -r option; do
    grep -qE "^\| [^|]*\`${option}[^a-z-]" docs/use.md || { echo "docs/use.md: no row for $option" && exit 1; }
  done
}

@test "the help, the manual, the README and docs/security.md say that a capture with --tls-keys has the keys" {
  local file
  for file in src/cf-pcap-plugin/{options_help.c,cf-pcap-plugin.1} README.md docs/{security,tls-keys}.md; do
    tr -s '" \n' ' ' <"$file" >"$BATS_TEST_TMPDIR/text"
    grep -qiE 'capture( also)? contains the (TLS )?keys|(anyone who|whoever) has (it|the capture) can read that traffic' "$BATS_TEST_TMPDIR/text" || { echo "$file" && return 1; }
    [ "$file" = README.md ] || grep -qF 'editcap --discard-all-secrets' "$BATS_TEST_TMPDIR/text" || { echo "$file: how to take them out" && return 1; }
  done
}

@test "docs/tls-keys.md says for each runtime what to set, and how to undo it" {
  local runtime
  for runtime in Python Node.js Go Java .NET curl openssl Ruby; do
    sed -n '/^| runtime /,/^$/p' docs/tls-keys.md | grep -qE "^\| ${runtime/./[.]}[ ,].*(keys\.log|KeyLogWriter|keylog)" || { echo "$runtime" && return 1; }
  done
  sed -n '/^## Turn it off/,/^## /p' docs/tls-keys.md | grep -qE 'cf unset-env|cf restart'
}

# Lines "FILE:LINE: no KEY (TEXT)" of the messages in these files that docs/messages.md has not.
unexplained() { # file…
  sed 's/\\|/|/g' docs/messages.md >"$BATS_TEST_TMPDIR/messages"
  spec/support/messages.py "$@" >"$BATS_TEST_TMPDIR/found"
  while IFS=$'\t' read -r at key text; do
    grep -qF -- "$key" "$BATS_TEST_TMPDIR/messages" || printf '%s: no "%s" (%s)\n' "$at" "$key" "$text"
  done <"$BATS_TEST_TMPDIR/found"
}

@test "the README's first capture is in two terminals: the second gets the two variables that start prints" {
  grep -A 4 '^In a second terminal, set `CF_HOME` and `PATH`' README.md | grep -q 'curl -k https://myapp'
  grep -q 'export CF_HOME=$state PATH=$root/build/tools:' tools/local-cloud/start
}

@test "docs/messages.md has every message of the tool, the plugin and the jobs" {
  local -a sources
  mapfile -t sources < <(git ls-files --cached --others --exclude-standard 'src/*.c' src/lifecycle-assembly/assemble-lifecycles src/cf-pcap-cell 'jobs/*/templates/*' |
    grep -vE '/(test|fuzz|simulation|acceptance-tests)/|cf-pcap-acceptance-tests')
  unexplained "${sources[@]}" >"$BATS_TEST_TMPDIR/unexplained"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/found")" -gt 250 ]
  [ ! -s "$BATS_TEST_TMPDIR/unexplained" ] || {
    cat "$BATS_TEST_TMPDIR/unexplained"
    echo 'Each of these is a row of docs/messages.md, or part of one, with that text: what it means, what to do.'
    echo 'What is no message is a line of spec/support/no-messages.'
    return 1
  }
}

@test "a message that is not in docs/messages.md is found, in C and in bash" {
  cat >"$BATS_TEST_TMPDIR/new.c" <<'EOF'
void f(void) { message("the moon is not %s: wait until "
                       "it is, please", full); /* "a comment is no message" */ }
EOF
  printf '%s\n' 'die "the sun is too hot on $day"' >"$BATS_TEST_TMPDIR/new"
  unexplained "$BATS_TEST_TMPDIR/new.c" "$BATS_TEST_TMPDIR/new" >"$BATS_TEST_TMPDIR/unexplained"
  [ "$(cut -d: -f2- "$BATS_TEST_TMPDIR/unexplained")" = '1: no "wait until it is, please" (the moon is not …: wait until it is, please)
1: no "the sun is too hot on" (the sun is too hot on …)' ]
}

@test "CONTRIBUTING.md says of each folder of src/ and spec/ what it is for" {
  local folder
  for folder in src/*/ spec/*/; do
    grep -qE "^\| .*\`$folder" CONTRIBUTING.md || { echo "CONTRIBUTING.md: no row for $folder" && return 1; }
  done
}

@test "the plugin's core and the merge know no libuv, file, process or clock" {
  local include
  for include in uv unistd fcntl time poll signal spawn sys/; do
    run -1 grep -rnE "#include <$include" src/cf-pcap-plugin/core src/pcap-merge --include='*.[ch]' --exclude-dir=test --exclude-dir=fuzz
  done
  run -1 grep -rnE '#include "\.\./(shell|output|terminal|console|child|cf|system/.*)\.h"' src/cf-pcap-plugin/core
}
