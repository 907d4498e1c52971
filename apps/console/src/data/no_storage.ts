/**
 * Replaces @supabase/storage-js, 7 kB that supabase-js includes. The console uploads directly to the signed URLs of create-media
 * instead, because only that reports upload progress.
 */
export class StorageClient {}
export class StorageApiError extends Error {}
