/**
 * Converts what the document says of a route (`routes/`) for hono-openapi.
 */
import { resolver, type DescribeRouteOptions } from "hono-openapi";
import * as v from "valibot";
import { PROBLEMS, type ProblemCode, type ProblemStatus } from "../../shared/api/problem-table.ts";
import { both } from "../../shared/api/schemas.ts";
import { isOpenToKey, type Access } from "../people/core/rights.ts";
import { PROBLEM_TYPE } from "../routes/http/response/problem.ts";
import { problemSchema } from "./problem-schema.ts";
import type { Content, RouteDoc } from "./route-docs.ts";

/** The problems that every request may get. */
const COMMON: readonly ProblemCode[] = ["unknown_account", "rate_limited", "internal", "not_set_up", "try_again"];
/** Further problems of requests with an API key, and of requests with a cookie or from a browser. */
const OF_KEYS: readonly ProblemCode[] = ["unauthorized", "api_closed"];
const OF_BROWSERS: readonly ProblemCode[] = ["origin_refused", "https_required"];

/** The names of the security schemes in the document. */
const API_KEY = { apiKey: [] };
const SIGN_IN = { signIn: [] };

/** Returns how a caller authenticates for a route; empty for a public one. */
function securityOf(access: Access) {
  if (access === "public") return [];
  if (access === "api") return [API_KEY];
  return isOpenToKey(access) ? [API_KEY, SIGN_IN] : [SIGN_IN];
}

function accessProblems(access: Access): readonly ProblemCode[] {
  if (access === "public") return OF_BROWSERS;
  // A caller with a cookie may be refused on every route, so every route may return these problems to a browser.
  const refusal = isOpenToKey(access) ? "forbidden" : "agent_required";
  return [...OF_KEYS, ...OF_BROWSERS, "desk_off", refusal];
}

/** The parameters every route has. */
const ACCOUNT_PARAMETERS = [
  {
    in: "query",
    name: "account",
    description: both(
      "有多个账号时指定，如 mini-program:wx…；默认为第一个；/conversations/ 下的接口须在此处或路径中指定，否则返回 400 account_required",
      "the account when several are configured, such as mini-program:wx…; default: the first; under /conversations/ it must be given here or in the path, otherwise 400 account_required",
    ),
    schema: { type: "string" },
  },
  {
    in: "query",
    name: "appid",
    description: both("小程序可以只写 AppID", "the AppID, as a short form for a mini program"),
    schema: { type: "string", pattern: "^wx[0-9a-f]{16}$" },
  },
] as const;

/** Builds the operation of a route, without the parameters that its validators check. */
export function toOperation(id: string, access: Access, route: RouteDoc): DescribeRouteOptions {
  return {
    operationId: id,
    tags: [route.tag],
    summary: both(route.summary.zh, route.summary.en),
    ...(route.text === undefined ? {} : { description: both(route.text.zh, route.text.en) }),
    security: securityOf(access),
    parameters: [...ACCOUNT_PARAMETERS],
    ...(route.body === undefined ? {} : { requestBody: { required: true, content: contentOf(route.body) } }),
    responses: {
      ...describeAnswers(route.answers),
      ...describeProblems([...new Set([...accessProblems(access), ...COMMON, ...(route.problems ?? [])])]),
    },
  };
}

/**
 * Builds the description of an answer that is a problem: one code, or several codes with the same status as
 * alternatives.
 */
export function describeProblem(codes: readonly ProblemCode[]) {
  const words = codes.map((code) => `\`${code}\` ${both(PROBLEMS[code].title.zh, PROBLEMS[code].title.en)}`);
  const [first, ...others] = codes.map(problemSchema);
  const schema = resolver(first !== undefined && others.length === 0 ? first : v.union(codes.map(problemSchema)));
  return { description: words.join(" · "), content: { [PROBLEM_TYPE]: { schema } } };
}

function describeProblems(codes: readonly ProblemCode[]) {
  const statuses = new Map<ProblemStatus, ProblemCode[]>();
  for (const code of codes) {
    const { status } = PROBLEMS[code];
    statuses.set(status, [...(statuses.get(status) ?? []), code]);
  }
  return Object.fromEntries([...statuses].map(([status, alike]) => [status, describeProblem(alike)]));
}

function describeAnswers(answers: RouteDoc["answers"]) {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { text, content, headers }]) => [
      status,
      {
        description: both(text.zh, text.en),
        ...(content === undefined ? {} : { content: contentOf([content].flat()) }),
        ...(headers === undefined ? {} : { headers: headersOf(headers) }),
      },
    ]),
  );
}

function contentOf(contents: readonly Content[]) {
  return Object.fromEntries(
    contents.map(({ type, schema, example }) => [
      type,
      {
        ...(schema === undefined ? {} : { schema: resolver(schema, { options: { typeMode: "input" } }) }),
        ...(example === undefined ? {} : { example }),
      },
    ]),
  );
}

function headersOf(headers: NonNullable<RouteDoc["answers"][number]["headers"]>) {
  return Object.fromEntries(
    Object.entries(headers).map(([name, text]) => [
      name,
      { description: both(text.zh, text.en), schema: { type: "string" as const } },
    ]),
  );
}
