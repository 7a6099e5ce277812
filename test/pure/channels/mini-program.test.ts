/** Runs the contract suite of all channels with the mini-program channel. */
import { CHANNEL_RULES } from "../../../shared/message/channel-rules.ts";
import { createDeliver } from "../../../worker/channels/mini-program/deliver.ts";
import { MINI_PROGRAM_TEXTS } from "../../../worker/channels/mini-program/texts.ts";
import { ERRCODES } from "../../../worker/channels/wechat/errcode.ts";
import { describeSending } from "./contract.ts";
import { FRAME } from "./frames.ts";
import { APP, sha1 } from "./independent-crypt.ts";
import { WAYS } from "./mini-program-ways.ts";
import { NONCE, NOW, TIMESTAMP } from "./pushes.ts";
import { describeReceiving } from "./receiving-contract.ts";
import { json } from "./scripted.ts";

describeReceiving("mini program", {
  ways: WAYS,
  account: APP.appid,
  user: FRAME.openid,
  createdAt: FRAME.seconds * 1_000,
  now: NOW,
  later: NOW + 3_600_000,
  secrets: [APP.token, APP.previousToken, APP.aesKey, APP.previousAesKey],
  verification: {
    request: {
      method: "GET",
      query: {
        signature: sha1(APP.token, TIMESTAMP, NONCE),
        timestamp: TIMESTAMP,
        nonce: NONCE,
        echostr: "echo <1>",
      },
      body: "",
    },
    echo: "echo <1>",
  },
  isHandedOverByAcknowledgement: CHANNEL_RULES["mini-program"].handover === "acknowledgement",
  grants: Object.keys(CHANNEL_RULES["mini-program"].grants),
});

describeSending("mini program", {
  createDeliver: (deps) => createDeliver({ ...deps, apiBase: "https://api.test" }),
  accepts: json({ errcode: 0, errmsg: "ok" }),
  refuses: (code) => json({ errcode: Number(code), errmsg: "rid: 1" }),
  codes: {
    retry: "43108",
    outage: "-1",
    rate: "45011",
    quota: "45009",
    stop: "48004",
    used: "45047",
    closed: "45015",
    media: "40007",
    user: "43019",
    fix: "40013",
  },
  tokenCodes: ["40001", "40014", "42001"],
  messages: {
    text: { type: "text", content: "你好" },
    image: { type: "image", mediaId: "m1" },
    link: { type: "link", title: "t", description: "d", url: "https://a/b", thumbUrl: "https://a/c" },
    card: { type: "card", title: "t", pagePath: "pages/a", thumbMediaId: "m" },
  },
  isIdempotent: false,
  texts: MINI_PROGRAM_TEXTS,
  knownCodes: Object.keys(ERRCODES),
});
