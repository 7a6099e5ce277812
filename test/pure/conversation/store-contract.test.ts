/**
 * The array store of the pure tests behaves like the object's SQLite; the same contract runs in
 * `test/workerd/store-contract.test.ts`.
 */
import { describe } from "vitest";
import { openArrayStore, type ArrayData } from "../../support/array-store.ts";
import { testCommands } from "../../support/command-contract.ts";
import { testCommandIds } from "../../support/command-ids-contract.ts";
import { testConversation } from "../../support/conversation-contract.ts";
import { testServedMessages } from "../../support/served-contract.ts";
import { testStorage, type WithStorage } from "../../support/store-contract.ts";

const withArray: WithStorage = (test) => {
  const data: ArrayData = { records: [] };
  test(() => openArrayStore(data));
};

describe("an array of records", () => {
  testStorage(withArray);
});
describe("a conversation over an array", () => {
  testConversation(withArray);
});
describe("a conversation with sessions over an array", () => {
  testServedMessages(withArray);
  testCommands(withArray);
  testCommandIds(withArray);
});
