export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  "public": {
    Tables: {
      "account_status": {
        Row: {
          "description": string;
          "display_name": string;
          "id": string;
          "slug": string;
          "sort_order": number;
        };
        ComputedFields: never;
        Insert: {
          "description"?: string;
          "display_name": string;
          "id"?: string;
          "slug": string;
          "sort_order": number;
        };
        Update: {
          "description"?: string;
          "display_name"?: string;
          "id"?: string;
          "slug"?: string;
          "sort_order"?: number;
        };
        Relationships: [];
      };
      "audit_log": {
        Row: {
          "action": string;
          "actor_id": string | null;
          "created_at": string;
          "details": NonNullable<Json>;
          "id": number;
          "request_id": string | null;
          "user_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "action": string;
          "actor_id"?: string | null;
          "created_at"?: string;
          "details"?: NonNullable<Json>;
          "id"?: never;
          "request_id"?: string | null;
          "user_id"?: string | null;
        };
        Update: {
          "action"?: string;
          "actor_id"?: string | null;
          "created_at"?: string;
          "details"?: NonNullable<Json>;
          "id"?: never;
          "request_id"?: string | null;
          "user_id"?: string | null;
        };
        Relationships: [];
      };
      "cache_store": {
        Row: {
          "created_at": string;
          "expires_at": string | null;
          "key": string;
          "updated_at": string;
          "value": NonNullable<Json>;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "expires_at"?: string | null;
          "key": string;
          "updated_at"?: string;
          "value": NonNullable<Json>;
        };
        Update: {
          "created_at"?: string;
          "expires_at"?: string | null;
          "key"?: string;
          "updated_at"?: string;
          "value"?: NonNullable<Json>;
        };
        Relationships: [];
      };
      "content_item": {
        Row: {
          "category_code": string | null;
          "comments_count": number;
          "content_type": string;
          "created_at": string;
          "deleted_at": string | null;
          "deleted_by": string | null;
          "description": string;
          "duration_seconds": number | null;
          "hashtags": (string)[];
          "hidden_at": string | null;
          "hidden_reason": string | null;
          "id": string;
          "language": string | null;
          "likes_count": number;
          "metadata": NonNullable<Json>;
          "permalink": string | null;
          "platform_category": string | null;
          "platform_content_id": string;
          "published_at": string;
          "search_vector": unknown;
          "shares_count": number;
          "social_account_id": string;
          "source_hash": string | null;
          "tags": (string)[];
          "thumbnail_url": string | null;
          "title": string;
          "total_clicks": number;
          "updated_at": string;
          "user_id": string;
          "vanished_at": string | null;
          "views_count": number;
          "visibility": Database["public"]["Enums"]["visibility_enum"];
        };
        ComputedFields: never;
        Insert: {
          "category_code"?: string | null;
          "comments_count"?: number;
          "content_type"?: string;
          "created_at"?: string;
          "deleted_at"?: string | null;
          "deleted_by"?: never;
          "description"?: string;
          "duration_seconds"?: number | null;
          "hashtags"?: (string)[];
          "hidden_at"?: string | null;
          "hidden_reason"?: string | null;
          "id"?: string;
          "language"?: string | null;
          "likes_count"?: number;
          "metadata"?: NonNullable<Json>;
          "permalink"?: string | null;
          "platform_category"?: string | null;
          "platform_content_id": string;
          "published_at"?: string;
          "search_vector"?: never;
          "shares_count"?: number;
          "social_account_id": string;
          "source_hash"?: string | null;
          "tags"?: (string)[];
          "thumbnail_url"?: string | null;
          "title"?: string;
          "total_clicks"?: number;
          "updated_at"?: string;
          "user_id": string;
          "vanished_at"?: string | null;
          "views_count"?: number;
          "visibility"?: Database["public"]["Enums"]["visibility_enum"];
        };
        Update: {
          "category_code"?: string | null;
          "comments_count"?: number;
          "content_type"?: string;
          "created_at"?: string;
          "deleted_at"?: string | null;
          "deleted_by"?: never;
          "description"?: string;
          "duration_seconds"?: number | null;
          "hashtags"?: (string)[];
          "hidden_at"?: string | null;
          "hidden_reason"?: string | null;
          "id"?: string;
          "language"?: string | null;
          "likes_count"?: number;
          "metadata"?: NonNullable<Json>;
          "permalink"?: string | null;
          "platform_category"?: string | null;
          "platform_content_id"?: string;
          "published_at"?: string;
          "search_vector"?: never;
          "shares_count"?: number;
          "social_account_id"?: string;
          "source_hash"?: string | null;
          "tags"?: (string)[];
          "thumbnail_url"?: string | null;
          "title"?: string;
          "total_clicks"?: number;
          "updated_at"?: string;
          "user_id"?: string;
          "vanished_at"?: string | null;
          "views_count"?: number;
          "visibility"?: Database["public"]["Enums"]["visibility_enum"];
        };
        Relationships: [
          {
            foreignKeyName: "content_item_content_type_fkey";
            columns: ["content_type"];
            isOneToOne: false;
            referencedRelation: "content_type";
            referencedColumns: ["slug"];
          },
          {
            foreignKeyName: "content_item_social_account_id_fkey";
            columns: ["social_account_id"];
            isOneToOne: false;
            referencedRelation: "social_account";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "content_item_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["id"];
          },
        ];
      };
      "content_revision": {
        Row: {
          "changed_by": string | null;
          "changed_fields": (string)[];
          "content_item_id": string;
          "created_at": string;
          "description": string;
          "id": number;
          "source": string;
          "tags": (string)[];
          "thumbnail_url": string | null;
          "title": string;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "changed_by"?: string | null;
          "changed_fields": (string)[];
          "content_item_id": string;
          "created_at"?: string;
          "description": string;
          "id"?: never;
          "source": string;
          "tags": (string)[];
          "thumbnail_url"?: string | null;
          "title": string;
          "user_id": string;
        };
        Update: {
          "changed_by"?: string | null;
          "changed_fields"?: (string)[];
          "content_item_id"?: string;
          "created_at"?: string;
          "description"?: string;
          "id"?: never;
          "source"?: string;
          "tags"?: (string)[];
          "thumbnail_url"?: string | null;
          "title"?: string;
          "user_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "content_revision_content_item_id_fkey";
            columns: ["content_item_id"];
            isOneToOne: false;
            referencedRelation: "content_item";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "content_revision_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["id"];
          },
        ];
      };
      "content_type": {
        Row: {
          "description": string;
          "display_name": string;
          "id": string;
          "slug": string;
          "sort_order": number;
        };
        ComputedFields: never;
        Insert: {
          "description"?: string;
          "display_name": string;
          "id"?: string;
          "slug": string;
          "sort_order": number;
        };
        Update: {
          "description"?: string;
          "display_name"?: string;
          "id"?: string;
          "slug"?: string;
          "sort_order"?: number;
        };
        Relationships: [];
      };
      "notification": {
        Row: {
          "created_at": string;
          "data": NonNullable<Json>;
          "id": string;
          "message": string;
          "read_at": string | null;
          "title": string;
          "type": Database["public"]["Enums"]["notification_type_enum"];
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "data"?: NonNullable<Json>;
          "id"?: string;
          "message"?: string;
          "read_at"?: string | null;
          "title": string;
          "type"?: Database["public"]["Enums"]["notification_type_enum"];
          "user_id": string;
        };
        Update: {
          "created_at"?: string;
          "data"?: NonNullable<Json>;
          "id"?: string;
          "message"?: string;
          "read_at"?: string | null;
          "title"?: string;
          "type"?: Database["public"]["Enums"]["notification_type_enum"];
          "user_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "notification_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["id"];
          },
        ];
      };
      "platform": {
        Row: {
          "display_name": string;
          "id": string;
          "is_active": boolean;
          "slug": string;
          "sort_order": number;
          "website_url": string;
        };
        ComputedFields: never;
        Insert: {
          "display_name": string;
          "id"?: string;
          "is_active"?: boolean;
          "slug": string;
          "sort_order": number;
          "website_url": string;
        };
        Update: {
          "display_name"?: string;
          "id"?: string;
          "is_active"?: boolean;
          "slug"?: string;
          "sort_order"?: number;
          "website_url"?: string;
        };
        Relationships: [];
      };
      "platform_connection": {
        Row: {
          "created_at": string;
          "id": string;
          "is_active": boolean;
          "last_refreshed_at": string | null;
          "platform_id": string;
          "refresh_due_at": string | null;
          "refresh_error": string | null;
          "refresh_failures": number;
          "refresh_lease": string | null;
          "refresh_leased_until": string | null;
          "refresh_retry_at": string | null;
          "scopes": (string)[];
          "token_expires_at": string | null;
          "token_issued_at": string;
          "updated_at": string;
          "user_id": string;
          "vault_secret_name": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "id"?: string;
          "is_active"?: boolean;
          "last_refreshed_at"?: string | null;
          "platform_id": string;
          "refresh_due_at"?: never;
          "refresh_error"?: string | null;
          "refresh_failures"?: number;
          "refresh_lease"?: string | null;
          "refresh_leased_until"?: string | null;
          "refresh_retry_at"?: string | null;
          "scopes"?: (string)[];
          "token_expires_at"?: string | null;
          "token_issued_at"?: string;
          "updated_at"?: string;
          "user_id": string;
          "vault_secret_name": string;
        };
        Update: {
          "created_at"?: string;
          "id"?: string;
          "is_active"?: boolean;
          "last_refreshed_at"?: string | null;
          "platform_id"?: string;
          "refresh_due_at"?: never;
          "refresh_error"?: string | null;
          "refresh_failures"?: number;
          "refresh_lease"?: string | null;
          "refresh_leased_until"?: string | null;
          "refresh_retry_at"?: string | null;
          "scopes"?: (string)[];
          "token_expires_at"?: string | null;
          "token_issued_at"?: string;
          "updated_at"?: string;
          "user_id"?: string;
          "vault_secret_name"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "platform_connection_platform_id_fkey";
            columns: ["platform_id"];
            isOneToOne: false;
            referencedRelation: "platform";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "platform_connection_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["id"];
          },
        ];
      };
      "quota_usage_history": {
        Row: {
          "ai_analyses_used": number;
          "created_at": string;
          "cycle_end_date": string;
          "cycle_start_date": string;
          "id": number;
          "seo_submissions_used": number;
          "syncs_used": number;
          "tier_id": string;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "ai_analyses_used": number;
          "created_at"?: string;
          "cycle_end_date": string;
          "cycle_start_date": string;
          "id"?: never;
          "seo_submissions_used": number;
          "syncs_used": number;
          "tier_id": string;
          "user_id": string;
        };
        Update: {
          "ai_analyses_used"?: number;
          "created_at"?: string;
          "cycle_end_date"?: string;
          "cycle_start_date"?: string;
          "id"?: never;
          "seo_submissions_used"?: number;
          "syncs_used"?: number;
          "tier_id"?: string;
          "user_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "quota_usage_history_tier_id_fkey";
            columns: ["tier_id"];
            isOneToOne: false;
            referencedRelation: "subscription_tier";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "quota_usage_history_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["id"];
          },
        ];
      };
      "social_account": {
        Row: {
          "avatar_url": string | null;
          "connection_id": string | null;
          "created_at": string;
          "deleted_at": string | null;
          "details": NonNullable<Json>;
          "display_name": string | null;
          "followers_count": number | null;
          "id": string;
          "last_error": string | null;
          "last_synced_at": string | null;
          "next_sync_at": string | null;
          "platform_account_id": string;
          "platform_id": string;
          "profile_url": string | null;
          "status": string;
          "sync_mode": Database["public"]["Enums"]["action_mode_enum"];
          "updated_at": string;
          "user_id": string;
          "username": string | null;
        };
        ComputedFields: never;
        Insert: {
          "avatar_url"?: string | null;
          "connection_id"?: string | null;
          "created_at"?: string;
          "deleted_at"?: string | null;
          "details"?: NonNullable<Json>;
          "display_name"?: string | null;
          "followers_count"?: number | null;
          "id"?: string;
          "last_error"?: string | null;
          "last_synced_at"?: string | null;
          "next_sync_at"?: string | null;
          "platform_account_id": string;
          "platform_id": string;
          "profile_url"?: string | null;
          "status"?: string;
          "sync_mode"?: Database["public"]["Enums"]["action_mode_enum"];
          "updated_at"?: string;
          "user_id": string;
          "username"?: string | null;
        };
        Update: {
          "avatar_url"?: string | null;
          "connection_id"?: string | null;
          "created_at"?: string;
          "deleted_at"?: string | null;
          "details"?: NonNullable<Json>;
          "display_name"?: string | null;
          "followers_count"?: number | null;
          "id"?: string;
          "last_error"?: string | null;
          "last_synced_at"?: string | null;
          "next_sync_at"?: string | null;
          "platform_account_id"?: string;
          "platform_id"?: string;
          "profile_url"?: string | null;
          "status"?: string;
          "sync_mode"?: Database["public"]["Enums"]["action_mode_enum"];
          "updated_at"?: string;
          "user_id"?: string;
          "username"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "social_account_connection_id_fkey";
            columns: ["connection_id"];
            isOneToOne: true;
            referencedRelation: "platform_connection";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "social_account_platform_id_fkey";
            columns: ["platform_id"];
            isOneToOne: false;
            referencedRelation: "platform";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "social_account_status_fkey";
            columns: ["status"];
            isOneToOne: false;
            referencedRelation: "account_status";
            referencedColumns: ["slug"];
          },
          {
            foreignKeyName: "social_account_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["id"];
          },
        ];
      };
      "subscription": {
        Row: {
          "ai_analyses_used": number;
          "created_at": string;
          "cycle_anchor_day": number;
          "cycle_end_date": string;
          "cycle_start_date": string;
          "id": string;
          "seo_submissions_used": number;
          "status_id": string;
          "syncs_used": number;
          "tier_id": string;
          "updated_at": string;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "ai_analyses_used"?: number;
          "created_at"?: string;
          "cycle_anchor_day"?: number;
          "cycle_end_date"?: string;
          "cycle_start_date"?: string;
          "id"?: string;
          "seo_submissions_used"?: number;
          "status_id": string;
          "syncs_used"?: number;
          "tier_id": string;
          "updated_at"?: string;
          "user_id": string;
        };
        Update: {
          "ai_analyses_used"?: number;
          "created_at"?: string;
          "cycle_anchor_day"?: number;
          "cycle_end_date"?: string;
          "cycle_start_date"?: string;
          "id"?: string;
          "seo_submissions_used"?: number;
          "status_id"?: string;
          "syncs_used"?: number;
          "tier_id"?: string;
          "updated_at"?: string;
          "user_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "subscription_status_id_fkey";
            columns: ["status_id"];
            isOneToOne: false;
            referencedRelation: "subscription_status";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "subscription_tier_id_fkey";
            columns: ["tier_id"];
            isOneToOne: false;
            referencedRelation: "subscription_tier";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "subscription_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: true;
            referencedRelation: "users";
            referencedColumns: ["id"];
          },
        ];
      };
      "subscription_status": {
        Row: {
          "description": string;
          "display_name": string;
          "id": string;
          "slug": string;
          "sort_order": number;
        };
        ComputedFields: never;
        Insert: {
          "description"?: string;
          "display_name": string;
          "id"?: string;
          "slug": string;
          "sort_order": number;
        };
        Update: {
          "description"?: string;
          "display_name"?: string;
          "id"?: string;
          "slug"?: string;
          "sort_order"?: number;
        };
        Relationships: [];
      };
      "subscription_tier": {
        Row: {
          "created_at": string;
          "description": string;
          "display_name": string;
          "id": string;
          "is_active": boolean;
          "max_ai_analyses_per_month": number;
          "max_seo_submissions_per_month": number;
          "max_social_accounts": number;
          "max_syncs_per_month": number;
          "price_cents_per_month": number;
          "slug": string;
          "sort_order": number;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "description"?: string;
          "display_name": string;
          "id"?: string;
          "is_active"?: boolean;
          "max_ai_analyses_per_month": number;
          "max_seo_submissions_per_month": number;
          "max_social_accounts": number;
          "max_syncs_per_month": number;
          "price_cents_per_month": number;
          "slug": string;
          "sort_order": number;
          "updated_at"?: string;
        };
        Update: {
          "created_at"?: string;
          "description"?: string;
          "display_name"?: string;
          "id"?: string;
          "is_active"?: boolean;
          "max_ai_analyses_per_month"?: number;
          "max_seo_submissions_per_month"?: number;
          "max_social_accounts"?: number;
          "max_syncs_per_month"?: number;
          "price_cents_per_month"?: number;
          "slug"?: string;
          "sort_order"?: number;
          "updated_at"?: string;
        };
        Relationships: [];
      };
      "user_role": {
        Row: {
          "granted_at": string;
          "role": Database["public"]["Enums"]["app_role_enum"];
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "granted_at"?: string;
          "role": Database["public"]["Enums"]["app_role_enum"];
          "user_id": string;
        };
        Update: {
          "granted_at"?: string;
          "role"?: Database["public"]["Enums"]["app_role_enum"];
          "user_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "user_role_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["id"];
          },
        ];
      };
      "user_setting": {
        Row: {
          "created_at": string;
          "default_sync_mode": Database["public"]["Enums"]["action_mode_enum"];
          "email_notifications": boolean;
          "language": string;
          "time_zone": string;
          "updated_at": string;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "default_sync_mode"?: Database["public"]["Enums"]["action_mode_enum"];
          "email_notifications"?: boolean;
          "language"?: string;
          "time_zone"?: string;
          "updated_at"?: string;
          "user_id": string;
        };
        Update: {
          "created_at"?: string;
          "default_sync_mode"?: Database["public"]["Enums"]["action_mode_enum"];
          "email_notifications"?: boolean;
          "language"?: string;
          "time_zone"?: string;
          "updated_at"?: string;
          "user_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "user_setting_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: true;
            referencedRelation: "users";
            referencedColumns: ["id"];
          },
        ];
      };
      "users": {
        Row: {
          "avatar_url": string | null;
          "bio": string | null;
          "created_at": string;
          "display_name": string | null;
          "email": string | null;
          "hidden_at": string | null;
          "hidden_reason": string | null;
          "id": string;
          "is_public": boolean;
          "is_verified": boolean;
          "onboarded_at": string | null;
          "primary_category": string | null;
          "profile_slug": string | null;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "avatar_url"?: string | null;
          "bio"?: string | null;
          "created_at"?: string;
          "display_name"?: string | null;
          "email"?: string | null;
          "hidden_at"?: string | null;
          "hidden_reason"?: string | null;
          "id": string;
          "is_public"?: boolean;
          "is_verified"?: boolean;
          "onboarded_at"?: string | null;
          "primary_category"?: string | null;
          "profile_slug"?: string | null;
          "updated_at"?: string;
        };
        Update: {
          "avatar_url"?: string | null;
          "bio"?: string | null;
          "created_at"?: string;
          "display_name"?: string | null;
          "email"?: string | null;
          "hidden_at"?: string | null;
          "hidden_reason"?: string | null;
          "id"?: string;
          "is_public"?: boolean;
          "is_verified"?: boolean;
          "onboarded_at"?: string | null;
          "primary_category"?: string | null;
          "profile_slug"?: string | null;
          "updated_at"?: string;
        };
        Relationships: [];
      };
    };
    Views: {
      [_ in never]: never;
    };
    Functions: {
      "admit_request": {
        Args: {
          "p_body_hash": string;
          "p_idempotency_key": string;
          "p_limit": number;
          "p_rate_key": string;
          "p_scope": string;
          "p_window_seconds": number;
        };
        Returns: Json;
      };
      "apply_sync_page": {
        Args: {
          "p_account"?: Json;
          "p_fence": number;
          "p_items": Json;
          "p_page": Json;
          "p_release"?: boolean;
          "p_sync_id": string;
        };
        Returns: Json;
      };
      "begin_oauth": {
        Args: {
          "p_code_verifier": string;
          "p_platform": string;
          "p_redirect_uri": string;
          "p_state": string;
          "p_user_id": string;
        };
        Returns: undefined;
      };
      "begin_sync": {
        Args: {
          "p_lease_seconds": number;
          "p_platform"?: string;
          "p_social_account_id": string;
          "p_sync_id": string;
          "p_user_id": string;
        };
        Returns: Json;
      };
      "check_health": { Args: Record<PropertyKey, never>; Returns: Json };
      "check_quota": { Args: { "p_quota_type": string; "p_user_id": string }; Returns: boolean };
      "check_rate_limit": {
        Args: { "p_key": string; "p_limit": number; "p_window_seconds": number };
        Returns: {
          "allowed": boolean;
          "remaining": number;
          "reset_seconds": number;
        }[];
      };
      "claim_token_refresh": {
        Args: { "p_connection_id": string; "p_lease_seconds": number };
        Returns: Json;
      };
      "claim_token_refreshes": { Args: { "p_lease_seconds": number; "p_limit": number }; Returns: Json[] };
      "connect_account": {
        Args: {
          "p_platform": string;
          "p_profile": Json;
          "p_scopes": (string)[];
          "p_token_expires_at": string;
          "p_tokens": Json;
          "p_user_id": string;
        };
        Returns: Json;
      };
      "decrement_quota": {
        Args: { "p_amount"?: number; "p_quota_type": string; "p_user_id": string };
        Returns: number;
      };
      "disconnect_account": { Args: { "p_social_account_id": string; "p_user_id": string }; Returns: string };
      "fail_sync": {
        Args: { "p_code": string; "p_fence": number; "p_message": string; "p_sync_id": string };
        Returns: boolean;
      };
      "find_users": {
        Args: { "p_limit"?: number; "p_query": string };
        Returns: {
          "created_at": string;
          "display_name": string;
          "email": string;
          "hidden_at": string;
          "id": string;
          "profile_slug": string;
          "roles": (Database["public"]["Enums"]["app_role_enum"])[];
          "tier": string;
        }[];
      };
      "finish_request": {
        Args: { "p_body"?: Json; "p_idempotency_key": string; "p_scope": string; "p_status": number };
        Returns: undefined;
      };
      "has_role": {
        Args: { "p_role": Database["public"]["Enums"]["app_role_enum"]; "p_user_id": string };
        Returns: boolean;
      };
      "increment_quota": {
        Args: { "p_amount"?: number; "p_quota_type": string; "p_user_id": string };
        Returns: number;
      };
      "read_connection": { Args: { "p_social_account_id": string; "p_user_id": string }; Returns: Json };
      "read_request_metrics": { Args: Record<PropertyKey, never>; Returns: Json };
      "record_request_metrics": { Args: { "p_samples": Json }; Returns: undefined };
      "refuse_connection": {
        Args: { "p_connection_id": string; "p_lease": string; "p_reason": string };
        Returns: undefined;
      };
      "release_token_refresh": {
        Args: { "p_connection_id": string; "p_error": string; "p_lease": string };
        Returns: undefined;
      };
      "search_library": {
        Args: { "p_limit"?: number; "p_offset"?: number; "p_query"?: string; "p_tags"?: (string)[] };
        Returns: {
          "content_type": string;
          "description": string;
          "hashtags": (string)[];
          "id": string;
          "matched": string;
          "permalink": string;
          "published_at": string;
          "rank": number;
          "social_account_id": string;
          "tags": (string)[];
          "thumbnail_url": string;
          "title": string;
          "views_count": number;
        }[];
      };
      "set_content_hidden": {
        Args: { "p_content_item_id": string; "p_hidden": boolean; "p_reason"?: string };
        Returns: undefined;
      };
      "set_creator_hidden": {
        Args: { "p_hidden": boolean; "p_reason"?: string; "p_user_id": string };
        Returns: undefined;
      };
      "set_user_plan": { Args: { "p_tier": string; "p_user_id": string }; Returns: undefined };
      "set_user_role": {
        Args: {
          "p_granted"?: boolean;
          "p_role": Database["public"]["Enums"]["app_role_enum"];
          "p_user_id": string;
        };
        Returns: undefined;
      };
      "setup_profile": {
        Args: {
          "p_avatar_url"?: string;
          "p_bio"?: string;
          "p_category"?: string;
          "p_display_name"?: string;
          "p_user_id": string;
        };
        Returns: Json;
      };
      "store_refreshed_tokens": {
        Args: {
          "p_connection_id": string;
          "p_lease": string;
          "p_token_expires_at": string;
          "p_tokens": Json;
        };
        Returns: undefined;
      };
      "take_oauth_state": {
        Args: { "p_platform": string; "p_state": string; "p_user_id": string };
        Returns: {
          "code_verifier": string;
          "redirect_uri": string;
        }[];
      };
    };
    Enums: {
      "action_mode_enum": "auto" | "manual" | "disabled";
      "app_role_enum": "user" | "admin" | "moderator";
      "notification_type_enum": "info" | "success" | "warning" | "error";
      "visibility_enum": "public" | "private" | "unlisted";
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">;

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof (
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]
    )
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals } ? (
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]
  )[TableName] extends {
    Row: infer R;
  } ? R
  : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R;
    } ? R
    : never
  : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
    Insert: infer I;
  } ? I
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I;
    } ? I
    : never
  : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
    Update: infer U;
  } ? U
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U;
    } ? U
    : never
  : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never;

export const Constants = {
  "public": {
    Enums: {
      "action_mode_enum": ["auto", "manual", "disabled"],
      "app_role_enum": ["user", "admin", "moderator"],
      "notification_type_enum": ["info", "success", "warning", "error"],
      "visibility_enum": ["public", "private", "unlisted"],
    },
  },
} as const;
