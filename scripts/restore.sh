#!/usr/bin/env bash
# Restores an archive of scripts/backup.sh into an empty Supabase project or local stack, and compares every row. See docs/backups.md.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/restore.sh [--from PLACE] [options]

Applies the archive's migrations, loads its rows, compares each with what was backed up, encrypts Vault's secrets with the target's own
root key, and starts cron: in one transaction, so that a wrong key, a damaged archive or a full disk leaves the target unchanged.

  --from PLACE     a folder, or s3://bucket/prefix (default: BACKUP_DESTINATION)
  --archive NAME   default: the newest
  --database URL   the target, as postgres (default: DATABASE_URL)
  --api URL        the target's URL, for files; with SUPABASE_SECRET_KEY (default: SUPABASE_URL)
  --settings FILE  where to write the functions' settings, if the archive has them
  --files-only     only the files
  --yes            deletes the target's data; needed if it has users or is a hosted project
  --dry-run        reads and checks the archive, and shows what would be done
  --help           prints this text

For the key and S3 see scripts/backup.sh --help.
TEXT
}

# shellcheck source=scripts/run_deno.sh
source "$(dirname "${BASH_SOURCE[0]}")/run_deno.sh"
run_typescript backup/cli.ts restore "$@"
