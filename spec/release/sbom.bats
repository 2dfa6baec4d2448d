# The software bill of materials: what it lists is what is compiled.
# shellcheck disable=SC2013,SC2016 # names without blanks, programs in quotes

setup_file() {
  export root="$BATS_TEST_DIRNAME/../.."
  "$root/scripts/sbom" >"$BATS_FILE_TMPDIR/sbom.json"
}
setup() { sbom=$BATS_FILE_TMPDIR/sbom.json; }

@test "it lists every third-party file that a package's spec names, and no other" {
  local listed wanted
  listed=$(jq -r '.components[].name' "$sbom" | sort)
  wanted=$(cat "$root"/packages/*/spec | sed -nE 's|^- "?([a-z-]+)/[^"]*\.t[^"]*"?$|\1|p' | sort -u)
  [ -n "$wanted" ]
  diff <(echo "$listed") <(echo "$wanted")
}

@test "its sha256 are those of the files that are compiled" {
  local name sha
  while read -r name sha; do
    [ "$(sha256sum "$root/blobs/$name"/* | cut -d' ' -f1)" = "$sha" ]
  done < <(jq -r '.components[] | "\(.name) \(.hashes[0].content)"' "$sbom")
}

@test "each place stands there with the sha256 that config/blob-sources has for it, and the file taken is of one of them" {
  local name
  diff <(jq -r '.components[].externalReferences[] | "\(.url) \(.hashes[0].content)"' "$sbom" | sed 's|^pkg:npm/|npm:|' | sort) \
    <(sed -nE 's/^[a-z].* *[|] ([0-9a-f]{64}) [|] ((https|npm):[^ ]*)$/\2 \1/p' "$root/config/blob-sources" | sort)
  for name in $(jq -r '.components[].name' "$sbom"); do
    jq -e --arg name "$name" '.components[] | select(.name == $name) | .hashes[0].content as $taken | any(.externalReferences[]; .hashes[0].content == $taken)' "$sbom"
  done
}

@test "a file in blobs/ that is none of them is an error" {
  mkdir -p "$BATS_TEST_TMPDIR/tree/blobs/musl"
  cp -r "$root/config" "$root/scripts" "$root/src" "$BATS_TEST_TMPDIR/tree/"
  echo other >"$BATS_TEST_TMPDIR/tree/blobs/musl/musl-1.2.5.tar.gz"
  run "$BATS_TEST_TMPDIR/tree/scripts/sbom"
  [ "$status" != 0 ]
  [[ $output == *"sbom: blobs/musl/musl-1.2.5.tar.gz has none of the sha256 in config/blob-sources: run scripts/fetch-blobs"* ]]
}

@test "its versions are those the packaging scripts unpack" {
  local name version
  while read -r name version; do
    grep -qF -e "$name-$version" -e "bats-$version" "$root/packages/$name/packaging"
  done < <(jq -r '.components[] | "\(.name) \(.version)"' "$sbom")
}

# The words that a licence is known by.
words() {
  case $1 in
    MIT) echo "Permission is hereby granted, free of charge" ;;
    BSD-3-Clause) echo "Redistribution and use in source and binary forms" ;;
  esac
}

@test "its licences are those in the archives" {
  local name licence
  while read -r name licence; do
    tar xf "$root/blobs/$name"/* --wildcards --no-wildcards-match-slash --to-stdout '*/LICENSE*' '*/COPYRIGHT*' '*/License*' 2>/dev/null |
      tr -s '[:space:]' ' ' | grep -qF "$(words "$licence")" || { echo "$name: not $licence" >&2 && return 1; }
  done < <(jq -r '.components[] | "\(.name) \(.licenses[0].license.id)"' "$sbom")
}

@test "made twice it is the same" { "$root/scripts/sbom" | cmp - "$sbom"; }
