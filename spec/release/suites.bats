# All tests are run: a suite that `make test` leaves out passes for ever.

root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
# What the inner shells expand stands in single quotes.
# shellcheck disable=SC2016

suites() { "$root/scripts/test" --list | tr ' ' '\n' | grep / | sort; }

@test "make test runs every suite that is there, once" {
  cd "$root"
  diff <(git ls-files --cached --others --exclude-standard 'spec/*.bats' 'spec/*_spec.rb' | sort) <(suites)
}

@test "every program finds the release's root from the folder it lies in" {
  cd "$root"
  count=0
  while IFS= read -r file; do
    line=$(grep -m 1 -E '^root=\$\(cd ' "$file")
    # shellcheck disable=SC2016 # that is to be replaced, not expanded
    found=$(bash -c "${line//'$0'/"$root/$file"}"'; echo "$root"')
    [ "$found" = "$root" ] || { echo "$file takes $found for the root" && return 1; }
    count=$((count + 1))
  done < <(git ls-files --cached --others --exclude-standard bench scripts tools .ci | xargs grep -lE '^root=\$\(cd ')
  [ "$count" -gt 10 ]
}

@test "a program of tests that hangs is ended, and what ran in it is told" {
  run bash -c 'source "$1/scripts/test"; SECONDS_EACH=1; limited bash -c "sleep 1000; true"' "$root/scripts/any" "$root" 3>&-
  [ "$status" = 124 ]
  [[ $output == "not ok bash -c sleep 1000; true takes more than 1 seconds, and is ended. What runs:"$'\n'*" sleep 1000"* ]]
}

@test "the end names the suite that did not end, with what it printed, and each failed test with the lines about it" {
  run bash -c 'source "$1/scripts/test"; cd "$2"; mkdir -p build/test
    printf "ok 1 fine\nhalf of it\n" >build/test/spec-broken.bats.tap
    printf "1..2\nok 1 good\nnot ok 2 bad\n# why\n" >build/test/spec-bad.bats.tap
    echo "1 1 1 1 spec/bad.bats" >build/test/times
    summary spec/bad.bats spec/broken.bats' "$root/scripts/any" "$root" "$BATS_TEST_TMPDIR"
  [ "$status" = 1 ]
  [ "$output" = '
Failed in: spec/bad.bats

# spec/bad.bats
not ok 2 bad
# why

# spec/broken.bats
ok 1 fine
half of it
not ok spec/broken.bats did not end

1 passed, 2 failed' ] || { echo "$output" && return 1; }
}
