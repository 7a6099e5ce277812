/** The storage of a `Login` object: one entry (docs/storage.md). Reading creates nothing. */
import { EMPTY_LOGIN, type Login } from "./core/login.ts";

/** Reads and writes the state. */
export interface LoginStore {
  read(): Login;
  write(login: Login): void;
}

/** The newest schema. */
const SCHEMA_VERSION = 1;
const LOGIN_KEY = "login";

/** The part of an object's storage that is used. */
interface LoginStorage {
  readonly kv: { get(key: string): unknown; put(key: string, value: unknown): void };
}

interface Stored {
  readonly schema: number;
  readonly login: Login;
}

/**
 * Opens the storage.
 *
 * @throws Error when it was written by a newer version of this worker
 */
export function createLoginStore({ kv }: LoginStorage): LoginStore {
  // Only `write` below writes this value, so it has this type.
  const stored = () => kv.get(LOGIN_KEY) as Stored | undefined;
  const schema = stored()?.schema ?? SCHEMA_VERSION;
  if (schema > SCHEMA_VERSION) {
    throw new Error(
      `login storage has schema ${schema}, but this worker supports up to ${SCHEMA_VERSION}: deploy the newer version of the worker`,
    );
  }
  return {
    read: () => stored()?.login ?? EMPTY_LOGIN,
    write: (login) => kv.put(LOGIN_KEY, { schema: SCHEMA_VERSION, login } satisfies Stored),
  };
}
