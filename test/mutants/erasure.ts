/** Erasing a user: what must be gone, and what must not come back. */
import type { MutantTable } from "./mutant.ts";

const CONVERSATION = "workerd/conversation.test.ts";
const ERASED = "workerd/erased-user.test.ts";

/** Mutants of erasing. */
export const ERASURE: MutantTable = {
  rule: "an erased user is gone at once; a push from before the erasure does not bring the user back for a day",
  spec: "docs/storage.md, Erase",
  mutants: [
    {
      name: "erase-leaves-the-rows",
      breaks: "an erased user's log is still on the disk",
      file: "worker/objects/conversation-erasure.ts",
      find: "  void storage.deleteAll();",
      replace: '  storage.kv.delete("conversation");',
      killedBy: [CONVERSATION, "erasing a user deletes everything at once"],
    },
    {
      name: "erase-leaves-the-memory",
      breaks: "an erased user's conversation lives on in memory",
      file: "worker/objects/conversation.ts",
      find: "    } finally {\n      this.#reload();",
      replace: "    } finally {",
      killedBy: [CONVERSATION, "erasing a user deletes everything at once"],
    },
    {
      name: "interrupted-erase-leaves-the-memory",
      breaks: "after an erasure that failed half-way memory has a user whose storage is gone",
      file: "worker/objects/conversation.ts",
      find: "    } finally {\n      this.#reload();\n    }",
      replace: "      this.#reload();\n    } finally {\n    }",
      killedBy: [ERASED, "an erased user is erased by the next call when one was interrupted"],
    },
    {
      name: "capture-brings-the-user-back",
      breaks: "a captured push, sent again after the erasure, stores the user anew",
      file: "worker/objects/conversation.ts",
      find: "if (isFromBeforeErasure(createdAt, this.#store.erasedAt(), now))",
      replace: "if (isFromBeforeErasure(createdAt, undefined, now))",
      killedBy: [ERASED, "an erased user is not brought back by a push from before"],
    },
    {
      name: "capture-of-the-same-second-stored",
      breaks: "a push of the second of the erasure is stored",
      file: "worker/domain/erasure.ts",
      find: "createdAt > erasedAt)",
      replace: "createdAt + 1_000 > erasedAt)",
      killedBy: [ERASED, "an erased user is not brought back by a push of the very second"],
    },
    {
      name: "erasure-forgotten-by-the-next-message",
      breaks: "a capture is stored beside the first message after the erasure",
      file: "worker/objects/conversation-store.ts",
      find: "{ ...owner, ...(erasedAt !== undefined && { erasedAt }) }",
      replace: "owner",
      killedBy: [ERASED, "an erased user is a new one with the next push, beside which a capture adds nothing"],
    },
    {
      name: "erasure-not-forgotten",
      breaks: "the time of an erasure is kept for ever",
      file: "worker/objects/conversation.ts",
      find: "    await this.#forgetErasure(Date.now());\n",
      replace: "",
      killedBy: [ERASED, "an erased user leaves the time alone behind, for a day"],
    },
    {
      name: "erasure-without-its-alarm",
      breaks: "the time of an erasure is kept until something else rings the alarm",
      file: "worker/objects/conversation.ts",
      find: "return erasedAt === undefined ? due : Math.min(due ?? Number.POSITIVE_INFINITY, erasedAt + ERASURE_MS);",
      replace: "return due;",
      killedBy: [ERASED, "an erased user who is back has no trace of it after the day"],
    },
    {
      name: "erasure-of-another-clock-believed",
      breaks: "after a clock that was days ahead was set right, an erased user is not answered for days",
      file: "worker/domain/erasure.ts",
      find: " && erasedAt - now <= MAX_AHEAD_MS",
      replace: "",
      killedBy: [ERASED, "an erased user is answered although the clock was days ahead at the erasure"],
    },
    {
      name: "cursor-of-the-erased-log",
      breaks: "a call for an erased user delays the events of the conversation after it",
      file: "worker/objects/conversation-webhooks.ts",
      find: "  if (store() !== opened) return;\n",
      replace: "",
      killedBy: [
        "workerd/erased-webhooks.test.ts",
        "a user erased while a webhook is called and who writes again is heard at once, and nothing old is: the call fails",
      ],
    },
  ],
};
