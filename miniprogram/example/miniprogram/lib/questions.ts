/** 常见问题 / Frequently asked questions. */
import { isChinese } from "./text";

/** 问与答 / A question with its answer. */
export interface Question {
  readonly ask: string;
  readonly answer: string;
}

/** 全部问题 / All questions. */
export const questions: readonly Question[] = isChinese
  ? [
      { ask: "多久发货？", answer: "付款后 48 小时内发出，手工定制的器物以商品页为准。" },
      { ask: "可以退换吗？", answer: "签收后 7 天内、未使用，可以无理由退换，运费由买家承担。" },
      { ask: "运输中碰坏了怎么办？", answer: "签收后 24 小时内把照片发给客服，我们补寄或退款。" },
    ]
  : [
      { ask: "When does it ship?", answer: "Within 48 hours; made-to-order pieces as their page says." },
      { ask: "Can I return it?", answer: "Within 7 days, unused. You pay the return postage." },
      { ask: "It broke on the way", answer: "Send us a photo within 24 hours: we replace it or refund you." },
    ];
