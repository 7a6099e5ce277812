/** Runs the contract suite for tools with the mini-program channel. */
import { openTools } from "../../../worker/channels/mini-program/tools.ts";
import { RULES } from "../../support/rules.ts";
import { json } from "./scripted.ts";
import { describeTools } from "./tools-contract.ts";

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function picture(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  bytes.set(PNG);
  return bytes;
}

describeTools("mini program", {
  openTools: (deps) => openTools(RULES, { ...deps, apiBase: "https://api.test" }),
  refuses: (code) => json({ errcode: Number(code), errmsg: "rid: 1" }),
  tokenCode: "40001",
  pauseCodes: ["45011", "45009", "48001", "48004", "50007", "40164"],
  typing: { accepts: json({ errcode: 0 }), alreadyShown: "45081", tooLate: "45080" },
  upload: {
    accepts: json({ type: "image", media_id: "media-1", created_at: 1_800_000_123 }),
    file: { type: "image", bytes: picture(RULES.imageBytes) },
    lifetimeMs: RULES.mediaLifetimeMs,
  },
  download: {
    answers: (bytes, contentType) => () => new Response(bytes, { headers: { "content-type": contentType } }),
    bytes: picture(100),
    contentType: "image/png",
  },
});
