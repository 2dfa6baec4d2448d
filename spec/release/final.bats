#!/usr/bin/env bats
# scripts/release: final releases in a clone of this repository, by the real bosh CLI, with a local blobstore.
# shellcheck disable=SC2013,SC2154 # names without blanks; release_root is the helper's

bats_require_minimum_version 1.5.0
load ../support/release

setup_file() {
  cd "$release_root" || return
  make -s all dist >&2
  scripts/build-tools bosh >&2
  export PATH=$release_root/build/tools:$PATH HOME=$BATS_FILE_TMPDIR/home TREE=$BATS_FILE_TMPDIR/clone
  export VERSION
  mkdir -p "$HOME" "$TREE/build"
  git config --global user.name tester && git config --global user.email tester@example.com
  # The working tree as it is, with what make has built, as the first commit of a repository.
  git ls-files -z --cached --others --exclude-standard | xargs -0 ls -d 2>/dev/null | xargs -d '\n' cp -a --parents -t "$TREE"
  cp -a build/packages build/bin "$TREE/build/"
  for folder in build/cross/*/; do
    mkdir -p "$TREE/$folder" && cp -a "$folder/packages" "$TREE/$folder/"
  done
  ln -s "$PWD"/build/{zig,zig-cache} "$TREE/build/"
  cp -a blobs "$TREE/"
  cd "$TREE" || return
  VERSION=$(sed -nE 's/^#define CF_PCAP_VERSION_(MAJOR|MINOR|BUILD) ([0-9]+)$/\2/p' src/version.h | paste -sd.)
  git init --quiet && git add --all && git commit --quiet --message "All of it"
  scripts/release "$VERSION" >"$BATS_FILE_TMPDIR/first" 2>&1 || { cat "$BATS_FILE_TMPDIR/first" >&2; return 1; }
}

setup() { cd "$TREE" || return; }

manifest() { tar xzOf "build/release/cf-pcap-$1.tgz" release.MF; } # version

# One line on stderr, nothing changed.
refused() { # text version
  local before
  before=$(git rev-parse HEAD; git status --porcelain; ls build/release)
  run scripts/release "$2"
  [ "$status" = 1 ]
  [ "${#lines[@]}" = 1 ]
  [[ ${lines[0]} == "release: "*"$1"* ]]
  diff <(echo "$before") <(git rev-parse HEAD; git status --porcelain; ls build/release)
}

@test "the tarball is the final release of this version, of a commit" {
  manifest "$VERSION" | grep -qx "version: $VERSION"
  manifest "$VERSION" | grep -qx "uncommitted_changes: false"
  git merge-base --is-ancestor "$(manifest "$VERSION" | sed -n 's/^commit_hash: "\?\([0-9a-f]*\)"\?$/\1/p')" HEAD
  diff <(find packages -mindepth 1 -maxdepth 1 -printf '%f\n' | sort) <(manifest "$VERSION" >"$BATS_TEST_TMPDIR/MF" && release_names "$BATS_TEST_TMPDIR/MF" packages)
}

@test "what BOSH wants of a final release is committed and tagged" {
  git ls-files --error-unmatch "releases/cf-pcap/cf-pcap-$VERSION.yml" releases/cf-pcap/index.yml
  [ "$(git ls-files '.final_builds/packages/*/index.yml' | wc -l)" = "$(find packages -mindepth 1 -maxdepth 1 | wc -l)" ]
  [ "$(git rev-parse "v$VERSION^{commit}")" = "$(git rev-parse HEAD)" ]
  [ -z "$(git status --porcelain)" ]
}

@test "the notes have the releases: block of this tarball" {
  ruby -ryaml -e '
    block = YAML.safe_load(STDIN.read.lines.grep(/^    /).join)["releases"]
    version, sha = ARGV
    exit block == [{ "name" => "cf-pcap", "version" => version, "url" => "https://ADDRESS/v#{version}/cf-pcap-#{version}.tgz", "sha1" => "sha256:#{sha}" }]' \
    "$VERSION" "$(sha256sum <"build/release/cf-pcap-$VERSION.tgz" | cut -d' ' -f1)" <build/release/notes.md
  git cat-file -p "v$VERSION" | grep -qxF "    - name: cf-pcap"
  [ "$(jq -r .metadata.component.version "build/release/cf-pcap-$VERSION.sbom.json")" = "$VERSION" ]
}

# The files of a release; SHA256SUMS has all of them but itself and the notes.
is_whole() { # version
  diff <(cd build/release && printf '%s\n' *) <(printf '%s\n' NOTICE SHA256SUMS "cf-pcap-$1".{sbom.json,tgz} \
    "cf-pcap-plugin-$1".{linux-arm64,linux64,osx,sbom.json,win-arm64.exe,win64.exe} notes.md repo-index.yml)
  diff <(cd build/release && sha256sum -- [!Sn]*) build/release/SHA256SUMS
}

@test "the plugin for each system is among the files, and has a line with its sha256 in the notes" {
  local file
  is_whole "$VERSION"
  for file in build/release/cf-pcap-plugin-*[!n]; do
    grep -qxF -- "- ${file##*/}, sha256 $(sha256sum <"$file" | cut -d' ' -f1)" build/release/notes.md
  done
  [ "$(grep -c '^- cf-pcap-plugin-' build/release/notes.md)" = 5 ]
  [ "$(jq -r .metadata.component.version "build/release/cf-pcap-plugin-$VERSION.sbom.json")" = "$VERSION" ]
}

@test "program, release, ops files and plugin have one version" {
  [ "$(build/bin/cf-pcap --version 2>&1 | head -1)" = "cf-pcap $VERSION" ] || build/bin/cf-pcap --version | grep -qF "$VERSION"
  local file
  for file in $(grep -l '^    name: cf-pcap$' config/operations/*.yml); do
    grep -A1 '^    name: cf-pcap$' "$file" | grep -qE "^    version: ($VERSION|create)$" || { echo "$file"; return 1; }
  done
  strings build/bin/cf-pcap-plugin | grep -qF "$VERSION"
}

@test "who has the repository and the blobstore makes the same release of it" {
  git clone --quiet "$TREE" "$BATS_TEST_TMPDIR/clone"
  cp -r "$TREE/../cf-pcap-blobs" "$BATS_TEST_TMPDIR/cf-pcap-blobs"
  HOME=$BATS_TEST_TMPDIR bosh --non-interactive create-release --dir "$BATS_TEST_TMPDIR/clone" \
    "$BATS_TEST_TMPDIR/clone/releases/cf-pcap/cf-pcap-$VERSION.yml" --tarball "$BATS_TEST_TMPDIR/again.tgz"
  diff <(manifest "$VERSION" | grep -E 'fingerprint|sha1|^version') <(tar xzOf "$BATS_TEST_TMPDIR/again.tgz" release.MF | grep -E 'fingerprint|sha1|^version')
}

@test "what cannot be a release is refused: released already, no version, changes, a tag" {
  refused "$VERSION was released already" "$VERSION"
  refused "usage: scripts/release VERSION" 1.0
  refused "usage: scripts/release VERSION" ""
  git tag v7.7.7
  refused "there is a tag v7.7.7 already" 7.7.7
  git tag --delete v7.7.7
  echo >>README.md
  refused "changes that are not committed" 7.7.7
  CF_PCAP_ADDRESS=https://files.example.com/latest refused "has to end with 7.7.7" 7.7.7
  git checkout --quiet README.md
}

@test "the next release: its number and address are in all files, what has not changed is not made again" {
  CF_PCAP_ADDRESS=https://files.example.com/v9.8.7 scripts/release 9.8.7
  is_whole 9.8.7
  build/bin/cf-pcap --version 2>&1 | grep -qF 9.8.7
  for file in build/release/cf-pcap-plugin-*[!n] build/release/cf-pcap-plugin-*.sbom.json; do
    grep -qaF 9.8.7 "$file"
    [ "$(grep -caF "$VERSION" "$file")" = 0 ]
  done
  grep -qx '  version: 9.8.7' build/release/repo-index.yml
  [ "$(grep -cF ': https://files.example.com/v9.8.7/cf-pcap-' build/release/repo-index.yml)" = 3 ]
  grep -qxF '      url: https://files.example.com/v9.8.7/cf-pcap-9.8.7.tgz' build/release/notes.md
  grep -qx '    version: 9.8.7' config/operations/enable-cf-pcap.yml
  [ -z "$(git status --porcelain)" ]
  grep -qxF -- '- Version 9.8.7' build/release/notes.md
  [ "$(grep -cE '^  [0-9a-f]{64}:' .final_builds/packages/musl/index.yml)" = 1 ]
  [ "$(grep -cE '^  [0-9a-f]{64}:' .final_builds/packages/cf-pcap/index.yml)" = 2 ]
}

@test "dev releases of two clones, made by the README's line, have versions of their own" {
  local line versions clone
  line=$(grep -oE 'bosh create-release --force [^&]*' "$release_root/README.md" | head -1)
  [[ $line == *--timestamp-version* ]]
  for clone in one two; do
    git clone --quiet "$TREE" "$BATS_TEST_TMPDIR/$clone"
    cp -a "$TREE/blobs" "$BATS_TEST_TMPDIR/$clone/"
    sleep 1.1 # the version is the second
    (cd "$BATS_TEST_TMPDIR/$clone" && $line >/dev/null)
    (cd "$BATS_TEST_TMPDIR/$clone/dev_releases/cf-pcap" && echo cf-pcap-*.yml)
  done >"$BATS_TEST_TMPDIR/versions"
  [ "$(sort -u "$BATS_TEST_TMPDIR/versions" | wc -l)" = 2 ]
  versions=$(cat "$BATS_TEST_TMPDIR/versions")
  [[ $versions == *+dev.* ]]
}
