# Makes .venv from a hash-locked list and keeps it as the list says. Sourced by run.sh and test.sh: `environment run` or `environment dev`.

find_python() {
  local name
  for name in "${TALIMGER_PYTHON:-}" python3.13 python3.12 python3.11 python3; do
    if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 &&
      "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  echo "Talimger needs Python 3.11, 3.12 or 3.13. On Debian 12: apt-get install python3 python3-venv" >&2
  return 1
}

environment() {
  local list="requirements/$1.txt" python wanted
  wanted=$(sha256sum "$list" | cut -d' ' -f1)
  if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c '' 2>/dev/null; then
    python=$(find_python) || return 1
    rm -rf .venv
    if ! "$python" -m venv .venv 2>/dev/null; then
      rm -rf .venv
      echo "Python cannot make an environment. On Debian: apt-get install python3-venv" >&2
      return 1
    fi
  fi
  # The list for development holds the list for running: either stamp will do for a run.
  if [ "$(cat ".venv/.list-$1" 2>/dev/null)" != "$wanted" ] &&
    ! { [ "$1" = run ] && [ "$(cat .venv/.list-dev 2>/dev/null)" = "$(sha256sum requirements/dev.txt | cut -d' ' -f1)" ]; }; then
    echo "Installing what $list lists; this happens once."
    if command -v uv >/dev/null 2>&1; then
      uv pip install --quiet --python .venv/bin/python --require-hashes -r "$list"
    else
      .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$list"
    fi
    .venv/bin/python -m compileall -q src || true
    echo "$wanted" >".venv/.list-$1"
  fi
  # The checkout itself is put on the path: no build, no network.
  local packages
  packages=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  echo "$PWD/src" >"$packages/talimger.pth"
  printf '#!%s\nimport sys\nfrom talimger.cli import main\nsys.exit(main())\n' "$PWD/.venv/bin/python" >.venv/bin/talimger
  chmod +x .venv/bin/talimger
}
