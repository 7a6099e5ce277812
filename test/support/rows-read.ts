/** The number of rows read, as counted by the runtime. */
import { runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";
import type { Account, Archive, Conversation } from "../../worker/index.ts";

/** Returns the number of rows that an object's storage reads while `act` runs. */
export function rowsRead<T extends Account | Archive | Conversation>(
  stub: DurableObjectStub<T>,
  act: (object: T, storage: DurableObjectStorage) => unknown,
): Promise<number> {
  return runInDurableObject<T, number>(stub, async (object, { storage }) => {
    const exec = storage.sql.exec.bind(storage.sql);
    const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
    const spy = vi.spyOn(storage.sql, "exec").mockImplementation((query, ...args) => {
      const cursor = exec(query, ...args);
      cursors.push(cursor);
      return cursor;
    });
    await act(object, storage);
    spy.mockRestore();
    return cursors.reduce((sum, cursor) => sum + cursor.rowsRead, 0);
  });
}
