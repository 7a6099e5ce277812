/**
 * Finds a symbol by its path: `splitText`, `CHANNELS.text.limit`, `Conversation.#arm`, `createStore.append`. Each name
 * of the path is a function, class, class member, property, constant or variable with a value. The next name is
 * searched inside the previous symbol, but not inside another named symbol between them.
 */
import { childrenOf, withoutTypes, type Node } from "./syntax.ts";

/** Returns the nodes of a path: none, one, or several when it is ambiguous. */
export function findSymbols(program: Node, path: string): readonly Node[] {
  return path
    .split(".")
    .reduce<readonly Node[]>(
      (scopes, name) => scopes.flatMap(declarationsIn).filter((declaration) => nameOf(declaration) === name),
      [program],
    );
}

/**
 * Returns the value of a symbol: the initial value of a constant, variable or property; a function is its own value.
 * Undefined for a class, and for a variable or property without an initial value.
 */
export function valueOf(symbol: Node): Node | undefined {
  switch (symbol.type) {
    case "VariableDeclarator":
      return symbol.init === null ? undefined : withoutTypes(symbol.init);
    case "Property":
    case "PropertyDefinition":
    case "MethodDefinition":
      return symbol.value === null ? undefined : withoutTypes(symbol.value);
    case "FunctionDeclaration":
      return symbol;
    default:
      return undefined;
  }
}

function declarationsIn(scope: Node): readonly Node[] {
  // A destructuring pattern names several variables, so it has no single value.
  if (scope.type === "ObjectPattern") return [];
  return childrenOf(scope).flatMap((child) => (nameOf(child) === undefined ? declarationsIn(child) : [child]));
}

function nameOf(node: Node): string | undefined {
  switch (node.type) {
    case "FunctionDeclaration":
    case "ClassDeclaration":
      return node.id?.name;
    case "VariableDeclarator":
      return node.id.type === "Identifier" ? node.id.name : undefined;
    case "Property":
      return node.computed || node.shorthand ? undefined : keyName(node.key);
    case "PropertyDefinition":
    case "MethodDefinition":
      return node.computed ? undefined : keyName(node.key);
    default:
      return undefined;
  }
}

function keyName(key: Node): string | undefined {
  if (key.type === "Identifier") return key.name;
  if (key.type === "PrivateIdentifier") return `#${key.name}`;
  return key.type === "Literal" ? String(key.value) : undefined;
}
