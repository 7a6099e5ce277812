/**
 * Checks answers against the OpenAPI document: every answer in a test must be described in it, by status, content type
 * and shape, so that the document matches the routes.
 */
import { env } from "cloudflare:workers";

/** The JSON-schema keywords the document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** One operation of the document. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security?: readonly unknown[];
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> };
  readonly responses: Readonly<
    Record<
      string,
      { readonly description: string; readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }
    >
  >;
}

/** The OpenAPI document. */
export interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly security: readonly unknown[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly securitySchemes: Readonly<Record<string, unknown>>;
  };
}

let document: Document | undefined;

/** Reads the document as it is served. */
export async function readDocument(): Promise<Document> {
  document ??= await (await env.ASSETS.fetch("https://kefu.test/api/openapi.json")).json<Document>();
  return document;
}

/**
 * Checks an answer against the document.
 *
 * @returns the answer, to be read by the test
 * @throws Error that names what the document does not describe
 */
export async function described(request: Request, response: Response): Promise<Response> {
  const document = await readDocument();
  const { pathname } = new URL(request.url);
  const operation = findOperation(document, request.method.toLowerCase(), pathname);
  // A path without an operation in the document is not checked.
  if (operation === undefined) return response;
  const where = `${operation.operationId} ${response.status}`;
  const documented = operation.responses[String(response.status)];
  if (documented === undefined) throw new Error(`${where} is not in the document: ${await response.clone().text()}`);
  const type = response.headers.get("content-type")?.split(";")[0];
  if (type === undefined || documented.content === undefined) {
    if (type !== undefined || documented.content !== undefined)
      throw new Error(`${where}: the body is documented but missing, or present but undocumented`);
    return response;
  }
  const content = documented.content[type] ?? documented.content[type.replace(/\/.*/, "/*")];
  if (content === undefined) throw new Error(`${where}: ${type} is not in the document`);
  if (!type.endsWith("json") || content.schema === undefined) return response;
  const text = new TextDecoder().decode(await response.clone().arrayBuffer());
  const values: unknown[] = type.endsWith("ndjson") ? text.trim().split("\n").map(parse) : [parse(text)];
  const problems = values.flatMap((value) => findProblems(document, content.schema ?? {}, value, "$"));
  if (problems.length > 0) throw new Error(`${where}: ${problems.join("; ")}`);
  return response;
}

function parse(text: string): unknown {
  return JSON.parse(text);
}

function findOperation(document: Document, method: string, pathname: string): Operation | undefined {
  const found = Object.entries(document.paths).find(([path, item]) => {
    const pattern = `^${path.replaceAll(/\{\w+\}/g, "[^/]*")}$`;
    return item[method] !== undefined && new RegExp(pattern).test(pathname);
  });
  return found?.[1][method];
}

/** Lists the parts of a value that do not match a schema. */
export function findProblems(document: Document, schema: Schema, value: unknown, at: string): readonly string[] {
  if (schema.$ref !== undefined) {
    const target = document.components.schemas[schema.$ref.replace("#/components/schemas/", "")];
    return target === undefined
      ? [`${at}: ${schema.$ref} does not exist in the document`]
      : findProblems(document, target, value, at);
  }
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices !== undefined) {
    const tried = choices.map((choice) => findProblems(document, choice, value, at));
    return tried.some((problems) => problems.length === 0)
      ? []
      : [`${at}: matches none of ${choices.length} schemas: ${tried.flat().join()}`];
  }
  return [...scalarProblems(schema, value, at), ...nestedProblems(document, schema, value, at)];
}

function scalarProblems(schema: Schema, value: unknown, at: string): readonly string[] {
  const problems: string[] = [];
  const fail = (rule: string) => problems.push(`${at}: ${rule}`);
  if (schema.const !== undefined && value !== schema.const) fail(`is not ${JSON.stringify(schema.const)}`);
  if (schema.enum !== undefined && !schema.enum.includes(value)) fail(`is not one of ${schema.enum.join()}`);
  if (schema.type !== undefined && ![schema.type].flat().some((type) => isOfType(type, value))) {
    fail(`is not of type ${String(schema.type)}`);
  }
  if (typeof value === "string") {
    if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value))
      fail(`does not match ${schema.pattern}`);
    if (schema.format === "date-time" && new Date(value).toISOString() !== value) fail("is not a valid UTC time");
    if (value.length < (schema.minLength ?? 0) || value.length > (schema.maxLength ?? Infinity))
      fail("has the wrong length");
  }
  if (typeof value === "number" && (value < (schema.minimum ?? -Infinity) || value > (schema.maximum ?? Infinity))) {
    fail("is out of range");
  }
  return problems;
}

function nestedProblems(document: Document, schema: Schema, value: unknown, at: string): readonly string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => findProblems(document, schema.items ?? {}, item, `${at}[${index}]`));
  }
  if (!isRecord(value)) return [];
  const missing = (schema.required ?? []).filter((name) => !(name in value)).map((name) => `${at}.${name}: is missing`);
  const members = Object.entries(value).flatMap(([name, member]) => {
    const known = schema.properties?.[name];
    if (known !== undefined) return findProblems(document, known, member, `${at}.${name}`);
    return schema.additionalProperties === false ? [`${at}.${name}: is not in the document`] : [];
  });
  return [...missing, ...members];
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isRecord(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
