#!/usr/bin/env bash
# How the workflows deploy to staging and production: deploys the last phase, watches health for some minutes, and rolls back automatically
# on failure.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/ci/deploy.sh staging|production [deploy|rollback] [--dry-run] [--help]

deploy (default): scripts/deploy-phase.sh with the last phase, then watches health; if it fails, functions and cron jobs
return to the previous release and the run fails. rollback: scripts/rollback-phase.sh.
STREAMVIBE_PHASE is the phase (default: the last), STREAMVIBE_WATCH_SECONDS how long health is watched (default: 180).
TEXT
}

target='' action=deploy dry_run=()
for argument in "$@"; do
  case "$argument" in
    --help | -h) usage && exit 0 ;;
    --dry-run) dry_run=(--dry-run) ;;
    staging | production) target=$argument ;;
    deploy | rollback) action=$argument ;;
    *)
      echo "Cannot understand \"$argument\"; see --help" >&2
      exit 2
      ;;
  esac
done
if [[ -z $target ]]; then
  echo 'Cannot deploy: the target must be staging or production; see --help' >&2
  exit 2
fi

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
phase=${STREAMVIBE_PHASE:-last}
# In a workflow's container the folder belongs to another user.
if [[ -n ${CI:-} ]]; then git config --global --add safe.directory "$PWD"; fi
if [[ $action == rollback ]]; then
  exec bash scripts/rollback-phase.sh "$phase" --target "$target" --yes ${dry_run[@]+"${dry_run[@]}"}
fi
exec bash scripts/deploy-phase.sh "$phase" --target "$target" --yes --watch "${STREAMVIBE_WATCH_SECONDS:-180}" \
  ${dry_run[@]+"${dry_run[@]}"}
