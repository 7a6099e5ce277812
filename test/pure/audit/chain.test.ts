/** The chain of audit entries: what is hashed, and that no change of any entry goes unnoticed. */
import * as fc from "fast-check";
import { createHash } from "node:crypto";
import { describe, it } from "vitest";
import { canonicalJson } from "../../../worker/audit/core/canonical-json.ts";
import { CHAIN_START, findBrokenLink, linkEntry } from "../../../worker/audit/core/chain.ts";
import type { AuditDraft, AuditEntry } from "../../../worker/audit/core/entry.ts";

const sha256 = (text: string) => createHash("sha256").update(text, "utf8").digest("hex");

/** Written by another program, with action names that this version does not use. */
const VECTORS = [
  {
    line: '{"action":"pii.reveal","actor":"agent:a1","at":1795000000000,"data":{"field":"phone"},"seq":1,"target":"conv:c1"}',
    hash: "4f3bbad85860dbd7805f3635e25820a25c007f7772955ada208115f6b3f397bd",
  },
  {
    line: '{"action":"conv.export","actor":"agent:a1","at":1795000001000,"data":{},"seq":2,"target":"conv:c1"}',
    hash: "db24810d506a0e7b4a0cc7458cdeb36d268eaaa28e6ae12824f4fc5b181c933b",
  },
];

function chainOf(drafts: readonly AuditDraft[]): readonly AuditEntry[] {
  const entries: AuditEntry[] = [];
  for (const draft of drafts) entries.push(linkEntry(sha256, entries.at(-1) ?? CHAIN_START, draft));
  return entries;
}

const find = (entries: readonly AuditEntry[]) => findBrokenLink(sha256, CHAIN_START, entries);

const drafts = fc.array(
  fc.record({
    at: fc.nat(),
    actor: fc.string(),
    action: fc.constantFrom("settings.change", "conversation.export", "conversation.erase"),
    target: fc.string(),
    data: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string()))),
  }),
  { minLength: 1, maxLength: 6 },
);

describe("a chain", () => {
  it("has the hashes that another program computes", ({ expect }) => {
    const entries = chainOf(VECTORS.map(({ line }): AuditDraft => JSON.parse(line)));
    expect(entries.map(({ hash }) => hash)).toEqual(VECTORS.map(({ hash }) => hash));
    expect(entries[0]?.prev).toBe("0".repeat(64));
    expect(find(entries)).toBeNull();
  });

  it("is valid as it was written, from any entry on", ({ expect }) => {
    fc.assert(
      fc.property(drafts, fc.nat(5), (given, from) => {
        const entries = chainOf(given);
        const start = Math.min(from, entries.length - 1);
        expect(findBrokenLink(sha256, entries[start - 1] ?? CHAIN_START, entries.slice(start))).toBeNull();
      }),
    );
  });

  it("shows any change of any field of any entry, at that entry", ({ expect }) => {
    const changes: readonly ((entry: AuditEntry) => AuditEntry)[] = [
      (entry) => ({ ...entry, at: entry.at + 1 }),
      (entry) => ({ ...entry, actor: `${entry.actor}x` }),
      (entry) => ({ ...entry, action: `${entry.action}x` }),
      (entry) => ({ ...entry, target: `${entry.target}x` }),
      (entry) => ({ ...entry, data: { ...entry.data, more: 1 } }),
      (entry) => ({ ...entry, prev: sha256(entry.prev) }),
      (entry) => ({ ...entry, hash: sha256(entry.hash) }),
    ];
    fc.assert(
      fc.property(drafts, fc.nat(5), fc.constantFrom(...changes), (given, which, change) => {
        const entries = chainOf(given);
        const at = which % entries.length;
        const changed = entries.map((entry, index) => (index === at ? change(entry) : entry));
        expect(find(changed)?.seq).toBe(at + 1);
      }),
      { numRuns: 500 },
    );
  });

  it("shows a change that also has a new hash, at the entry after it", ({ expect }) => {
    fc.assert(
      fc.property(drafts, fc.nat(5), (given, which) => {
        fc.pre(given.length > 1);
        const entries = chainOf(given);
        const at = which % (entries.length - 1);
        const forged = given.map((draft, index) => {
          const before = entries[index - 1] ?? CHAIN_START;
          return linkEntry(sha256, before, index === at ? { ...draft, actor: `${draft.actor}x` } : draft);
        });
        expect(find(forged)).toEqual({ seq: at + 2, reason: "link" });
      }),
    );
  });

  it("shows where an entry was removed, inserted or moved", ({ expect }) => {
    fc.assert(
      fc.property(drafts, fc.nat(5), (given, which) => {
        fc.pre(given.length > 1);
        const entries = chainOf(given);
        const at = which % (entries.length - 1);
        expect(find(entries.toSpliced(at, 1))).toEqual({ seq: at + 1, reason: "missing" });
        const moved = [...entries.slice(0, at), ...entries.slice(at, at + 2).toReversed(), ...entries.slice(at + 2)];
        expect(find(moved)).toEqual({ seq: at + 1, reason: "missing" });
        const [doubled] = entries.slice(at);
        expect(find(entries.toSpliced(at, 0, ...(doubled === undefined ? [] : [doubled])))).not.toBeNull();
      }),
    );
  });
});

describe("canonical JSON", () => {
  it("has sorted keys and no white space, at every depth", ({ expect }) => {
    const value = { b: [1, "x y", null, true], a: { d: "中", c: -1.5 }, "": {} };
    expect(canonicalJson(value)).toBe('{"":{},"a":{"c":-1.5,"d":"中"},"b":[1,"x y",null,true]}');
  });

  it("refuses a value that would be hashed but not stored", ({ expect }) => {
    const draftOf = (data: object): AuditDraft => {
      return { at: 1, actor: "system", action: "settings.change", target: "settings", data: { ...data } };
    };
    for (const data of [{ a: undefined }, { a: [undefined] }, { a: { b: () => 1 } }]) {
      expect(() => chainOf([draftOf(data)])).toThrow(/cannot contain a value of type (undefined|function)/);
    }
  });

  it("is one text for one value, whatever the order of its keys, and another for another value", ({ expect }) => {
    const dictionary = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)));
    fc.assert(
      fc.property(dictionary, fc.string(), (value, name) => {
        const turned = Object.fromEntries(Object.entries(value).toReversed());
        expect(canonicalJson(turned)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(value);
        expect(canonicalJson({ ...value, [name]: "another value" })).not.toBe(canonicalJson({ ...value, [name]: 1 }));
      }),
    );
  });
});
