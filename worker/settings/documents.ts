/**
 * Stores the settings document in the `Settings` object: numbered versions, validated before they are stored. A stored
 * document is parsed again when it is read, because another version of this worker may have written it.
 */
import { findDocumentProblems, type CheckedAccount } from "../../shared/api/settings/document-checks.ts";
import { checkDocument, parseDocument } from "../../shared/api/settings/document-input.ts";
import { MAX_SETTINGS_BYTES, parseStoredDocument, type SettingsDocument } from "../../shared/api/settings/document.ts";
import type { SettingsProblem } from "../../shared/api/settings/problems.ts";
import type { Settings } from "../../shared/api/settings/settings.ts";
import { DEFAULT_VERSION, type DocumentVersion } from "../../shared/api/settings/version.ts";
import { err, ok, type Result } from "../../shared/base/result.ts";
import { utf8Length } from "../../shared/text/size.ts";
import { writeLog } from "../platform/logger.ts";
import { findWebhookProblems, type WebhookPolicy } from "../webhooks/settings-check.ts";
import { toPublished } from "./published-settings.ts";
import type { PutSettingsProblem, UnreadableSettings } from "./rpc.ts";
import type { SettingsStore, VersionRow } from "./store.ts";

/** The part of the worker's configuration that settings are validated against. */
export interface SettingsPolicy extends WebhookPolicy {
  /** The accounts that the worker serves. */
  readonly accounts: readonly CheckedAccount[];
}

/** Reads and stores documents. */
export interface SettingsDocuments {
  /**
   * Returns the newest version. Without one, or when this worker cannot read it (`unreadable`), the document is the
   * default.
   */
  current(): DocumentVersion;
  /**
   * Returns the newest stored document with the problems that its schema finds; null when there are none or nothing is
   * stored.
   */
  unreadable(): UnreadableSettings | null;
  /**
   * Returns the newest version, or the default, in the form written to KV: as it was stored, whether this worker can
   * read it or not.
   */
  published(): string;
  /**
   * Validates and stores the next version.
   *
   * @param ifVersion the version that was edited, or `*` for any
   * @param input any value
   * @param author who stores it, as the audit log names them, and the sign-in that was used
   * @param now epoch ms
   */
  put(
    ifVersion: number | "*",
    input: unknown,
    author: Pick<VersionRow, "by" | "signIn">,
    now: number,
  ): Result<DocumentVersion, PutSettingsProblem>;
}

/** The number of versions that are kept; more while the audit log lacks older ones. */
const KEPT_VERSIONS = 20;

/**
 * Opens the documents.
 *
 * @param policy returns the configuration for each validation; undefined while it is incomplete
 */
export function createSettingsDocuments(
  store: SettingsStore,
  policy: () => SettingsPolicy | undefined,
): SettingsDocuments {
  function current(): DocumentVersion {
    const row = store.newest();
    if (row === undefined) return DEFAULT_VERSION;
    const document = parseStoredDocument(JSON.parse(row.body));
    if (document !== undefined) return { version: row.version, document, updatedAt: row.at };
    writeLog("settings_unreadable", { version: row.version });
    return { ...DEFAULT_VERSION, version: row.version, updatedAt: row.at, unreadable: true };
  }

  /** Returns the accounts with an override in the newest version; none when it cannot be read. */
  function storedOverrides(): readonly string[] {
    const row = store.newest();
    const document = row && parseStoredDocument(JSON.parse(row.body));
    return Object.keys(document?.overrides ?? {});
  }

  function check(
    input: unknown,
  ): Result<{ readonly document: SettingsDocument; readonly body: string }, readonly SettingsProblem[]> {
    const found = policy();
    const checkWebhooks = (settings: Settings) => findWebhookProblems(settings, found);
    const checked = checkDocument(input, (document) =>
      findDocumentProblems(document, found?.accounts, checkWebhooks, storedOverrides()),
    );
    if (!checked.ok) return checked;
    const document = checked.value;
    const body = JSON.stringify(document);
    const bytes = utf8Length(body);
    return bytes > MAX_SETTINGS_BYTES ? err([tooLarge(bytes)]) : ok({ document, body });
  }

  return {
    current,
    unreadable() {
      const row = store.newest();
      if (row === undefined) return null;
      const parsed = parseDocument(JSON.parse(row.body));
      return parsed.ok ? null : { version: row.version, problems: parsed.error, body: row.body };
    },
    published() {
      const row = store.newest();
      if (row === undefined)
        return toPublished(DEFAULT_VERSION.version, DEFAULT_VERSION.updatedAt, DEFAULT_VERSION.document);
      // Always an object: `put` stores nothing else.
      const document: object = JSON.parse(row.body);
      return toPublished(row.version, row.at, document);
    },
    put(ifVersion, input, author, now) {
      const before = store.newest()?.version ?? DEFAULT_VERSION.version;
      if (ifVersion !== "*" && ifVersion !== before) return err({ reason: "version_mismatch", version: before });
      const checked = check(input);
      if (!checked.ok) return err({ reason: "invalid", problems: checked.error });
      const { document, body } = checked.value;
      const version = before + 1;
      store.add({ version, at: now, ...author, body }, KEPT_VERSIONS);
      return ok({ version, document, updatedAt: now });
    },
  };
}

function tooLarge(bytes: number): SettingsProblem {
  const problem = `the settings have ${bytes} bytes, the maximum is ${MAX_SETTINGS_BYTES}`;
  return { reason: "invalid", path: "", problem, cure: "shorten or remove texts" };
}
