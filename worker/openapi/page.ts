/** Renders the API's documentation page from the OpenAPI document. Chinese first, English beside it; no script. */
import { html, raw } from "hono/html";
import type { ApiDocument } from "./document.ts";
import { DOCS_STYLE } from "./page-style.ts";
import { PROBLEM_PREFIX } from "./problem-schema.ts";
import { refName, sketchSchema, type JsonSchema } from "./schema-sketch.ts";

/** The parts of the document that the page shows. */
type PathItem = ApiDocument["paths"][string];
type Operation = NonNullable<PathItem["get"]>;
type Html = ReturnType<typeof html>;

const METHODS = ["get", "post", "put", "patch", "delete"] as const;

/** An operation with its path and method. */
interface Entry {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** Renders the documentation page. */
export function renderDocs(document: ApiDocument): Html {
  const entries = listOperations(document);
  const schemas: readonly (readonly [string, JsonSchema])[] = Object.entries(document.components.schemas ?? {});
  const models = schemas.filter(([name]) => !name.startsWith(PROBLEM_PREFIX));
  const problems = schemas.filter(([name]) => name.startsWith(PROBLEM_PREFIX)).toSorted(byStatus);
  return html`<!doctype html>
    <html lang="zh-CN">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${document.info.title} API</title>
        <style>
          ${raw(DOCS_STYLE)}
        </style>
      </head>
      <body>
        <header>
          <h1>${document.info.title} API</h1>
          ${inBoth(document.info.description)}
          <p><a href="/api/openapi.json">openapi.json</a> (OpenAPI ${document.openapi})</p>
        </header>
        <nav aria-label="接口 / Routes">
          <ul>
            ${entries.map(
              ({ id, method, path }) =>
                html`<li>
                  <a href="#${id}"><code>${method} ${path}</code></a>
                </li>`,
            )}
            <li>
              <a href="#models">数据结构 <span lang="en">Models</span></a>
            </li>
            <li>
              <a href="#problems">错误 <span lang="en">Problems</span></a>
            </li>
          </ul>
        </nav>
        <main>
          ${document.tags.map((tag) => renderTag(tag, entries))}
          <h2 id="models">数据结构 <span lang="en">Models</span></h2>
          ${models.map(([name, schema]) => renderModel(name, schema))}
          <h2 id="problems">错误 <span lang="en">Problems</span></h2>
          <dl>${problems.map(([name, schema]) => renderProblem(name.slice(PROBLEM_PREFIX.length), schema))}</dl>
        </main>
      </body>
    </html>`;
}

/** Orders problems by status, and within one status as in the document. */
function byStatus([, a]: readonly [string, JsonSchema], [, b]: readonly [string, JsonSchema]): number {
  return Number(a.properties?.["status"]?.const) - Number(b.properties?.["status"]?.const);
}

function listOperations(document: ApiDocument): readonly Entry[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      if (operation === undefined) return [];
      return [{ id: operation.operationId ?? `${method}-${path}`, method: method.toUpperCase(), path, operation }];
    }),
  );
}

function renderTag(tag: { readonly name: string; readonly description?: string }, entries: readonly Entry[]): Html {
  const own = entries.filter(({ operation }) => operation.tags?.includes(tag.name));
  const [zh, en] = split(tag.description ?? tag.name);
  return html`<h2>${zh} <span lang="en">${en}</span></h2>
    ${own.map(renderOperation)}`;
}

function renderOperation({ id, method, path, operation }: Entry): Html {
  const { summary, description, parameters = [], requestBody, responses } = operation;
  const body = requestBody !== undefined && "content" in requestBody ? requestBody.content : {};
  return html`<section id="${id}">
    <h3><span class="method">${method}</span> <code>${path}</code></h3>
    ${inBoth(summary)} ${inBoth(description)}
    ${
      parameters.length === 0
        ? ""
        : html`<h4>参数 <span lang="en">Parameters</span></h4>
            <ul>
              ${parameters.map(renderParameter)}
            </ul>`
    }
    ${Object.entries(body).map(([type, media]) => renderContent(html`请求体 <span lang="en">Body</span> <code>${type}</code>`, media))}
    <h4>响应 <span lang="en">Responses</span></h4>
    <ul>
      ${Object.entries(responses).map(([status, response]) => renderResponse(status, response))}
    </ul>
  </section>`;
}

function renderParameter(parameter: NonNullable<Operation["parameters"]>[number]): Html {
  if ("$ref" in parameter) return html`<li><code>${refName(parameter.$ref)}</code></li>`;
  const { name, in: where, required, description, schema = {} } = parameter;
  const need =
    required === true ? html`必填 <span lang="en">required</span>` : html`可选 <span lang="en">optional</span>`;
  return html`<li>
    <code>${name}</code> ${where} · ${need} · <code>${sketchSchema(schema)}</code> ${inBoth(description)}
  </li>`;
}

function renderContent(title: Html, media: { readonly schema?: JsonSchema; readonly example?: unknown }): Html {
  return html`<h4>${title}</h4>
    ${media.schema === undefined ? "" : html`<pre>${sketchOrLink(media.schema)}</pre>`}
    ${media.example === undefined ? "" : html`<pre>${JSON.stringify(media.example, null, 2)}</pre>`}`;
}

function renderResponse(status: string, response: NonNullable<Operation["responses"]>[string]): Html {
  if ("$ref" in response) return html`<li><code>${status}</code> ${refName(response.$ref)}</li>`;
  const contents = Object.entries(response.content ?? {});
  const codes = contents.flatMap(([, { schema }]) => problemCodes(schema ?? {}));
  if (codes.length > 0) {
    return html`<li>
      <code>${status}</code> ${codes.map((code) => html`<a href="#${code}"><code>${code}</code></a> `)}
    </li>`;
  }
  const shapes = contents.map(([type, { schema }]) => {
    return html`<code>${type}</code> ${schema === undefined ? "" : html`<code>${sketchOrLink(schema)}</code>`}`;
  });
  return html`<li><code>${status}</code> ${shapes} ${inBoth(response.description)}</li>`;
}

/** Returns a link for a named schema, which is shown once under its name; otherwise the sketch. */
function sketchOrLink(schema: JsonSchema): Html | string {
  if (schema.$ref === undefined) return sketchSchema(schema);
  const name = refName(schema.$ref);
  return html`<a href="#model-${name}">${name}</a>`;
}

function renderModel(name: string, schema: JsonSchema): Html {
  return html`<h3 id="model-${name}">${name}</h3>
    <pre>${sketchSchema(schema)}</pre>`;
}

function renderProblem(code: string, schema: JsonSchema & { readonly title?: string }): Html {
  const { type: _type, title: _title, status, code: _code, detail: _detail, ...facts } = schema.properties ?? {};
  const names = Object.keys(facts);
  return html`<dt id="${code}"><code>${String(status?.const)}</code> <code>${code}</code></dt>
    <dd>
      ${inBoth(schema.title)} ${inBoth(schema.description)}
      ${names.length === 0 ? "" : html`<p>${names.map((name) => html`<code>${name}</code> `)}</p>`}
    </dd>`;
}

function problemCodes(schema: JsonSchema): readonly string[] {
  const refs = [schema, ...(schema.anyOf ?? [])].flatMap(({ $ref }) => ($ref === undefined ? [] : [refName($ref)]));
  return refs.filter((name) => name.startsWith(PROBLEM_PREFIX)).map((name) => name.slice(PROBLEM_PREFIX.length));
}

/** Splits a text of the document, which contains both languages (`both` in schemas.ts), into two paragraphs. */
function inBoth(text: string | undefined): Html | string {
  if (text === undefined) return "";
  const [zh, en] = split(text);
  return html`<p>${zh}</p>
    ${en === "" ? "" : html`<p lang="en">${en}</p>`}`;
}

function split(text: string): readonly [zh: string, en: string] {
  const at = text.indexOf(" / ");
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 3)];
}
