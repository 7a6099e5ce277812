/**
 * TypeScript source as a tree: parsing, children, names and comparison by structure. Parser: oxc, a dependency of
 * rolldown; TypeScript 7 exports none.
 */
import { parseSync, type ESTree } from "rolldown/utils";

/** A node of the tree. `start` and `end` are positions in the source. */
export type Node = ESTree.Node;

/** A wrapper that changes the type of an expression and has no effect at run time. */
type TypeWrapper = ESTree.TSAsExpression | ESTree.TSSatisfiesExpression | ESTree.TSNonNullExpression;

/** Fields that contain only the position, the notation or the type of a node. */
const IGNORED_FIELDS: ReadonlySet<string> = new Set([
  "start",
  "end",
  "raw",
  "typeAnnotation",
  "typeArguments",
  "typeParameters",
  "returnType",
]);

/** Parses a source; undefined when it is not valid TypeScript. */
export function parseSource(source: string): Node | undefined {
  const { program, errors } = parseSync("source.ts", source, { preserveParens: false });
  return errors.length === 0 ? program : undefined;
}

/** Parses one expression; undefined when it is invalid. */
export function parseExpression(source: string): Node | undefined {
  const program = parseSource(`(${source}\n);`);
  if (program?.type !== "Program" || program.body.length !== 1) return undefined;
  const [statement] = program.body;
  return statement?.type === "ExpressionStatement" ? statement.expression : undefined;
}

/** Removes wrappers that only concern the type of an expression: `as`, `satisfies`, `!`. */
export function withoutTypes(node: Node): Node {
  return isTypeWrapper(node) ? withoutTypes(node.expression) : node;
}

/** Returns the child nodes, without types. */
export function childrenOf(node: Node): readonly Node[] {
  if (isTypeWrapper(node)) return [node.expression];
  const children = Object.values(node).flat().filter(isNode);
  return children.filter((child) => !child.type.startsWith("TS") || isTypeWrapper(child));
}

/** Returns the node and all its descendants, outermost first. */
export function nodesIn(node: Node): readonly Node[] {
  return [node, ...childrenOf(node).flatMap(nodesIn)];
}

/** Returns whether a name, a property's name, a number or a whole string inside the node equals this word. */
export function mentions(node: Node, word: string): boolean {
  return nodesIn(node).some((each) => wordOf(each) === word);
}

/**
 * Compares two nodes by structure, ignoring spaces, quotes, parentheses and types.
 *
 * @param isSame decides about two nodes instead; undefined: the normal comparison decides
 */
export function isSameTree(
  a: unknown,
  b: unknown,
  isSame: (a: unknown, b: unknown) => boolean | undefined = () => undefined,
): boolean {
  const decided = isSame(a, b);
  if (decided !== undefined) return decided;
  if (isNode(a) && isTypeWrapper(a)) return isSameTree(a.expression, b, isSame);
  if (isNode(b) && isTypeWrapper(b)) return isSameTree(a, b.expression, isSame);
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const [left, right] = [a, b].map(
    (value) => new Map(Object.entries(value).filter(([key]) => !IGNORED_FIELDS.has(key))),
  );
  if (left === undefined || right === undefined || left.size !== right.size) return false;
  return [...left].every(([key, value]) => right.has(key) && isSameTree(value, right.get(key), isSame));
}

function wordOf(node: Node): string | undefined {
  switch (node.type) {
    case "Identifier":
      return node.name;
    case "PrivateIdentifier":
      return `#${node.name}`;
    case "Literal":
      return String(node.value);
    default:
      return undefined;
  }
}

/** Returns whether a value of the tree is a node. */
export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

function isTypeWrapper(node: Node): node is TypeWrapper {
  return node.type === "TSAsExpression" || node.type === "TSSatisfiesExpression" || node.type === "TSNonNullExpression";
}
