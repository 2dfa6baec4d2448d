#!/usr/bin/env bats
# Where the sources come from: scripts/fetch-blobs with a server on this machine for the places of
# config/blob-sources. What it serves are stand-ins, one of its own for each place, since not all of the real
# files can be had everywhere; the real list says which of them are the same file.
# shellcheck disable=SC2013,SC2016,SC2154 # names without blanks, a program in quotes, what bats sets

bats_require_minimum_version 1.5.0

root=$BATS_TEST_DIRNAME/../..

# busybox says nothing of the port that it got: so one after the other is tried.
serve() { # directory
  local port
  for port in $(shuf -i 20000-29999 -n 50); do
    [ -z "${server-}" ] || kill "$server" 2>/dev/null || true
    busybox httpd -f -p "127.0.0.1:$port" -h "$1" 3>&- >/dev/null 2>&1 &
    server=$!
    for _ in $(seq 100); do
      kill -0 "$server" 2>/dev/null || break
      [ "$(curl -s --max-time 10 "http://127.0.0.1:$port/is-ours")" != "$ours" ] || return 0
      sleep 0.05
    done
  done
  return 1
}

setup() {
  tree=$BATS_TEST_TMPDIR/tree site=$BATS_TEST_TMPDIR/site
  mkdir -p "$tree/scripts" "$site"
  cp -r "$root/config" "$tree/"
  cp "$root/scripts/fetch-blobs" "$tree/scripts/"
  ours=$BASHPID
  echo "$ours" >"$site/is-ours"
  serve "$site"
  address=$(tr '\0' ' ' <"/proc/$server/cmdline" | grep -oE '127\.0\.0\.1:[0-9]+')
}

teardown() { kill "$server"; }

# Lines "blob sha256 place" of the real list, without npm's.
real() { grep -vE '^(#|$)|npm:|files:' "$root/config/blob-sources" | sed -E 's/ *\| */ /g'; }

# The same list, whose places are on the server, with a small file for each sha256.
stand_in() {
  local blob sha place path
  while read -r blob sha place; do
    path=${place#https://}
    mkdir -p "$site/$(dirname "$path")"
    echo "the file whose sha256 is $sha" >"$site/$path"
    printf '%s | %s | http://%s/%s\n' "$blob" "$(sha256sum <"$site/$path" | cut -d' ' -f1)" "$address" "$path"
  done < <(real) >"$tree/config/blob-sources"
}

fetch() { "$tree/scripts/fetch-blobs" "$@"; }
list() { sed 's/ *| */ /g' "$tree/config/blob-sources"; } # lines "blob sha256 place"
file_of() { echo "$site/${1#"http://$address/"}"; }          # place
has() { [ "$(sha256sum <"$tree/blobs/$1" | cut -d' ' -f1)" = "$2" ]; } # blob sha256

@test "every blob has at least two places that need no more than curl, the first with the sha256 of blobs.yml" {
  local blob
  for blob in $(sed -nE 's/^([^ -].*):$/\1/p' "$root/config/blobs.yml"); do
    [ "$(real | grep -c "^$blob [0-9a-f]* https://")" -ge 2 ] || { echo "$blob has fewer"; return 1; }
    grep -A2 -F "$blob:" "$root/config/blobs.yml" | grep -qx "  sha: sha256:$(real | grep -m1 "^$blob " | cut -d' ' -f2)"
  done
  diff <(real | cut -d' ' -f1 | sort -u) <(sed -nE 's/^([^ -].*):$/\1/p' "$root/config/blobs.yml")
}

@test "with any one of a blob's places alone it is fetched, and said from where" {
  local blob sha place
  stand_in
  [ "$(list | wc -l)" -ge 13 ]
  cp -r "$site" "$site.all"
  while read -r blob sha place; do
    rm -rf "$tree/blobs"
    # Of every other blob, all places.
    cp -r "$site.all/." "$site"
    while read -r _ _ other; do
      [ "$other" = "$place" ] || rm "$(file_of "$other")"
    done < <(list | grep "^$blob ")
    run fetch
    [ "$status" = 0 ]
    has "$blob" "$sha"
    grep -qF "fetch-blobs: $blob from $place" <<<"$output"
  done < <(list)
}

@test "with any one place taken away the others do" {
  local blob sha place
  stand_in
  while read -r blob sha place; do
    rm -rf "$tree/blobs"
    mv "$(file_of "$place")" "$BATS_TEST_TMPDIR/away"
    run fetch
    mv "$BATS_TEST_TMPDIR/away" "$(file_of "$place")"
    [ "$status" = 0 ]
    [ "$(find "$tree/blobs" -type f | wc -l)" = "$(list | cut -d' ' -f1 | sort -u | wc -l)" ]
  done < <(list)
}

@test "without any place: each is named with curl's reason" {
  stand_in
  while read -r _ _ place; do rm "$(file_of "$place")"; done < <(list | grep '^libuv')
  run fetch
  [ "$status" = 1 ]
  [ "$(grep -cE '^fetch-blobs: libuv/.* is not at http://.*: curl: .* 404' <<<"$output")" = "$(list | grep -c '^libuv')" ]
  grep -qE '^fetch-blobs: libuv/[^ ]*: none of its [0-9]+ places has it' <<<"$output"
}

@test "a file with another sha256 is not used, in blobs/ neither" {
  local blob sha place
  stand_in
  read -r blob sha place < <(list | head -1)
  echo damaged >>"$(file_of "$place")"
  fetch
  has "$blob" "$sha"
  echo damaged >>"$tree/blobs/$blob"
  run fetch
  [ "$status" = 0 ]
  has "$blob" "$sha"
  grep -qF "$blob at $place has sha256 " <<<"$output"
  grep -qF "$blob is another file than blob-sources pins" <<<"$output"
}

@test "what is there in any of the pinned packings is kept, and nothing is asked" {
  stand_in
  fetch
  cp "$(file_of "$(list | grep '^libuv' | tail -1 | cut -d' ' -f3)")" "$tree/blobs/libuv/libuv-1.50.0.tar.gz"
  rm -rf "${site:?}"/*
  run fetch
  [ "$status" = 0 ]
  [ -z "$output" ]
}

@test "what blob-sources names no more is removed from blobs/" {
  stand_in
  fetch
  echo old >"$tree/blobs/libuv/libuv-1.49.0.tar.gz"
  fetch
  [ ! -e "$tree/blobs/libuv/libuv-1.49.0.tar.gz" ]
  [ -e "$tree/blobs/libuv/libuv-1.50.0.tar.gz" ]
}

# The real archive of a blob, as it was fetched here, and packed again as somebody else would.
repacked() { # blob
  local sha
  mkdir -p "$site/first" "$site/again" "$BATS_TEST_TMPDIR/unpacked/another-name"
  cp "$root/blobs/$1" "$site/first/file"
  tar xf "$site/first/file" -C "$BATS_TEST_TMPDIR/unpacked/another-name" --strip-components=1
  eval "${2:-}"
  tar czf "$site/again/file" -C "$BATS_TEST_TMPDIR/unpacked" another-name
  {
    for sha in first again; do
      printf '%s | %s | http://%s/%s/file\n' "$1" "$(sha256sum <"$site/$sha/file" | cut -d' ' -f1)" "$address" "$sha"
    done
    grep -F 'files:' "$root/config/blob-sources" | grep -F "$1"
  } >"$tree/config/blob-sources"
}

@test "--check: the archives that were fetched have the files that are pinned, and so has another packing of them" {
  local blob
  for blob in $(grep -vF "#" "$root/config/blob-sources" | grep -F "files:" | cut -d" " -f1); do
    repacked "$blob"
    run fetch --check
    echo "$output"
    [ "$status" = 0 ]
    [ "$(grep -c ^ok <<<"$output")" = 2 ]
    rm -r "$site/first" "$site/again" "$BATS_TEST_TMPDIR/unpacked"
  done
}

@test "--check: a packing with another file among those that are compiled is told" {
  repacked "$(cd "$root/blobs" && echo yyjson/*)" 'echo >>"$BATS_TEST_TMPDIR/unpacked/another-name/src/yyjson.c"'
  run fetch --check
  [ "$status" = 1 ]
  [ "$(grep -cE "^FAILED .*/again/file: its src are other files" <<<"$output")" = 1 ]
}

@test "--add writes the sha256 of a new place, and blobs.yml" {
  local blob sha place
  stand_in
  fetch
  read -r blob sha place < <(list | grep '^musl' | head -1)
  sed -i "0,/$sha/s//?/" "$tree/config/blob-sources"
  fetch --add
  [ "$(list | grep -c " $sha ")" = "$(real | grep -c '^musl')" ]
  grep -A2 -F "$blob:" "$tree/config/blobs.yml" | grep -qx "  sha: sha256:$sha"
  grep -A2 -F "$blob:" "$tree/config/blobs.yml" | grep -qx "  size: $(stat -c %s "$tree/blobs/$blob")"
}

@test "NOTICE has the notices of the sources that are linked in" {
  diff "$root/NOTICE" <("$root/scripts/notice")
  local name
  for name in $(sed -nE 's|^- ([a-z-]+)/[^/]*\.t[a-z.]*z$|\1|p' "$root"/packages/*/spec); do
    grep -qE "^$name-[0-9.]+, |^${name%-core}-[0-9.]+, " "$root/NOTICE"
  done
}

# The programs of a jump box: what an Ubuntu always has, and these.
jump_box() { # directory
  local package program
  mkdir "$1"
  for package in bash coreutils grep sed mawk findutils gzip tar curl git; do
    for program in $(dpkg -L $package | grep -E '^(/usr)?/s?bin/'); do
      ln -sf "$program" "$1/"
    done
  done
  ln -sf mawk "$1/awk"
  cp "$root/build/tools/bosh" "$1/bosh"
}

@test "with nothing but bash, curl, tar, git and the bosh CLI the README's lines make a release" {
  local box=$BATS_TEST_TMPDIR/box blob sha place path fetch create
  "$root/scripts/build-tools" bosh
  jump_box "$box"
  # A repository whose places are on the server; the files are real, those that are at hand here.
  mkdir "$BATS_TEST_TMPDIR/repository"
  (cd "$root" && git ls-files -z --cached --others --exclude-standard | xargs -0 ls -d | xargs -d '\n' cp -a --parents -t "$BATS_TEST_TMPDIR/repository")
  while read -r blob sha place; do
    path=${place#https://}
    [ "$(sha256sum <"$root/blobs/$blob" | cut -d' ' -f1)" != "$sha" ] || install -D "$root/blobs/$blob" "$site/$path"
    printf '%s | %s | http://%s/%s\n' "$blob" "$sha" "$address" "$path"
  done < <(real) >"$BATS_TEST_TMPDIR/repository/config/blob-sources"
  (cd "$BATS_TEST_TMPDIR/repository" && git init -q && git add -A && git -c user.name=t -c user.email=t@example.com commit -qm all)

  fetch=$(grep -oE 'git clone REPOSITORY cf-pcap.*' "$root/README.md" | head -1)
  create=$(grep -oE 'bosh create-release --force [^&]*' "$root/README.md" | head -1)
  [[ $fetch == *"&& scripts/fetch-blobs" && $create == bosh* ]]
  run env -i PATH="$box" HOME="$BATS_TEST_TMPDIR" TERM=dumb bash -c "cd '$BATS_TEST_TMPDIR' && ${fetch/REPOSITORY/repository} && $create"
  echo "$output"
  [ "$status" = 0 ]
  [ "$(find "$BATS_TEST_TMPDIR/cf-pcap/dev_releases/cf-pcap" -name 'cf-pcap-*.yml' | wc -l)" = 1 ]
  run env -i PATH="$box" bash -c 'command -v npm apt-get jq xz make gcc'
  [ "$status" != 0 ]
}
