# All tests are run: a suite that `make test` leaves out passes for ever.

root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)

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
