/** What a source file imports, and what of it the deterministic floors forbid, read from its syntax tree. */
import ts from "typescript";

export interface SourceImport {
  readonly specifier: string;
  readonly line: number;
  readonly typeOnly: boolean;
  /** `import()` */
  readonly dynamic: boolean;
}

export interface Breach {
  readonly line: number;
  readonly what: string;
}

export interface SourceScan {
  readonly imports: readonly SourceImport[];
  readonly breaches: readonly Breach[];
}

/** Math that IEEE 754 or ECMAScript settle to the last bit. */
const EXACT_MATH = new Set([
  ...["abs", "ceil", "floor", "round", "trunc", "min", "max", "sign", "imul", "clz32", "fround"],
  ...["sqrt", "PI", "E", "LN2", "LN10", "LOG2E", "LOG10E", "SQRT2", "SQRT1_2"],
]);

const FORBIDDEN_GLOBALS = new Set([
  ...[
    "Date",
    "performance",
    "process",
    "Intl",
    "Promise",
    "globalThis",
    "window",
    "self",
    "crypto",
  ],
  ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "requestAnimationFrame"],
  ...["fetch", "require", "module", "__dirname", "__filename", "console", "Buffer", "eval"],
  ...["WeakRef", "FinalizationRegistry", "Atomics", "SharedArrayBuffer"],
]);

const FORBIDDEN_MEMBERS = new Set([
  "localeCompare",
  "toLocaleString",
  "toLocaleUpperCase",
  "toLocaleLowerCase",
  "toLocaleDateString",
  "toLocaleTimeString",
]);

export function scanSource(fileName: string, text: string): SourceScan {
  const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.ES2022, true);
  const imports: SourceImport[] = [];
  const breaches: Breach[] = [];
  const declared = declaredNames(file);
  const lineOf = (node: ts.Node): number =>
    file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
  const visit = (node: ts.Node): void => {
    const found = importOf(node);
    if (found !== null) imports.push({ ...found, line: lineOf(node) });
    const what = breachOf(node, declared);
    if (what !== null) breaches.push({ line: lineOf(node), what });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { imports, breaches };
}

function importOf(node: ts.Node): Omit<SourceImport, "line"> | null {
  if (ts.isImportDeclaration(node)) {
    const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return { specifier: textOf(node.moduleSpecifier), typeOnly, dynamic: false };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    const specifier = textOf(node.moduleSpecifier);
    return { specifier, typeOnly: node.isTypeOnly, dynamic: false };
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [argument] = node.arguments;
    const specifier = argument === undefined ? "" : textOf(argument);
    return { specifier, typeOnly: false, dynamic: true };
  }
  return null;
}

const textOf = (node: ts.Expression): string =>
  ts.isStringLiteralLike(node) ? node.text : node.getText();

function breachOf(node: ts.Node, declared: ReadonlySet<string>): string | null {
  if (ts.isPropertyAccessExpression(node)) return memberBreach(node);
  if (ts.isCallExpression(node)) return callBreach(node);
  if (ts.isIdentifier(node)) {
    const forbidden = FORBIDDEN_GLOBALS.has(node.text) && !declared.has(node.text);
    return forbidden && isReference(node) ? node.text : null;
  }
  if (ts.isBinaryExpression(node)) return powerBreach(node);
  if (ts.isVariableStatement(node) && ts.isSourceFile(node.parent)) {
    return node.declarationList.flags & ts.NodeFlags.Const ? null : "module-level let";
  }
  if (ts.isAwaitExpression(node)) return "await";
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return "async";
  return null;
}

function memberBreach({ expression, name }: ts.PropertyAccessExpression): string | null {
  if (ts.isIdentifier(expression) && expression.text === "Math" && !EXACT_MATH.has(name.text)) {
    return `Math.${name.text}`;
  }
  return FORBIDDEN_MEMBERS.has(name.text) ? name.text : null;
}

function callBreach(node: ts.CallExpression): string | null {
  const { expression } = node;
  if (!ts.isPropertyAccessExpression(expression) || node.arguments.length > 0) return null;
  const name = expression.name.text;
  return name === "sort" || name === "toSorted" ? `${name}() without comparator` : null;
}

/** Powers of two and of whole literals are exact; all others are left to the engine. */
function powerBreach(node: ts.BinaryExpression): string | null {
  const { kind } = node.operatorToken;
  const isPower =
    kind === ts.SyntaxKind.AsteriskAsteriskToken ||
    kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken;
  if (!isPower || (isWhole(node.left) && isWhole(node.right))) return null;
  return ts.isNumericLiteral(node.left) && node.left.text === "2" ? null : "**";
}

const isWhole = (node: ts.Expression): boolean =>
  ts.isNumericLiteral(node) && /^\d+$/.test(node.text);

/** Whether an identifier reads a variable, rather than naming a member, a property or a type. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isQualifiedName(parent) || ts.isTypeReferenceNode(parent)) return false;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  const named = parent as { readonly name?: ts.Node };
  return named.name !== node && !ts.isImportSpecifier(parent) && !ts.isExportSpecifier(parent);
}

/** Names that the file declares itself; they are not the global ones. */
function declaredNames(file: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    const declares =
      ts.isVariableDeclaration(node) ||
      ts.isParameter(node) ||
      ts.isBindingElement(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isImportSpecifier(node);
    if (declares && node.name !== undefined && ts.isIdentifier(node.name))
      names.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}
