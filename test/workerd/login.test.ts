/** The `Login` object: what it stores, and that tokens and invites cannot be used twice or after they expire. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import { decoyName, loginStub } from "../../worker/people/client.ts";
import { createLoginStore } from "../../worker/people/store.ts";
import { hashSecret, makeAgentId, makeSecret } from "../../worker/people/tokens.ts";
import { pass, tablesIn } from "../support/workerd.ts";
import { useWorker } from "./each-test.ts";

useWorker({ clock: "weeks apart", settings: null });

const PASSWORD = "a long password";
const UNKNOWN = decoyName("00ff");
const HOUR_MS = 3_600_000;
const login = (agent: string) => loginStub(env.LOGIN, agent, "apac");
const object = (agent: string) => env.LOGIN.getByName(agent);
const signInWith = async (agent: string, password: string) => {
  const { secret, hash } = await makeSecret();
  return { secret, hash, result: await login(agent).signIn({ password, hash, browser: "Chrome, Windows" }) };
};

/** Adds an agent with a password and one sign-in. */
async function makeAgent() {
  const agent = makeAgentId();
  const invite = await makeSecret();
  await login(agent).invite(invite.hash);
  const { hash } = await makeSecret();
  const accepted = await login(agent).accept(invite.hash, { password: PASSWORD, hash, browser: "" });
  if (!accepted.ok) throw new Error("the invite was refused");
  return { agent, hash, signIn: accepted.value.signIn };
}

describe("the login object", () => {
  it("accepts an invite once, and then the password", async ({ expect }) => {
    const agent = makeAgentId();
    const invite = await makeSecret();
    const { expiresAt } = await login(agent).invite(invite.hash);
    expect(expiresAt).toBe(Date.now() + 24 * HOUR_MS);
    expect(await login(agent).readInvite(invite.hash)).toEqual({ expiresAt });
    const request = { password: PASSWORD, hash: (await makeSecret()).hash, browser: "" };
    const both = await Promise.all([
      login(agent).accept(invite.hash, request),
      login(agent).accept(invite.hash, request),
    ]);
    expect(both.map(({ ok }) => ok)).toEqual([true, false]);
    expect(await login(agent).readInvite(invite.hash)).toBeNull();
    expect((await signInWith(agent, PASSWORD)).result.ok).toBe(true);
    expect((await signInWith(agent, `${PASSWORD}!`)).result).toEqual({
      ok: false,
      error: "first_failure",
    });
  });

  it("has the same state after an eviction", async ({ expect }) => {
    const { agent, hash, signIn } = await makeAgent();
    await evictDurableObject(object(agent));
    expect(await login(agent).check(hash)).toEqual({ signIn });
    expect((await signInWith(agent, PASSWORD)).result.ok).toBe(true);
  });

  it("stores neither a password nor a secret", async ({ expect }) => {
    const { agent } = await makeAgent();
    const { secret } = await signInWith(agent, PASSWORD);
    const stored = await runInDurableObject(object(agent), (_, { storage }) => JSON.stringify([...storage.kv.list()]));
    expect(stored).toContain(await hashSecret(secret));
    expect(stored).not.toContain(secret);
    expect(stored).not.toContain(PASSWORD);
  });

  it("counts failures that arrive simultaneously, and refuses the correct password after the tenth", async ({
    expect,
  }) => {
    const { agent } = await makeAgent();
    const failures = await Promise.all(Array.from({ length: 12 }, () => signInWith(agent, "a wrong password")));
    expect(failures.map(({ result }) => (result.ok ? "" : result.error))).toEqual(
      expect.arrayContaining(["locked", "refused"]),
    );
    expect(failures.filter(({ result }) => !result.ok && result.error === "locked")).toHaveLength(1);
    await evictDurableObject(object(agent));
    expect((await signInWith(agent, PASSWORD)).result).toEqual({ ok: false, error: "refused" });
    pass(15 * 60_000);
    expect((await signInWith(agent, PASSWORD)).result.ok).toBe(true);
  });

  it("writes the last use of a sign-in at most once a minute", async ({ expect }) => {
    const { agent, hash } = await makeAgent();
    const [first] = await login(agent).list();
    pass(59_000);
    await login(agent).check(hash);
    expect(await login(agent).list()).toEqual([first]);
    pass(1_000);
    await login(agent).check(hash);
    expect((await login(agent).list())[0]?.lastSeenAt).toBe(Date.now());
  });

  it("ends sign-ins at once: one, or all", async ({ expect }) => {
    const { agent, hash, signIn } = await makeAgent();
    const other = await signInWith(agent, PASSWORD);
    expect(await login(agent).list()).toHaveLength(2);
    expect(await login(agent).end(signIn)).toBe(true);
    expect(await login(agent).end(signIn)).toBe(false);
    expect(await login(agent).check(hash)).toBeNull();
    expect(await login(agent).check(other.hash)).not.toBeNull();
    expect(await login(agent).endAll()).toBe(1);
    expect(await login(agent).check(other.hash)).toBeNull();
    expect(await login(agent).endAll()).toBe(0);
  });

  it("of an unknown agent refuses every password", async ({ expect }) => {
    expect((await signInWith(UNKNOWN, "")).result).toEqual({ ok: false, error: "first_failure" });
    expect((await signInWith(UNKNOWN, "")).result).toEqual({ ok: false, error: "refused" });
    expect(await login(UNKNOWN).readInvite("0".repeat(64))).toBeNull();
  });

  it("stores nothing when it is read", async ({ expect }) => {
    const agent = makeAgentId();
    expect(await login(agent).check("0".repeat(64))).toBeNull();
    expect(await login(agent).list()).toEqual([]);
    expect(await login(agent).endAll()).toBe(0);
    await runInDurableObject(object(agent), (_, { storage }) => {
      expect(tablesIn(storage)).toEqual([]);
    });
  });

  it("refuses data of a newer version of the worker", async ({ expect }) => {
    await runInDurableObject(object(makeAgentId()), (_, { storage }) => {
      storage.kv.put("login", { schema: 2 });
      expect(() => createLoginStore(storage)).toThrow("deploy the newer version");
    });
  });
});
