/**
 * In the place of @supabase/storage-js, 7 kB that supabase-js brings along: the console uploads to the signed addresses that
 * create-media gives, by itself, since only so it knows how far an upload is.
 */
export class StorageClient {}
export class StorageApiError extends Error {}
