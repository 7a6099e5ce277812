/** Access to the `Settings` object for Workers and other objects. */
import { ACCOUNT_CALL_MS, timedStub, type LocationHint } from "../platform/object-call.ts";
import type { SettingsRpc } from "./rpc.ts";

/** The part of a namespace that is used. */
export interface SettingsNamespace {
  getByName(name: string, options: { readonly locationHint: LocationHint }): object;
}

/** Returns the name of the object: there is one for the deployment. */
export function settingsName(): string {
  return "settings";
}

/** Returns a new stub of the object; each call ends after `ACCOUNT_CALL_MS`. */
export function settingsStub(namespace: SettingsNamespace, locationHint: LocationHint): SettingsRpc {
  const stub: unknown = timedStub(namespace.getByName(settingsName(), { locationHint }), ACCOUNT_CALL_MS);
  return stub as SettingsRpc;
}
