/** Texts are encrypted and decrypted within one synchronous transaction of an object. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import { readConfig } from "../../worker/config/config.ts";
import { loadTextSealer } from "../../worker/platform/sealed-text.ts";
import { conversation } from "../support/workerd.ts";

describe("a sealed text in an object", () => {
  it("is sealed and opened within one transaction, and its bytes do not contain the text", async ({ expect }) => {
    const config = readConfig({ ...env });
    const loaded = await loadTextSealer(config.ok ? config.value.dataKeys : []);
    if (!loaded.ok) throw new Error("the environment of this test has no DATA_KEY");
    const sealer = loaded.value;
    const at = { place: "test:texts", row: "1" };
    await runInDurableObject(conversation("oSealed"), (_object, { storage }) => {
      const stored = storage.transactionSync(() => {
        storage.sql.exec("create table texts (body text not null)");
        storage.sql.exec("insert into texts values (?)", sealer.seal(at, "canary 手机13800138000"));
        return storage.sql.exec<{ body: string }>("select body from texts").one().body;
      });
      expect(stored).not.toMatch(/canary|13800138000/);
      expect(sealer.open(at, stored)).toEqual({ ok: true, value: "canary 手机13800138000" });
      storage.sql.exec("drop table texts");
    });
  });
});
