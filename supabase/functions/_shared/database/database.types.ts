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
      "ai_model": {
        Row: {
          "context_tokens": number;
          "created_at": string;
          "display_name": string;
          "id": string;
          "input_cost_per_1k_tokens": number | null;
          "is_default": boolean;
          "max_output_tokens": number;
          "output_cost_per_1k_tokens": number | null;
          "provider_id": string;
          "replaced_by": string | null;
          "retired_at": string | null;
          "slug": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "context_tokens": number;
          "created_at"?: string;
          "display_name": string;
          "id"?: string;
          "input_cost_per_1k_tokens"?: number | null;
          "is_default"?: boolean;
          "max_output_tokens": number;
          "output_cost_per_1k_tokens"?: number | null;
          "provider_id": string;
          "replaced_by"?: string | null;
          "retired_at"?: string | null;
          "slug": string;
          "updated_at"?: string;
        };
        Update: {
          "context_tokens"?: number;
          "created_at"?: string;
          "display_name"?: string;
          "id"?: string;
          "input_cost_per_1k_tokens"?: number | null;
          "is_default"?: boolean;
          "max_output_tokens"?: number;
          "output_cost_per_1k_tokens"?: number | null;
          "provider_id"?: string;
          "replaced_by"?: string | null;
          "retired_at"?: string | null;
          "slug"?: string;
          "updated_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "ai_model_provider_id_fkey";
            columns: ["provider_id"];
            isOneToOne: false;
            referencedRelation: "ai_provider";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "ai_model_replaced_by_fkey";
            columns: ["replaced_by"];
            isOneToOne: false;
            referencedRelation: "ai_model";
            referencedColumns: ["id"];
          },
        ];
      };
      "ai_provider": {
        Row: {
          "created_at": string;
          "display_name": string;
          "id": string;
          "slug": string;
          "sort_order": number;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "display_name": string;
          "id"?: string;
          "slug": string;
          "sort_order": number;
          "updated_at"?: string;
        };
        Update: {
          "created_at"?: string;
          "display_name"?: string;
          "id"?: string;
          "slug"?: string;
          "sort_order"?: number;
          "updated_at"?: string;
        };
        Relationships: [];
      };
      "ai_suggestion": {
        Row: {
          "content_item_id": string;
          "created_at": string;
          "feedback": string | null;
          "fingerprint": string;
          "id": string;
          "model_id": string;
          "requested_model_id": string;
          "seo_parts": NonNullable<Json>;
          "seo_score": number;
          "suggested_category": string | null;
          "suggested_descriptions": (string)[];
          "suggested_hashtags": (string)[];
          "suggested_tags": (string)[];
          "suggested_titles": (string)[];
          "total_cost_cents": number | null;
          "trending_keywords": (string)[];
          "trending_parts": NonNullable<Json>;
          "trending_score": number;
          "updated_at": string;
          "user_id": string;
          "was_repaired": boolean;
        };
        ComputedFields: never;
        Insert: {
          "content_item_id": string;
          "created_at"?: string;
          "feedback"?: string | null;
          "fingerprint": string;
          "id"?: string;
          "model_id": string;
          "requested_model_id": string;
          "seo_parts"?: NonNullable<Json>;
          "seo_score": number;
          "suggested_category"?: string | null;
          "suggested_descriptions": (string)[];
          "suggested_hashtags"?: (string)[];
          "suggested_tags": (string)[];
          "suggested_titles": (string)[];
          "total_cost_cents"?: number | null;
          "trending_keywords"?: (string)[];
          "trending_parts"?: NonNullable<Json>;
          "trending_score": number;
          "updated_at"?: string;
          "user_id": string;
          "was_repaired"?: boolean;
        };
        Update: {
          "content_item_id"?: string;
          "created_at"?: string;
          "feedback"?: string | null;
          "fingerprint"?: string;
          "id"?: string;
          "model_id"?: string;
          "requested_model_id"?: string;
          "seo_parts"?: NonNullable<Json>;
          "seo_score"?: number;
          "suggested_category"?: string | null;
          "suggested_descriptions"?: (string)[];
          "suggested_hashtags"?: (string)[];
          "suggested_tags"?: (string)[];
          "suggested_titles"?: (string)[];
          "total_cost_cents"?: number | null;
          "trending_keywords"?: (string)[];
          "trending_parts"?: NonNullable<Json>;
          "trending_score"?: number;
          "updated_at"?: string;
          "user_id"?: string;
          "was_repaired"?: boolean;
        };
        Relationships: [
          {
            foreignKeyName: "ai_suggestion_content_item_id_fkey";
            columns: ["content_item_id"];
            isOneToOne: false;
            referencedRelation: "content_item";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "ai_suggestion_model_id_fkey";
            columns: ["model_id"];
            isOneToOne: false;
            referencedRelation: "ai_model";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "ai_suggestion_requested_model_id_fkey";
            columns: ["requested_model_id"];
            isOneToOne: false;
            referencedRelation: "ai_model";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "ai_suggestion_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["id"];
          },
        ];
      };
      "ai_suggestion_application": {
        Row: {
          "after": NonNullable<Json>;
          "applied_at": string;
          "before": NonNullable<Json>;
          "content_item_id": string;
          "fields": (string)[];
          "id": string;
          "suggestion_id": string;
          "undone_at": string | null;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "after": NonNullable<Json>;
          "applied_at"?: string;
          "before": NonNullable<Json>;
          "content_item_id": string;
          "fields": (string)[];
          "id"?: string;
          "suggestion_id": string;
          "undone_at"?: string | null;
          "user_id": string;
        };
        Update: {
          "after"?: NonNullable<Json>;
          "applied_at"?: string;
          "before"?: NonNullable<Json>;
          "content_item_id"?: string;
          "fields"?: (string)[];
          "id"?: string;
          "suggestion_id"?: string;
          "undone_at"?: string | null;
          "user_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "ai_suggestion_application_content_item_id_fkey";
            columns: ["content_item_id"];
            isOneToOne: false;
            referencedRelation: "content_item";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "ai_suggestion_application_suggestion_id_fkey";
            columns: ["suggestion_id"];
            isOneToOne: false;
            referencedRelation: "ai_suggestion";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "ai_suggestion_application_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["id"];
          },
        ];
      };
      "ai_usage": {
        Row: {
          "billing_cycle_end": string;
          "billing_cycle_start": string;
          "cache_write_1h_tokens": number;
          "cache_write_tokens": number;
          "cached_tokens": number;
          "completion_tokens": number;
          "content_item_id": string | null;
          "cost_cents": number | null;
          "created_at": string;
          "duration_ms": number | null;
          "id": number;
          "is_estimated": boolean;
          "is_own_key": boolean;
          "model_id": string;
          "operation_type": string;
          "outcome": string;
          "prompt_tokens": number;
          "suggestion_id": string | null;
          "thought_tokens": number;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "billing_cycle_end": string;
          "billing_cycle_start": string;
          "cache_write_1h_tokens"?: number;
          "cache_write_tokens"?: number;
          "cached_tokens"?: number;
          "completion_tokens": number;
          "content_item_id"?: string | null;
          "cost_cents"?: number | null;
          "created_at"?: string;
          "duration_ms"?: number | null;
          "id"?: never;
          "is_estimated"?: boolean;
          "is_own_key": boolean;
          "model_id": string;
          "operation_type": string;
          "outcome": string;
          "prompt_tokens": number;
          "suggestion_id"?: string | null;
          "thought_tokens"?: number;
          "user_id": string;
        };
        Update: {
          "billing_cycle_end"?: string;
          "billing_cycle_start"?: string;
          "cache_write_1h_tokens"?: number;
          "cache_write_tokens"?: number;
          "cached_tokens"?: number;
          "completion_tokens"?: number;
          "content_item_id"?: string | null;
          "cost_cents"?: number | null;
          "created_at"?: string;
          "duration_ms"?: number | null;
          "id"?: never;
          "is_estimated"?: boolean;
          "is_own_key"?: boolean;
          "model_id"?: string;
          "operation_type"?: string;
          "outcome"?: string;
          "prompt_tokens"?: number;
          "suggestion_id"?: string | null;
          "thought_tokens"?: number;
          "user_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "ai_usage_content_item_id_fkey";
            columns: ["content_item_id"];
            isOneToOne: false;
            referencedRelation: "content_item";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "ai_usage_model_id_fkey";
            columns: ["model_id"];
            isOneToOne: false;
            referencedRelation: "ai_model";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "ai_usage_suggestion_id_fkey";
            columns: ["suggestion_id"];
            isOneToOne: false;
            referencedRelation: "ai_suggestion";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "ai_usage_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["id"];
          },
        ];
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
          "cost_ms": number;
          "created_at": string;
          "expires_at": string | null;
          "fresh_until": string | null;
          "key": string;
          "snapshot": unknown;
          "tags": (string)[];
          "updated_at": string;
          "value": NonNullable<Json>;
        };
        ComputedFields: never;
        Insert: {
          "cost_ms"?: number;
          "created_at"?: string;
          "expires_at"?: string | null;
          "fresh_until"?: string | null;
          "key": string;
          "snapshot"?: unknown;
          "tags"?: (string)[];
          "updated_at"?: string;
          "value": NonNullable<Json>;
        };
        Update: {
          "cost_ms"?: number;
          "created_at"?: string;
          "expires_at"?: string | null;
          "fresh_until"?: string | null;
          "key"?: string;
          "snapshot"?: unknown;
          "tags"?: (string)[];
          "updated_at"?: string;
          "value"?: NonNullable<Json>;
        };
        Relationships: [];
      };
      "content_category": {
        Row: {
          "code": string;
          "description": string;
          "display_name": string;
          "id": string;
          "sort_order": number;
        };
        ComputedFields: never;
        Insert: {
          "code": string;
          "description"?: string;
          "display_name": string;
          "id"?: string;
          "sort_order": number;
        };
        Update: {
          "code"?: string;
          "description"?: string;
          "display_name"?: string;
          "id"?: string;
          "sort_order"?: number;
        };
        Relationships: [];
      };
      "content_click": {
        Row: {
          "clicked_at": string;
          "content_id": string;
          "country": string | null;
          "id": number;
          "is_counted": boolean;
          "query": string | null;
          "referrer": string | null;
          "referrer_host": string | null;
          "tx": unknown;
          "user_agent": string | null;
          "user_id": string | null;
          "visitor": string | null;
        };
        ComputedFields: never;
        Insert: {
          "clicked_at"?: string;
          "content_id": string;
          "country"?: string | null;
          "id"?: never;
          "is_counted"?: boolean;
          "query"?: string | null;
          "referrer"?: string | null;
          "referrer_host"?: string | null;
          "tx"?: unknown;
          "user_agent"?: string | null;
          "user_id"?: string | null;
          "visitor"?: string | null;
        };
        Update: {
          "clicked_at"?: string;
          "content_id"?: string;
          "country"?: string | null;
          "id"?: never;
          "is_counted"?: boolean;
          "query"?: string | null;
          "referrer"?: string | null;
          "referrer_host"?: string | null;
          "tx"?: unknown;
          "user_agent"?: string | null;
          "user_id"?: string | null;
          "visitor"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "content_click_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["id"];
          },
        ];
      };
      "content_item": {
        Row: {
          "category_code": string | null;
          "category_source": string | null;
          "changed_at": string;
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
          "category_source"?: string | null;
          "changed_at"?: string;
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
          "category_source"?: string | null;
          "changed_at"?: string;
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
      "content_media": {
        Row: {
          "alt_text": string | null;
          "content_id": string;
          "created_at": string;
          "duration_seconds": number | null;
          "height": number | null;
          "kind": string;
          "platform_media_id": string | null;
          "position": number;
          "thumbnail_url": string | null;
          "updated_at": string;
          "url": string | null;
          "user_id": string;
          "width": number | null;
        };
        ComputedFields: never;
        Insert: {
          "alt_text"?: string | null;
          "content_id": string;
          "created_at"?: string;
          "duration_seconds"?: number | null;
          "height"?: number | null;
          "kind": string;
          "platform_media_id"?: string | null;
          "position": number;
          "thumbnail_url"?: string | null;
          "updated_at"?: string;
          "url"?: string | null;
          "user_id": string;
          "width"?: number | null;
        };
        Update: {
          "alt_text"?: string | null;
          "content_id"?: string;
          "created_at"?: string;
          "duration_seconds"?: number | null;
          "height"?: number | null;
          "kind"?: string;
          "platform_media_id"?: string | null;
          "position"?: number;
          "thumbnail_url"?: string | null;
          "updated_at"?: string;
          "url"?: string | null;
          "user_id"?: string;
          "width"?: number | null;
        };
        Relationships: [
          {
            foreignKeyName: "content_media_content_id_fkey";
            columns: ["content_id"];
            isOneToOne: false;
            referencedRelation: "content_item";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "content_media_user_id_fkey";
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
      "content_tag": {
        Row: {
          "confidence_score": number;
          "content_id": string;
          "created_at": string;
          "source": string;
          "tag": string;
          "tag_type": string;
        };
        ComputedFields: never;
        Insert: {
          "confidence_score"?: number;
          "content_id": string;
          "created_at"?: string;
          "source": string;
          "tag": string;
          "tag_type"?: string;
        };
        Update: {
          "confidence_score"?: number;
          "content_id"?: string;
          "created_at"?: string;
          "source"?: string;
          "tag"?: string;
          "tag_type"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "content_tag_content_id_fkey";
            columns: ["content_id"];
            isOneToOne: false;
            referencedRelation: "content_item";
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
      "featured_creator": {
        Row: {
          "ends_at": string | null;
          "featured_at": string;
          "featured_by": string | null;
          "reason": string | null;
          "sort_order": number;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "ends_at"?: string | null;
          "featured_at"?: string;
          "featured_by"?: string | null;
          "reason"?: string | null;
          "sort_order"?: number;
          "user_id": string;
        };
        Update: {
          "ends_at"?: string | null;
          "featured_at"?: string;
          "featured_by"?: string | null;
          "reason"?: string | null;
          "sort_order"?: number;
          "user_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "featured_creator_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: true;
            referencedRelation: "users";
            referencedColumns: ["id"];
          },
        ];
      };
      "job_log": {
        Row: {
          "attempt": number;
          "created_at": string;
          "details": NonNullable<Json>;
          "id": number;
          "job_id": string;
          "level": string;
          "message": string;
          "user_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "attempt"?: number;
          "created_at"?: string;
          "details"?: NonNullable<Json>;
          "id"?: never;
          "job_id": string;
          "level": string;
          "message": string;
          "user_id"?: string | null;
        };
        Update: {
          "attempt"?: number;
          "created_at"?: string;
          "details"?: NonNullable<Json>;
          "id"?: never;
          "job_id"?: string;
          "level"?: string;
          "message"?: string;
          "user_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "job_log_job_id_fkey";
            columns: ["job_id"];
            isOneToOne: false;
            referencedRelation: "job_queue";
            referencedColumns: ["id"];
          },
        ];
      };
      "job_queue": {
        Row: {
          "attempts": number;
          "checkpoint": Json | null;
          "created_at": string;
          "dedupe_hash": number;
          "error_code": string | null;
          "error_message": string | null;
          "finished_at": string | null;
          "handler": string;
          "id": string;
          "job_type": string;
          "max_attempts": number;
          "params": NonNullable<Json>;
          "priority": number;
          "progress_message": string | null;
          "progress_percent": number;
          "request_id": string | null;
          "result": Json | null;
          "run_at": string;
          "started_at": string | null;
          "status": Database["public"]["Enums"]["job_status_enum"];
          "updated_at": string;
          "user_id": string | null;
          "worker_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "attempts"?: number;
          "checkpoint"?: Json | null;
          "created_at"?: string;
          "dedupe_hash": number;
          "error_code"?: string | null;
          "error_message"?: string | null;
          "finished_at"?: string | null;
          "handler": string;
          "id"?: string;
          "job_type": string;
          "max_attempts": number;
          "params"?: NonNullable<Json>;
          "priority"?: number;
          "progress_message"?: string | null;
          "progress_percent"?: number;
          "request_id"?: string | null;
          "result"?: Json | null;
          "run_at"?: string;
          "started_at"?: string | null;
          "status"?: Database["public"]["Enums"]["job_status_enum"];
          "updated_at"?: string;
          "user_id"?: string | null;
          "worker_id"?: string | null;
        };
        Update: {
          "attempts"?: number;
          "checkpoint"?: Json | null;
          "created_at"?: string;
          "dedupe_hash"?: number;
          "error_code"?: string | null;
          "error_message"?: string | null;
          "finished_at"?: string | null;
          "handler"?: string;
          "id"?: string;
          "job_type"?: string;
          "max_attempts"?: number;
          "params"?: NonNullable<Json>;
          "priority"?: number;
          "progress_message"?: string | null;
          "progress_percent"?: number;
          "request_id"?: string | null;
          "result"?: Json | null;
          "run_at"?: string;
          "started_at"?: string | null;
          "status"?: Database["public"]["Enums"]["job_status_enum"];
          "updated_at"?: string;
          "user_id"?: string | null;
          "worker_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "job_queue_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["id"];
          },
        ];
      };
      "job_type": {
        Row: {
          "backoff_base_seconds": number;
          "backoff_cap_seconds": number;
          "cache_seconds": number;
          "created_at": string;
          "dedupe_seconds": number;
          "description": string;
          "display_name": string;
          "expire_seconds": number;
          "is_for_creators": boolean;
          "keep_days": number;
          "max_attempts": number;
          "slug": string;
          "sort_order": number;
          "timeout_seconds": number;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "backoff_base_seconds": number;
          "backoff_cap_seconds": number;
          "cache_seconds": number;
          "created_at"?: string;
          "dedupe_seconds": number;
          "description"?: string;
          "display_name": string;
          "expire_seconds": number;
          "is_for_creators": boolean;
          "keep_days": number;
          "max_attempts": number;
          "slug": string;
          "sort_order": number;
          "timeout_seconds": number;
          "updated_at"?: string;
        };
        Update: {
          "backoff_base_seconds"?: number;
          "backoff_cap_seconds"?: number;
          "cache_seconds"?: number;
          "created_at"?: string;
          "dedupe_seconds"?: number;
          "description"?: string;
          "display_name"?: string;
          "expire_seconds"?: number;
          "is_for_creators"?: boolean;
          "keep_days"?: number;
          "max_attempts"?: number;
          "slug"?: string;
          "sort_order"?: number;
          "timeout_seconds"?: number;
          "updated_at"?: string;
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
          "updated_at": string;
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
          "updated_at"?: string;
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
          "updated_at"?: string;
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
          "granted_at": string;
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
          "granted_at"?: string;
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
          "granted_at"?: string;
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
      "search_engine": {
        Row: {
          "batch_size": number;
          "created_at": string;
          "display_name": string;
          "id": string;
          "slug": string;
          "sort_order": number;
          "takes_removals": boolean;
          "tells_status": boolean;
          "updated_at": string;
          "website_url": string;
          "window_seconds": number;
        };
        ComputedFields: never;
        Insert: {
          "batch_size": number;
          "created_at"?: string;
          "display_name": string;
          "id"?: string;
          "slug": string;
          "sort_order": number;
          "takes_removals"?: boolean;
          "tells_status"?: boolean;
          "updated_at"?: string;
          "website_url": string;
          "window_seconds": number;
        };
        Update: {
          "batch_size"?: number;
          "created_at"?: string;
          "display_name"?: string;
          "id"?: string;
          "slug"?: string;
          "sort_order"?: number;
          "takes_removals"?: boolean;
          "tells_status"?: boolean;
          "updated_at"?: string;
          "website_url"?: string;
          "window_seconds"?: number;
        };
        Relationships: [];
      };
      "seo_connection": {
        Row: {
          "created_at": string;
          "engine_site": string | null;
          "error_code": string | null;
          "error_message": string | null;
          "id": string;
          "is_active": boolean;
          "is_verified": boolean;
          "item_path": string;
          "last_run_at": string | null;
          "paused_until": string | null;
          "run_until": string | null;
          "search_engine_id": string;
          "site_host": string | null;
          "site_url": string;
          "updated_at": string;
          "user_id": string | null;
          "vault_secret_name": string | null;
          "verification_method": string | null;
          "verification_token": string;
          "verified_at": string | null;
          "verify_at": string | null;
          "verify_failures": number;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "engine_site"?: string | null;
          "error_code"?: string | null;
          "error_message"?: string | null;
          "id"?: string;
          "is_active"?: boolean;
          "is_verified"?: boolean;
          "item_path"?: string;
          "last_run_at"?: string | null;
          "paused_until"?: string | null;
          "run_until"?: string | null;
          "search_engine_id": string;
          "site_host"?: never;
          "site_url": string;
          "updated_at"?: string;
          "user_id"?: string | null;
          "vault_secret_name"?: string | null;
          "verification_method"?: string | null;
          "verification_token"?: string;
          "verified_at"?: string | null;
          "verify_at"?: string | null;
          "verify_failures"?: number;
        };
        Update: {
          "created_at"?: string;
          "engine_site"?: string | null;
          "error_code"?: string | null;
          "error_message"?: string | null;
          "id"?: string;
          "is_active"?: boolean;
          "is_verified"?: boolean;
          "item_path"?: string;
          "last_run_at"?: string | null;
          "paused_until"?: string | null;
          "run_until"?: string | null;
          "search_engine_id"?: string;
          "site_host"?: never;
          "site_url"?: string;
          "updated_at"?: string;
          "user_id"?: string | null;
          "vault_secret_name"?: string | null;
          "verification_method"?: string | null;
          "verification_token"?: string;
          "verified_at"?: string | null;
          "verify_at"?: string | null;
          "verify_failures"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "seo_connection_search_engine_id_fkey";
            columns: ["search_engine_id"];
            isOneToOne: false;
            referencedRelation: "search_engine";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "seo_connection_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["id"];
          },
        ];
      };
      "seo_submission": {
        Row: {
          "attempted_at": string | null;
          "attempts": number;
          "checked_at": string | null;
          "checks": number;
          "claimed_until": string | null;
          "connection_id": string;
          "content_item_id": string | null;
          "created_at": string;
          "due_at": string;
          "engine_ref": string | null;
          "error_code": string | null;
          "error_message": string | null;
          "finished_at": string | null;
          "history": NonNullable<Json>;
          "id": string;
          "next_check_at": string | null;
          "response_status": number | null;
          "status": string;
          "submission_type": string;
          "submitted_at": string | null;
          "submitted_url": string;
          "unit_reserved_at": string | null;
          "updated_at": string;
          "user_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "attempted_at"?: string | null;
          "attempts"?: number;
          "checked_at"?: string | null;
          "checks"?: number;
          "claimed_until"?: string | null;
          "connection_id": string;
          "content_item_id"?: string | null;
          "created_at"?: string;
          "due_at"?: string;
          "engine_ref"?: string | null;
          "error_code"?: string | null;
          "error_message"?: string | null;
          "finished_at"?: string | null;
          "history"?: NonNullable<Json>;
          "id"?: string;
          "next_check_at"?: string | null;
          "response_status"?: number | null;
          "status"?: string;
          "submission_type"?: string;
          "submitted_at"?: string | null;
          "submitted_url": string;
          "unit_reserved_at"?: string | null;
          "updated_at"?: string;
          "user_id"?: string | null;
        };
        Update: {
          "attempted_at"?: string | null;
          "attempts"?: number;
          "checked_at"?: string | null;
          "checks"?: number;
          "claimed_until"?: string | null;
          "connection_id"?: string;
          "content_item_id"?: string | null;
          "created_at"?: string;
          "due_at"?: string;
          "engine_ref"?: string | null;
          "error_code"?: string | null;
          "error_message"?: string | null;
          "finished_at"?: string | null;
          "history"?: NonNullable<Json>;
          "id"?: string;
          "next_check_at"?: string | null;
          "response_status"?: number | null;
          "status"?: string;
          "submission_type"?: string;
          "submitted_at"?: string | null;
          "submitted_url"?: string;
          "unit_reserved_at"?: string | null;
          "updated_at"?: string;
          "user_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "seo_submission_connection_id_fkey";
            columns: ["connection_id"];
            isOneToOne: false;
            referencedRelation: "seo_connection";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "seo_submission_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["id"];
          },
        ];
      };
      "seo_usage": {
        Row: {
          "connection_id": string;
          "id": number;
          "quota": string;
          "quota_limit": number | null;
          "updated_at": string;
          "used": number;
          "user_id": string | null;
          "window_end": string;
          "window_start": string;
        };
        ComputedFields: never;
        Insert: {
          "connection_id": string;
          "id"?: never;
          "quota": string;
          "quota_limit"?: number | null;
          "updated_at"?: string;
          "used"?: number;
          "user_id"?: string | null;
          "window_end": string;
          "window_start": string;
        };
        Update: {
          "connection_id"?: string;
          "id"?: never;
          "quota"?: string;
          "quota_limit"?: number | null;
          "updated_at"?: string;
          "used"?: number;
          "user_id"?: string | null;
          "window_end"?: string;
          "window_start"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "seo_usage_connection_id_fkey";
            columns: ["connection_id"];
            isOneToOne: false;
            referencedRelation: "seo_connection";
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
          "max_sync_hours": number;
          "min_sync_hours": number;
          "next_sync_at": string | null;
          "paused_at": string | null;
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
          "max_sync_hours"?: number;
          "min_sync_hours"?: number;
          "next_sync_at"?: string | null;
          "paused_at"?: string | null;
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
          "max_sync_hours"?: number;
          "min_sync_hours"?: number;
          "next_sync_at"?: string | null;
          "paused_at"?: string | null;
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
      "stripe_webhook_events": {
        Row: {
          "attempts": number;
          "created_at": string;
          "data": NonNullable<Json>;
          "due_at": string;
          "event_id": string;
          "event_type": string;
          "id": string;
          "last_error": string | null;
          "livemode": boolean;
          "processed_at": string | null;
          "status": string;
          "subject": string | null;
        };
        ComputedFields: never;
        Insert: {
          "attempts"?: number;
          "created_at"?: string;
          "data"?: NonNullable<Json>;
          "due_at"?: string;
          "event_id": string;
          "event_type": string;
          "id"?: string;
          "last_error"?: string | null;
          "livemode": boolean;
          "processed_at"?: string | null;
          "status"?: string;
          "subject"?: string | null;
        };
        Update: {
          "attempts"?: number;
          "created_at"?: string;
          "data"?: NonNullable<Json>;
          "due_at"?: string;
          "event_id"?: string;
          "event_type"?: string;
          "id"?: string;
          "last_error"?: string | null;
          "livemode"?: boolean;
          "processed_at"?: string | null;
          "status"?: string;
          "subject"?: string | null;
        };
        Relationships: [];
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
      "trending_content": {
        Row: {
          "content_id": string;
          "id": number;
          "last_updated_at": string;
          "rank_position": number;
          "trend_category": string;
          "trend_score": number;
        };
        ComputedFields: never;
        Insert: {
          "content_id": string;
          "id"?: never;
          "last_updated_at"?: string;
          "rank_position": number;
          "trend_category": string;
          "trend_score": number;
        };
        Update: {
          "content_id"?: string;
          "id"?: never;
          "last_updated_at"?: string;
          "rank_position"?: number;
          "trend_category"?: string;
          "trend_score"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "trending_content_content_id_fkey";
            columns: ["content_id"];
            isOneToOne: false;
            referencedRelation: "content_item";
            referencedColumns: ["id"];
          },
        ];
      };
      "trending_keyword": {
        Row: {
          "category_code": string;
          "expires_at": string;
          "growth": number | null;
          "id": string;
          "keyword": string;
          "language": string;
          "people": number;
          "score": number;
          "source": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "category_code"?: string;
          "expires_at": string;
          "growth"?: number | null;
          "id"?: string;
          "keyword": string;
          "language"?: string;
          "people"?: number;
          "score": number;
          "source": string;
          "updated_at"?: string;
        };
        Update: {
          "category_code"?: string;
          "expires_at"?: string;
          "growth"?: number | null;
          "id"?: string;
          "keyword"?: string;
          "language"?: string;
          "people"?: number;
          "score"?: number;
          "source"?: string;
          "updated_at"?: string;
        };
        Relationships: [];
      };
      "user_ai_setting": {
        Row: {
          "created_at": string;
          "fallback_providers": (string)[];
          "key_secret_names": NonNullable<Json>;
          "language": string | null;
          "model_id": string | null;
          "monthly_budget_cents": number | null;
          "provider_id": string | null;
          "tone": string;
          "updated_at": string;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "fallback_providers"?: (string)[];
          "key_secret_names"?: NonNullable<Json>;
          "language"?: string | null;
          "model_id"?: string | null;
          "monthly_budget_cents"?: number | null;
          "provider_id"?: string | null;
          "tone"?: string;
          "updated_at"?: string;
          "user_id": string;
        };
        Update: {
          "created_at"?: string;
          "fallback_providers"?: (string)[];
          "key_secret_names"?: NonNullable<Json>;
          "language"?: string | null;
          "model_id"?: string | null;
          "monthly_budget_cents"?: number | null;
          "provider_id"?: string | null;
          "tone"?: string;
          "updated_at"?: string;
          "user_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "user_ai_setting_model_id_fkey";
            columns: ["model_id"];
            isOneToOne: false;
            referencedRelation: "ai_model";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "user_ai_setting_provider_id_fkey";
            columns: ["provider_id"];
            isOneToOne: false;
            referencedRelation: "ai_provider";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "user_ai_setting_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: true;
            referencedRelation: "users";
            referencedColumns: ["id"];
          },
        ];
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
      "post": {
        Row: {
          "body": string;
          "created_at": string;
          "id": string;
          "media_ids": (string)[];
          "publish_at": string | null;
          "time_zone": string;
          "title": string;
          "updated_at": string;
          "user_id": string;
          "version": number;
        };
        ComputedFields: never;
        Insert: {
          "body"?: string | null;
          "created_at"?: string | null;
          "id"?: string | null;
          "media_ids"?: (string)[] | null;
          "publish_at"?: string | null;
          "time_zone"?: string | null;
          "title"?: string | null;
          "updated_at"?: string | null;
          "user_id"?: string | null;
          "version"?: number | null;
        };
        Update: {
          "body"?: string | null;
          "created_at"?: string | null;
          "id"?: string | null;
          "media_ids"?: (string)[] | null;
          "publish_at"?: string | null;
          "time_zone"?: string | null;
          "title"?: string | null;
          "updated_at"?: string | null;
          "user_id"?: string | null;
          "version"?: number | null;
        };
        Relationships: [
          {
            foreignKeyName: "post_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["id"];
          },
        ];
      };
      "post_media": {
        Row: {
          "alt_text": string | null;
          "bytes": number;
          "created_at": string;
          "duration_seconds": number | null;
          "frames_per_second": number | null;
          "height": number | null;
          "id": string;
          "kind": string;
          "mime_type": string;
          "ready_at": string | null;
          "refused_because": string | null;
          "sha256": string | null;
          "status": string;
          "user_id": string;
          "width": number | null;
        };
        ComputedFields: never;
        Insert: {
          "alt_text"?: string | null;
          "bytes"?: number | null;
          "created_at"?: string | null;
          "duration_seconds"?: number | null;
          "frames_per_second"?: number | null;
          "height"?: number | null;
          "id"?: string | null;
          "kind"?: string | null;
          "mime_type"?: string | null;
          "ready_at"?: string | null;
          "refused_because"?: string | null;
          "sha256"?: string | null;
          "status"?: string | null;
          "user_id"?: string | null;
          "width"?: number | null;
        };
        Update: {
          "alt_text"?: string | null;
          "bytes"?: number | null;
          "created_at"?: string | null;
          "duration_seconds"?: number | null;
          "frames_per_second"?: number | null;
          "height"?: number | null;
          "id"?: string | null;
          "kind"?: string | null;
          "mime_type"?: string | null;
          "ready_at"?: string | null;
          "refused_because"?: string | null;
          "sha256"?: string | null;
          "status"?: string | null;
          "user_id"?: string | null;
          "width"?: number | null;
        };
        Relationships: [
          {
            foreignKeyName: "media_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["id"];
          },
        ];
      };
      "post_target": {
        Row: {
          "body": string | null;
          "created_at": string;
          "due_at": string | null;
          "error_code": string | null;
          "error_message": string | null;
          "id": string;
          "kind": string;
          "media_ids": (string)[] | null;
          "next_at": string | null;
          "options": NonNullable<Json>;
          "permalink": string | null;
          "platform": string;
          "platform_post_id": string | null;
          "post_id": string;
          "published_at": string | null;
          "settled_by": string | null;
          "social_account_id": string;
          "status": string;
          "title": string | null;
          "updated_at": string;
          "user_id": string;
          "wait_reason": string | null;
          "who_must_act": string | null;
        };
        ComputedFields: never;
        Insert: {
          "body"?: string | null;
          "created_at"?: string | null;
          "due_at"?: string | null;
          "error_code"?: string | null;
          "error_message"?: string | null;
          "id"?: string | null;
          "kind"?: string | null;
          "media_ids"?: (string)[] | null;
          "next_at"?: string | null;
          "options"?: Json | null;
          "permalink"?: string | null;
          "platform"?: string | null;
          "platform_post_id"?: string | null;
          "post_id"?: string | null;
          "published_at"?: string | null;
          "settled_by"?: string | null;
          "social_account_id"?: string | null;
          "status"?: string | null;
          "title"?: string | null;
          "updated_at"?: string | null;
          "user_id"?: string | null;
          "wait_reason"?: string | null;
          "who_must_act"?: string | null;
        };
        Update: {
          "body"?: string | null;
          "created_at"?: string | null;
          "due_at"?: string | null;
          "error_code"?: string | null;
          "error_message"?: string | null;
          "id"?: string | null;
          "kind"?: string | null;
          "media_ids"?: (string)[] | null;
          "next_at"?: string | null;
          "options"?: Json | null;
          "permalink"?: string | null;
          "platform"?: string | null;
          "platform_post_id"?: string | null;
          "post_id"?: string | null;
          "published_at"?: string | null;
          "settled_by"?: string | null;
          "social_account_id"?: string | null;
          "status"?: string | null;
          "title"?: string | null;
          "updated_at"?: string | null;
          "user_id"?: string | null;
          "wait_reason"?: string | null;
          "who_must_act"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "post_target_post_id_fkey";
            columns: ["post_id"];
            isOneToOne: false;
            referencedRelation: "post";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "post_target_social_account_id_fkey";
            columns: ["social_account_id"];
            isOneToOne: false;
            referencedRelation: "social_account";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "post_target_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["id"];
          },
        ];
      };
      "publish_attempt": {
        Row: {
          "armed_at": string;
          "attempt": number;
          "cost_micro_usd": number | null;
          "error_code": string | null;
          "id": number;
          "is_decisive": boolean;
          "note": string | null;
          "sent_at": string | null;
          "settled_at": string | null;
          "status": string;
          "step": string;
          "target_id": string;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "armed_at"?: string | null;
          "attempt"?: number | null;
          "cost_micro_usd"?: number | null;
          "error_code"?: string | null;
          "id"?: number | null;
          "is_decisive"?: boolean | null;
          "note"?: string | null;
          "sent_at"?: string | null;
          "settled_at"?: string | null;
          "status"?: string | null;
          "step"?: string | null;
          "target_id"?: string | null;
          "user_id"?: string | null;
        };
        Update: {
          "armed_at"?: string | null;
          "attempt"?: number | null;
          "cost_micro_usd"?: number | null;
          "error_code"?: string | null;
          "id"?: number | null;
          "is_decisive"?: boolean | null;
          "note"?: string | null;
          "sent_at"?: string | null;
          "settled_at"?: string | null;
          "status"?: string | null;
          "step"?: string | null;
          "target_id"?: string | null;
          "user_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "publish_attempt_target_id_fkey";
            columns: ["target_id"];
            isOneToOne: false;
            referencedRelation: "post_target";
            referencedColumns: ["id"];
          },
        ];
      };
    };
    Functions: {
      "account_deletion_state": {
        Args: { "p_code": string };
        Returns: {
          "completed_at": string;
          "files_erased": number;
          "grants_not_revoked": number;
          "requested_at": string;
          "rows_erased": number;
        }[];
      };
      "add_job_log": {
        Args: {
          "p_details"?: Json;
          "p_fence"?: number;
          "p_job_id": string;
          "p_level": string;
          "p_message": string;
        };
        Returns: undefined;
      };
      "admin_cancel_jobs": { Args: { "p_job_ids": (string)[] }; Returns: number };
      "admin_check_billing": { Args: { "p_user_id": string }; Returns: undefined };
      "admin_get_database": { Args: Record<PropertyKey, never>; Returns: Json };
      "admin_get_job": { Args: { "p_job_id": string }; Returns: Json };
      "admin_list_accounts": {
        Args: { "p_cursor"?: string; "p_filter"?: Json; "p_limit"?: number };
        Returns: Json;
      };
      "admin_list_ai_costs": {
        Args: { "p_cursor"?: string; "p_filter"?: Json; "p_limit"?: number };
        Returns: Json;
      };
      "admin_list_alerts": {
        Args: { "p_cursor"?: string; "p_filter"?: Json; "p_limit"?: number };
        Returns: Json;
      };
      "admin_list_audit_log": {
        Args: { "p_cursor"?: string; "p_filter"?: Json; "p_limit"?: number };
        Returns: Json;
      };
      "admin_list_content": {
        Args: { "p_cursor"?: string; "p_filter"?: Json; "p_limit"?: number };
        Returns: Json;
      };
      "admin_list_cron_runs": {
        Args: { "p_cursor"?: string; "p_filter"?: Json; "p_limit"?: number };
        Returns: Json;
      };
      "admin_list_dead_letters": {
        Args: { "p_cursor"?: string; "p_filter"?: Json; "p_limit"?: number };
        Returns: Json;
      };
      "admin_list_http_calls": {
        Args: { "p_cursor"?: string; "p_filter"?: Json; "p_limit"?: number };
        Returns: Json;
      };
      "admin_list_job_types": { Args: Record<PropertyKey, never>; Returns: Json };
      "admin_list_jobs": {
        Args: { "p_cursor"?: string; "p_filter"?: Json; "p_limit"?: number };
        Returns: Json;
      };
      "admin_list_provider_quotas": {
        Args: { "p_cursor"?: string; "p_filter"?: Json; "p_limit"?: number };
        Returns: Json;
      };
      "admin_list_slow_queries": { Args: { "p_limit"?: number; "p_order"?: string }; Returns: Json };
      "admin_list_subscriptions": {
        Args: { "p_cursor"?: string; "p_filter"?: Json; "p_limit"?: number };
        Returns: Json;
      };
      "admin_list_users": {
        Args: { "p_cursor"?: string; "p_filter"?: Json; "p_limit"?: number };
        Returns: Json;
      };
      "admin_list_webhooks": {
        Args: { "p_cursor"?: string; "p_filter"?: Json; "p_limit"?: number };
        Returns: Json;
      };
      "admin_overview": { Args: Record<PropertyKey, never>; Returns: Json };
      "admin_retry_webhook": { Args: { "p_direction": string; "p_id": string }; Returns: undefined };
      "admin_settle_dead_letters": {
        Args: { "p_decision": string; "p_error_code"?: string; "p_handler": string; "p_limit"?: number };
        Returns: number;
      };
      "admin_sync_account": { Args: { "p_account_id": string }; Returns: undefined };
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
      "apply_ai_suggestion": {
        Args: {
          "p_choices"?: Json;
          "p_fields": (string)[];
          "p_is_preview"?: boolean;
          "p_suggestion_id": string;
        };
        Returns: Json;
      };
      "apply_stripe_state": {
        Args: {
          "p_customer_id": string;
          "p_event_ids"?: (string)[];
          "p_livemode": boolean;
          "p_state": Json;
          "p_ticket": number;
        };
        Returns: string;
      };
      "apply_sync_page": {
        Args: {
          "p_account"?: Json;
          "p_fence": number;
          "p_items": Json;
          "p_page": Json;
          "p_release"?: boolean;
          "p_sync_id": string;
          "p_usage"?: Json;
        };
        Returns: Json;
      };
      "arm_publishing": {
        Args: {
          "p_cost_micro_usd"?: number;
          "p_fence": number;
          "p_is_decisive": boolean;
          "p_lease_seconds"?: number;
          "p_limits"?: Json;
          "p_step": string;
          "p_target_id": string;
          "p_witness"?: Json;
        };
        Returns: Json;
      };
      "begin_ai_analysis": {
        Args: { "p_content_item_id": string; "p_model"?: string; "p_provider"?: string; "p_user_id": string };
        Returns: Json;
      };
      "begin_billing": {
        Args: { "p_livemode": boolean; "p_tier"?: string; "p_user_id": string };
        Returns: Json;
      };
      "begin_data_export": { Args: { "p_user_id": string }; Returns: Json };
      "begin_oauth": {
        Args: {
          "p_code_verifier": string;
          "p_details"?: Json;
          "p_platform": string;
          "p_redirect_uri": string;
          "p_state": string;
          "p_user_id": string;
        };
        Returns: undefined;
      };
      "begin_publishing": {
        Args: { "p_lease_seconds"?: number; "p_social_account_id": string };
        Returns: Json;
      };
      "begin_seo_run": {
        Args: { "p_connection_id": string; "p_lease_seconds"?: number; "p_now"?: string };
        Returns: Json;
      };
      "begin_seo_submissions": {
        Args: {
          "p_content_item_ids"?: (string)[];
          "p_engines"?: (string)[];
          "p_is_auto"?: boolean;
          "p_now"?: string;
          "p_user_id": string;
        };
        Returns: Json;
      };
      "begin_sync": {
        Args: {
          "p_lease_seconds": number;
          "p_platform"?: string;
          "p_quota"?: Json;
          "p_social_account_id": string;
          "p_sync_id": string;
          "p_user_id": string;
        };
        Returns: Json;
      };
      "browse_categories": { Args: Record<PropertyKey, never>; Returns: Json };
      "browse_content": {
        Args: {
          "p_after_at"?: string;
          "p_after_id"?: string;
          "p_category"?: string;
          "p_content_type"?: string;
          "p_creator"?: string;
          "p_language"?: string;
          "p_limit"?: number;
          "p_max_duration"?: number;
          "p_min_duration"?: number;
          "p_offset"?: number;
          "p_platform"?: string;
          "p_published_since"?: string;
          "p_published_until"?: string;
        };
        Returns: Json;
      };
      "browse_creators": {
        Args: {
          "p_after_followers"?: number;
          "p_after_id"?: string;
          "p_category"?: string;
          "p_limit"?: number;
          "p_offset"?: number;
        };
        Returns: Json;
      };
      "cache_stripe_data": {
        Args: { "p_data": Json; "p_key": string; "p_ttl"?: number };
        Returns: undefined;
      };
      "calculate_trend_score": {
        Args: { "p_clicks": number; "p_created_at": string; "p_views": number };
        Returns: number;
      };
      "cancel_job": { Args: { "p_job_id": string; "p_user_id"?: string }; Returns: boolean };
      "cancel_post": { Args: { "p_post_id": string; "p_user_id": string }; Returns: Json };
      "check_health": { Args: Record<PropertyKey, never>; Returns: Json };
      "check_operations": { Args: Record<PropertyKey, never>; Returns: Json };
      "check_quota": { Args: { "p_quota_type": string; "p_user_id": string }; Returns: boolean };
      "check_rate_limit": {
        Args: { "p_key": string; "p_limit": number; "p_window_seconds": number };
        Returns: {
          "allowed": boolean;
          "remaining": number;
          "reset_seconds": number;
        }[];
      };
      "check_rate_limits": {
        Args: {
          "p_hits": (number)[];
          "p_keys": (string)[];
          "p_limits": (number)[];
          "p_window_seconds": (number)[];
        };
        Returns: {
          "granted": number;
          "place": number;
          "remaining": number;
          "reset_seconds": number;
        }[];
      };
      "choose_active_accounts": { Args: { "p_account_ids": (string)[] }; Returns: number };
      "claim_account_deletion": { Args: { "p_lease_seconds"?: number }; Returns: Json };
      "claim_alert_deliveries": {
        Args: {
          "p_channels": (string)[];
          "p_held"?: (string)[];
          "p_lease_seconds"?: number;
          "p_limit"?: number;
        };
        Returns: Json[];
      };
      "claim_auto_syncs": {
        Args: { "p_lease_seconds": number; "p_limit": number; "p_per_creator": number };
        Returns: Json[];
      };
      "claim_doomed_files": { Args: { "p_limit"?: number }; Returns: string[] };
      "claim_mails": { Args: { "p_lease_seconds": number; "p_limit": number }; Returns: Json[] };
      "claim_push_subscriptions": { Args: { "p_limit"?: number }; Returns: Json[] };
      "claim_seo_checks": {
        Args: { "p_connection_id": string; "p_limit": number; "p_now"?: string; "p_windows"?: Json };
        Returns: Json;
      };
      "claim_seo_submissions": {
        Args: {
          "p_connection_id": string;
          "p_lease_seconds"?: number;
          "p_limit": number;
          "p_now"?: string;
          "p_windows"?: Json;
        };
        Returns: Json;
      };
      "claim_sitemap_parts": {
        Args: { "p_lease_seconds"?: number; "p_limit"?: number; "p_made_with": string; "p_size": number };
        Returns: Json;
      };
      "claim_stripe_work": {
        Args: {
          "p_customer_id"?: string;
          "p_lease_seconds": number;
          "p_limit": number;
          "p_livemode": boolean;
        };
        Returns: Json[];
      };
      "claim_thumbnails": {
        Args: { "p_id": string; "p_limit": number; "p_wait_seconds"?: number };
        Returns: Json;
      };
      "claim_token_refresh": {
        Args: { "p_connection_id": string; "p_lease_seconds": number };
        Returns: Json;
      };
      "claim_token_refreshes": { Args: { "p_lease_seconds": number; "p_limit": number }; Returns: Json[] };
      "claim_webhook_deliveries": {
        Args: { "p_lease_seconds"?: number; "p_limit"?: number };
        Returns: Json[];
      };
      "cleanup_old_jobs": { Args: Record<PropertyKey, never>; Returns: number };
      "cleanup_old_webhook_events": { Args: { "p_days_old"?: number }; Returns: number };
      "complete_job": {
        Args: { "p_fence"?: number; "p_job_id": string; "p_result"?: Json };
        Returns: boolean;
      };
      "confirm_push_subscription": {
        Args: { "p_channel_id": string; "p_lease_seconds": number; "p_mode": string };
        Returns: boolean;
      };
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
      "connect_seo_site": {
        Args: {
          "p_engine": string;
          "p_item_path"?: string;
          "p_now"?: string;
          "p_secret"?: string;
          "p_site_url": string;
          "p_user_id": string;
        };
        Returns: Json;
      };
      "continue_sitemap": { Args: Record<PropertyKey, never>; Returns: undefined };
      "create_job": {
        Args: {
          "p_job_type": string;
          "p_params"?: Json;
          "p_priority"?: number;
          "p_request_id"?: string;
          "p_run_at"?: string;
          "p_user_id": string;
        };
        Returns: string;
      };
      "create_media": {
        Args: {
          "p_alt_text"?: string;
          "p_bytes": number;
          "p_kind": string;
          "p_mime_type": string;
          "p_user_id": string;
        };
        Returns: Json;
      };
      "data_deletion_state": {
        Args: { "p_confirmation_code": string };
        Returns: {
          "accounts": number;
          "completed_at": string;
          "items_erased": number;
          "reported_by": string;
          "requested_at": string;
        }[];
      };
      "decrement_quota": {
        Args: { "p_amount"?: number; "p_quota_type": string; "p_user_id": string };
        Returns: number;
      };
      "delete_media": { Args: { "p_media_id": string; "p_user_id": string }; Returns: string };
      "delete_webhook_endpoint": { Args: { "p_endpoint_id": string; "p_user_id": string }; Returns: boolean };
      "detect_stuck_jobs": {
        Args: Record<PropertyKey, never>;
        Returns: {
          "handler": string;
          "job_id": string;
          "status": Database["public"]["Enums"]["job_status_enum"];
        }[];
      };
      "discard_dead_letters": { Args: { "p_job_ids": (string)[] }; Returns: number };
      "disconnect_account": { Args: { "p_social_account_id": string; "p_user_id": string }; Returns: string };
      "draw_billing_ticket": { Args: Record<PropertyKey, never>; Returns: number };
      "end_ai_analysis": { Args: { "p_analysis_id": string }; Returns: undefined };
      "end_seo_run": { Args: { "p_connection_id": string }; Returns: undefined };
      "enqueue_due_posts": { Args: { "p_limit"?: number }; Returns: number };
      "erase_account_rows": {
        Args: { "p_code": string; "p_fence": number; "p_lease_seconds"?: number; "p_limit"?: number };
        Returns: number;
      };
      "expire_stale_jobs": {
        Args: Record<PropertyKey, never>;
        Returns: {
          "handler": string;
          "job_id": string;
        }[];
      };
      "extend_cache_lease": {
        Args: { "p_fence": number; "p_key": string; "p_lease_ms": number };
        Returns: boolean;
      };
      "extend_job_leases": {
        Args: { "p_fences": (number)[]; "p_job_ids": (string)[]; "p_lease_seconds"?: number };
        Returns: (string)[];
      };
      "fail_job": {
        Args: {
          "p_error_code"?: string;
          "p_error_message": string;
          "p_fence"?: number;
          "p_job_id": string;
          "p_retry"?: boolean;
          "p_retry_after_seconds"?: number;
        };
        Returns: boolean;
      };
      "fail_stripe_events": { Args: { "p_error": string; "p_event_ids": (string)[] }; Returns: undefined };
      "fail_sync": {
        Args: {
          "p_begin_again"?: boolean;
          "p_code": string;
          "p_fence": number;
          "p_message": string;
          "p_sync_id": string;
          "p_usage"?: Json;
        };
        Returns: boolean;
      };
      "feature_creator": {
        Args: {
          "p_ends_at"?: string;
          "p_is_featured"?: boolean;
          "p_reason"?: string;
          "p_sort_order"?: number;
          "p_user_id": string;
        };
        Returns: undefined;
      };
      "feed_fusion_home": {
        Args: { "p_cursor"?: string; "p_limit"?: number; "p_time_zone"?: string; "p_user_id"?: string };
        Returns: Json;
      };
      "feed_fusion_profile": {
        Args: { "p_cursor"?: string; "p_limit"?: number; "p_slug": string; "p_time_zone"?: string };
        Returns: Json;
      };
      "find_or_create_job": {
        Args: {
          "p_job_type": string;
          "p_params"?: Json;
          "p_priority"?: number;
          "p_request_id"?: string;
          "p_user_id": string;
        };
        Returns: {
          "is_new": boolean;
          "job_id": string;
          "result": Json;
          "status": Database["public"]["Enums"]["job_status_enum"];
        }[];
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
      "finish_and_claim_jobs": {
        Args: {
          "p_done": (string)[];
          "p_fences": (number)[];
          "p_handlers"?: (string)[];
          "p_lease_seconds"?: number;
          "p_max_jobs": number;
          "p_results": Json;
          "p_worker_id": string;
        };
        Returns: {
          "attempt": number;
          "checkpoint": Json;
          "fence": number;
          "handler": string;
          "job_id": string;
          "job_type": string;
          "max_attempts": number;
          "params": Json;
          "request_id": string;
          "timeout_seconds": number;
          "user_id": string;
        }[];
      };
      "finish_data_export": { Args: { "p_export_id": string; "p_user_id": string }; Returns: Json };
      "finish_media": { Args: { "p_facts": Json; "p_media_id": string; "p_user_id": string }; Returns: Json };
      "finish_request": {
        Args: { "p_body"?: string; "p_idempotency_key": string; "p_scope": string; "p_status": number };
        Returns: undefined;
      };
      "forget_cached": { Args: { "p_tags": (string)[] }; Returns: undefined };
      "forget_doomed_files": { Args: { "p_paths": (string)[] }; Returns: undefined };
      "generate_profile_slug": { Args: { "p_display_name": string; "p_user_id": string }; Returns: string };
      "get_ai_costs": { Args: { "p_since"?: string; "p_until"?: string }; Returns: Json };
      "get_cache_changes": { Args: { "p_since"?: string }; Returns: Json };
      "get_cached_job_result": {
        Args: { "p_job_type": string; "p_max_age"?: string; "p_params"?: Json; "p_user_id": string };
        Returns: {
          "finished_at": string;
          "job_id": string;
          "result": Json;
        }[];
      };
      "get_cached_stripe_data": { Args: { "p_key": string }; Returns: Json };
      "get_change_horizon": { Args: Record<PropertyKey, never>; Returns: string };
      "get_click_stats": {
        Args: { "p_content_id"?: string; "p_since"?: string; "p_until"?: string };
        Returns: Json;
      };
      "get_content_detail": { Args: { "p_id": string; "p_related"?: number }; Returns: Json };
      "get_creator_by_slug": { Args: { "p_recent"?: number; "p_slug": string }; Returns: Json };
      "get_job_logs": {
        Args: { "p_job_id": string; "p_user_id": string };
        Returns: {
          "attempt": number;
          "created_at": string;
          "details": Json;
          "id": number;
          "level": string;
          "message": string;
        }[];
      };
      "get_job_queue_stats": {
        Args: { "p_user_id"?: string };
        Returns: {
          "average_seconds": number;
          "job_count": number;
          "job_type": string;
          "oldest_created_at": string;
          "status": Database["public"]["Enums"]["job_status_enum"];
        }[];
      };
      "get_rpc_stats": {
        Args: { "p_by"?: string; "p_function"?: string; "p_since"?: string; "p_until"?: string };
        Returns: Json;
      };
      "get_seo_check": { Args: { "p_content_item_id": string }; Returns: Json };
      "get_seo_creator": { Args: { "p_slug": string }; Returns: Json };
      "get_seo_item": { Args: { "p_id": string }; Returns: Json };
      "get_seo_overview": { Args: Record<PropertyKey, never>; Returns: Json };
      "get_thumbnail": { Args: { "p_id": string }; Returns: Json };
      "get_trending": {
        Args: { "p_category"?: string; "p_limit"?: number; "p_period"?: string; "p_platform"?: string };
        Returns: Json;
      };
      "get_usage_stats": { Args: { "p_since"?: string; "p_until"?: string }; Returns: Json };
      "get_user_jobs": {
        Args: {
          "p_job_type"?: string;
          "p_limit"?: number;
          "p_offset"?: number;
          "p_status"?: Database["public"]["Enums"]["job_status_enum"];
          "p_user_id": string;
        };
        Returns: {
          "attempts": number;
          "created_at": string;
          "error_code": string;
          "error_message": string;
          "finished_at": string;
          "handler": string;
          "id": string;
          "job_type": string;
          "max_attempts": number;
          "params": Json;
          "priority": number;
          "progress_message": string;
          "progress_percent": number;
          "result": Json;
          "run_at": string;
          "started_at": string;
          "status": Database["public"]["Enums"]["job_status_enum"];
        }[];
      };
      "has_data_export": {
        Args: { "p_export_id": string; "p_part": number; "p_user_id": string };
        Returns: boolean;
      };
      "has_other_account": {
        Args: { "p_platform": string; "p_social_account_id"?: string; "p_user_id": string };
        Returns: boolean;
      };
      "has_role": {
        Args: { "p_role": Database["public"]["Enums"]["app_role_enum"]; "p_user_id": string };
        Returns: boolean;
      };
      "hear_from_platform": {
        Args: { "p_digest": string; "p_platform": string; "p_reports": Json };
        Returns: Json;
      };
      "hold_account": {
        Args: { "p_connection_id": string; "p_lease": string; "p_reason": string };
        Returns: undefined;
      };
      "increment_content_clicks": { Args: { "p_content_id": string }; Returns: number };
      "increment_quota": {
        Args: { "p_amount"?: number; "p_quota_type": string; "p_user_id": string };
        Returns: number;
      };
      "invalidate_stripe_cache": { Args: { "p_pattern": string }; Returns: number };
      "invalidate_stripe_cache_from_webhook": {
        Args: { "p_event_type": string; "p_object_id": string };
        Returns: number;
      };
      "keep_checkout": {
        Args: { "p_livemode": boolean; "p_session_id": string; "p_user_id": string };
        Returns: string;
      };
      "keep_publishing_house": { Args: { "p_bucket": string; "p_keep_days"?: number }; Returns: Json };
      "keep_seo_secret": {
        Args: { "p_connection_id": string; "p_new": string; "p_old": string };
        Returns: undefined;
      };
      "keep_stripe_customer": {
        Args: {
          "p_customer_id": string;
          "p_livemode": boolean;
          "p_replaces"?: string;
          "p_told_email_hash"?: string;
          "p_user_id": string;
        };
        Returns: string;
      };
      "list_dead_letters": {
        Args: { "p_limit"?: number; "p_offset"?: number };
        Returns: {
          "attempts": number;
          "created_at": string;
          "error_code": string;
          "error_message": string;
          "failed_at": string;
          "handler": string;
          "job_id": string;
          "job_type": string;
          "params": Json;
          "total_count": number;
          "user_id": string;
        }[];
      };
      "list_follows": {
        Args: { "p_after"?: number; "p_is_muted"?: boolean; "p_limit"?: number; "p_user_id": string };
        Returns: Json;
      };
      "list_posts": {
        Args: {
          "p_after_at"?: string;
          "p_after_id"?: string;
          "p_limit"?: number;
          "p_status"?: string;
          "p_user_id": string;
        };
        Returns: Json;
      };
      "list_publishing_problems": {
        Args: { "p_limit"?: number; "p_offset"?: number; "p_user_id"?: string; "p_who_must_act"?: string };
        Returns: Json[];
      };
      "list_seo_work": { Args: { "p_now"?: string }; Returns: Json[] };
      "list_sitemap_pages": { Args: Record<PropertyKey, never>; Returns: Json };
      "list_slow_calls": {
        Args: { "p_function"?: string; "p_limit"?: number; "p_since"?: string };
        Returns: Json;
      };
      "list_webhook_endpoints": { Args: { "p_user_id": string }; Returns: Json[] };
      "log_stripe_webhook_event": {
        Args: { "p_data"?: Json; "p_event_id": string; "p_event_type": string };
        Returns: string;
      };
      "log_usage": {
        Args: { "p_events": Json; "p_session_id": string; "p_user_id": string };
        Returns: number;
      };
      "log_usage_event_v2": {
        Args: { "p_event": string; "p_properties"?: Json; "p_session_id"?: string };
        Returns: number;
      };
      "make_feed": { Args: { "p_slug"?: string; "p_user_id"?: string }; Returns: string };
      "mark_webhook_processed": { Args: { "p_error"?: string; "p_event_id": string }; Returns: undefined };
      "note_thumbnail": { Args: { "p_id": string; "p_is_alive": boolean }; Returns: undefined };
      "observe_seo_quota": {
        Args: { "p_connection_id": string; "p_now"?: string; "p_observed": Json };
        Returns: undefined;
      };
      "operate_seo_sites": {
        Args: { "p_engines": (string)[]; "p_item_path": string; "p_now"?: string; "p_site_url": string };
        Returns: number;
      };
      "park_worker": {
        Args: { "p_handlers"?: (string)[]; "p_seconds": number; "p_worker_id": string };
        Returns: Json;
      };
      "pause_job_type": { Args: { "p_job_type": string }; Returns: number };
      "pin_content": { Args: { "p_content_item_ids": (string)[] }; Returns: number };
      "postpone_auto_sync": {
        Args: {
          "p_has_failed"?: boolean;
          "p_message"?: string;
          "p_not_before": string;
          "p_social_account_id": string;
        };
        Returns: string;
      };
      "put_cached": {
        Args: {
          "p_cost_ms"?: number;
          "p_fence": number;
          "p_fresh_ms": number;
          "p_keep_ms": number;
          "p_key": string;
          "p_snapshot": string;
          "p_tags": (string)[];
          "p_value": Json;
        };
        Returns: string;
      };
      "put_sitemap_part": {
        Args: {
          "p_body": string;
          "p_bytes": number;
          "p_changes": (number)[];
          "p_crc": number;
          "p_made_with": string;
          "p_next_at"?: string;
          "p_next_id"?: string;
          "p_part": number;
          "p_size": number;
          "p_urls": number;
          "p_version": number;
        };
        Returns: boolean;
      };
      "put_thumbnails": { Args: { "p_urls": Json }; Returns: number };
      "read_billing": { Args: { "p_livemode": boolean; "p_user_id": string }; Returns: Json };
      "read_cache_metrics": { Args: Record<PropertyKey, never>; Returns: Json };
      "read_connection": { Args: { "p_social_account_id": string; "p_user_id": string }; Returns: Json };
      "read_data_export": {
        Args: {
          "p_bytes"?: number;
          "p_export_id": string;
          "p_part": number;
          "p_rows"?: number;
          "p_user_id": string;
        };
        Returns: Json;
      };
      "read_feed": {
        Args: {
          "p_cursor"?: string;
          "p_limit"?: number;
          "p_snapshot_id": string;
          "p_time_zone"?: string;
          "p_viewer_id"?: string;
        };
        Returns: Json;
      };
      "read_job_metrics": { Args: Record<PropertyKey, never>; Returns: Json };
      "read_media": { Args: { "p_media_id": string; "p_user_id": string }; Returns: Json };
      "read_operation_metrics": { Args: Record<PropertyKey, never>; Returns: Json };
      "read_platform_quotas": { Args: Record<PropertyKey, never>; Returns: Json[] };
      "read_post": { Args: { "p_post_id": string; "p_user_id": string }; Returns: Json };
      "read_publishing_accounts": {
        Args: { "p_account_ids": (string)[]; "p_media_ids": (string)[]; "p_user_id": string };
        Returns: Json;
      };
      "read_publishing_limits": {
        Args: { "p_limits": Json; "p_social_account_id": string; "p_user_id": string };
        Returns: Json;
      };
      "read_request_metrics": { Args: Record<PropertyKey, never>; Returns: Json };
      "read_seo_connection": { Args: { "p_connection_id": string; "p_user_id"?: string }; Returns: Json };
      "read_sitemap_part": { Args: { "p_part": number; "p_size": number }; Returns: Json };
      "record_account_deletion": {
        Args: { "p_code": string; "p_done": Json; "p_fence": number; "p_lease_seconds"?: number };
        Returns: undefined;
      };
      "record_click": {
        Args: {
          "p_address"?: string;
          "p_content_id": string;
          "p_country"?: string;
          "p_is_prefetch"?: boolean;
          "p_query"?: string;
          "p_referrer"?: string;
          "p_user_agent"?: string;
          "p_user_id"?: string;
        };
        Returns: boolean;
      };
      "record_job_metrics": { Args: { "p_samples": Json }; Returns: undefined };
      "record_observations": { Args: { "p_histograms": Json; "p_observations"?: Json }; Returns: undefined };
      "record_platform_usage": {
        Args: { "p_platform": string; "p_social_account_id"?: string; "p_usage": Json; "p_user_id": string };
        Returns: undefined;
      };
      "record_provider_calls": { Args: { "p_samples": Json }; Returns: undefined };
      "record_publishing": {
        Args: { "p_change": Json; "p_fence": number; "p_target_id": string };
        Returns: undefined;
      };
      "record_request_metrics": { Args: { "p_samples": Json }; Returns: undefined };
      "refresh_public_lists": { Args: Record<PropertyKey, never>; Returns: Json };
      "refuse_account": {
        Args: { "p_before": string; "p_platform": string; "p_reason": string; "p_reported_id": string };
        Returns: number;
      };
      "refuse_connection": {
        Args: { "p_connection_id": string; "p_lease": string; "p_reason": string };
        Returns: undefined;
      };
      "refuse_push_subscription": { Args: { "p_channel_id": string; "p_error": string }; Returns: undefined };
      "release_job": {
        Args: {
          "p_checkpoint"?: Json;
          "p_delay_seconds"?: number;
          "p_fence": number;
          "p_job_id": string;
          "p_message"?: string;
        };
        Returns: boolean;
      };
      "release_token_refresh": {
        Args: { "p_connection_id": string; "p_error": string; "p_lease": string };
        Returns: undefined;
      };
      "request_account_deletion": { Args: { "p_user_id": string }; Returns: Json };
      "request_data_deletion": {
        Args: {
          "p_before": string;
          "p_person_id": string;
          "p_person_key": string;
          "p_platforms": (string)[];
          "p_reported_by": string;
        };
        Returns: string;
      };
      "reserve_ai_call": {
        Args: {
          "p_analysis_id": string;
          "p_content_item_id": string;
          "p_installation_budget_cents"?: number;
          "p_is_own_key": boolean;
          "p_lease_seconds"?: number;
          "p_max_tokens": number;
          "p_model_id": string;
          "p_prompt_tokens": number;
          "p_user_id": string;
        };
        Returns: Json;
      };
      "reset_due_quotas": { Args: Record<PropertyKey, never>; Returns: number };
      "resume_job_type": { Args: { "p_job_type": string }; Returns: number };
      "retry_dead_letters": { Args: { "p_job_ids": (string)[] }; Returns: number };
      "retry_failed_jobs": {
        Args: Record<PropertyKey, never>;
        Returns: {
          "attempts": number;
          "handler": string;
          "job_id": string;
        }[];
      };
      "retry_failed_webhooks": {
        Args: { "p_max_retries"?: number };
        Returns: {
          "attempts": number;
          "event_id": string;
          "event_type": string;
          "last_error": string;
        }[];
      };
      "save_post": {
        Args: {
          "p_is_ready"?: boolean;
          "p_post": Json;
          "p_post_id": string;
          "p_publish_at"?: string;
          "p_targets": Json;
          "p_user_id": string;
          "p_version": number;
        };
        Returns: string;
      };
      "save_webhook_endpoint": {
        Args: {
          "p_description": string;
          "p_endpoint_id": string;
          "p_events": (string)[];
          "p_is_active"?: boolean;
          "p_secret": string;
          "p_url": string;
          "p_user_id": string;
        };
        Returns: Json;
      };
      "schedule_post": {
        Args: { "p_post_id": string; "p_publish_at"?: string; "p_user_id": string; "p_version"?: number };
        Returns: number;
      };
      "search_content": {
        Args: {
          "p_after_id"?: string;
          "p_after_score"?: number;
          "p_category"?: string;
          "p_content_type"?: string;
          "p_facets"?: boolean;
          "p_language"?: string;
          "p_limit"?: number;
          "p_max_duration"?: number;
          "p_min_duration"?: number;
          "p_now"?: string;
          "p_platform"?: string;
          "p_published_since"?: string;
          "p_published_until"?: string;
          "p_query": string;
        };
        Returns: Json;
      };
      "search_creators": {
        Args: {
          "p_after_id"?: string;
          "p_after_score"?: number;
          "p_category"?: string;
          "p_limit"?: number;
          "p_query": string;
        };
        Returns: Json;
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
      "send_publishing": {
        Args: { "p_attempt_id": number; "p_fence": number; "p_target_id": string };
        Returns: undefined;
      };
      "send_webhook_again": {
        Args: { "p_delivery_id"?: string; "p_endpoint_id": string; "p_user_id": string };
        Returns: string;
      };
      "set_ai_key": { Args: { "p_key"?: string; "p_provider": string }; Returns: boolean };
      "set_content_hidden": {
        Args: { "p_content_item_id": string; "p_hidden": boolean; "p_reason"?: string };
        Returns: undefined;
      };
      "set_creator_hidden": {
        Args: { "p_hidden": boolean; "p_reason"?: string; "p_user_id": string };
        Returns: undefined;
      };
      "set_feed_preference": {
        Args: {
          "p_category"?: string;
          "p_choice": string;
          "p_content_id"?: string;
          "p_creator_id"?: string;
          "p_user_id"?: string;
        };
        Returns: Json;
      };
      "set_seo_mode": {
        Args: { "p_mode": Database["public"]["Enums"]["action_mode_enum"] };
        Returns: Database["public"]["Enums"]["action_mode_enum"];
      };
      "set_staff_access": {
        Args: { "p_address_header"?: string; "p_networks": (string)[] };
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
      "settle_account_deletion": {
        Args: { "p_code": string; "p_error"?: string; "p_fence": number; "p_is_gone"?: boolean };
        Returns: string;
      };
      "settle_ai_call": {
        Args: {
          "p_duration_ms"?: number;
          "p_installation_budget_cents"?: number;
          "p_outcome": string;
          "p_reservation_id": string;
          "p_suggestion"?: Json;
          "p_usage": Json;
        };
        Returns: Json;
      };
      "settle_alert_delivery": {
        Args: { "p_channel": string; "p_error"?: string; "p_event_id": string; "p_fence": number };
        Returns: undefined;
      };
      "settle_mail": { Args: { "p_error"?: string; "p_id": string }; Returns: undefined };
      "settle_publishing_problems": {
        Args: { "p_decision": string; "p_target_ids": (string)[]; "p_user_id": string };
        Returns: number;
      };
      "settle_seo_checks": {
        Args: { "p_connection_id": string; "p_now"?: string; "p_outcomes": Json };
        Returns: number;
      };
      "settle_seo_submissions": {
        Args: {
          "p_claim": string;
          "p_connection_id": string;
          "p_now"?: string;
          "p_outcomes": Json;
          "p_pause"?: Json;
        };
        Returns: number;
      };
      "settle_seo_verification": {
        Args: {
          "p_code"?: string;
          "p_connection_id": string;
          "p_engine_site"?: string;
          "p_is_doubt"?: boolean;
          "p_is_verified": boolean;
          "p_message"?: string;
          "p_method"?: string;
          "p_now"?: string;
        };
        Returns: boolean;
      };
      "settle_webhook_delivery": {
        Args: {
          "p_answer": string;
          "p_delivery_id": string;
          "p_error": string;
          "p_fence": number;
          "p_status": number;
        };
        Returns: string;
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
      "silence_alert": {
        Args: { "p_alert": string; "p_subject"?: string; "p_until"?: string };
        Returns: undefined;
      };
      "start_job": { Args: { "p_job_id": string; "p_worker_id": string }; Returns: boolean };
      "store_refreshed_tokens": {
        Args: {
          "p_connection_id": string;
          "p_lease": string;
          "p_token_expires_at": string;
          "p_tokens": Json;
        };
        Returns: undefined;
      };
      "take_cached": {
        Args: { "p_is_early"?: boolean; "p_key": string; "p_lease_ms"?: number };
        Returns: Json;
      };
      "take_oauth_state": {
        Args: { "p_platform": string; "p_state": string; "p_user_id": string };
        Returns: {
          "code_verifier": string;
          "details": Json;
          "redirect_uri": string;
        }[];
      };
      "take_seo_quota": {
        Args: { "p_amount": number; "p_connection_id": string; "p_now"?: string; "p_windows": Json };
        Returns: Json;
      };
      "take_sitemap_page": {
        Args: {
          "p_at"?: string;
          "p_etags"?: (string)[];
          "p_made_with": string;
          "p_page": number;
          "p_seconds"?: number;
        };
        Returns: Json;
      };
      "undo_ai_application": { Args: { "p_application_id": string }; Returns: Json };
      "update_job_progress": {
        Args: {
          "p_checkpoint"?: Json;
          "p_fence"?: number;
          "p_job_id": string;
          "p_lease_seconds"?: number;
          "p_message"?: string;
          "p_percent": number;
        };
        Returns: undefined;
      };
      "update_total_followers": { Args: { "p_user_id": string }; Returns: number };
      "update_trending_keywords": { Args: { "p_feed"?: Json }; Returns: number };
      "watch_now": { Args: Record<PropertyKey, never>; Returns: boolean };
    };
    Enums: {
      "action_mode_enum": "auto" | "manual" | "disabled";
      "app_role_enum": "user" | "admin" | "moderator";
      "job_status_enum": "pending" | "processing" | "completed" | "failed" | "cancelled" | "expired";
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
      "job_status_enum": ["pending", "processing", "completed", "failed", "cancelled", "expired"],
      "notification_type_enum": ["info", "success", "warning", "error"],
      "visibility_enum": ["public", "private", "unlisted"],
    },
  },
} as const;
