/**
 * The types of a route's part of the API document: the schemas of its inputs and answers, and the codes of the
 * problem table.
 */
import type { GenericSchema } from "valibot";
import type { ProblemCode } from "../../shared/api/problem-table.ts";
import type { BilingualText } from "../../shared/base/bilingual.ts";

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

/** What the document says of a route. */
export interface RouteDoc {
  readonly tag: Tag;
  readonly summary: BilingualText;
  readonly text?: BilingualText;
  readonly body?: readonly Content[];
  readonly answers: Readonly<Record<number, Answer>>;
  /** In addition to the problems that every route has. */
  readonly problems?: readonly ProblemCode[];
}

/** By operation id. */
export type RouteDocs = Readonly<Record<string, RouteDoc>>;
