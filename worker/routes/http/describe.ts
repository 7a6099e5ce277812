/**
 * The description of a route: written beside the route, using the schemas of its inputs and answers and the codes of
 * the problem table. The running worker uses its `access` alone; `worker/openapi` generates the OpenAPI document from the
 * rest when the project is built (docs/design/0011-openapi-at-build.md).
 */
import { sValidator } from "@hono/standard-validator";
import type { Context, MiddlewareHandler } from "hono";
// Types only: the package itself must not be bundled into the worker.
import type { validator as DescribedValidator } from "hono-openapi";
import { matchedRoutes } from "hono/route";
import { findTargetHandler } from "hono/utils/handler";
import type { GenericSchema } from "valibot";
import type { ProblemCode } from "../../../shared/api/problem-table.ts";
import type { BilingualText } from "../../../shared/base/bilingual.ts";
import type { Access } from "../../people/core/rights.ts";

/** The groups of routes. */
export type Tag = "messages" | "conversations" | "media" | "desk" | "people" | "settings" | "operations";

/** A body or an answer: its content type, and its schema if there is one. */
export interface Content {
  readonly type: string;
  /** Absent when the content is bytes. */
  readonly schema?: GenericSchema;
  readonly example?: unknown;
}

/** One successful answer. */
export interface Answer {
  readonly text: BilingualText;
  /** Absent for an empty answer. */
  readonly content?: Content | readonly Content[];
  /** Documented response headers, with their descriptions. */
  readonly headers?: Readonly<Record<string, BilingualText>>;
}

/** A route's entry in the document. */
export interface RouteDescription {
  readonly id: string;
  readonly tag: Tag;
  /** Who may call it; checked in one place, `auth/require-access.ts`. */
  readonly access: Access;
  readonly summary: BilingualText;
  readonly text?: BilingualText;
  readonly body?: readonly Content[];
  readonly answers: Readonly<Record<number, Answer>>;
  /** In addition to the problems that every route has. */
  readonly problems?: readonly ProblemCode[];
}

type ValidatorArguments = Parameters<typeof DescribedValidator>;

/** The part of the document that a middleware contributes: a whole route, or validated parameters. */
export type Note =
  | { readonly kind: "route"; readonly route: RouteDescription }
  | {
      readonly kind: "parameters";
      readonly target: ValidatorArguments[0];
      readonly schema: ValidatorArguments[1];
      readonly options: ValidatorArguments[3];
    };

const notes = new WeakMap<object, Note>();

/** Describes a route; place it before the route's validators. */
export function describe(route: RouteDescription): MiddlewareHandler {
  const pass: MiddlewareHandler = (_c, next) => next();
  notes.set(pass, { kind: "route", route });
  return pass;
}

/**
 * Like hono-openapi's `validator`, but without the documentation: validates parameters and calls the hook for the
 * answer. It has the same type, so `c.req.valid` returns the schema's output.
 */
export const validator = checkAndNote as typeof DescribedValidator;

function checkAndNote(...[target, schema, hook, options]: ValidatorArguments) {
  const check = sValidator(target, schema, hook);
  notes.set(check, { kind: "parameters", target, schema, options });
  return check;
}

/** Returns the description attached to a middleware, for `worker/openapi`. */
export function noteOf(middleware: object): Note | undefined {
  return notes.get(middleware);
}

/**
 * Returns who may call the route that a request has matched; undefined for a path without a described route, and for a
 * route without a description.
 */
export function accessOf(c: Context): Access | undefined {
  for (const { handler } of matchedRoutes(c)) {
    const note = noteOf(findTargetHandler(handler));
    if (note?.kind === "route") return note.route.access;
  }
  return undefined;
}
