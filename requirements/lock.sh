#!/usr/bin/env bash
# Writes the two hash-locked lists anew. Needs uv (pip install uv). No index address is ever recorded.
set -euo pipefail
cd "$(dirname "$0")/.."
options=(--generate-hashes --no-emit-index-url --no-header --no-annotate --universal --python-version 3.11 --quiet)
uv pip compile pyproject.toml "${options[@]}" -o requirements/run.txt
uv pip compile pyproject.toml --group dev "${options[@]}" -c requirements/run.txt -o requirements/dev.txt
