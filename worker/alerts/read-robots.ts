/**
 * Parses the secret ALERT_ROBOTS: a JSON list of robots. Every problem is reported with its fix, and never with a
 * value. An invalid list affects alerts only, so unlike other configuration problems it does not stop the Worker
 * (docs/design/0027-alerts.md).
 */
import * as v from "valibot";
import { ALERT_LANGUAGES, ROBOT_VENDORS, RobotNameSchema } from "../../shared/api/alerts.ts";
import { err, ok, type Result } from "../../shared/base/result.ts";
import { trimSecret } from "../../shared/base/secret-text.ts";
import { checkWebhookUrl } from "../platform/public-url.ts";
import type { Robot } from "./core/robot.ts";
import { canSign, isRobotPath, vendorOfHost } from "./core/vendors.ts";

/** One problem of the list. */
export interface RobotProblem {
  /**
   * The position: `0.url` is the URL of the first robot, `0` the first robot with an unknown field; empty for the list
   * as a whole.
   */
  readonly path: string;
  readonly problem: string;
  readonly cure: string;
}

/** The maximum number of robots; limited, because each alert is sent to every robot. */
const MAX_ROBOTS = 5;
const EXAMPLE = '[{"name":"duty","url":"<webhook URL of the robot>"}]';
const COPY_URL = "copy the webhook URL of the group robot as its vendor shows it";

const RobotSchema = v.strictObject({
  name: RobotNameSchema,
  url: v.pipe(v.string(), v.transform(trimSecret)),
  /** Needed only for addresses that WEBHOOK_ALLOW_PRIVATE allows; for all others the host determines the vendor. */
  vendor: v.exactOptional(v.picklist(ROBOT_VENDORS)),
  secret: v.exactOptional(v.pipe(v.string(), v.transform(trimSecret), v.regex(/^[\x21-\x7e]{1,256}$/))),
  language: v.exactOptional(v.picklist(ALERT_LANGUAGES), "zh"),
});
const ListSchema = v.pipe(v.string(), v.parseJson(), v.array(RobotSchema), v.maxLength(MAX_ROBOTS));

const CURES: Readonly<Record<string, string>> = {
  name: "use 1 to 32 letters, digits, hyphens or underscores",
  url: COPY_URL,
  vendor: `use one of: ${ROBOT_VENDORS.join(", ")}, or leave it out`,
  secret: "copy the secret from the robot's security settings, or leave it out",
  language: `use one of: ${ALERT_LANGUAGES.join(", ")}`,
};

/**
 * Parses the list, or returns every problem in it.
 *
 * @param text the value of ALERT_ROBOTS; empty: no robots
 * @param allowPrivate WEBHOOK_ALLOW_PRIVATE: any host is then allowed for a robot that names its vendor
 */
export function readRobots(text: string, allowPrivate: boolean): Result<readonly Robot[], readonly RobotProblem[]> {
  if (text === "") return ok([]);
  const parsed = v.safeParse(ListSchema, text);
  if (!parsed.success) return err(parsed.issues.map(toProblem));
  const problems: RobotProblem[] = [];
  const robots = parsed.output.flatMap((input, index): readonly Robot[] => {
    const note = (field: string, problem: string, cure: string) =>
      void problems.push({ path: `${index}.${field}`, problem, cure });
    if (parsed.output.findIndex(({ name }) => name === input.name) !== index)
      note("name", "is used twice", "give each robot a name of its own");
    const { vendor: named, url, secret, ...rest } = input;
    const checked = checkWebhookUrl(url, allowPrivate);
    if (!checked.ok) {
      note("url", checked.error.problem, COPY_URL);
      return [];
    }
    const { host, pathname, search } = checked.value;
    const known = vendorOfHost(host);
    const vendor = known ?? (allowPrivate ? named : undefined);
    if (vendor === undefined) {
      note("url", "is not on a host of WeCom, 钉钉, 飞书 or Slack", COPY_URL);
      return [];
    }
    if (named !== undefined && named !== vendor) note("vendor", "is not the vendor of the url", "leave it out");
    if (!isRobotPath(vendor, `${pathname}${search}`)) note("url", "is not the URL of a group robot", COPY_URL);
    if (secret !== undefined && !canSign(vendor))
      note("secret", "is set although robots of this vendor verify no signature", "leave it out");
    return [{ ...rest, vendor, url: checked.value.href, ...(secret !== undefined && { secret }) }];
  });
  return problems.length > 0 ? err(problems) : ok(robots);
}

function toProblem(issue: v.BaseIssue<unknown>): RobotProblem {
  const path = v.getDotPath(issue) ?? "";
  const field = path.slice(path.indexOf(".") + 1);
  if (issue.type === "max_length") {
    const cure = "remove robots, or let one group forward to others";
    return { path, problem: `has more than ${MAX_ROBOTS} robots`, cure };
  }
  const cure = CURES[field] ?? `set a list such as ${EXAMPLE}`;
  if (issue.received === "undefined") return { path, problem: "is missing", cure };
  if (issue.expected === "never") return { path: path.split(".")[0] ?? "", problem: "has an unknown field", cure };
  return { path, problem: path === "" ? "is not a JSON list" : "is not valid", cure };
}
