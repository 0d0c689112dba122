import { describe, expect, it } from '@jest/globals';
import { describeError } from '../../../otel/export/export-books.ts';

describe('describeError', () => {
  it.each([
    [new Error('connect ECONNREFUSED 127.0.0.1:4318'), 'connect ECONNREFUSED 127.0.0.1:4318'],
    [new AggregateError([new Error('one'), new Error('two')]), 'one; two'],
    [new AggregateError([]), 'connection failed'],
    [new TypeError(), 'TypeError'],
    ['a string', 'a string'],
    [undefined, 'undefined'],
    [
      new Error('to https://someone:hunter2@host/x?key=hunter2&b=hunter2 failed'),
      'to https://host/x?key=…&b=… failed',
    ],
    [new Error('two\n  lines'), 'two lines'],
  ])('describes %s as %j', (error, message) => {
    expect(describeError(error)).toBe(message);
  });

  it('cuts long messages', () => {
    expect(describeError(new Error('x'.repeat(5000)))).toHaveLength(301);
  });
});
