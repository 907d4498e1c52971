#!/usr/bin/env bash
# Stores secrets where they are read: in Vault for cron, in the project's settings for functions. May be run again at any time: it sets what
# differs, and never prints a value.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/setup-vault-secrets.sh [options]

Reads a copy of .env.example and sets what is filled in: PROJECT_URL and CRON_SECRET_KEY in Vault, everything else as settings
of the functions (supabase secrets set). A secret that already has another value is replaced only by --rotate.

  --target NAME       local (default), staging or production
  --env-file FILE     default: .env, .env.staging or .env.production
  --check             lists what is missing or older than 90 days; exits with 1 if anything is
  --max-age-days N    the age for --check (default: 90)
  --rotate NAME       replaces this secret by the file's new value; may be given several times; all: every one that differs.
                      The old one must keep working in the meantime: CRON_SECRET_KEY is tested before it is used, a list such
                      as STRIPE_WEBHOOK_SECRET takes NEW,OLD first and NEW alone a day later
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
