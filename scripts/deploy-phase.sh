#!/usr/bin/env bash
# Brings a target to one phase of the product: the modules, cron jobs, Realtime and functions of that phase and the phases before it. May be
# run again at any time: after a kill it resumes, and a second run changes nothing.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/deploy-phase.sh PHASE [options]

PHASE is a number, or last. Checks secrets and migrations, applies the modules of the phases up to PHASE with the official CLI, then Realtime, functions
and cron jobs, and checks that every function answers. Records the run in ops.deployment.

  --target NAME  local (default): the stack that `deno task start --empty` runs in STREAMVIBE_HOME;
                 staging or production: the Supabase project of .env.staging or .env.production
  --dry-run      shows what would be done, and changes nothing
  --watch N      watches health for N seconds afterwards; if it fails, functions and cron jobs return to the previous release
  --force        deploys the functions even if they have not changed
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
