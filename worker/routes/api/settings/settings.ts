/**
 * Reads and stores the team's settings: `GET|PUT /settings`, one document for the deployment. The ETag is the
 * document's version; the If-Match of a PUT contains the version that was edited, so that two people cannot overwrite
 * each other's changes unnoticed.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import * as v from "valibot";
import { both } from "../../../../shared/api/schemas.ts";
import type { SettingsDocumentSchema } from "../../../../shared/api/settings/document-input.ts";
import { originsOf } from "../../../../shared/api/settings/document-input.ts";
import { MAX_SETTINGS_BYTES, settingsFor } from "../../../../shared/api/settings/document.ts";
import type { DocumentVersion } from "../../../../shared/api/settings/version.ts";
import { reportSettings } from "../../../inbox/account-calls/report-settings.ts";
import type { PutSettingsProblem } from "../../../settings/rpc.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { actorOf, signInOf } from "../../http/auth/caller.ts";
import { operation, validator } from "../../http/operation.ts";
import { namesAccount, servicesOf } from "../../http/request/choose-account.ts";
import { readJson, refuseAs } from "../../http/request/request-body.ts";
import { problem } from "../../http/response/problem.ts";
import { createRequestServices } from "../../http/services.ts";
import { readDocument, toEtag } from "../../http/stored-settings.ts";

const ETAG = /^"(\d{1,15})"$/;

const IfMatchSchema = v.object({
  "if-match": v.pipe(
    v.string(),
    v.nonEmpty(),
    v.description(both("GET 返回的 ETag；* 表示覆盖任何版本", "the ETag of GET; * overwrites any version")),
  ),
});

/** Routes about the settings. */
export const settings = new Hono<HttpEnv>();

settings.get("/settings", operation("getSettings", "settings.read"), async (c) => {
  const account = namesAccount(c) ? servicesOf(c).accountKey : undefined;
  const read = await readDocument(c);
  if (!read.ok) return read.error;
  const { version, document } = read.value;
  const shown =
    account === undefined
      ? toDocumentJson(read.value)
      : { version, account, settings: settingsFor(document, account), from: originsOf(document, account) };
  return c.json(shown, 200, { etag: toEtag(version) });
});

settings.put(
  "/settings",
  operation("putSettings", "settings.change"),
  validator(
    "header",
    IfMatchSchema,
    refuseAs((c) => problem(c, "if_match_required", {})),
  ),
  async (c) => {
    const input = await readJson(c, MAX_SETTINGS_BYTES);
    if (!input.ok) return input.error;
    const services = servicesOf(c);
    const ifVersion = readVersion(c.req.valid("header")["if-match"]);
    const stored = await services.settingsObject().put(ifVersion, input.value, actorOf(c), signInOf(c));
    if (!stored.ok) return refuseSettings(c, stored.error);
    services.useSettings(stored.value);
    for (const app of c.get("config").apps) reportSettings(createRequestServices(c, app), stored.value);
    return c.json(toDocumentJson(stored.value), 200, { etag: toEtag(stored.value.version) });
  },
);

function toDocumentJson({ version, document }: DocumentVersion): v.InferOutput<typeof SettingsDocumentSchema> {
  return { version, ...document };
}

/** Parses If-Match. A strong comparison (RFC 9110 §13.1.1): a text that is not one of our ETags matches no version. */
function readVersion(ifMatch: string): number | "*" {
  if (ifMatch === "*") return "*";
  return Number(ETAG.exec(ifMatch)?.[1] ?? -1);
}

function refuseSettings(c: Context<HttpEnv>, refusal: PutSettingsProblem): Response {
  switch (refusal.reason) {
    case "version_mismatch": {
      const { version } = refusal;
      return problem(c, "version_mismatch", { version }, { headers: { etag: toEtag(version) } });
    }
    case "invalid":
      return problem(c, "invalid_settings", { problems: refusal.problems.map((found) => ({ ...found })) });
  }
}
