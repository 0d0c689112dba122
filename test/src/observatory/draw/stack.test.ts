import { describe, expect, it } from '@jest/globals';
import { drawStack } from '../../../../src/observatory/draw/stack.ts';

const plain = (stack: string): string => drawStack(stack).text.replaceAll(/<[^>]*>/g, '');

describe('drawStack', () => {
  const stack = [
    'TypeError: <no> file:///srv/blog/x',
    '    at file:///srv/blog/src/rooms.ts:51:11',
    '    at dispatch (/srv/blog/node_modules/koa-compose/index.js:47:32)',
    '    at AsyncLocalStorage.run (node:internal/async_local_storage:65:14)',
    '    at async nameRoute (file:///srv/blog/src/router.ts:30:10)',
  ].join('\n');

  it('names files relative to the project folder', () => {
    expect(plain(stack).split('\n')).toEqual([
      'TypeError: &lt;no&gt; file:///srv/blog/x',
      '  at src/rooms.ts:51:11',
      '  at dispatch (node_modules/koa-compose/index.js:47:32)',
      '  at AsyncLocalStorage.run (node:internal/async_local_storage:65:14)',
      '  at async nameRoute (src/router.ts:30:10)',
    ]);
  });

  it('dims calls of other code', () => {
    const soft = [...drawStack(stack).text.matchAll(/class="foreign">([^<]*)/g)].map(([, line]) => line);
    expect(soft.map((line) => line!.trim().split(' ')[1])).toEqual(['dispatch', 'AsyncLocalStorage.run']);
  });

  it.each(['', 'not a stack', 'Error\n    at <anonymous>', 'Error\n    at C:\\blog\\src\\a.ts:1:2'])(
    'leaves %j alone but for the depth of its lines',
    (other) => {
      expect(plain(other).replaceAll(/\s+/g, ' ')).toBe(
        other.replaceAll(/\s+/g, ' ').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
      );
    },
  );
});
