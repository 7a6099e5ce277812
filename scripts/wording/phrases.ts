/**
 * The phrases that `npm run check` rejects, and what to write instead. Every searched file is free of `ENGLISH` and
 * `CHINESE`: add a phrase in the commit that repairs its last use. Repaired folders are free of `MODULE_ENGLISH` as well.
 */

/** One phrase. */
export interface Phrase {
  /** In lower case. A space also stands for a line break inside a comment; `(a|b)` lists forms. */
  readonly phrase: string;
  /** The plain replacement, or how to choose one. */
  readonly write: string;
}

/** English: matched as whole words, in any case. */
export const ENGLISH: readonly Phrase[] = [
  // Personification.
  { phrase: "(speak|speaks|spoke) of", write: "is about; names; refers to" },
  { phrase: "heard of", write: "received; learned; read" },
  { phrase: "(believe|believes|believed)", write: "trust; accept; use; keep in memory for" },
  { phrase: "at fault", write: "is the cause; is rejected for its own content" },
  { phrase: "compiler asks for", write: "the compiler requires" },
  { phrase: "alarm rests", write: "the alarm waits … before the next try" },
  { phrase: "as a wish", write: "as a hint (best effort)" },
  // Words with a private meaning.
  { phrase: "(mend|mends|mended|mending)", write: "fix; correct" },
  { phrase: "(dear|dearer|dearest) (case|part|to make)", write: "expensive; or the figure" },
  { phrase: "has the word", write: "is handling the conversation" },
  { phrase: "behind the answer", write: "after the response" },
  { phrase: "(answered|refused) shortly", write: "answered with a short fixed response" },
  { phrase: "is given again", write: "is returned again" },
  { phrase: "told apart", write: "distinguished" },
  { phrase: "without a word", write: "silently; without an error" },
  { phrase: "for the eye", write: "for display" },
  { phrase: "by our books", write: "by our record; by our counters" },
  { phrase: "put on record", write: "recorded" },
  { phrase: "passed over", write: "skipped" },
  // A limit without its value or its effect.
  { phrase: "so (long|much)", write: "the number, or its name; the unit; what happens after it" },
  { phrase: "so many", write: "the number, or its name" },
  // Unclear or inverted sentences.
  { phrase: "to be told", write: "to be notified; the report" },
  { phrase: "is none this", write: "is unknown" },
  { phrase: "the worst news", write: "most severe first" },
  { phrase: "is left without", write: "each … has" },
  { phrase: "there are as many", write: "the limit of … is reached" },
];

/** The folders that are free of the phrases of `MODULE_ENGLISH` too. */
export const REPAIRED_FOLDERS: readonly string[] = [
  "bench/",
  "client/",
  "emulator/",
  "miniprogram/src/",
  "scripts/",
  "shared/",
  "worker/",
];

/** English that other folders still use. */
export const MODULE_ENGLISH: readonly Phrase[] = [
  { phrase: "(nobody|somebody|anybody|whoever)", write: "the caller, the user, unknown, not checked" },
  { phrase: "(he|him|his)", write: "the user, the caller, the agent; their" },
  { phrase: "(vouch|vouches|vouched)", write: "sign" },
  { phrase: "(tell|tells|told)", write: "notify, report, return" },
  { phrase: "(stand|stands)", write: "is; occurs; is used" },
  { phrase: "goes on", write: "continues" },
  { phrase: "hears", write: "receives; gets; is notified" },
  { phrase: "again and again", write: "repeatedly; often" },
  { phrase: "says so", write: "reports it; names it" },
  { phrase: "on record", write: "recorded" },
  { phrase: "as (it|they) came", write: "unchanged; as received" },
  { phrase: "what (becomes|became) of", write: "the outcome of; what happens to" },
  { phrase: "behind the push", write: "after the push" },
  { phrase: "(everybody|nobody) else", write: "all other callers; no other caller" },
  { phrase: "nothing else (does|is)", write: "name the other cases" },
  { phrase: "(need|needs) from outside", write: "the injected dependencies" },
  { phrase: "what follows from", write: "the reaction to; the decision after" },
  { phrase: "the object around it", write: "the Durable Object" },
  { phrase: "has to know of", write: "name what it contains" },
  { phrase: "(gets|get) through", write: "succeeds; reaches" },
  // A comment that begins with a fragment.
  { phrase: "/\\*\\* of", write: "for …; or a sentence: verb first for a function, noun first for a value" },
];

/** Chinese: matched anywhere. */
export const CHINESE: readonly Phrase[] = [
  { phrase: "底线", write: "基线" },
  { phrase: "闹钟", write: "定时任务（Alarm）" },
  { phrase: "定时器", write: "定时任务（Alarm）" },
  { phrase: "配额", write: "额度" },
  { phrase: "记账", write: "额度的计数" },
  { phrase: "读不懂", write: "无法解析" },
  { phrase: "自己的代码", write: "自定义代码" },
  { phrase: "推送网址", write: "消息推送 URL" },
  { phrase: "极限折磨", write: "极限压测" },
  { phrase: "符合性测试", write: "一致性测试" },
  { phrase: "类型化客户端", write: "带 TypeScript 类型的客户端" },
  { phrase: "出了问题", write: "故障排查" },
  { phrase: "没有存下", write: "未保存" },
];
