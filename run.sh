#!/usr/bin/env bash
# From a bare checkout to a running demo: environment, database, demo programme, web and worker on http://127.0.0.1:8000.
# ./run.sh --setup-only stops before serving. TALIMGER_DEMO=0 ./run.sh starts empty. Further words go to `talimger serve`.
set -euo pipefail
cd "$(dirname "$0")"
. scripts/environment.sh
export TALIMGER_DEMO="${TALIMGER_DEMO:-1}"
case "$TALIMGER_DEMO" in 1 | true | True | yes | on) demo=1 ;; *) demo= ;; esac
# Demo people never share a folder with real ones.
export TALIMGER_DATA="${TALIMGER_DATA:-var${demo:+/demo}}"
environment run

# A folder that was filled once is left as it is: the second start goes straight to serving, which migrates if need be.
if [ ! -e "$TALIMGER_DATA/.ready" ]; then
  .venv/bin/talimger migrate
  [ -z "$demo" ] || .venv/bin/talimger demo --if-empty
  touch "$TALIMGER_DATA/.ready"
fi
if [ "${1:-}" = "--setup-only" ]; then
  echo "Everything is ready: ./run.sh serves it."
  exit 0
fi
exec .venv/bin/talimger serve "$@"
