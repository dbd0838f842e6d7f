#!/usr/bin/env node
// Reports the size of functions and files under src/ and fails past the limits of the design:
// a function 80 lines, a file 600 lines, the median function under 10. Generated files do not count.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const LIMITS = { functionLines: 80, fileLines: 600, medianFunction: 10 };

const files = readdirSync('src', { recursive: true })
  .map((f) => join('src', String(f)))
  .filter((f) => /\.tsx?$/.test(f) && !/\.generated\.|\.d\.ts$/.test(f));

const functions = [];
const tooLong = [];
for (const file of files) {
  const text = readFileSync(file, 'utf8');
  const lines = text.split('\n').length - 1;
  if (lines > LIMITS.fileLines) tooLong.push(`${file}: ${lines} lines, at most ${LIMITS.fileLines}`);
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const line = (at) => source.getLineAndCharacterOfPosition(at).line + 1;
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body) {
      const from = line(node.getStart());
      const length = line(node.end) - from + 1;
      functions.push(length);
      if (length > LIMITS.functionLines) {
        const name = node.name?.getText() ?? node.parent?.name?.getText() ?? 'a function';
        tooLong.push(`${file}:${from} ${name}: ${length} lines, at most ${LIMITS.functionLines}`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

functions.sort((a, b) => a - b);
const quantile = (q) => functions[Math.floor(q * (functions.length - 1))] ?? 0;
console.log(
  `${files.length} files, ${functions.length} functions: median ${quantile(0.5)} lines, p90 ${quantile(0.9)}, longest ${quantile(1)}`,
);
if (quantile(0.5) > LIMITS.medianFunction)
  tooLong.push(`median function ${quantile(0.5)} lines, at most ${LIMITS.medianFunction}`);
for (const row of tooLong) console.error(row);
process.exit(tooLong.length ? 1 : 0);
