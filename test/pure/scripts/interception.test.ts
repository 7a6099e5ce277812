/**
 * Cloudflare answers instead of the worker: doctor and setup name the Cloudflare setting, not a fault of the worker.
 */
import { describe, it } from "vitest";
import { examine } from "../../../scripts/doctor/examine.ts";
import type { Ports } from "../../../scripts/doctor/target.ts";
import { waitForMilestones } from "../../../scripts/setup/worker.ts";

const NOW = Date.UTC(2026, 10, 22, 4, 0, 0);
const ORIGIN = "https://kefu.test";
const SECRETS = {
  appid: "wx0123456789abcdef",
  token: "sometoken",
  aesKey: "a".repeat(43),
  apiKey: "key-0123456789abcdef",
};
const CLOUDFLARE = { server: "cloudflare", "cf-ray": "8f0000000000abcd-HKG" };
const HTML = { ...CLOUDFLARE, "content-type": "text/html; charset=UTF-8" };

const page = (title: string, body = "") =>
  `<!DOCTYPE html><html><head><title>${title}</title></head><body>${body}</body></html>`;

interface Sample {
  readonly name: string;
  readonly answer: () => Response;
  /** The finding, and its fix in English. */
  readonly fact: string;
  readonly cure: string;
}

const SAMPLES: readonly Sample[] = [
  {
    name: "a challenge, by its header",
    answer: () => new Response("", { status: 403, headers: { ...CLOUDFLARE, "cf-mitigated": "challenge" } }),
    fact: "HTTP 403",
    cure: "Bot Fight Mode",
  },
  {
    name: "a challenge, by its page",
    answer: () =>
      new Response(page("Just a moment...", "<script>window._cf_chl_opt={}</script>"), { status: 503, headers: HTML }),
    fact: "HTTP 503",
    cure: "Under Attack",
  },
  {
    name: "a login page of Access",
    answer: () =>
      new Response(null, {
        status: 302,
        headers: { ...CLOUDFLARE, location: "https://team.cloudflareaccess.com/cdn-cgi/access/login/kefu.test?kid=1" },
      }),
    fact: "HTTP 302",
    cure: "Bypass policy",
  },
  {
    name: "a refusal of Access",
    answer: () => new Response(page("Error ・ Cloudflare Access"), { status: 403, headers: HTML }),
    fact: "HTTP 403",
    cure: "Bypass policy",
  },
  {
    name: "error 1020 to a program",
    answer: () =>
      new Response("error code: 1020", { status: 403, headers: { ...CLOUDFLARE, "content-type": "text/plain" } }),
    fact: "HTTP 403, Cloudflare 1020",
    cure: "do not block countries",
  },
  {
    name: "error 1009 as a page",
    answer: () =>
      new Response(page("Access denied", '<span class="cf-error-code">1009</span>'), { status: 403, headers: HTML }),
    fact: "HTTP 403, Cloudflare 1009",
    cure: "do not block countries",
  },
  {
    name: "a block of the WAF as a page without a number",
    answer: () => new Response(page("Attention Required! | Cloudflare"), { status: 403, headers: HTML }),
    fact: "HTTP 403",
    cure: "Security → Events",
  },
  {
    name: "error 1020 as a problem document",
    answer: () =>
      new Response(JSON.stringify({ cloudflare_error: true, error_code: 1020, status: 403 }), {
        status: 403,
        headers: { ...CLOUDFLARE, "content-type": "application/problem+json" },
      }),
    fact: "HTTP 403, Cloudflare 1020",
    cure: "Security → Events",
  },
  {
    name: "a rate-limiting rule",
    answer: () => new Response("error code: 1015", { status: 429, headers: CLOUDFLARE }),
    fact: "HTTP 429, Cloudflare 1015",
    cure: "rate-limiting rules",
  },
  {
    name: "a Worker that threw",
    answer: () =>
      new Response(page("Worker threw exception | kefu.test | Cloudflare", '<span class="cf-error-code">1101</span>'), {
        status: 500,
        headers: HTML,
      }),
    fact: "HTTP 500, Cloudflare 1101",
    cure: "wrangler tail",
  },
  {
    name: "the free plan's daily limit",
    answer: () => new Response("error code: 1027", { status: 429, headers: CLOUDFLARE }),
    fact: "HTTP 429, Cloudflare 1027",
    cure: "midnight UTC",
  },
  {
    name: "an origin that does not answer",
    answer: () => new Response("error code: 522", { status: 522, headers: CLOUDFLARE }),
    fact: "HTTP 522",
    cure: "custom_domain = true",
  },
  {
    name: "a bad gateway as a page",
    answer: () => new Response(page("kefu.test | 502: Bad gateway"), { status: 502, headers: HTML }),
    fact: "HTTP 502",
    cure: "custom_domain = true",
  },
  {
    name: "a domain without an origin",
    answer: () => new Response("error code: 1016", { status: 530, headers: CLOUDFLARE }),
    fact: "HTTP 530, Cloudflare 1016",
    cure: "custom_domain = true",
  },
  {
    name: "a redirect rule",
    answer: () =>
      new Response(null, { status: 301, headers: { ...CLOUDFLARE, location: "https://www.kefu.test/healthz?x=1" } }),
    fact: "HTTP 301, → https://www.kefu.test",
    cure: "redirect rules",
  },
];

const portsOf = (answer: (request: Request) => Response): Ports => {
  return { fetch: async (request) => answer(request), now: () => NOW, randomBytes: (size) => new Uint8Array(size) };
};
const healthy = () =>
  Response.json(
    { status: "ok", apps: 1, modes: ["secure"], api: "open", warnings: [] },
    { headers: { ...CLOUDFLARE, date: new Date(NOW).toUTCString() } },
  );

describe.for(SAMPLES)("Cloudflare's answer, $name", ({ answer, fact, cure }) => {
  it("in place of /healthz is named with its fix", async ({ expect }) => {
    const { ok, findings } = await examine(portsOf(answer), { url: ORIGIN });
    expect(ok).toBe(false);
    const finding = findings.find(({ id }) => id === "health");
    expect(finding).toMatchObject({ state: "failed", fact });
    expect(finding?.cure?.en).toContain(cure);
    expect(finding?.cure?.zh).not.toBe(finding?.cure?.en);
  });

  it("on the push URL only is not reported as a wrong Token, and does not count as a refused forgery", async ({
    expect,
  }) => {
    const onPushes = (request: Request) => (request.url.includes("/wechat/") ? answer() : healthy());
    const { findings } = await examine(portsOf(onPushes), { url: ORIGIN, ...SECRETS });
    const pushes = findings.filter(({ id }) => /^(?:verify|push\.genuine)/.test(id));
    expect(pushes).toMatchObject([{ id: "verify.genuine", state: "failed", fact }]);
    expect(pushes[0]?.cure?.en).toContain(cure);
  });

  it("on the API only is not reported as a wrong key or an old version", async ({ expect }) => {
    const onApi = (request: Request) => (request.url.includes("/api/") ? answer() : healthy());
    const { findings } = await examine(portsOf(onApi), { url: ORIGIN, ...SECRETS });
    const api = findings.find(({ id }) => id === "api");
    expect(api).toMatchObject({ state: "failed", fact });
    expect(api?.cure?.en).toContain(cure);
  });
});

describe("an answer of the worker itself", () => {
  it.for([
    ["a refused push", () => new Response("forbidden", { status: 403, headers: CLOUDFLARE })],
    [
      "a problem document",
      () => Response.json({ code: "unauthorized", status: 401 }, { status: 401, headers: CLOUDFLARE }),
    ],
    ["an internal error", () => new Response("internal error", { status: 500, headers: CLOUDFLARE })],
    [
      "a worker that is not set up",
      () => Response.json({ status: "misconfigured", problems: [] }, { status: 503, headers: CLOUDFLARE }),
    ],
    [
      "a full rate limit of the API",
      () => Response.json({ code: "rate_limited", status: 429 }, { status: 429, headers: CLOUDFLARE }),
    ],
  ] as const)("is not treated as one of Cloudflare: %s", async ([, answer], { expect }) => {
    const onPushes = (request: Request) => (request.url.includes("/wechat/") ? answer() : healthy());
    const { findings } = await examine(portsOf(onPushes), { url: ORIGIN, ...SECRETS });
    const verified = findings.find(({ id }) => id === "verify.genuine");
    expect(verified?.state).toBe("failed");
    expect(verified?.wrong?.en ?? "").not.toMatch(/Cloudflare/);
  });
});

describe("setup, waiting for the first message", () => {
  const wait = (answer: () => Response) => {
    let now = NOW;
    const ports = {
      ...portsOf(answer),
      now: () => now,
      sleep: (ms: number) => {
        now += ms;
        return Promise.resolve();
      },
    };
    return waitForMilestones(ports, { url: ORIGIN, apiKey: SECRETS.apiKey }, 60_000, () => {});
  };
  const sample = (name: string) => SAMPLES.find((one) => one.name.startsWith(name))?.answer ?? healthy;

  it.for(["a challenge", "a login page", "error 1020", "a redirect"])(
    "ends with the fix: %s",
    async (name, { expect }) => {
      expect(await wait(sample(name))).toMatchObject({
        ok: false,
        error: { cure: { en: expect.stringMatching(/\w/) } },
      });
    },
  );

  it("continues while a new domain does not point to the worker yet", async ({ expect }) => {
    const waited = await wait(sample("a domain without"));
    expect(waited).toMatchObject({ ok: true, value: ["verified", "message", "answer"] });
  });
});
