/** Formats a JSON schema as a few readable lines in the style of TypeScript. */

/** The keywords of JSON Schema that `sketchSchema` reads. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** Returns the name of the component that a reference points to. */
export function refName(ref: string): string {
  return ref.slice(ref.lastIndexOf("/") + 1);
}

/**
 * Formats a schema.
 *
 * @param indent spaces before the lines after the first
 */
export function sketchSchema(schema: JsonSchema, indent = ""): string {
  if (schema.$ref !== undefined) return refName(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices !== undefined) return choices.map((choice) => sketchSchema(choice, indent)).join(" | ");
  if (schema.properties !== undefined) return sketchObject(schema, indent);
  if (schema.type === "array") return `${sketchItems(schema.items, indent)}[]`;
  const type = [schema.type ?? "any"].flat().join(" | ");
  return schema.format === undefined ? type : `${type} (${schema.format})`;
}

function sketchItems(items: JsonSchema["items"], indent: string): string {
  const [item] = [items ?? {}].flat();
  const sketch = sketchSchema(item ?? {}, indent);
  return sketch.includes(" | ") && !sketch.startsWith("{") ? `(${sketch})` : sketch;
}

function sketchObject(schema: JsonSchema, indent: string): string {
  const inner = `${indent}  `;
  const lines = Object.entries(schema.properties ?? {}).map(([name, member]) => {
    const optional = schema.required?.includes(name) === true ? "" : "?";
    const comment = member.description === undefined ? "" : `${inner}// ${member.description}\n`;
    return `${comment}${inner}${name}${optional}: ${sketchSchema(member, inner)}`;
  });
  const more = schema.additionalProperties === false ? [] : [`${inner}…`];
  return ["{", ...lines, ...more, `${indent}}`].join("\n");
}
