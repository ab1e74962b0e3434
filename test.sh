#!/usr/bin/env bash
# Everything that proves this works. --fast leaves out browser, PostgreSQL, wheel, long simulations and coverage, samples the permission
# matrix, < 90 s.
# A tool that is missing is skipped with one line that says how to install it; with CI set that is an error.
set -uo pipefail
cd "$(dirname "$0")"
. scripts/environment.sh
environment dev || exit 1
unset TALIMGER_DEMO TALIMGER_DATA TALIMGER_DATABASE_URL DJANGO_SETTINGS_MODULE PYTHONPATH
bin=.venv/bin
fast=
[ "${1:-}" = "--fast" ] && fast=1 && shift
failed=()
started=$SECONDS

step() { # name, command…
  local name=$1 begun=$SECONDS
  shift
  if "$@"; then echo "── $name: fine, $((SECONDS - begun)) s"; else
    echo "── $name: FAILED, $((SECONDS - begun)) s"
    failed+=("$name")
  fi
}

migrations() { TALIMGER_DATA=$(mktemp -d) $bin/talimger django makemigrations --check --dry-run; }
core_is_covered() { $bin/coverage report --include='src/talimger/core/*' --fail-under=100; }
postgres_part() {
  $bin/python tests/tools/postgres_server.py $bin/python -m pytest -m "both_databases or postgres" --cov --cov-append --cov-report= "$@"
  local code=$?
  if [ $code = 77 ] && [ -z "${CI:-}" ]; then
    echo "PostgreSQL is missing, its tests are left out: sudo apt-get install postgresql"
    return 0
  fi
  return $code
}

step "ruff" $bin/ruff check src tests
step "mypy" $bin/mypy
step "imports" env PYTHONPATH=src $bin/lint-imports
step "migrations" migrations
if [ -n "$fast" ]; then
  export TALIMGER_SAMPLE_MATRIX=1
  # Tables straight from the models: the migrations are run by the whole suite.
  step "tests" $bin/python -m pytest -n 2 --nomigrations --dist loadfile -m "not browser and not postgres and not wheel and not thorough" "$@"
else
  rm -f .coverage .coverage.*
  step "tests" $bin/python -m pytest -n 2 --dist loadfile -m "not postgres" --cov --cov-report= "$@"
  step "tests on PostgreSQL" postgres_part
  step "coverage" $bin/coverage report
  step "coverage of core" core_is_covered
fi
echo "── $((SECONDS - started)) s in all"
if [ ${#failed[@]} -gt 0 ]; then
  echo "── failed: ${failed[*]}"
  exit 1
fi
echo "── everything passed"
