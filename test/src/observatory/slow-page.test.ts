import { describe, expect, it } from '@jest/globals';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { NOW } from '../../fixtures/still-runtime.ts';

it('counts a slow request and its slow statement by themselves, and names what is slow most often', async () => {
  const request = { name: 'GET /word-count', type: 'http' as const, at: 0, millis: 1500 };
  const statement = { name: 'SELECT words', type: 'database' as const, at: 10, millis: 1400 };
  const setup = { name: 'POST /setup', type: 'http' as const, at: 0, millis: 2000 };
  const happened = [
    ...[2, 1, 0].map((index) => ({ startMillis: NOW - 60_000 * (index + 2), spans: [request, statement] })),
    { startMillis: NOW - 60_000, spans: [setup] },
  ];
  const { origin } = await serveObservatory(new MeasuredBlog({ happened }).telemetry);
  const answer = await fetch(`${origin}/admin/metrics-dashboard/slow?from=-1h&format=json`);
  expect(await answer.json()).toMatchObject({
    summary:
      '4 requests and 3 statements reached their threshold in the last hour, most often GET /word-count, 3 times. The slowest, POST /setup, took 2 s.',
  });
});

/** Keys of the rows, page by page, as `next` leads from one to the other; something may happen before each. */
async function pagesFrom(
  origin: string,
  first: string,
  meanwhile: () => void = () => {},
): Promise<readonly (readonly string[])[]> {
  const pages: (readonly string[])[] = [];
  for (let address: string | undefined = first; address !== undefined && pages.length < 9;) {
    const page: string = await (await fetch(origin + address)).text();
    pages.push([...page.matchAll(/<tr data-key="([^"]+)"/g)].map(([, key = '']) => key));
    address = /rel="next" href="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&');
    meanwhile();
  }
  return pages;
}

describe('the slow operations of a route', () => {
  const ofRoute = `&type=http&series=${encodeURIComponent('GET /word-count')}`;
  const path = `/admin/metrics-dashboard/slow?from=-1h${ofRoute}`;
  const blog = (millisOf: (index: number) => number): MeasuredBlog =>
    new MeasuredBlog({
      happened: Array.from({ length: 230 }, (_, index) => ({
        startMillis: NOW - 10_000 * (index + 2),
        spans: [{ name: 'GET /word-count', type: 'http' as const, at: 0, millis: millisOf(index) }],
      })),
    });

  it.each([
    ['of one length', '', () => 1500],
    ['of many lengths', '', (index: number) => 1500 + ((index * 7) % 230)],
    ['in order of a column', '&sort=-duration_ms', (index: number) => 1500 + ((index * 7) % 23)],
    ['in order of another one', '&sort=when', () => 1500],
  ])('%s are listed in pages, and all in a file', async (_, order, millisOf) => {
    const { origin } = await serveObservatory(blog(millisOf).telemetry);
    const pages = await pagesFrom(origin, path + order);
    expect(pages.map(({ length }) => length)).toEqual([100, 100, 30]);
    expect(new Set(pages.flat()).size).toBe(230);
    for (const query of ['', ofRoute]) {
      const file = await fetch(`${origin}/admin/metrics-dashboard/slow?from=-1h${query}&format=csv`);
      expect((await file.text()).trimEnd().split('\r\n')).toHaveLength(231);
    }
  });

  it('show none twice and leave none out while slower ones come', async () => {
    const slowBlog = blog((index) => 1500 + index);
    const { origin } = await serveObservatory(slowBlog.telemetry);
    const before = new Set((await pagesFrom(origin, path)).flat());
    const seen = await pagesFrom(origin, path, () => {
      const startMillis = slowBlog.telemetry.now();
      const spans = [{ name: 'GET /word-count', type: 'http' as const, at: 0, millis: 3000 }];
      slowBlog.play([{ startMillis, spans }]);
    });
    expect(seen.flat()).toHaveLength(230);
    expect(new Set(seen.flat())).toEqual(before);
  });

  it('say so below the last place, and begin anew with another order', async () => {
    const { origin } = await serveObservatory(blog(() => 1500).telemetry);
    const read = async (address: string): Promise<string> => (await fetch(origin + address)).text();
    expect(await read(`${path}&below=${encodeURIComponent('[0,"z"]')}`)).toContain(
      'None is below this place of the list.',
    );
    const next = /rel="next" href="([^"]+)"/.exec(await read(path))?.[1] ?? '';
    const second = await read(next.replaceAll('&amp;', '&'));
    expect(second).toContain('101 to 200 of 230');
    const orders = [...second.matchAll(/href="([^"]*sort=duration_ms[^"]*)"/g)].map(([, href]) => href);
    expect(orders).toHaveLength(1);
    expect(orders[0]).not.toContain('below=');
  });
});
