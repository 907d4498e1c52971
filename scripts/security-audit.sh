#!/usr/bin/env bash
# The security audit: secrets in the repository and its history, what the database and the functions allow, vulnerable dependencies, how a
# running installation responds. Changes nothing. See --help. Exit code 0: no error; 1: errors; 2: invalid usage.
set -euo pipefail
cd "$(dirname "$0")/.."
exec npx --yes deno@2.9.6 task audit "$@"
