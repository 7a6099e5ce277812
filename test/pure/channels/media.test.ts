/** Rules about pictures that apply to WeChat only; the rules of every channel are in `tools-contract.ts`. */
import fc from "fast-check";
import { describe, it } from "vitest";
import { err, ok } from "../../../shared/base/result.ts";
import { MAX_DOWNLOAD_BYTES, openTools } from "../../../worker/channels/mini-program/tools.ts";
import { detectImageType } from "../../../worker/channels/wechat/api/image-type.ts";
import { OTHER_RULES, RULES } from "../../support/rules.ts";
import { depsOf, json, NOW, scriptedFetch, type SentRequest, type Step } from "./scripted.ts";

const HEADS = {
  png: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  jpg: [0xff, 0xd8, 0xff, 0xe0],
  gif: Array.from(new TextEncoder().encode("GIF89a")),
  webp: Array.from(new TextEncoder().encode("RIFF\u0010\u0000\u0000\u0000WEBPVP8 ")),
};
const BAD_RESPONSE = err({ result: "unconfirmed", reason: "bad_response" });
const DEADLINE = NOW + 20_000;
const TAKEN = json({ type: "image", media_id: "media-1", created_at: 1_800_000_123 });

function picture(kind: keyof typeof HEADS, size = 100): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  bytes.set(HEADS[kind]);
  return bytes;
}

async function upload(bytes: Uint8Array<ArrayBuffer>, ...steps: Step[]) {
  const { fetch, requests } = scriptedFetch(...steps);
  const { upload } = openTools(RULES, depsOf(fetch));
  return { outcome: await upload.upload({ type: "image", bytes }, DEADLINE), requests };
}

/** Parses the body as a server does. */
async function partOf(request: SentRequest | undefined): Promise<File> {
  const body = request?.init.body;
  if (request === undefined || !(body instanceof Uint8Array)) throw new Error("the request has no bytes");
  const form = await new Response(body, { headers: request.init.headers }).formData();
  const entries = Array.from(form.entries());
  const [name, part] = entries[0] ?? [];
  if (entries.length !== 1 || name !== "media" || !(part instanceof File)) throw new Error("not one file named media");
  return part;
}

describe("an upload", () => {
  it.for([
    ["png", "image/png"],
    ["jpg", "image/jpeg"],
    ["gif", "image/gif"],
  ] as const)("of a %s is one part with file name and type", async ([kind, contentType], { expect }) => {
    const bytes = picture(kind);
    const { outcome, requests } = await upload(bytes, TAKEN);
    expect(outcome).toEqual(
      ok({
        mediaId: "media-1",
        createdAt: 1_800_000_123_000,
        expiresAt: 1_800_000_123_000 + RULES.mediaLifetimeMs,
      }),
    );
    expect(requests[0]?.url.href).toBe("https://api.test/cgi-bin/media/upload?access_token=token-1&type=image");
    const part = await partOf(requests[0]);
    expect(part.name).toBe(`image.${kind}`);
    expect(part.type).toBe(contentType);
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(bytes);
  });

  it("encodes any content so that it is decoded unchanged", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (tail) => {
        const bytes = new Uint8Array([...HEADS.png, ...tail]);
        const { requests } = await upload(bytes, TAKEN);
        expect(new Uint8Array(await (await partOf(requests[0])).arrayBuffer())).toEqual(bytes);
      }),
      { numRuns: 30 },
    );
  });

  it("refuses a WebP, which WeChat does not accept, before a request is sent", async ({ expect }) => {
    const { outcome, requests } = await upload(picture("webp"));
    expect(outcome).toEqual(err({ result: "unsupported_type" }));
    expect(requests).toHaveLength(0);
  });

  it("accepts only pictures, also when the first bytes are those of one", async ({ expect }) => {
    const { upload } = openTools(RULES, depsOf(scriptedFetch().fetch));
    for (const type of ["voice", "video", "file"] as const) {
      const outcome = await upload.upload({ type, bytes: picture("png") }, DEADLINE);
      expect(outcome).toEqual(err({ result: "unsupported_type" }));
    }
  });

  it("accepts the limit and refuses one byte more, naming both sizes, before a request is sent", async ({ expect }) => {
    const limit = RULES.imageBytes;
    expect((await upload(picture("jpg", limit), TAKEN)).outcome.ok).toBe(true);
    const { outcome, requests } = await upload(picture("jpg", limit + 1));
    expect(outcome).toEqual(err({ result: "too_large", limit, actual: limit + 1 }));
    expect(requests).toHaveLength(0);
  });

  it("uses limit and lifetime of the rules of its account", async ({ expect }) => {
    const { imageBytes: limit, mediaLifetimeMs } = OTHER_RULES;
    const { upload } = openTools(OTHER_RULES, depsOf(scriptedFetch(json({ media_id: "m" })).fetch));
    const put = (size: number) => upload.upload({ type: "image", bytes: picture("png", size) }, DEADLINE);
    expect(await put(limit + 1)).toEqual(err({ result: "too_large", limit, actual: limit + 1 }));
    expect(await put(limit)).toEqual(ok({ mediaId: "m", createdAt: NOW, expiresAt: NOW + mediaLifetimeMs }));
  });

  it("counts from now when WeChat returns no created_at", async ({ expect }) => {
    const { outcome } = await upload(picture("png"), json({ media_id: "m" }));
    expect(outcome).toEqual(ok({ mediaId: "m", createdAt: NOW, expiresAt: NOW + RULES.mediaLifetimeMs }));
  });

  it("does not accept a success without media id", async ({ expect }) => {
    expect((await upload(picture("png"), json({ errcode: 0 }))).outcome).toEqual(BAD_RESPONSE);
  });

  it("returns WeChat's refusal", async ({ expect }) => {
    expect((await upload(picture("png"), json({ errcode: 41005 }))).outcome).toEqual(
      err({ result: "rejected", code: "41005", name: "media_data_missing", reaction: "fix" }),
    );
  });
});

describe("a download", () => {
  const bytesStep = (body: BodyInit, contentType: string, status = 200): Step => {
    return () => new Response(body, { status, headers: { "content-type": contentType } });
  };
  const download = async (...steps: Step[]) => {
    const { fetch, requests } = scriptedFetch(...steps);
    return { outcome: await openTools(RULES, depsOf(fetch)).download.download("media-1", DEADLINE), requests };
  };

  it("fetches the bytes and detects their type from them", async ({ expect }) => {
    const bytes = picture("png");
    const { outcome, requests } = await download(bytesStep(bytes, "image/jpeg"));
    expect(outcome).toEqual(ok({ bytes, contentType: "image/png" }));
    expect(requests[0]?.url.href).toBe("https://api.test/cgi-bin/media/get?access_token=token-1&media_id=media-1");
    expect(requests[0]?.init.method).toBe("GET");
  });

  it("finds the error in a JSON answer with HTTP 200, whatever its content type", async ({ expect }) => {
    const error = JSON.stringify({ errcode: 40007, errmsg: "invalid media_id" });
    expect((await download(bytesStep(error, "image/jpeg"))).outcome).toEqual(
      err({ result: "rejected", code: "40007", name: "invalid_media_id", reaction: "media" }),
    );
  });

  it("returns an unknown picture format as plain bytes", async ({ expect }) => {
    const { outcome } = await download(bytesStep("<svg onload=alert(1)>", "image/svg+xml"));
    expect(outcome.ok && outcome.value.contentType).toBe("application/octet-stream");
  });

  it.for<[string, Step]>([
    ["a page", bytesStep("<html>", "text/html")],
    ["nothing", bytesStep("", "image/png")],
    ["HTTP 503", bytesStep(picture("png"), "image/png", 503)],
    ["HTTP 404", bytesStep(picture("png"), "image/png", 404)],
    ["a video's address", json({ video_url: "https://v.test/1" })],
  ])("refuses %s", async ([, step], { expect }) => {
    expect((await download(step)).outcome).toEqual(BAD_RESPONSE);
  });

  it("stops reading an answer that is too long, announced or not", async ({ expect }) => {
    const announced: Step = () =>
      new Response(picture("png"), { headers: { "content-length": String(MAX_DOWNLOAD_BYTES + 1) } });
    expect((await download(announced)).outcome).toEqual(BAD_RESPONSE);
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (stream) => {
        sent += 1_000_000;
        stream.enqueue(picture("png", 1_000_000));
      },
    });
    expect((await download(bytesStep(endless, "image/png"))).outcome).toEqual(BAD_RESPONSE);
    expect(sent).toBeLessThan(MAX_DOWNLOAD_BYTES + 3_000_000);
  });
});

describe("detectImageType", () => {
  it("never throws, and detects a picture from its first bytes", ({ expect }) => {
    fc.assert(
      fc.property(fc.constantFrom("png", "jpg", "gif", "webp"), fc.uint8Array({ maxLength: 20 }), (kind, tail) => {
        expect(detectImageType(new Uint8Array([...HEADS[kind], ...tail]))?.extension).toBe(kind);
        detectImageType(tail);
      }),
    );
  });
});
