/**
 * Lifts a pause: `POST /resume`. One waiting message is sent first; only when WeChat accepts it do the others follow
 * (docs/design/0005-facts-and-decisions.md).
 */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import { ResumedSchema } from "../../../../shared/api/health.ts";
import { forgetFaults, snapshotMemory } from "../../../account/faults/fault-reader.ts";
import { findAccountFaults } from "../../../inbox/account-calls/read-faults.ts";
import { resumeAccount } from "../../../inbox/delivery/resume-account.ts";
import { toFaultJson } from "../../health-json.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { describe } from "../../http/describe.ts";
import { servicesOf } from "../../http/request/choose-account.ts";

/** Routes about pauses. */
export const resume = new Hono<HttpEnv>();

resume.post(
  "/resume",
  describe({
    id: "resumeApp",
    tag: "operations",
    access: "operations.change",
    summary: { zh: "解除暂停", en: "Lift a pause" },
    text: {
      zh: "先试发一条等待中的消息：微信接受它，或只拒绝这一条时，解除暂停并发送其余消息；微信再次拒绝整个小程序时，继续暂停。可重复调用。",
      en: "Sends one waiting message first. If WeChat accepts it, or refuses only that message, the pause is lifted and the others follow; if WeChat refuses the whole app again, the pause remains. May be called repeatedly.",
    },
    answers: {
      200: {
        text: { zh: "结果", en: "The result" },
        content: { type: "application/json", schema: ResumedSchema },
      },
    },
  }),
  async (c) => {
    const services = servicesOf(c);
    const { appid } = services.accountConfig;
    const trial = await resumeAccount(services);
    // Deletes the cached report, because the caller may read /healthz next, which would otherwise show it for up to ten
    // seconds.
    forgetFaults(snapshotMemory, services.credential);
    const [known, texts] = await Promise.all([findAccountFaults(services), services.texts()]);
    const faults = known.map((fault) => toFaultJson(appid, fault, texts));
    const holds = trial.outcome === "unknown" && faults.some(({ reason }) => reason === "paused");
    const resumed = !holds && !["refused", "running", "no_token"].includes(trial.outcome);
    return c.json({ resumed, trial, faults } satisfies v.InferOutput<typeof ResumedSchema>);
  },
);
