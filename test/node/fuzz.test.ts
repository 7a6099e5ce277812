import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { encrypt, sign } from "../../emulator/crypto.ts";
import { LOCAL_APP, type StackPorts } from "../../scripts/lib/stack.ts";
import { startKefu, type KefuProcess } from "../support/kefu-process.ts";
import { prepareStack } from "../support/ports.ts";

const REQUESTS = 10_000;
const WARMUP = 3_000;
const REFUSED = 4_000;
/** A small heap, so that garbage is collected while the test runs. */
const HEAP_MB = 12;
/** The most by which memory may grow, MB. Bodies are 15 KB on average: if they were kept, it would grow by more. */
const MAX_GROWTH_MB = 45;
const AT_ONCE = 16;
const SHORT_BODY = 64;

interface Shot {
  readonly query: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

/** Creates a seeded generator of whole numbers below `n`, so that a failure can be repeated. */
function numbers(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

const pick = numbers(7);
const bytes = (text: string) => new TextEncoder().encode(text);
const plaintext = (user: string) =>
  `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[${user}]]></FromUserName>` +
  `<CreateTime>${Math.floor(Date.now() / 1_000)}</CreateTime><MsgType><![CDATA[text]]></MsgType>` +
  `<Content><![CDATA[你好]]></Content><MsgId>2363735223506${pick(9_999_999)}</MsgId></xml>`;

/** Builds a push with valid signatures and encryption around any bytes. */
function genuine(inner: Uint8Array): Shot {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const nonce = String(pick(1e9));
  const sealed = encrypt(LOCAL_APP.aesKey, LOCAL_APP.appid, inner, randomBytes(16));
  return {
    query: {
      signature: sign([LOCAL_APP.token, timestamp, nonce]),
      timestamp,
      nonce,
      encrypt_type: "aes",
      msg_signature: sign([LOCAL_APP.token, timestamp, nonce, sealed]),
    },
    body: `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[${sealed}]]></Encrypt></xml>`,
  };
}

function mutate(source: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(source);
  for (let count = 1 + pick(4); count > 0 && copy.length > 0; count -= 1) copy[pick(copy.length)] = pick(256);
  const from = pick(copy.length + 1);
  if (pick(4) === 0) return copy.slice(0, from);
  return pick(4) === 0 ? Uint8Array.from([...copy, ...copy.slice(from)]) : copy;
}

/** Unsigned requests: mutated envelopes, mutated queries, decompression and entity bombs, invalid text. */
const FORGERIES: readonly (() => Shot)[] = [
  () => {
    const { query, body } = genuine(bytes(plaintext("oFuzz")));
    const broken = String(body).replace(/.{6}(?=]]><\/Encrypt)/, "AAAAAA");
    return { query, body: broken === body ? "" : broken };
  },
  () => ({ ...genuine(bytes(plaintext("oFuzz"))), query: {} }),
  () => {
    const shot = genuine(bytes(plaintext("oFuzz")));
    return { ...shot, query: { ...shot.query, msg_signature: randomBytes(20).toString("hex") } };
  },
  () => {
    const shot = genuine(bytes(plaintext("oFuzz")));
    return { ...shot, query: { ...shot.query, nonce: "x".repeat(pick(3_000)) } };
  },
  () => ({ query: { timestamp: "NaN", nonce: "", msg_signature: "…" }, body: mutate(randomBytes(pick(4_000))) }),
  () => ({ query: genuine(new Uint8Array()).query, body: "<xml>".repeat(pick(5_000)) }),
  () => ({ query: genuine(new Uint8Array()).query, body: "[".repeat(pick(60_000)) }),
  () => ({ query: genuine(new Uint8Array()).query, body: `{"a":`.repeat(pick(9_000)) }),
  () => ({
    query: genuine(new Uint8Array()).query,
    body: `<!DOCTYPE x [<!ENTITY a "${"a".repeat(99)}">]><xml><Encrypt>&a;&a;</Encrypt></xml>`,
  }),
  () => ({ query: genuine(new Uint8Array()).query, body: "x".repeat(50_000 + pick(15_000)) }),
  () => ({ query: {}, body: plaintext("oFuzz") }),
];

let folder: string;
let ports: StackPorts;
let kefu: KefuProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edge-kefu-fuzz-"));
  const prepared = await prepareStack();
  ({ ports } = prepared);
  kefu = await startKefu({ script: prepared.scripts.worker, ports, persistTo: folder, heapMb: HEAP_MB });
});

afterAll(async () => {
  await kefu.kill();
  await rm(folder, { recursive: true, force: true });
});

async function fire({ query, body }: Shot): Promise<{ readonly status: number; readonly size: number }> {
  const url = `http://127.0.0.1:${ports.worker}/wechat/message?${new URLSearchParams(query).toString()}`;
  const response = await fetch(url, { method: "POST", body });
  return { status: response.status, size: (await response.arrayBuffer()).byteLength };
}

/**
 * Sends `count` requests, `AT_ONCE` at a time. Returns the number of answers by status, and the length of the longest.
 */
async function barrage(count: number, next: () => Shot) {
  const statuses = new Map<number, number>();
  let longest = 0;
  let left = count;
  async function shooter(): Promise<void> {
    while (left > 0) {
      left -= 1;
      const { status, size } = await fire(next());
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      longest = Math.max(longest, size);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, shooter));
  return { statuses: [...statuses.keys()].toSorted((a, b) => a - b), longest };
}

/** Returns the resident memory of workerd, MB. */
async function memoryMb(): Promise<number> {
  const status = await readFile(`/proc/${await kefu.workerdPid()}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
}

/** Counts the conversations on disk: each Durable Object is one file. */
async function countConversations(): Promise<number> {
  const files = await readdir(folder, { recursive: true });
  return files.filter((file) => /Conversation\/[0-9a-f]{64}\.sqlite$/.test(file)).length;
}

describe(`${REQUESTS} mutated requests`, () => {
  it("without a valid signature are refused with short answers, leave no row, and do not increase memory", async ({
    expect,
  }) => {
    const next = () => (FORGERIES[pick(FORGERIES.length)] ?? (() => genuine(new Uint8Array())))();
    const first = await barrage(WARMUP, next);
    const before = await memoryMb();
    const second = await barrage(REFUSED, next);
    const after = await memoryMb();
    for (const { statuses, longest } of [first, second]) {
      expect(statuses.filter((status) => status < 400 || status >= 500)).toEqual([]);
      expect(longest).toBeLessThan(SHORT_BODY);
    }
    expect(await countConversations()).toBe(0);
    expect(after - before).toBeLessThan(MAX_GROWTH_MB);
  });

  it("that are signed around mutated contents are acknowledged, or refused when they are not text", async ({
    expect,
  }) => {
    const { statuses, longest } = await barrage(REQUESTS - WARMUP - REFUSED, () =>
      genuine(mutate(bytes(plaintext("oFuzz")))),
    );
    expect(statuses).toEqual([200, 403]);
    // The longest answer is an encrypted hand-over: the default settings hand users over.
    expect(longest).toBeLessThan(1_024);
    expect(await countConversations()).toBeGreaterThan(0);
  });
});
