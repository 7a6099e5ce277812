/**
 * The object's SQLite store behaves like the array store of the pure tests:
 * `test/pure/conversation/store-contract.test.ts` runs the same tests.
 */
import { runInDurableObject } from "cloudflare:test";
import { describe } from "vitest";
import { createConversationStore } from "../../worker/conversation/storage/store.ts";
import { testCommands } from "../support/command-contract.ts";
import { testCommandIds } from "../support/command-ids-contract.ts";
import { testConversation } from "../support/conversation-contract.ts";
import { testServedMessages } from "../support/served-contract.ts";
import { testStorage, type WithStorage } from "../support/store-contract.ts";
import { conversation } from "../support/workerd.ts";
import { useObjects } from "./each-test.ts";

useObjects();

let users = 0;

/** Runs the contract in the storage of a new object. */
const withObject: WithStorage = async (test) => {
  users += 1;
  await runInDurableObject(conversation(`oContract${users}`), (_, { storage }) =>
    test(() => createConversationStore(storage)),
  );
};

describe("the SQLite of an object", () => {
  testStorage(withObject);
});
describe("a conversation over the SQLite of an object", () => {
  testConversation(withObject);
});
describe("a conversation with sessions over the SQLite of an object", () => {
  testServedMessages(withObject);
  testCommands(withObject);
  testCommandIds(withObject);
});
