#!/usr/bin/env bash
# Brings a target to one phase of the product: its modules, cron jobs, Realtime, functions and those of the phases before it.
# May be run again at any time: after a kill it goes on, and a second run changes nothing.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/deploy-phase.sh PHASE [options]

PHASE is a number, or last. Checks secrets and migrations, applies the modules of the phases up to PHASE with the official CLI, then Realtime, functions
and cron jobs, and asks every function whether it answers. What was done stands in ops.deployment.

  --target NAME  local (default): the stack that `deno task start --empty` runs in STREAMVIBE_HOME;
                 staging or production: the Supabase project of .env.staging or .env.production
  --dry-run      says what would be done, and changes nothing
  --watch N      watches health for N seconds afterwards; when it fails, functions and cron jobs go back to the release before
  --force        deploys the functions also when they are the same as before
  --yes          needed for production
  --help         prints this text

Settings of a hosted target, in its file or in the environment:
  SUPABASE_PROJECT_REF, SUPABASE_ACCESS_TOKEN, STREAMVIBE_DEPLOY_DB_URL (Dashboard → Connect → Session pooler)
DENO names the Deno to use (default: deno on the path, else npx deno@2.9.6).
TEXT
}

# shellcheck source=scripts/run_deno.sh
source "$(dirname "${BASH_SOURCE[0]}")/run_deno.sh"
run_typescript deploy/deploy.ts "$@"
