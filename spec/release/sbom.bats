# The software bill of materials: what it lists is what is compiled.

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
