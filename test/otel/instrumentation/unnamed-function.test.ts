import { expect, it } from '@jest/globals';
import { nameOfUnnamed } from '../../../otel/instrumentation/unnamed-function.ts';

/** The function begins at `§`. */
function nameIn(source: string): string | undefined {
  const lines = source.split('\n');
  const line = lines.findIndex((text) => text.includes('§'));
  const column = lines[line]!.indexOf('§');
  return nameOfUnnamed(source.replace('§', '').split('\n'), line + 1, column);
}

it.each([
  [
    'the function around it',
    'export function serverTiming() {\n  return §async (ctx, next) => {',
    'function in serverTiming',
  ],
  ['the method around it', 'class Store {\n  async list(all) {\n\n    return §() => {', 'function in list'],
  ['its route', "router.get('/posts/:slug', §async (ctx) => {", "callback of router.get('/posts/:slug')"],
  ['whom it is handed to', 'const found = rows.map(§(row) => {', 'callback of rows.map()'],
  [
    'whom it is handed to, on a line of its own',
    '  rows.forEach(\n    §(row) => {',
    'callback of rows.forEach()',
  ],
  ['the variable that it becomes', 'const draw: Draw = §(row) => {', 'draw'],
  ['the property that it becomes', '  draw: §function (row) {', 'draw'],
  ['nothing, at the top', '§() => {', undefined],
  ['nothing around but a condition', '  if (isReady) {\n    §() => {', undefined],
  ['nothing in code without lines', `${'x'.repeat(2000)}(§() => {`, undefined],
])('a function without a name is told by %s', (_, source, expected) => {
  expect(nameIn(source)).toBe(expected);
});
