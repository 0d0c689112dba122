import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type ColdAnswer, COLD_VARIANTS, type ColdVariant } from './cold-variants.ts';
import type { RandomSource } from '../../../src/demo/random-source.ts';
import { shuffled } from '../shuffled.ts';

const PROGRAM = fileURLToPath(new URL('./cold-page.ts', import.meta.url));
const run = promisify(execFile);

/** Pass by pass. */
export type ColdCosts = readonly Readonly<Record<ColdVariant, ColdAnswer>>[];

/** What a page costs on one thread with cleared caches; a process per variant and pass. */
export async function measureColdPage(passes: number, random: RandomSource): Promise<ColdCosts> {
  const costs: Record<ColdVariant, ColdAnswer>[] = [];
  for (let pass = 0; pass < passes; pass++) {
    const answers = new Map<string, ColdAnswer>();
    for (const variant of shuffled(COLD_VARIANTS, random)) {
      const { stdout } = await run(process.execPath, ['--no-warnings', PROGRAM, variant]);
      answers.set(variant, JSON.parse(stdout) as ColdAnswer);
    }
    costs.push(Object.fromEntries(answers) as Record<ColdVariant, ColdAnswer>);
  }
  return costs;
}
