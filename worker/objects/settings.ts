/**
 * The settings of the deployment, one object: its versions, their published copy in KV, their entries in the audit log.
 * A thin class: checks and versions are in settings/documents.ts, the SQL in settings/store.ts. Its alarm is set only
 * while the newest version is not in KV, or a version is not in the audit log.
 */
import { DurableObject } from "cloudflare:workers";
import type { DocumentVersion } from "../../shared/api/settings/version.ts";
import type { Result } from "../../shared/base/result.ts";
import { configOf } from "../config/config.ts";
import type { SettingsDocuments } from "../settings/documents.ts";
import { SETTINGS_KEY } from "../settings/published-settings.ts";
import { createSettingsPublisher } from "../settings/publisher.ts";
import type { PutSettingsProblem, SettingsRpc, UnreadableSettings } from "../settings/rpc.ts";
import { createSettingsStore } from "../settings/store.ts";
import { settingsPolicyOf } from "./settings-policy.ts";

/** The Durable Object of the settings. */
export class Settings extends DurableObject<Env> implements SettingsRpc {
  readonly #store = createSettingsStore(this.ctx.storage);
  readonly #publisher = createSettingsPublisher({
    put: async () => {
      const documents = await this.#open();
      const version = this.#store.newest()?.version ?? 0;
      await this.env.KV.put(SETTINGS_KEY, documents.published());
      this.#store.setPublished(version);
    },
    report: () => this.#report(),
    unpublished: () => this.#store.unpublished(),
    alarm: this.ctx.storage,
    waitUntil: (pending) => this.ctx.waitUntil(pending),
  });

  /** Returns the document in force; version 0: the defaults. */
  async read(): Promise<DocumentVersion> {
    return (await this.#open()).current();
  }

  /** Returns a stored document that this worker cannot read; null when there is none. */
  async unreadable(): Promise<UnreadableSettings | null> {
    return (await this.#open()).unreadable();
  }

  /**
   * Stores a new document and publishes it. Readers see it within about two minutes.
   *
   * @param ifVersion the version it was made from, or `*` for any
   * @param input any value; validated before it is stored
   * @param by who stores it, as the audit log names them
   * @param signIn the agent's sign-in; absent for an API key
   */
  async put(
    ifVersion: number | "*",
    input: unknown,
    by = "system",
    signIn?: string,
  ): Promise<Result<DocumentVersion, PutSettingsProblem>> {
    const documents = await this.#open();
    const now = Date.now();
    const stored = documents.put(ifVersion, input, { by, signIn: signIn ?? null }, now);
    if (stored.ok) await this.#publisher.publish(now);
    return stored;
  }

  /** Publishes the newest version and records changes; sets itself again while either fails. */
  override async alarm(): Promise<void> {
    await this.#publisher.publish(Date.now());
  }

  async #report(): Promise<void> {
    const config = configOf(this.env);
    if (!config.ok) return;
    const [{ reportChanges }, { auditStub }] = await Promise.all([
      import("../settings/report-changes.ts"),
      import("../audit/client.ts"),
    ]);
    await reportChanges(this.#store, () => auditStub(this.env.AUDIT, config.value.locationHint));
  }

  /**
   * Opens the documents. Their code is loaded with the first call, so that a cold start for a push does not evaluate
   * it.
   */
  async #open(): Promise<SettingsDocuments> {
    const { createSettingsDocuments } = await import("../settings/documents.ts");
    return createSettingsDocuments(this.#store, () => settingsPolicyOf(this.env));
  }
}
