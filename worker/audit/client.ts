/** Access to the `Audit` object for Workers and other objects. */
import { timedStub, type LocationHint } from "../platform/object-call.ts";
import type { AuditRpc } from "./rpc.ts";

/** Timeout of a call of the audit object, milliseconds. */
const AUDIT_CALL_MS = 5_000;

/** The part of a namespace that is used. */
export interface AuditNamespace {
  getByName(name: string, options: { readonly locationHint: LocationHint }): object;
}

/** The name of the object: one for the deployment. */
export function auditName(): string {
  return "audit";
}

/** A fresh stub of the object; each call ends after `AUDIT_CALL_MS`. */
export function auditStub(namespace: AuditNamespace, locationHint: LocationHint): AuditRpc {
  const stub: unknown = timedStub(namespace.getByName(auditName(), { locationHint }), AUDIT_CALL_MS);
  return stub as AuditRpc;
}
