/** Texts for generated videos, in the languages and scripts that a creator's library may contain. */

export interface Voice {
  readonly language: string;
  readonly subjects: readonly string[];
  /** `{}` is replaced by a subject, `#` by the episode's number. */
  readonly titles: readonly string[];
  readonly sentences: readonly string[];
  readonly tags: readonly string[];
}

/** Splits a text at semicolons. */
const list = (text: string) => text.split("; ");

export const voices: readonly Voice[] = [
  {
    language: "en",
    subjects: list(
      "sourdough; a 1970s road bike; cast iron; the night sky; espresso; a tiny kitchen; " +
        "wild garlic; a broken synthesizer; linen shirts; the North Sea; hand planes; " +
        "chess openings; fermented chilli; a balcony garden; trail running shoes; film photography; " +
        "a secondhand camper van; winter camping",
    ),
    titles: list(
      "How I restored {}; {}: what nobody tells you; I tried {} for 30 days; " +
        "The truth about {} (episode #); {} for beginners; Stop ruining {}!; 5 mistakes with {}; " +
        "Q&A #: {} and other questions; {} — a quiet afternoon; We need to talk about {}; " +
        "Building {} from scrap | Part #; Livestream; {} 😍🔥; Can you really make {} at home? 🤔; " +
        "My honest review of {}; #shorts {} in 30 seconds",
    ),
    sentences: [
      "Thanks for watching, and for every comment that made this one better.",
      "Everything that I used is listed below; nothing here is paid for unless I say so.",
      "The first attempt failed, and I left it in because it is the useful part.",
      "If you would like to support the channel, tell one friend.",
      "Recorded over three weekends with more rain than I had planned for.",
      "Chapters:\n00:00 Hello\n01:12 What went wrong\n04:45 The repair\n09:30 What I would do again",
      "Music by a neighbour who asked not to be named.",
      "Corrections: at 3:10 I say grams and mean ounces.",
    ],

    tags: list("diy; how to; restoration; cooking; travel; slow living; review; tutorial; vlog; 4k"),
  },
  {
    language: "fr",
    subjects: list(
      "le pain au levain; un vélo de course; l’été à Brest; la cuisine de ma grand-mère; " +
        "le café filtre",
    ),
    titles: list(
      "Comment j’ai réparé {}; {} : l’erreur que tout le monde fait; Épisode # — {}; " +
        "{}, ça vaut le coup ?",
    ),
    sentences: list(
      "Merci d’avoir regardé jusqu’au bout, à très bientôt.; " +
        "La recette complète se trouve ci-dessous, avec toutes les quantités.; " +
        "Tourné à Lyon, sous la pluie, évidemment.",
    ),
    tags: list("recette; réparation; tutoriel; été; France"),
  },
  {
    language: "de",
    subjects: list("Sauerteigbrot; ein altes Rennrad; die Ostsee; Kürbissuppe; Schafkopf für Anfänger"),
    titles: list(
      "{}: So geht’s richtig; Ich habe {} getestet – mit Überraschung; Folge #: {}; " +
        "Größter Fehler bei {}",
    ),
    sentences: list(
      "Danke fürs Zuschauen und bis zum nächsten Mal!; Alle Maße und Werkzeuge stehen unten.; " +
        "Straßenlärm gibt es gratis dazu.",
    ),
    tags: list("anleitung; selber machen; küche; größe; Fahrrad"),
  },
  {
    language: "ja",
    subjects: list("京都の朝; 自家製ラーメン; 古いカメラ; 盆栽; 深夜の東京"),
    titles: list("【#】{}を歩く; {}の作り方; {}｜ゆっくりした一日; はじめての{}"),
    sentences: list(
      "ご視聴ありがとうございました。; 材料と道具は下にまとめてあります。; 次の動画は来週の金曜日です。",
    ),
    tags: list("日本; 料理; 散歩; 作り方"),
  },
  {
    language: "ko",
    subjects: list("서울의 밤; 김치찌개; 작은 방 꾸미기; 제주도 여행"),
    titles: list("{} 브이로그 #; {} 제대로 하는 법; 혼자서 {}"),
    sentences: list("끝까지 봐주셔서 감사합니다.; 재료는 아래에 적어 두었어요."),
    tags: list("브이로그; 일상; 여행"),
  },
  {
    language: "zh-Hant",
    subjects: list("台南小吃; 老屋改造; 手沖咖啡; 山上露營"),
    titles: list("{}完整教學; 第#集：{}; 我花了一個月研究{}"),
    sentences: list("謝謝收看，記得訂閱。; 所有材料都寫在說明欄。"),
    tags: list("美食; 教學; 旅行"),
  },
  {
    language: "ar",
    subjects: list("خبز الطابون; القهوة العربية; صحراء وادي رم; ترميم دراجة قديمة"),
    titles: list("كيف أعددت {}; {} — الحلقة #; أسرار {} التي لا يخبرك بها أحد"),
    sentences: list("شكرًا على المشاهدة ولا تنسوا الاشتراك.; المقادير كاملة في الأسفل."),
    tags: list("وصفات; سفر; قهوة"),
  },
  {
    language: "he",
    subjects: list("לחם מחמצת; הנגב בלילה; אופניים ישנים"),
    titles: list("איך תיקנתי {}; {} – פרק #"),
    sentences: list("תודה שצפיתם!; הרשימה המלאה למטה."),
    tags: list("מתכונים; טיולים"),
  },
  {
    language: "hi",
    subjects: list("मसाला चाय; पुरानी साइकिल; पहाड़ों की यात्रा"),
    titles: list("{} कैसे बनाएं; {} | भाग #"),
    sentences: list("देखने के लिए धन्यवाद।; सारी सामग्री नीचे लिखी है।"),
    tags: list("रेसिपी; यात्रा"),
  },
  {
    language: "pt-BR",
    subjects: list("pão de queijo; uma moto antiga; a serra no inverno"),
    titles: list("Como eu fiz {}; {}: vale a pena? (parte #); Não faça isso com {}!"),
    sentences: list("Obrigado por assistir até aqui!; A lista de ingredientes está logo abaixo."),
    tags: list("receita; faça você mesmo; viagem"),
  },
];

export const emoji = ["🔥", "😍", "🎉", "✨", "🚲", "🍞", "🌊", "👩‍🍳", "🏳️‍🌈", "🇧🇷", "👍🏽", "🤯"] as const;

export const hashtags = "#shorts #diy #Vlog #cooking #4K #été #日本 #قهوة #BTS2024 #no_ads".split(" ");

export const topics = [
  "https://en.wikipedia.org/wiki/Food",
  "https://en.wikipedia.org/wiki/Lifestyle_(sociology)",
  "https://en.wikipedia.org/wiki/Hobby",
  "https://en.wikipedia.org/wiki/Music",
  "https://en.wikipedia.org/wiki/Tourism",
  "https://en.wikipedia.org/wiki/Technology",
] as const;

export const categories = "1 2 10 15 17 19 20 22 23 24 26 27 28".split(" ");
