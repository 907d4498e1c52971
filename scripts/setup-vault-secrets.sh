#!/usr/bin/env bash
# Puts secrets where they are read: what cron needs into Vault, what functions read into the project's settings.
# May be run again at any time: it sets what differs, and never prints a value.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/setup-vault-secrets.sh [options]

Reads a copy of .env.example and sets what is filled in: PROJECT_URL and CRON_SECRET_KEY in Vault, everything else as settings
of the functions (supabase secrets set). A secret that is set already to another value is replaced only by --rotate.

  --target NAME       local (default), staging or production
  --env-file FILE     default: .env, .env.staging or .env.production
  --check             says what is missing and what is older than 90 days; ends with 1 when something is
  --max-age-days N    another age for --check
  --rotate NAME       replaces this secret by the file's new value; may be given several times; all: every one that differs.
                      The old one must go on working meanwhile: CRON_SECRET_KEY is tried before it is used, a list such as
                      STRIPE_WEBHOOK_SECRET takes NEW,OLD first and NEW alone a day later
  --dry-run           names what would be set, and sets nothing
  --yes               needed to set anything in production
  --help              prints this text
TEXT
}

fail() {
  printf 'setup-vault-secrets: %s\n' "$1" >&2
  exit 2
}

# shellcheck source=scripts/run_deno.sh
source "$(dirname "${BASH_SOURCE[0]}")/run_deno.sh"

target=local yes='' harmless=''
arguments=()
while (($# > 0)); do
  case "$1" in
    --help | -h)
      usage
      exit 0
      ;;
    --target | --env-file | --rotate | --max-age-days)
      (($# > 1)) || fail "Cannot read $1: it needs a value, got nothing"
      [[ $1 != --target ]] || target=$2
      value=$2
      [[ $1 != --env-file || $value == /* ]] || value=$PWD/$value
      arguments+=("$1" "$value")
      shift
      ;;
    --check | --dry-run)
      harmless=yes
      arguments+=("$1")
      ;;
    --yes) yes=yes ;;
    *) fail "Cannot read $1: no such option; see --help" ;;
  esac
  shift
done
if [[ $target == production && -z $yes && -z $harmless ]]; then
  fail 'Cannot set secrets in production without --yes'
fi

run_typescript deploy/vault_secrets.ts ${arguments[@]+"${arguments[@]}"}
