/** Provides workers and other objects with stubs of the `Archive` object. */
import { timedStub, type LocationHint } from "../platform/object-call.ts";
import type { ArchiveRpc } from "./rpc.ts";

/** Timeout of a call of the archive, milliseconds. */
const ARCHIVE_CALL_MS = 5_000;

/** The part of the object namespace that is used. */
export interface ArchiveNamespace {
  getByName(name: string, options: { readonly locationHint: LocationHint }): object;
}

/** Returns the name of the object: there is one per deployment. */
export function archiveName(): string {
  return "archive";
}

/** Returns a new stub of the object; each call ends after `ARCHIVE_CALL_MS`. */
export function archiveStub(namespace: ArchiveNamespace, locationHint: LocationHint): ArchiveRpc {
  const stub: unknown = timedStub(namespace.getByName(archiveName(), { locationHint }), ARCHIVE_CALL_MS);
  return stub as ArchiveRpc;
}
