#!/usr/bin/env bash
# The security audit: secrets in the repository and its history, what the database and the functions allow, vulnerable dependencies,
# what a running installation answers. Changes nothing. --help says more. Exit code 0: no error; 1: errors; 2: called wrongly.
set -euo pipefail
cd "$(dirname "$0")/.."
exec npx --yes deno@2.9.6 task audit "$@"
