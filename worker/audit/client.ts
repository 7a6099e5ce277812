/** Provides workers and other objects with stubs of the `Audit` object. */
import { timedStub, type LocationHint } from "../platform/object-call.ts";
import type { AuditRpc } from "./rpc.ts";

/** Timeout of a call of the audit object, milliseconds. */
const AUDIT_CALL_MS = 5_000;

/** The part of the object namespace that is used. */
export interface AuditNamespace {
  getByName(name: string, options: { readonly locationHint: LocationHint }): object;
}

/** Returns the name of the object: there is one per deployment. */
export function auditName(): string {
  return "audit";
}

/** Returns a new stub of the object; each call ends after `AUDIT_CALL_MS`. */
export function auditStub(namespace: AuditNamespace, locationHint: LocationHint): AuditRpc {
  const stub: unknown = timedStub(namespace.getByName(auditName(), { locationHint }), AUDIT_CALL_MS);
  return stub as AuditRpc;
}
