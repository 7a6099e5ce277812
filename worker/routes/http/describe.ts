/**
 * What a route says about itself: written beside the route, made of the schemas it checks and answers with, and of the
 * codes of the problem table. The worker serves without looking at it; `worker/docs` makes the OpenAPI document of it
 * when the project is built (docs/design/0011-openapi-at-build.md).
 */
import { sValidator } from "@hono/standard-validator";
import type { MiddlewareHandler } from "hono";
// Types only: the package itself must not get into the worker.
import type { validator as DescribedValidator } from "hono-openapi";
import type { GenericSchema } from "valibot";
import type { ProblemCode } from "../../../shared/api/problem-table.ts";
import type { BilingualText } from "../../../shared/base/bilingual.ts";

/** The groups of routes. */
export type Tag = "messages" | "conversations" | "media" | "settings" | "operations";

/** A body or an answer: its content type, and its schema where it has one. */
export interface Content {
  readonly type: string;
  /** Absent for bytes. */
  readonly schema?: GenericSchema;
  readonly example?: unknown;
}

/** One good answer. */
export interface Answer {
  readonly text: BilingualText;
  /** Absent for an empty answer. */
  readonly content?: Content | readonly Content[];
  /** Response headers worth knowing, with what they say. */
  readonly headers?: Readonly<Record<string, BilingualText>>;
}

/** A route's entry in the document. */
export interface RouteDescription {
  readonly id: string;
  readonly tag: Tag;
  readonly summary: BilingualText;
  readonly text?: BilingualText;
  readonly body?: readonly Content[];
  readonly answers: Readonly<Record<number, Answer>>;
  /** Beside those every route has. */
  readonly problems?: readonly ProblemCode[];
}

type ValidatorArguments = Parameters<typeof DescribedValidator>;

/** What the document says because of a middleware: all of a route, or the parameters that are checked. */
export type Note =
  | { readonly kind: "route"; readonly route: RouteDescription }
  | {
      readonly kind: "parameters";
      readonly target: ValidatorArguments[0];
      readonly schema: ValidatorArguments[1];
      readonly options: ValidatorArguments[3];
    };

const notes = new WeakMap<object, Note>();

/** Describes a route; put it before the route's validators. */
export function describe(route: RouteDescription): MiddlewareHandler {
  const pass: MiddlewareHandler = (_c, next) => next();
  notes.set(pass, { kind: "route", route });
  return pass;
}

/**
 * `validator` of hono-openapi, less the document: checks parameters and asks the hook what to answer. Its type is that
 * one's own, so `c.req.valid` yields what the schema does.
 */
export const validator = checkAndNote as typeof DescribedValidator;

function checkAndNote(...[target, schema, hook, options]: ValidatorArguments) {
  const check = sValidator(target, schema, hook);
  notes.set(check, { kind: "parameters", target, schema, options });
  return check;
}

/** What is noted of a middleware, for `worker/docs`. */
export function noteOf(middleware: object): Note | undefined {
  return notes.get(middleware);
}
