# All tests are run: a suite that `make test` leaves out passes for ever.

root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)

suites() { "$root/scripts/test" --list | tr ' ' '\n' | grep / | sort; }

@test "make test runs every suite that is there, once" {
  cd "$root"
  diff <(git ls-files --cached --others --exclude-standard 'spec/*.bats' 'spec/*_spec.rb' | sort) <(suites)
}
