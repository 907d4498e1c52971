#!/usr/bin/env bash
# Makes an encrypted archive of a StreamVibe installation, reads it back, and only then prunes older ones. See docs/backups.md.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/backup.sh [--to PLACE] [options]
       scripts/backup.sh --new-key | --list [--to PLACE]

Copies every table in one snapshot, Vault's secrets (decrypted, inside the encryption), sequences, cron jobs and files, and
encrypts them with age. Prints one line of JSON; exits with 1 when there is no good new archive, and then prunes nothing.

  --to PLACE       a folder, or s3://bucket/prefix (default: BACKUP_DESTINATION)
  --database URL   direct or session connection as postgres, not a transaction pooler (default: DATABASE_URL)
  --api URL        the project's URL, for files; with SUPABASE_SECRET_KEY (default: SUPABASE_URL)
  --bucket NAME    a bucket of files; may be repeated (default: MEDIA_BUCKET, else media)
  --settings FILE  the functions' settings (.env), to include in the archive
  --keep D,W,M     keeps the newest archive of D days, W weeks and M months, or all (default: BACKUP_KEEP, else 7,4,12)
  --jobs N         connections that copy in parallel (default: 2)
  --new-key        prints a new BACKUP_IDENTITY
  --list           prints the archives, the newest first
  --dry-run        shows what would be done
  --help           prints this text

BACKUP_IDENTITY       AGE-SECRET-KEY-1…, or
BACKUP_PASSPHRASE     at least 20 characters
BACKUP_S3_ENDPOINT, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY
TEXT
}

# shellcheck source=scripts/run_deno.sh
source "$(dirname "${BASH_SOURCE[0]}")/run_deno.sh"
run_typescript backup/cli.ts backup "$@"
