/** What the API document contains about the routes for settings. */
import * as v from "valibot";
import { named } from "../../../shared/api/schemas.ts";
import {
  SettingsDocumentSchema,
  DocumentInputSchema,
  AccountSettingsSchema,
} from "../../../shared/api/settings/document-input.ts";
import { DEFAULT_DOCUMENT } from "../../../shared/api/settings/document.ts";
import type { RouteDocs } from "../route-docs.ts";

const DOCUMENT = {
  type: "application/json",
  schema: named("SettingsDocument", SettingsDocumentSchema),
  example: { version: 0, ...DEFAULT_DOCUMENT },
};

const INPUT = {
  type: "application/json",
  schema: named("SettingsInput", DocumentInputSchema),
  example: DEFAULT_DOCUMENT,
};

const DOCUMENT_OR_ACCOUNT = {
  ...DOCUMENT,
  schema: v.union([DOCUMENT.schema, named("AccountSettings", AccountSettingsSchema)]),
};

const VERSION_HEADER = {
  etag: { zh: '版本号，例如 "3"；"0" 为默认设置', en: 'the version, for example "3"; "0" means the defaults' },
};

/** The descriptions of these routes, by operation id. */
export const SETTINGS: RouteDocs = {
  getSettings: {
    tag: "settings",
    summary: { zh: "读取设置", en: "The settings" },
    text: {
      zh: "整个部署的一份文档：`defaults` 对所有账号生效，`overrides` 按渠道账号逐项替换。带 `account`（小程序可用 `appid`）时，返回该账号的生效设置。",
      en: "One document for the deployment: `defaults` for every account; `overrides` replaces single keys by channel account. With `account` (or `appid` for a mini program): the settings in force for that account.",
    },
    answers: {
      200: { text: { zh: "设置", en: "The settings" }, content: DOCUMENT_OR_ACCOUNT, headers: VERSION_HEADER },
    },
    problems: ["settings_unreadable"],
  },
  putSettings: {
    tag: "settings",
    summary: { zh: "保存设置", en: "Store settings" },
    text: {
      zh: "整体替换全部账号的设置；最多两分钟后在各地生效。有错误时一次列出全部错误。",
      en: "Replaces the settings of all accounts as a whole; in force everywhere within about two minutes. All problems are returned at once.",
    },
    body: [INPUT],
    answers: {
      200: {
        text: { zh: "已保存（含默认值）", en: "Stored, with the defaults filled in" },
        content: DOCUMENT,
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
  },
};
