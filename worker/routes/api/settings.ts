/**
 * The team's settings: `GET|PUT /settings`. The ETag is their version; the If-Match of a PUT names the version it was
 * made from, so that two people do not overwrite each other's changes unnoticed.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import * as v from "valibot";
import { both, named } from "../../../shared/api/schemas.ts";
import { DEFAULT_SETTINGS } from "../../../shared/api/settings/default.ts";
import { MAX_SETTINGS_BYTES, SettingsSchema } from "../../../shared/api/settings/settings.ts";
import type { PutSettingsProblem } from "../../settings/versions.ts";
import type { HttpEnv } from "../http/app-env.ts";
import { servicesOf } from "../http/choose-account.ts";
import { describe, validator } from "../http/describe.ts";
import { problem } from "../http/problem.ts";
import { readJson, refuseAs } from "../http/request-body.ts";
import { readStored, toEtag } from "../http/stored-settings.ts";

const ETAG = /^"(\d{1,15})"$/;
const SETTINGS = { type: "application/json", schema: named("Settings", SettingsSchema), example: DEFAULT_SETTINGS };
const VERSION_HEADER = {
  etag: { zh: '版本号，例如 "3"；"0" 为默认设置', en: 'the version, "3" for example; "0" are the defaults' },
};

const IfMatchSchema = v.object({
  "if-match": v.pipe(
    v.string(),
    v.nonEmpty(),
    v.description(both("GET 返回的 ETag；* 表示覆盖任何版本", "the ETag of GET; * overwrites whatever is there")),
  ),
});

/** Routes about the settings. */
export const settings = new Hono<HttpEnv>();

settings.get(
  "/settings",
  describe({
    id: "getSettings",
    tag: "settings",
    summary: { zh: "读取设置", en: "The settings" },
    answers: {
      200: { text: { zh: "当前设置", en: "The settings in force" }, content: SETTINGS, headers: VERSION_HEADER },
    },
    problems: ["settings_unreadable"],
  }),
  async (c) => {
    const stored = await readStored(c);
    if (!stored.ok) return stored.error;
    const { version, settings } = stored.value;
    return c.json(settings, 200, { etag: toEtag(version) });
  },
);

settings.put(
  "/settings",
  describe({
    id: "putSettings",
    tag: "settings",
    summary: { zh: "保存设置", en: "Store settings" },
    text: {
      zh: "整体替换；最多两分钟后在各地生效。有问题时一次列出全部问题。",
      en: "Replaces them as a whole; in force everywhere within about two minutes. All problems are returned at once.",
    },
    body: [SETTINGS],
    answers: {
      200: {
        text: { zh: "已保存（含默认值）", en: "Stored, with the defaults filled in" },
        content: SETTINGS,
        headers: VERSION_HEADER,
      },
    },
    problems: [
      "malformed_json",
      "version_mismatch",
      "body_too_large",
      "unsupported_media_type",
      "invalid_settings",
      "if_match_required",
    ],
  }),
  validator(
    "header",
    IfMatchSchema,
    refuseAs((c) => problem(c, "if_match_required", {})),
  ),
  async (c) => {
    const input = await readJson(c, MAX_SETTINGS_BYTES);
    if (!input.ok) return input.error;
    const services = servicesOf(c);
    const stored = await services.account().putSettings(readVersion(c.req.valid("header")["if-match"]), input.value);
    if (!stored.ok) return refuseSettings(c, stored.error);
    services.useSettings(stored.value);
    return c.json(stored.value.settings, 200, { etag: toEtag(stored.value.version) });
  },
);

/** A strong comparison (RFC 9110 §13.1.1): a text that is not one of our ETags matches no version. */
function readVersion(ifMatch: string): number | "*" {
  if (ifMatch === "*") return "*";
  return Number(ETAG.exec(ifMatch)?.[1] ?? -1);
}

function refuseSettings(c: Context<HttpEnv>, refusal: PutSettingsProblem): Response {
  switch (refusal.reason) {
    case "version_mismatch": {
      const { version } = refusal.current;
      return problem(c, "version_mismatch", { version }, { headers: { etag: toEtag(version) } });
    }
    case "invalid":
      return problem(c, "invalid_settings", { problems: refusal.problems.map((found) => ({ ...found })) });
  }
}
