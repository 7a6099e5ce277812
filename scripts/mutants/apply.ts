/**
 * Applies a mutant's change to a source. Pure. Fails unless the symbol and the code to replace inside it exist exactly
 * once, so that an outdated table is noticed.
 */
import { err, ok, type Result } from "../../shared/base/result.ts";
import type { Change, Mutant } from "../../test/mutants/mutant.ts";
import { findSymbols, valueOf } from "./symbol.ts";
import { isNode, isSameTree, mentions, nodesIn, parseExpression, parseSource, type Node } from "./syntax.ts";

/** Why a change cannot be applied. `places` is how often the symbol, or the code to replace in it, was found. */
export type ApplyProblem =
  | { readonly reason: "symbol_not_once" | "place_not_once"; readonly places: number }
  /** The symbol has no body or no value that could be replaced. */
  | { readonly reason: "wrong_kind_of_symbol" }
  /** The source, the text of the change or the changed source is not valid TypeScript. */
  | { readonly reason: "not_typescript" }
  | { readonly reason: "no_change" };

/** One range of the source and its replacement. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** In a pattern, matches any expression; in the replacement, is replaced by the first one that was matched. */
const ANY = "_";

/** Returns the changed source, or why the change cannot be applied. */
export function applyMutant(
  source: string,
  { symbol, change }: Pick<Mutant, "symbol" | "change">,
): Result<string, ApplyProblem> {
  const program = parseSource(source);
  if (program === undefined) return err({ reason: "not_typescript" });
  const [found, ...more] = findSymbols(program, symbol);
  if (found === undefined || more.length > 0)
    return err({ reason: "symbol_not_once", places: found === undefined ? 0 : 1 + more.length });
  const edit = toEdit(source, found, change);
  if (!edit.ok) return edit;
  const { start, end, text } = edit.value;
  if (source.slice(start, end) === text) return err({ reason: "no_change" });
  const changed = `${source.slice(0, start)}${text}${source.slice(end)}`;
  return parseSource(changed) === undefined ? err({ reason: "not_typescript" }) : ok(changed);
}

/** Returns a text that says why a change cannot be applied. */
export function describeProblem(problem: ApplyProblem, { symbol, change }: Pick<Mutant, "symbol" | "change">): string {
  const place = JSON.stringify(change);
  switch (problem.reason) {
    case "symbol_not_once":
      return `has ${problem.places} symbols ${symbol}, must have exactly 1`;
    case "place_not_once":
      return `has ${problem.places} occurrences of ${place} in ${symbol}, must have exactly 1`;
    case "wrong_kind_of_symbol":
      return `has nothing in ${symbol} that can be replaced by ${place}`;
    case "not_typescript":
      return `is not valid TypeScript with ${place} in ${symbol}`;
    case "no_change":
      return `is unchanged by ${place} in ${symbol}`;
  }
}

function toEdit(source: string, symbol: Node, change: Change): Result<Edit, ApplyProblem> {
  if ("returns" in change) return replaceBody(symbol, change.returns);
  if ("value" in change) return replaceValue(symbol, change.value);
  if ("drop" in change) return replaceOnly(innermost(symbol, isStatement, change.drop), ";");
  if ("condition" in change) return replaceOnly(innermostCondition(symbol, change.condition), String(change.is));
  return replacePattern(source, symbol, change.replace, change.by);
}

function replaceBody(symbol: Node, expression: string): Result<Edit, ApplyProblem> {
  const value = valueOf(symbol);
  if (value === undefined || !("body" in value) || !isNode(value.body)) return err({ reason: "wrong_kind_of_symbol" });
  const { type, start, end } = value.body;
  return ok({ start, end, text: type === "BlockStatement" ? `{ return ${expression}; }` : `(${expression})` });
}

function replaceValue(symbol: Node, expression: string): Result<Edit, ApplyProblem> {
  const value = valueOf(symbol);
  if (value === undefined || symbol.type === "FunctionDeclaration") return err({ reason: "wrong_kind_of_symbol" });
  return ok({ start: value.start, end: value.end, text: expression });
}

function replacePattern(source: string, symbol: Node, pattern: string, by: string): Result<Edit, ApplyProblem> {
  const wanted = parseExpression(pattern);
  if (wanted === undefined) return err({ reason: "not_typescript" });
  const matches = nodesIn(symbol).flatMap((node) => {
    let any: Node | undefined;
    const isSame = isSameTree(node, wanted, (part, wantedPart) => {
      if (!isNode(wantedPart) || wantedPart.type !== "Identifier" || wantedPart.name !== ANY) return undefined;
      any = isNode(part) ? part : undefined;
      return any !== undefined;
    });
    return isSame ? [{ node, any }] : [];
  });
  const [match] = matches;
  if (match === undefined || matches.length > 1) return err({ reason: "place_not_once", places: matches.length });
  const { node, any } = match;
  const text = any === undefined ? by : by.replace(/\b_\b/, () => source.slice(any.start, any.end));
  return ok({ start: node.start, end: node.end, text: `(${text})` });
}

function replaceOnly(places: readonly Node[], text: string): Result<Edit, ApplyProblem> {
  const [place, ...more] = places;
  if (place === undefined || more.length > 0)
    return err({ reason: "place_not_once", places: place === undefined ? 0 : 1 + more.length });
  return ok({ start: place.start, end: place.end, text });
}

/** Returns the innermost nodes of a kind that contain all the words. */
function innermost(symbol: Node, isWanted: (node: Node) => boolean, words: string): readonly Node[] {
  const all = words.split(" ");
  const fitting = nodesIn(symbol).filter((node) => isWanted(node) && all.every((word) => mentions(node, word)));
  return fitting.filter((node) => !fitting.some((other) => other !== node && nodesIn(node).includes(other)));
}

function innermostCondition(symbol: Node, words: string): readonly Node[] {
  const conditions = new Set(nodesIn(symbol).flatMap(conditionsOf));
  return innermost(symbol, (node) => conditions.has(node), words);
}

/** Returns the conditions of a node: the test of a branch or loop, and each side of `&&` and `||`. */
function conditionsOf(node: Node): readonly Node[] {
  if (node.type === "LogicalExpression") return node.operator === "??" ? [] : [node.left, node.right];
  return "test" in node && isNode(node.test) ? [node.test] : [];
}

function isStatement({ type }: Node): boolean {
  return type !== "BlockStatement" && (type.endsWith("Statement") || type === "VariableDeclaration");
}
