/** Generated from docs/openapi.json (`deno task generate`): the inputs of the tools that there are. */
export const SCHEMAS: Readonly<Record<string, Record<string, unknown>>> = {
  "list_accounts": {
    "type": "object",
    "properties": {
      "limit": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100,
      },
    },
    "required": [],
    "additionalProperties": false,
  },
  "search_library": {
    "type": "object",
    "properties": {
      "query": {
        "type": [
          "string",
          "null",
        ],
      },
      "limit": {
        "type": [
          "integer",
          "null",
        ],
      },
      "offset": {
        "type": [
          "integer",
          "null",
        ],
      },
      "tags": {
        "type": [
          "array",
          "null",
        ],
        "items": {
          "type": "string",
        },
      },
    },
    "required": [],
    "additionalProperties": false,
  },
  "get_item": {
    "type": "object",
    "properties": {
      "id": {
        "type": "string",
        "format": "uuid",
      },
    },
    "required": [
      "id",
    ],
    "additionalProperties": false,
  },
  "suggest": {
    "type": "object",
    "properties": {
      "content_item_id": {
        "type": "string",
        "format": "uuid",
        "pattern":
          "^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$",
      },
      "provider": {
        "type": "string",
        "maxLength": 40,
      },
      "model": {
        "type": "string",
        "maxLength": 100,
      },
      "confirm": {
        "type": "boolean",
        "description": "True when the creator has agreed",
      },
    },
    "required": [
      "content_item_id",
    ],
    "additionalProperties": false,
  },
  "list_suggestions": {
    "type": "object",
    "properties": {
      "content_item_id": {
        "type": "string",
        "format": "uuid",
      },
      "limit": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100,
      },
    },
    "required": [
      "content_item_id",
    ],
    "additionalProperties": false,
  },
  "preview_suggestion": {
    "type": "object",
    "properties": {
      "suggestion_id": {
        "type": "string",
        "format": "uuid",
        "pattern":
          "^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$",
      },
      "fields": {
        "minItems": 1,
        "maxItems": 5,
        "type": "array",
        "items": {
          "type": "string",
          "enum": [
            "title",
            "description",
            "tags",
            "hashtags",
            "category",
          ],
        },
      },
      "title": {
        "default": 0,
        "type": "integer",
        "minimum": 0,
        "maximum": 4,
      },
      "description": {
        "default": 0,
        "type": "integer",
        "minimum": 0,
        "maximum": 1,
      },
    },
    "required": [],
    "additionalProperties": false,
  },
  "apply_suggestion": {
    "type": "object",
    "properties": {
      "suggestion_id": {
        "type": "string",
        "format": "uuid",
        "pattern":
          "^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$",
      },
      "fields": {
        "minItems": 1,
        "maxItems": 5,
        "type": "array",
        "items": {
          "type": "string",
          "enum": [
            "title",
            "description",
            "tags",
            "hashtags",
            "category",
          ],
        },
      },
      "title": {
        "default": 0,
        "type": "integer",
        "minimum": 0,
        "maximum": 4,
      },
      "description": {
        "default": 0,
        "type": "integer",
        "minimum": 0,
        "maximum": 1,
      },
      "confirm": {
        "type": "boolean",
        "description": "True when the creator has agreed",
      },
    },
    "required": [],
    "additionalProperties": false,
  },
  "undo_application": {
    "type": "object",
    "properties": {
      "undo": {
        "type": "string",
        "format": "uuid",
        "pattern":
          "^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$",
      },
      "confirm": {
        "type": "boolean",
        "description": "True when the creator has agreed",
      },
    },
    "required": [],
    "additionalProperties": false,
  },
  "list_submissions": {
    "type": "object",
    "properties": {
      "content_item_id": {
        "type": [
          "string",
          "null",
        ],
        "format": "uuid",
        "description": "No foreign key: the history stays when the item is deleted.",
      },
      "limit": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100,
      },
    },
    "required": [
      "content_item_id",
    ],
    "additionalProperties": false,
  },
  "submit_to_search_engine": {
    "type": "object",
    "properties": {
      "content_item_id": {
        "type": "string",
        "format": "uuid",
        "pattern":
          "^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$",
      },
      "content_item_ids": {
        "minItems": 1,
        "maxItems": 200,
        "type": "array",
        "items": {
          "type": "string",
          "format": "uuid",
          "pattern":
            "^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$",
        },
      },
      "all_changed": {
        "type": "boolean",
        "const": true,
      },
      "search_engine": {
        "type": "string",
        "enum": [
          "google",
          "bing",
          "yandex",
          "indexnow",
        ],
      },
      "confirm": {
        "type": "boolean",
        "description": "True when the creator has agreed",
      },
    },
    "required": [],
    "additionalProperties": false,
  },
  "seo_overview": {
    "type": "object",
    "properties": {},
    "required": [],
    "additionalProperties": false,
  },
  "sync_account": {
    "type": "object",
    "properties": {
      "params": {
        "type": "object",
        "properties": {
          "social_account_id": {
            "type": "string",
            "format": "uuid",
            "description": "From list_accounts",
          },
        },
        "required": [
          "social_account_id",
        ],
        "additionalProperties": false,
      },
      "confirm": {
        "type": "boolean",
        "description": "True when the creator has agreed",
      },
    },
    "required": [
      "params",
    ],
    "additionalProperties": false,
  },
  "list_jobs": {
    "type": "object",
    "properties": {
      "status": {
        "type": [
          "string",
          "null",
        ],
        "enum": [
          "pending",
          "processing",
          "completed",
          "failed",
          "cancelled",
          "expired",
          null,
        ],
      },
      "job_type": {
        "type": [
          "string",
          "null",
        ],
      },
      "limit": {
        "type": [
          "integer",
          "null",
        ],
      },
      "offset": {
        "type": [
          "integer",
          "null",
        ],
      },
    },
    "required": [],
    "additionalProperties": false,
  },
  "job_status": {
    "type": "object",
    "properties": {
      "job_id": {
        "type": "string",
        "format": "uuid",
        "pattern":
          "^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$",
      },
    },
    "required": [
      "job_id",
    ],
    "additionalProperties": false,
  },
  "cancel_job": {
    "type": "object",
    "properties": {
      "job_id": {
        "type": "string",
        "format": "uuid",
      },
      "confirm": {
        "type": "boolean",
        "description": "True when the creator has agreed",
      },
    },
    "required": [
      "job_id",
    ],
    "additionalProperties": false,
  },
  "ai_costs": {
    "type": "object",
    "properties": {
      "since": {
        "type": "string",
        "format": "date-time",
        "pattern":
          "^(?:(?:\\d\\d[2468][048]|\\d\\d[13579][26]|\\d\\d0[48]|[02468][048]00|[13579][26]00)-02-29|\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|(?:02)-(?:0[1-9]|1\\d|2[0-8])))T(?:(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?(?:Z|([+-](?:[01]\\d|2[0-3]):[0-5]\\d)))$",
      },
      "until": {
        "type": "string",
        "format": "date-time",
        "pattern":
          "^(?:(?:\\d\\d[2468][048]|\\d\\d[13579][26]|\\d\\d0[48]|[02468][048]00|[13579][26]00)-02-29|\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|(?:02)-(?:0[1-9]|1\\d|2[0-8])))T(?:(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?(?:Z|([+-](?:[01]\\d|2[0-3]):[0-5]\\d)))$",
      },
    },
    "required": [],
    "additionalProperties": false,
  },
  "click_stats": {
    "type": "object",
    "properties": {
      "since": {
        "type": "string",
        "format": "date",
        "pattern":
          "^(?:(?:\\d\\d[2468][048]|\\d\\d[13579][26]|\\d\\d0[48]|[02468][048]00|[13579][26]00)-02-29|\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|(?:02)-(?:0[1-9]|1\\d|2[0-8])))$",
      },
      "until": {
        "type": "string",
        "format": "date",
        "pattern":
          "^(?:(?:\\d\\d[2468][048]|\\d\\d[13579][26]|\\d\\d0[48]|[02468][048]00|[13579][26]00)-02-29|\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|(?:02)-(?:0[1-9]|1\\d|2[0-8])))$",
      },
      "content_id": {
        "type": "string",
        "format": "uuid",
        "pattern":
          "^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$",
      },
    },
    "required": [],
    "additionalProperties": false,
  },
  "plan": {
    "type": "object",
    "properties": {
      "limit": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100,
      },
    },
    "required": [],
    "additionalProperties": false,
  },
  "trending": {
    "type": "object",
    "properties": {
      "period": {
        "default": "today",
        "type": "string",
        "enum": [
          "today",
          "week",
          "month",
        ],
      },
      "category": {
        "type": "string",
        "enum": [
          "music",
          "gaming",
          "education",
          "lifestyle",
          "comedy",
          "tech",
          "beauty",
          "fitness",
          "food",
          "business",
          "art",
          "entertainment",
          "news",
          "science",
          "other",
        ],
      },
      "platform": {
        "type": "string",
        "enum": [
          "youtube",
          "instagram",
          "tiktok",
          "facebook",
          "twitter",
        ],
      },
      "limit": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100,
      },
    },
    "required": [],
    "additionalProperties": false,
  },
};
