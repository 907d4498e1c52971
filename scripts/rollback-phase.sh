#!/usr/bin/env bash
# Goes back from a phase: functions and cron jobs to the release before, or with --module the phase's modules with all their data.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/rollback-phase.sh PHASE [options]

PHASE is the one that stands. Functions and cron jobs go back to what was deployed before; the database stays as it is, since
a module works with the functions of the phase before it. Called again it goes one release further back.

  --target NAME  local (default), staging or production; as for scripts/deploy-phase.sh
  --module       takes the phase's modules away as well, after scripts/backup.sh has made a backup and read it back;
                 their data are gone from the database. Needs --yes
  --dry-run      says what would be done, and changes nothing
  --yes          needed for production, and for --module
  --help         prints this text
TEXT
}

# shellcheck source=scripts/run_deno.sh
source "$(dirname "${BASH_SOURCE[0]}")/run_deno.sh"
run_typescript deploy/rollback.ts "$@"
