/** The hot queries of discovery, as the functions of module 005 run them, and the index that each must use. */
export const VISITOR_QUERIES: Record<string, { text: string; index: string }> = {
  gather: {
    text:
      "select content_item_id from ops.search_entry where search @@ '''^music'' & ''music'''::tsquery limit 600",
    index: "search_entry_7_search_idx",
  },
  browse: {
    text:
      "select content_item_id, published_at from ops.search_document order by published_at desc, content_item_id limit 51",
    index: "search_document_published_at_idx",
  },
  browse_category: {
    text: `select content_item_id, published_at from ops.search_document where category_code = 'music'
      order by published_at desc, content_item_id limit 51`,
    index: "search_document_category_idx",
  },
  creators: {
    text: "select user_id from ops.creator_stat order by total_followers desc, user_id limit 51",
    index: "creator_stat_total_followers_idx",
  },
  complete: {
    text: "select word from ops.search_word where left(word, 3) = 'min' order by documents desc limit 8",
    index: "search_word_three_letters_idx",
  },
  correct: {
    text:
      "select word from ops.search_word where keys operator(pg_catalog.&&) ops.word_keys('minecarft') order by documents desc limit 4",
    index: "search_word_keys_idx",
  },
  trending: {
    text:
      "select content_id from public.trending_content where trend_category = 'today' order by rank_position limit 100",
    index: "trending_content_list_idx",
  },
};
