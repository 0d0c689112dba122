import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

/** On a busy machine the optimizing compilers' background threads retain objects for a while. */
const FLAGS = ['--no-opt', '--no-maglev'];
const PROGRAM = fileURLToPath(new URL('./memory-program.ts', import.meta.url));

describe('after the verdict', () => {
  it('nothing retains a span, a context or a request, not even of a root that never ends', () => {
    const answer = execFileSync(process.execPath, [...FLAGS, '--expose-gc', '--no-warnings', PROGRAM], {
      encoding: 'utf8',
    });
    expect(JSON.parse(answer)).toEqual({
      spans: 0,
      requests: 0,
      contexts: 0,
      kept: 200,
      held: expect.objectContaining({ traces: 0, pendingSpans: 0, openVerdicts: 50, verdicts: 150 }),
      isProcessorAlive: 1000,
    });
  });
});
