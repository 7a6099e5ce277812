/**
 * Lifts a pause: `POST /resume`. One waiting message is sent first; the others are sent only when WeChat accepts it, or
 * refuses only that message (docs/design/0005-facts-and-decisions.md).
 */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import type { ResumedSchema } from "../../../../shared/api/health.ts";
import { forgetFaults, snapshotMemory } from "../../../account/faults/fault-reader.ts";
import { findAccountFaults } from "../../../inbox/account-calls/read-faults.ts";
import { resumeAccount } from "../../../inbox/delivery/resume-account.ts";
import { toFaultJson } from "../../health-json.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { operation } from "../../http/operation.ts";
import { servicesOf } from "../../http/request/choose-account.ts";

/** Routes about pauses. */
export const resume = new Hono<HttpEnv>();

resume.post("/resume", operation("resumeApp", "operations.change"), async (c) => {
  const services = servicesOf(c);
  const { appid } = services.accountConfig;
  const trial = await resumeAccount(services);
  // Deletes the cached faults, because the caller may read /healthz next, which would otherwise show the old faults for
  // up to ten seconds.
  forgetFaults(snapshotMemory, services.credential);
  const [known, texts] = await Promise.all([findAccountFaults(services), services.texts()]);
  const faults = known.map((fault) => toFaultJson(appid, fault, texts));
  const holds = trial.outcome === "unknown" && faults.some(({ reason }) => reason === "paused");
  const resumed = !holds && !["refused", "running", "no_token"].includes(trial.outcome);
  return c.json({ resumed, trial, faults } satisfies v.InferOutput<typeof ResumedSchema>);
});
