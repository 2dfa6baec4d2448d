# What `make dist` makes: the files, their bytes, and that the real cf CLI takes them, from a path and from a plugin
# repository on loopback.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # what is loaded sets variables, and uses some

load ../plugin/support/plugin
load ../plugin/support/cli

dist=$root/build/dist
setup_file() {
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  "$root/scripts/setup" dist && "$root/scripts/dist"
}

version=$(sed -nE 's/^#define CF_PCAP_VERSION_(MAJOR|MINOR|BUILD) ([0-9]+)$/\2/p' "$root/src/version.h" | paste -sd.)
# As JSON, times as they are written.
entry() { ruby -rpsych -rjson -e 'puts JSON.generate(Psych.parse_file(ARGV[0]).to_ruby.tap { |all| all["plugins"].each { |plugin| %w[created updated].each { |key| plugin[key] = plugin[key].iso8601 } } })' -rtime "$dist/repo-index.yml"; }

@test "there is a program for each system, and SHA256SUMS has all files" {
  diff <(cd "$dist" && printf '%s\n' *) <(printf '%s\n' NOTICE SHA256SUMS \
    "cf-pcap-plugin-$version".{linux-arm64,linux64,osx,sbom.json,win-arm64.exe,win64.exe} repo-index.yml)
  cd "$dist"
  sha256sum --check --strict --quiet SHA256SUMS
  [ "$(wc -l <SHA256SUMS)" = 8 ]
}

@test "the programs for Linux are static, position independent, hardened, and tell nothing of the machine that made them" {
  local target machine headers
  for target in linux64:'Advanced Micro Devices X86-64' linux-arm64:AArch64; do
    program=$dist/cf-pcap-plugin-$version.${target%%:*} machine=${target#*:}
    headers=$(readelf --wide --file-header --program-headers --dynamic "$program")
    grep -qF "Machine:                           $machine" <<<"$headers"
    grep -q 'Type: *DYN' <<<"$headers"
    grep -q ' GNU_RELRO ' <<<"$headers"
    grep -qE ' GNU_STACK .* RW ' <<<"$headers"
    not grep -qE 'INTERP|NEEDED|RWE' <<<"$headers"
    not grep -qaF -e "$root" -e "$HOME/" "$program"
  done
}

# Both processors, macOS 11, libSystem alone; the signature of each page is right.
is_for_macos() { # program
  run -0 python3 "$BATS_TEST_DIRNAME/macho.py" "$1"
  diff <(sed -E 's/, [0-9]+ pages$//' <<<"$output") - <<'END'
x86_64 macos 11.0
x86_64 library /usr/lib/libSystem.B.dylib
x86_64 signed ad hoc
arm64 macos 11.0
arm64 library /usr/lib/libSystem.B.dylib
arm64 signed ad hoc
END
}

@test "the program for macOS has both processors, needs macOS 11 and libSystem alone, and its signatures are right" {
  local program=$dist/cf-pcap-plugin-$version.osx
  is_for_macos "$program"
  not grep -qaF -e "$root" -e "$HOME/" "$program"
  # Another tool that knows the format, and a page that is not what was signed.
  llvm-objdump --macho --universal-headers "$program" | grep -qE 'cputype CPU_TYPE_ARM64$'
  python3 -c 'import sys; all = bytearray(open(sys.argv[1], "rb").read()); all[-60000] ^= 1; open(sys.argv[2], "wb").write(all)' "$program" changed
  run -1 python3 "$BATS_TEST_DIRNAME/macho.py" changed
  [[ $output == *"bad arm64: page "*" is not what was signed"* ]]
}

@test "the signature for x86-64 is what LLVM would make" {
  # It writes the program in another order, and signs that by its own name.
  llvm-objcopy "$dist/cf-pcap-plugin-$version.osx" cf-pcap-plugin
  python3 "$BATS_TEST_DIRNAME/signs_alike.py" "$root/scripts/universal" cf-pcap-plugin
}

@test "unit tests and simulation are linked for macOS: a Mac's owner can run them" {
  local program
  "$root/scripts/build-macos-tests"
  diff <(ls "$root/build/macos-tests") <(cd "$root/src" && printf '%s\n' {cf-pcap-plugin,pcap-merge}/test/*_test.c | sed -E 's,.*/(.*)\.c,\1,; $asimulation' | sort)
  for program in "$root"/build/macos-tests/*; do is_for_macos "$program"; done
}

@test "the programs for Windows 10 need its own DLLs alone, take UTF-8, are protected, and have the version" {
  local target program
  for target in win64:x86-64 win-arm64:arm64; do
    program=$dist/cf-pcap-plugin-$version.${target%%:*}.exe
    python3 "$BATS_TEST_DIRNAME/pe.py" "$program" >facts
    # api-ms-win-crt-* are the C library, which is Windows' own since 10.
    diff <(grep -v '^library api-ms-win-crt-' facts) - <<END
processor ${target#*:}
time 315532800
protection high-entropy addresses, random addresses, no code in data
library ADVAPI32.dll
library dbghelp.dll
library KERNEL32.dll
library ntdll.dll
library ole32.dll
library SHELL32.dll
library USER32.dll
library WS2_32.dll
version $version.0
FileVersion $version
ProductName cf-pcap
code page UTF-8
run as asInvoker
END
    not grep -qaF -e "$root" -e "$HOME/" "$program"
    # Another tool that knows the format.
    diff <(llvm-readobj --coff-imports "$program" | sed -nE 's/^  Name: /library /p' | sort) <(grep '^library' facts | sort)
  done
}

@test "nothing of it was compiled with a warning" {
  not grep -nE 'warning:|error:' <(grep -hv '/ziglang/lib/' "$root"/build/cross/*/compile/cf-pcap-plugin.log) # its own C libraries
}

@test "the bill of materials has what is in the programs, with the compiler's sha256" {
  [ "$(jq -r '.components[].name' "$dist/cf-pcap-plugin-$version.sbom.json" | sort | xargs)" = "libuv yyjson ziglang" ]
  grep -qF "$(jq -r '.components[] | select(.name == "ziglang") | .hashes[0].content' "$dist/cf-pcap-plugin-$version.sbom.json")" "$root/config/cross-compiler"
  grep -q "Copyright (c) Zig contributors" "$dist/NOTICE"
}

# Later, too: a path or a time in one of the files is another one there.
@test "another folder, user, umask, locale and time zone give the same bytes" {
  local other=$BATS_TEST_TMPDIR/elsewhere/of/another/length
  mkdir -p "$other/build"
  cp -r "$root"/{config,NOTICE,packages,scripts,src} "$other/"
  git clone -q --bare --shared "$root" "$other/.git"
  ln -s "$root/blobs" "$other/blobs"
  ln -s "$root/build/zig" "$root/build/zig-cache" "$other/build/" # C libraries; all else is compiled
  (umask 077 && cd "$other" && HOME=$BATS_TEST_TMPDIR USER=another TZ=Asia/Kolkata LC_ALL=C.UTF-8 scripts/dist)
  diff -r "$other/build/dist" "$dist"
}

@test "the cf CLI installs it by its path" {
  cli_run install-plugin -f "$dist/cf-pcap-plugin-$version.linux64"
  [[ $output == *"Plugin cf-pcap $version successfully installed."* ]]
  cli_run help pcap
  [[ $output == *"--filter, -f"* ]]
}

@test "the entry for plugin repositories is as cli-plugin-repo wants it" {
  entry >"$BATS_TEST_TMPDIR/entry"
  not grep -nE '.{81}' <(grep -v ' url: ' "$dist/repo-index.yml") # its sorter would break the line
  jq -e --arg version "$version" '.plugins | length == 1 and (.[0] |
    (keys == ["authors", "binaries", "company", "created", "description", "homepage", "name", "updated", "version"]) and
    .name == "cf-pcap" and .version == $version and (.authors | length > 0) and
    all(.binaries[]; (.url | startswith("https://") and contains($version)) and (.checksum | test("^[0-9a-f]{40}$"))))' "$BATS_TEST_TMPDIR/entry"
  # What the CLI downloads by that name is the program of that system.
  diff <(jq -r '.plugins[0].binaries[] | "\(.checksum)  \(.url | split("/") | last)"' "$BATS_TEST_TMPDIR/entry") \
    <(cd "$dist" && sha1sum "cf-pcap-plugin-$version".{linux64,osx,win64.exe})
  [ "$(jq -r '.plugins[0].binaries[].platform' "$BATS_TEST_TMPDIR/entry" | xargs)" = "linux64 osx win64" ]
}

# A plugin repository on loopback, at $address: /list is the entry, changed by a filter of jq, with its own addresses.
repository() { # filter
  local folder=$BATS_TEST_TMPDIR/repository
  mkdir -p "$folder"
  cp "$dist"/cf-pcap-plugin-* "$folder/"
  python3 -u -m http.server --bind 127.0.0.1 --directory "$folder" 0 >"$folder.log" 2>&1 3>&- &
  pid=$!
  eventually grep -q "Serving HTTP" "$folder.log"
  address=http://127.0.0.1:$(sed -nE 's/.* port ([0-9]+) .*/\1/p' "$folder.log")
  entry | jq --arg address "$address" "(.plugins[].binaries[].url) |= \$address + \"/\" + (split(\"/\") | last) | $1" >"$folder/list"
}

@test "the cf CLI installs it from a plugin repository that has the entry" {
  repository .
  cli_run add-plugin-repo loopback "$address"
  cli_run repo-plugins -r loopback
  [[ $output =~ cf-pcap\ +$version\ +Capture\ network\ packets ]]
  cli_run install-plugin -f -r loopback cf-pcap
  [[ $output == *"Plugin cf-pcap $version successfully installed."* ]]
  cli_run plugins
  [[ $output =~ cf-pcap\ +$version\ +pcap ]]
}

@test "and refuses it if it is not what the entry's checksum says" {
  repository '(.plugins[].binaries[].checksum) = "0000000000000000000000000000000000000000"'
  cli_run add-plugin-repo loopback "$address"
  run -1 "$cli" install-plugin -f -r loopback cf-pcap
  [[ $output == *"checksum"* ]]
}

@test "the cf CLI installs it from an address" {
  repository .
  cli_run install-plugin -f "$address/cf-pcap-plugin-$version.linux64"
  [[ $output == *"Plugin cf-pcap $version successfully installed."* ]]
}

@test "a compiler that is not the pinned one is refused" {
  mkdir -p "$BATS_TEST_TMPDIR/tree/build"
  cp -r "$root"/{config,scripts} "$BATS_TEST_TMPDIR/tree/"
  sed -i -E 's/(sha256:)[0-9a-f]{64}/\1'"$(printf '0%.0s' {1..64})"'/' "$BATS_TEST_TMPDIR/tree/config/cross-compiler"
  run -1 "$BATS_TEST_TMPDIR/tree/scripts/fetch-zig"
  [[ $output == *"THESE PACKAGES DO NOT MATCH THE HASHES"*"fetch-zig: the cross compiler cannot be fetched"* ]]
  [ ! -e "$BATS_TEST_TMPDIR/tree/build/zig" ]
}
