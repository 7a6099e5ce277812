/**
 * Gives each route of the API its operation id and its access, which is who may call the route. The worker uses only the
 * access. The description of a route for the OpenAPI document is in `worker/openapi/routes/`, by operation id, and is
 * not part of the worker (docs/design/0011-openapi-at-build.md).
 */
import { sValidator } from "@hono/standard-validator";
import type { Context, MiddlewareHandler } from "hono";
// Types only: the package itself must not be bundled into the worker.
import type { validator as DescribedValidator } from "hono-openapi";
import { matchedRoutes } from "hono/route";
import { findTargetHandler } from "hono/utils/handler";
import type { Access } from "../../people/core/rights.ts";

type ValidatorArguments = Parameters<typeof DescribedValidator>;

/** What a middleware declares about its route: the route's operation, or validated parameters. */
export type Note =
  | {
      readonly kind: "operation";
      /** The operation id of the OpenAPI document. */
      readonly id: string;
      /** Who may call the route; checked in one place, `auth/require-access.ts`. */
      readonly access: Access;
    }
  | {
      readonly kind: "parameters";
      readonly target: ValidatorArguments[0];
      readonly schema: ValidatorArguments[1];
      readonly options: ValidatorArguments[3];
    };

const notes = new WeakMap<object, Note>();

/**
 * Returns the middleware that gives a route its operation id and its access; place it before the route's validators.
 */
export function operation(id: string, access: Access): MiddlewareHandler {
  const pass: MiddlewareHandler = (_c, next) => next();
  notes.set(pass, { kind: "operation", id, access });
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

/** Returns the note attached to a middleware; undefined when it has none. */
export function noteOf(middleware: object): Note | undefined {
  return notes.get(middleware);
}

/**
 * Returns who may call the route that a request has matched; undefined for a path without a route, and for a route
 * without an operation.
 */
export function accessOf(c: Context): Access | undefined {
  for (const { handler } of matchedRoutes(c)) {
    const note = noteOf(findTargetHandler(handler));
    if (note?.kind === "operation") return note.access;
  }
  return undefined;
}
