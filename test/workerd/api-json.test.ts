/** JSON bodies of the API: depth, length, and bytes before the text. */
import { describe, it } from "vitest";
import { bodyOf, call } from "./api-client.ts";
import { useWorker } from "./each-test.ts";

const BOM = "\ufeff";
const SETTINGS = { defaults: { fallback: { type: "silent" }, webhooks: [] } };
const deep = (levels: number, inner = "1") => `${"[".repeat(levels)}${inner}${"]".repeat(levels)}`;

useWorker();

function put(body: BodyInit): Promise<Response> {
  return call("PUT", "/api/v1/settings", {
    body,
    headers: { "if-match": "*", "content-type": "application/json" },
  });
}

function post(path: string, body: BodyInit): Promise<Response> {
  return call("POST", `/api/v1${path}`, {
    body,
    headers: { "idempotency-key": crypto.randomUUID(), "content-type": "application/json" },
  });
}

describe("a JSON body", () => {
  it.for([
    deep(5_000),
    `{"rules":${deep(5_000)}}`,
    `{"rules":[{"a":${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}}]}`,
    deep(400_000),
  ])("that nests thousands of levels deep is refused as settings (%#)", async (body, { expect }) => {
    const response = await put(body);
    expect(response.status).toBe(400);
    expect(await bodyOf(response)).toMatchObject({
      code: "malformed_json",
      detail: "the body is nested deeper than 32 levels",
    });
  });

  it.for(["/conversations/oDeep/messages", "/conversations/oDeep/typing", "/conversations/oDeep/webhooks/crm/replay"])(
    "that nests thousands of levels deep is refused at %s",
    async (path, { expect }) => {
      const response = await post(path, `{"type":"text","content":${deep(5_000)}}`);
      expect([response.status, (await bodyOf(response))["code"]]).toEqual([400, "malformed_json"]);
    },
  );

  it("of hundreds of thousands of wrong entries is refused before they are checked", async ({ expect }) => {
    const response = await put(JSON.stringify({ rules: Array(490_000).fill(1) }));
    expect(response.status).toBe(400);
    expect(await bodyOf(response)).toMatchObject({ detail: "the body has more than 50000 values" });
  });

  it("of names every object inherits is refused as settings", async ({ expect }) => {
    for (const name of ["__proto__", "constructor", "toString", "then"]) {
      for (const body of [
        `{"${name}":{"rules":1},"defaults":{"fallback":{"type":"silent"}}}`,
        `{"defaults":{"${name}":{"rules":1},"fallback":{"type":"silent"}}}`,
        `{"defaults":{"fallback":{"type":"silent"}},"overrides":{"${name}":{"rules":[]}}}`,
      ]) {
        expect([body, (await put(body)).status]).toEqual([body, 422]);
      }
    }
  });

  it("may begin with a byte-order mark, as a push may", async ({ expect }) => {
    expect((await put(BOM + JSON.stringify(SETTINGS))).status).toBe(200);
    expect(
      (await post("/conversations/oBom/messages", `${BOM}{"type":"text","content":"您好","hold":true}`)).status,
    ).toBe(202);
    const typing = await post("/conversations/oBom/typing", `${BOM}{"on":"yes"}`);
    expect(await bodyOf(typing)).toMatchObject({ code: "invalid_field", field: "on" });
  });
});
