#!/usr/bin/env bash
# Rolls back a phase: functions and cron jobs to the previous release, or with --module the phase's modules with all their data.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/rollback-phase.sh PHASE [options]

PHASE is the one that is deployed. Functions and cron jobs return to the previous release; the database does not change, because
a module works with the functions of the phase before it. Another call goes one release further back.

  --target NAME  local (default), staging or production; as for scripts/deploy-phase.sh
  --module       also removes the phase's modules with all of their data, after scripts/backup.sh has made a backup
                 and read it back. Needs --yes
  --dry-run      shows what would be done, and changes nothing
  --yes          needed for production, and for --module
  --help         prints this text
TEXT
}

# shellcheck source=scripts/run_deno.sh
source "$(dirname "${BASH_SOURCE[0]}")/run_deno.sh"
run_typescript deploy/rollback.ts "$@"
