/** The text that the simulated models write: derived from the data in the prompt so that it reads sensibly, with faults on demand. */

export interface Prompt {
  model: string;
  key: string;
  instructions: string;
  messages: readonly { role: string; text: string }[];
  max_output_tokens: number;
}

/** An answer before it is converted to a provider's shape. */
export interface Made {
  text: string;
  ending: "complete" | "truncated" | "refused" | "filtered";
  /** The model's thoughts, for the providers that return them separately. */
  thoughts: string;
  prompt_tokens: number;
  cached_tokens: number;
  cache_write_tokens: number;
  output_tokens: number;
  thought_tokens: number;
}

/** Faulty answers with status 200, by the reason that a test names. */
export const FAULTY = [
  "prose",
  "fenced",
  "thinking",
  "truncated",
  "truncated_whole",
  "refusal",
  "filtered",
  "empty",
  "overlong",
  "few_titles",
  "wrong_enum",
  "extra_member",
  "foreign_link",
  "foreign_handle",
  "leak",
  "markup",
  "wrong_language",
  "cached",
] as const;
export type Faulty = typeof FAULTY[number];

interface Item {
  title?: string;
  description?: string;
  tags?: string[];
  category?: string | null;
}

const tokens = (text: string) => Math.ceil(new TextEncoder().encode(text).byteLength / 4);

export function write(prompt: Prompt, faulty?: Faulty): Made {
  const prompt_tokens = tokens(prompt.instructions) +
    prompt.messages.reduce((sum, { text }) => sum + tokens(text), 8);
  const suggestion = suggest(dataOf(prompt));
  const whole = JSON.stringify(suggestion);
  const made: Made = {
    text: whole,
    ending: "complete",
    thoughts: "",
    prompt_tokens,
    cached_tokens: 0,
    cache_write_tokens: 0,
    output_tokens: tokens(whole),
    thought_tokens: 0,
  };
  const changed = (change: Partial<typeof suggestion> & Record<string, unknown>) => ({
    ...made,
    text: JSON.stringify({ ...suggestion, ...change }),
  });
  const [first = "", ...others] = suggestion.titles;
  switch (faulty) {
    case "prose":
      return { ...made, text: `Sure! Here are some ideas for your video: ${suggestion.titles.join("; ")}` };
    case "fenced":
      return { ...made, text: `Here you are:\n\`\`\`json\n${whole}\n\`\`\`\nGood luck!` };
    case "thinking":
      return {
        ...made,
        thoughts: "Let me think: {titles} first.",
        thought_tokens: 12,
        output_tokens: made.output_tokens + 12,
      };
    case "truncated":
      return { ...made, text: whole.slice(0, Math.floor(whole.length / 2)), ending: "truncated" };
    case "truncated_whole":
      return { ...made, ending: "truncated" };
    case "refusal":
      return { ...made, text: "I cannot help with that.", ending: "refused", output_tokens: 6 };
    case "filtered":
      return { ...made, text: "", ending: "filtered", output_tokens: 0 };
    case "empty":
      return { ...made, text: "", output_tokens: 0 };
    case "overlong":
      return changed({ titles: [first.padEnd(400, "!"), ...others] });
    case "few_titles":
      return changed({ titles: [first] });
    case "wrong_enum":
      return changed({ category: "cooking" });
    case "extra_member":
      return changed({ confidence: 0.9 });
    case "foreign_link":
      return changed({ descriptions: [`${suggestion.descriptions[0]} https://evil.example.com/win`] });
    case "foreign_handle":
      return changed({ titles: [`${first} @evil_account`, ...others] });
    case "leak":
      return changed({ descriptions: [prompt.instructions.slice(0, 300)] });
    case "markup":
      return changed({ descriptions: [`${suggestion.descriptions[0]} <script>alert(1)</script>`] });
    case "wrong_language":
      return changed({
        titles: ["Первое название", "Второе название", "Третье название"],
        descriptions: ["Описание на другом языке, которого никто не просил."],
      });
    case "cached":
      return {
        ...made,
        cached_tokens: Math.floor(prompt_tokens / 2),
        cache_write_tokens: Math.floor(prompt_tokens / 4),
        thought_tokens: 10,
        output_tokens: made.output_tokens + 10,
      };
    default:
      return made;
  }
}

function dataOf({ messages }: Prompt): { item: Item; language: string | null; trending: string[] } {
  for (const { role, text } of messages) {
    if (role !== "user" || !text.startsWith('{"data"')) continue;
    try {
      const { data } = JSON.parse(text) as {
        data: { item?: Item; language?: string | null; trending?: string[] };
      };
      return { item: data.item ?? {}, language: data.language ?? null, trending: data.trending ?? [] };
    } catch {
      // Not a prompt of StreamVibe.
    }
  }
  return { item: {}, language: null, trending: [] };
}

/** A few phrases per language, so that an answer is in the requested one. */
const WORDS: Readonly<Record<string, [how: string, best: string, about: string]>> = {
  en: ["The story behind", "What nobody tells you about", "All about"],
  de: ["Die Geschichte hinter", "Was dir niemand sagt über", "Alles über"],
  es: ["La historia de", "Lo que nadie te cuenta de", "Todo sobre"],
  fr: ["L'histoire de", "Ce que personne ne dit de", "Tout sur"],
  pt: ["A história de", "O que ninguém conta sobre", "Tudo sobre"],
  it: ["La storia di", "Quello che nessuno dice di", "Tutto su"],
  nl: ["Het verhaal achter", "Wat niemand je vertelt over", "Alles over"],
  pl: ["Historia o", "Czego nikt nie mówi o", "Wszystko o"],
  tr: ["Hikâyesi:", "Kimsenin anlatmadığı yönleriyle", "Her yönüyle"],
  id: ["Kisah di balik", "Yang tidak diceritakan tentang", "Semua tentang"],
  vi: ["Câu chuyện về", "Điều không ai kể về", "Tất cả về"],
  ar: ["قصة", "ما لا يخبرك به أحد عن", "كل شيء عن"],
  he: ["הסיפור מאחורי", "מה שאף אחד לא מספר על", "הכול על"],
  th: ["เรื่องราวของ", "สิ่งที่ไม่มีใครบอกเกี่ยวกับ", "ทุกอย่างเกี่ยวกับ"],
  zh: ["背后的故事", "没人告诉你的", "关于"],
  ru: ["История про", "О чём молчат: вся правда про", "Всё про"],
  ja: ["の物語", "誰も教えてくれない", "すべて"],
  ko: ["숨은 이야기", "아무도 말하지 않는", "모든 것"],
  hi: ["की कहानी", "जो कोई नहीं बताता", "सब कुछ"],
};

function suggest({ item, language, trending }: ReturnType<typeof dataOf>) {
  const pointers = /(?:https?:\/\/|www\.)\S+|@\S+|#\S+|<[^>]*>|\S+\.\w{2,}(?:\/\S*)?/g;
  const plain = (text = "") =>
    text.replaceAll(pointers, " ").replaceAll(/[^\p{L}\p{N}\p{M}' ]/gu, " ").replaceAll(/\s+/g, " ").trim();
  const [how, best, about] = WORDS[language?.toLowerCase().split("-")[0] ?? "en"] ?? WORDS.en ?? ["", "", ""];
  const subject = [...(plain(item.title) || plain(item.description) || "this")].slice(0, 48).join("").trim();
  const words = [
    ...new Set(
      `${plain(item.title)} ${plain(item.description)}`.toLowerCase().match(/[\p{L}\p{M}]{4,}/gu) ?? [],
    ),
  ];
  const have = new Set((item.tags ?? []).map((tag) => tag.toLowerCase()));
  const summary = plain(item.description).slice(0, 150).trim();
  return {
    titles: [`${about} ${subject}`, `${how} ${subject}`, `${best} ${subject}`],
    descriptions: [`${about} ${subject}. ${summary}`.trim()],
    tags: words.filter((word) => !have.has(word)).slice(0, 12),
    hashtags: words.slice(0, 5),
    category: item.category ?? "entertainment",
    trending_keywords: trending.filter((keyword) =>
      `${item.title} ${item.description}`.toLowerCase().includes(keyword)
    ).slice(0, 5),
  };
}
