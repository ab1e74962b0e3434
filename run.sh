#!/usr/bin/env bash
# From a bare checkout to a running demo: environment, database, demo programme, web and worker on http://127.0.0.1:8000.
# ./run.sh --setup-only stops before serving. TALIMGER_DEMO=0 ./run.sh starts empty. Further words go to `talimger serve`.
set -euo pipefail
cd "$(dirname "$0")"
. scripts/environment.sh
export TALIMGER_DEMO="${TALIMGER_DEMO:-1}"
environment run

demo_if_wanted() { case "$TALIMGER_DEMO" in 1 | true | True | yes | on) .venv/bin/talimger demo --if-empty ;; esac; }

if [ "${1:-}" = "--setup-only" ]; then
  .venv/bin/talimger migrate
  demo_if_wanted
  echo "Everything is ready: ./run.sh serves it."
  exit 0
fi
# A database that is there was filled before: the second start goes straight to serving.
if [ ! -e "${TALIMGER_DATA:-var}/.ready" ]; then
  .venv/bin/talimger migrate
  demo_if_wanted
  touch "${TALIMGER_DATA:-var}/.ready"
fi
exec .venv/bin/talimger serve "$@"
