/**
 * The audit log of the deployment, one object. A thin class: linking and verification are in audit/log.ts, the SQL in
 * audit/store.ts. It has no alarm and calls nothing.
 */
import { DurableObject } from "cloudflare:workers";
import type { AuditDraft, AuditEntry } from "../audit/core/entry.ts";
import type { AuditLog } from "../audit/log.ts";
import type { AuditPage, AuditRpc } from "../audit/rpc.ts";

/** The Durable Object of the audit log. */
export class Audit extends DurableObject<Env> implements AuditRpc {
  #log: AuditLog | undefined;

  /**
   * Records an action.
   *
   * @param key identifies the action: recording it again returns the first entry
   */
  async record(key: string, draft: AuditDraft): Promise<AuditEntry> {
    return (await this.#open()).record(key, draft);
  }

  /** Returns the entries after a seq, verified from the entry before them on. */
  async page(after: number, limit: number): Promise<AuditPage> {
    return (await this.#open()).page(after, limit);
  }

  /** Opens the log. Its code is loaded with the first call, so that a cold start for a push does not evaluate it. */
  async #open(): Promise<AuditLog> {
    const [{ createHash }, { createAuditLog }, { createAuditStore }] = await Promise.all([
      import("node:crypto"),
      import("../audit/log.ts"),
      import("../audit/store.ts"),
    ]);
    const sha256 = (text: string) => createHash("sha256").update(text, "utf8").digest("hex");
    this.#log ??= createAuditLog(createAuditStore(this.ctx.storage), sha256);
    return this.#log;
  }
}
