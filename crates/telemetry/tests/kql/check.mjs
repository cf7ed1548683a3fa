// Parses and binds KQL by Microsoft's own parser, over the tables that the texts are about.
//
//   npm ci && npm run check
//   node check.mjs FILE.kql…
//
// A file is a query, or a script of commands separated by empty lines. Commands that make tables and functions are known
// to those after them. Every diagnostic is printed with its place; any of them fails the check.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { runInThisContext } from "node:vm";

const folder = dirname(createRequire(import.meta.url).resolve("@kusto/language-service-next/package.json"));
for (const file of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
  runInThisContext(readFileSync(join(folder, file), "utf8"), { filename: file });
}
const { Kusto } = globalThis;
const { ClusterSymbol, DatabaseSymbol, FunctionSymbol, TableSymbol } = Kusto.Language.Symbols;

const TABLES = {
  customEvents: "(timestamp: datetime, name: string, itemType: string, customDimensions: dynamic, itemCount: int)",
  AppEvents: "(TimeGenerated: datetime, Name: string, Properties: dynamic, ItemCount: int)",
  "My Metrics": "(TimeGenerated: datetime, ResourceId: string, EntityName: string, MetricName: string, Total: real, Average: real)",
  AzureMetrics:
    "(TimeGenerated: datetime, ResourceId: string, MetricName: string, Total: real, Average: real, Count: real, UnitName: string)",
};

const NAMED = /^\.create\S* (table|function|materialized-view) (?:with \([^)]*\) )?(\w+)/;
const state = { tables: { ...TABLES }, functions: {} };
let faults = 0;
for (const file of process.argv.slice(2)) {
  const pieces = split(readFileSync(file, "utf8"));
  for (const { text, line } of pieces) {
    check(file, line, text);
  }
  console.log(`${file}: ${pieces.length} statements`);
}
process.exitCode = faults > 0 ? 1 : 0;

/** The statements of a script, or the one query of a file, without comments. */
function split(text) {
  const code = text.replace(/^[ \t]*\/\/.*$/gm, "");
  if (!/^\./m.test(code)) return [{ text: code, line: 1 }];
  const starts = [...code.matchAll(/^\./gm)].map((match) => match.index);
  return starts.map((start, index) => ({
    text: code.slice(start, starts[index + 1]),
    line: code.slice(0, start).split("\n").length,
  }));
}

function check(file, line, text) {
  report(file, line, text, Kusto.Language.KustoCode.ParseAndAnalyze(text, globals()));
  const named = text.trim().match(NAMED);
  if (named?.[1] === "table") state.tables[named[2]] = text.slice(text.indexOf(named[2]) + named[2].length).trim();
  if (named?.[1] === "materialized-view") bind(file, line, text, `${bodyOf(text)}`);
  if (named?.[1] === "function") learn(file, line, text, named[2]);
}

/** A function's body is bound by calling it. */
function learn(file, line, text, name) {
  const signature = text.slice(text.indexOf(`${name}(`) + name.length);
  const close = signature.indexOf(")") + 1;
  state.functions[name] = { parameters: signature.slice(0, close), body: signature.slice(close).trim() };
  bind(file, line, text, `let F = ${signature.trim()};\nF(ago(1d), now())`);
}

function bodyOf(text) {
  return text.slice(text.indexOf("{") + 1, text.lastIndexOf("}"));
}

function bind(file, line, text, query) {
  const code = Kusto.Language.KustoCode.ParseAndAnalyze(query, globals());
  report(file, line, query, code);
  if (!code.ResultType || code.ResultType.Columns.Count === 0) fail(file, line, "the result has no columns");
}

function globals() {
  const tables = Object.entries(state.tables).map(([name, schema]) => TableSymbol.From(schema).WithName(name));
  const functions = Object.entries(state.functions).map(
    ([name, { parameters, body }]) => new FunctionSymbol.$ctor16(name, parameters, body, null),
  );
  const database = new DatabaseSymbol.ctor("Telemetry", [...tables, ...functions]);
  const cluster = new ClusterSymbol.ctor("test", [database]);
  return Kusto.Language.GlobalState.Default.WithCluster(cluster).WithDatabase(database);
}

function report(file, line, text, code) {
  const diagnostics = code.GetDiagnostics();
  for (let index = 0; index < diagnostics.Count; index++) {
    const found = diagnostics.getItem(index);
    const before = text.slice(0, found.Start).split("\n").length - 1;
    fail(file, line + before, `${found.Code} ${found.Message}: \`${text.slice(found.Start, found.Start + found.Length)}\``);
  }
}

function fail(file, line, message) {
  faults += 1;
  console.error(`${file}:${line}: ${message}`);
}
