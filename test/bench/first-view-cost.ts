import { DemoServer } from '../fixtures/demo-server.ts';
import { median } from './median.ts';
import type { Figure } from './micro/figure.ts';

/** More than the ring holds. */
const VISITS = 1500;
const PAGES = [
  ['the overview', ''],
  ['the list of traces', '/traces'],
  ['the list of statements', '/queries'],
] as const;
const VIEWS = 15;

/** What the server takes for a first view of the observatory when its buffers are full (O42), over loopback. */
export async function measureFirstViews(): Promise<readonly Figure[]> {
  const server = await new DemoServer().start();
  try {
    await server.visit(VISITS);
    const signedIn = await fetch(server.signIn, { redirect: 'manual' });
    const cookie = signedIn.headers.getSetCookie().map((header) => header.split(';', 1)[0]);
    const headers = { accept: 'text/html', cookie: cookie.join('; ') };
    const figures: Figure[] = [];
    for (const [page, path] of PAGES) {
      const millis: number[] = [];
      for (let view = 0; view < VIEWS; view++) {
        const before = performance.now();
        const response = await fetch(`${server.address}/admin/metrics-dashboard${path}`, { headers });
        await response.text();
        if (response.status !== 200) throw new Error(`${page} answered ${response.status}`);
        millis.push(performance.now() - before);
      }
      figures.push({
        what: `${page} with full buffers, on the server`,
        value: median(millis),
        unit: 'ms',
        target: 100,
      });
    }
    return figures;
  } finally {
    await server.close();
  }
}
