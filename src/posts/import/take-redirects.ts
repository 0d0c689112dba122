import type { Database } from 'better-sqlite3';
import { Redirects } from '../redirects.ts';

/** Adds redirects of addresses that have none here; says which were left out, and why. */
export function takeRedirects(
  redirects: readonly { readonly from: string; readonly to: string }[],
  { database, now }: { readonly database: Database; readonly now: () => number },
  leftOut: (from: string, why: string) => void,
): void {
  const known = new Redirects(database, { now });
  for (const { from, to } of redirects) {
    const target = known.find(from);
    const problems = target === undefined ? known.put(from, to) : {};
    const why = problems.from ?? problems.to;
    if (why !== undefined) leftOut(from, why);
    if (target !== undefined && target !== to) leftOut(from, `here it leads to ${target}`);
  }
}
