import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { thrownAt } from '../../../otel/store/thrown-at.ts';

const KIT = fileURLToPath(new URL('../../../otel/', import.meta.url));

describe('thrownAt', () => {
  it('names the first call in the app, before packages, the kit and Node', () => {
    const stack = [
      'SqliteError: no such table: posts',
      '    at Database.prepare (/srv/blog/node_modules/better-sqlite3/lib/methods/wrappers.js:5:21)',
      `    at wrapped (${KIT}instrumentation/statement-wrapper.ts:40:11)`,
      '    at node:internal/process/task_queues:105:5',
      '    at async PostStore.read (file:///srv/blog/src/posts/post-store.ts:71:9)',
      '    at show (/srv/blog/src/site/post-routes.ts:12:3)',
    ].join('\n');
    expect(thrownAt(stack)).toBe('PostStore.read post-store.ts:71');
  });

  it('names the first call in a package if there is none', () => {
    const stack =
      'Error\n    at emit (node:events:508:20)\n    at /srv/blog/node_modules/koa/lib/context.js:9:1';
    expect(thrownAt(stack)).toBe('(anonymous) node_modules/koa/lib/context.js:9');
  });

  it.each([
    ['', 'nothing'],
    ['Error: at the end', 'no call'],
    [`Error\n    at emit (node:events:508:20)\n    at wrap (${KIT}spans/span.ts:1:1)`, 'none of the app'],
    ['Error\n    at <anonymous>', 'no file'],
  ])('%j is %s', (stack) => {
    expect(thrownAt(stack)).toBeUndefined();
  });

  it('reads no more than the beginning of what a message made long', () => {
    const own = '    at show (/srv/blog/src/show.ts:1:1)';
    expect(thrownAt(`Error: ${'    at a (\n'.repeat(20)}${own}`)).toBe('show show.ts:1');
    expect(thrownAt(`Error: ${'    at a (\n'.repeat(40)}${own}`)).toBeUndefined();
  });

  it('names each place the same, however many others were read between', () => {
    const places = Array.from({ length: 1200 }, (_, line) => `show show.ts:${line + 1}`);
    const read = (): readonly unknown[] =>
      places.map((_, line) =>
        thrownAt(`Error: no ${line}\n    at show (/srv/blog/src/show.ts:${line + 1}:1)`),
      );
    expect(read()).toEqual(places);
    expect(read()).toEqual(places);
  });
});
