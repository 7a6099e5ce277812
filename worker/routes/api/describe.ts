/**
 * What a route says about itself in the OpenAPI document: written beside the route, made of the schemas it checks
 * and answers with, and of the codes of the problem table.
 */
import { describeRoute, resolver } from "hono-openapi";
import type { MiddlewareHandler } from "hono";
import * as v from "valibot";
import type { BilingualText } from "../../../shared/errcode.ts";
import { PROBLEM_TYPE, problemSchema, type ProblemCode } from "./problem.ts";
import { PROBLEMS, type ProblemStatus } from "./problem-table.ts";
import { both } from "./schemas.ts";

/** The groups of routes, in the order of the docs page. */
export const TAGS = {
  messages: { zh: "消息", en: "Messages" },
  conversations: { zh: "会话", en: "Conversations" },
  media: { zh: "图片", en: "Pictures" },
  settings: { zh: "设置", en: "Settings" },
  operations: { zh: "运维", en: "Operations" },
} as const satisfies Record<string, BilingualText>;

/** A body or an answer: its content type, and its schema where it has one. */
export interface Content {
  readonly type: string;
  /** Absent for bytes. */
  readonly schema?: v.GenericSchema;
  readonly example?: unknown;
}

/** One good answer. */
export interface Answer {
  readonly text: BilingualText;
  /** Absent for an empty answer. */
  readonly content?: Content;
  /** Response headers worth knowing, with what they say. */
  readonly headers?: Readonly<Record<string, BilingualText>>;
}

/** A route's entry in the document. */
export interface RouteDescription {
  readonly id: string;
  readonly tag: keyof typeof TAGS;
  readonly summary: BilingualText;
  readonly text?: BilingualText;
  readonly body?: readonly Content[];
  readonly answers: Readonly<Record<number, Answer>>;
  /** Beside those every closed route has. */
  readonly problems?: readonly ProblemCode[];
  /** Needs no key. */
  readonly isPublic?: true;
}

/** What any request with a key may meet. */
const CLOSED: readonly ProblemCode[] = [
  "unauthorized",
  "api_closed",
  "unknown_app",
  "rate_limited",
  "internal",
  "try_again",
];
const OPEN: readonly ProblemCode[] = ["internal"];

/** The parameter every closed route has. */
const APP_PARAMETER = {
  in: "query",
  name: "appid",
  description: both("多个小程序时指定；默认第一个", "which mini program, when there are several; the first by default"),
  schema: { type: "string", pattern: "^wx[0-9a-f]{16}$" },
} as const;

/**
 * Describes a route; put it before the route's validators. Its answers, the larger part, are worked out when the document
 * is made, not when the worker starts.
 */
export function describe(route: RouteDescription): MiddlewareHandler {
  return describeRoute({
    operationId: route.id,
    tags: [route.tag],
    summary: both(route.summary.zh, route.summary.en),
    ...(route.text === undefined ? {} : { description: both(route.text.zh, route.text.en) }),
    ...(route.isPublic ? { security: [] } : { parameters: [APP_PARAMETER] }),
    ...(route.body === undefined ? {} : { requestBody: { required: true, content: contentOf(route.body) } }),
    get responses() {
      const codes = [...(route.isPublic ? OPEN : CLOSED), ...(route.problems ?? [])];
      return { ...describeAnswers(route.answers), ...describeProblems(codes) };
    },
  });
}

/** An answer that is a problem: one code, or several of one status as alternatives. */
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

function describeAnswers(answers: RouteDescription["answers"]) {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { text, content, headers }]) => [
      status,
      {
        description: both(text.zh, text.en),
        ...(content === undefined ? {} : { content: contentOf([content]) }),
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

function headersOf(headers: Readonly<Record<string, BilingualText>>) {
  return Object.fromEntries(
    Object.entries(headers).map(([name, text]) => [
      name,
      { description: both(text.zh, text.en), schema: { type: "string" as const } },
    ]),
  );
}
