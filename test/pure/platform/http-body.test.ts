import { describe, it } from "vitest";
import { readBytes, readText } from "../../../worker/platform/http-body.ts";

const answer = (size: number, headers: Readonly<Record<string, string>>) =>
  new Response(new Uint8Array(size), { headers });

describe("a body that is read", () => {
  it.for([
    { size: 10, announced: "10", read: 10 },
    { size: 10, announced: undefined, read: 10 },
    { size: 0, announced: "0", read: 0 },
    { size: 11, announced: "11", read: undefined },
    { size: 11, announced: undefined, read: undefined },
    { size: 11, announced: "1", read: undefined },
    { size: 11, announced: "8, 8", read: undefined },
  ])("has at most the limit: $size bytes of which $announced are announced", async (body, { expect }) => {
    const headers = body.announced === undefined ? {} : { "content-length": body.announced };
    const bytes = await readBytes(answer(body.size, headers), 10);
    if (body.read === undefined) expect(bytes).toEqual({ ok: false, error: { reason: "body_too_large", limit: 10 } });
    else expect(bytes).toMatchObject({ ok: true, value: { length: body.read } });
  });

  it("is counted while it is read when it is compressed, whatever length its header declares", async ({ expect }) => {
    let given = 0;
    const large = new ReadableStream<Uint8Array>({
      pull(controller) {
        given += 1;
        controller.enqueue(new Uint8Array(8));
        if (given === 100) controller.close();
      },
    });
    const bomb = new Response(large, { headers: { "content-length": "8", "content-encoding": "gzip" } });
    expect(await readBytes(bomb, 10)).toMatchObject({ ok: false });
    expect(given).toBeLessThan(5);
  });

  it("is nothing when there is none", async ({ expect }) => {
    expect(await readText(new Request("https://kefu.test", { method: "POST" }), 10)).toEqual({ ok: true, value: "" });
  });
});
