/** The unsent texts of agents in the desk: how many are kept, which one goes, and what a save visits. */
import { describe, it } from "vitest";
import { createDrafts, MAX_DRAFTS, type StoredDraft } from "../../../worker/desk/drafts.ts";
import type { TextSealer } from "../../../worker/platform/sealed-text.ts";

const LOG = "1-0123abcd";
const SEALER: Pick<TextSealer, "seal"> = { seal: (_place, text) => text };

/** A stored draft; `read` is called whenever one of its fields is read. */
function draftOf(agent: string, conversation: string, at: number, read = (): void => {}): StoredDraft {
  const draft: StoredDraft = { agent, conversation, log: LOG, mode: "reply", sealed: "text", at };
  return new Proxy(draft, {
    get(target, name) {
      read();
      return Reflect.get(target, name);
    },
  });
}

function open(stored: readonly StoredDraft[]) {
  const [saved, deleted]: [string[], string[]] = [[], []];
  const store = {
    saveDraft: ({ agent, conversation }: StoredDraft) => void saved.push(`${agent} ${conversation}`),
    deleteDraft: (agent: string, conversation: string) => void deleted.push(`${agent} ${conversation}`),
  };
  const drafts = createDrafts(store, stored, SEALER as TextSealer);
  const save = (agent: string, conversation: string, at: number) =>
    drafts.save(agent, conversation, LOG, { text: "text", mode: "reply" }, at);
  return { drafts, save, saved, deleted };
}

describe("the drafts of agents", () => {
  it("a save reads no draft of another agent, and none of the agent's own", ({ expect }) => {
    let reads = 0;
    const stored = Array.from({ length: 50 }, (_, agent) =>
      Array.from({ length: 20 }, (_each, n) => draftOf(`a${agent}`, `c${n}`, n, () => (reads += 1))),
    ).flat();
    const { save, saved } = open(stored);
    reads = 0;
    save("a1", "c99", 1_000);
    save("a1", "c1", 1_001);
    expect([reads, saved]).toEqual([0, ["a1 c99", "a1 c1"]]);
  });

  it("beyond the limit replace the agent's oldest one, in whatever order they were read", ({ expect }) => {
    const stored = Array.from({ length: MAX_DRAFTS }, (_, n) => draftOf("a", `c${n}`, MAX_DRAFTS - n));
    const { drafts, save, deleted } = open([...stored, draftOf("b", "c0", 1)]);
    save("a", `c${MAX_DRAFTS - 1}`, 1_000);
    expect(deleted).toEqual([]);
    save("a", "new", 1_001);
    expect(deleted).toEqual([`a c${MAX_DRAFTS - 2}`]);
    expect(drafts.has("a", `c${MAX_DRAFTS - 1}`)).toBe(true);
    expect(drafts.has("b", "c0")).toBe(true);
  });

  it("are erased with their conversation, for every agent", ({ expect }) => {
    const { drafts, deleted } = open([draftOf("a", "c", 1), draftOf("b", "c", 1), draftOf("a", "d", 1)]);
    drafts.erase("c", 0);
    expect(deleted).toEqual([]);
    drafts.erase("c", 1);
    expect(deleted).toEqual(["a c", "b c"]);
    expect([drafts.has("a", "c"), drafts.has("a", "d")]).toEqual([false, true]);
  });
});
