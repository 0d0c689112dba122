import { beforeAll, describe, expect, it } from '@jest/globals';
import { busyBlog } from '../../fixtures/busy-blog.ts';
import { askedValue } from '../../../src/observatory/draw/top-tables.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { wordsOf } from '../../fixtures/page-text.ts';

/** Of columns that a telephone has no room for: what they say stands under the name. */
describe('a narrow cell', () => {
  let base: string;
  beforeAll(async () => {
    const { origin } = await serveObservatory(busyBlog().telemetry);
    base = `${origin}/admin/metrics-dashboard`;
  });
  const open = async (path: string): Promise<string> =>
    (await fetch(base + path, { headers: { accept: 'text/html' } })).text();
  /** Texts of all that is shown only there. */
  const narrow = (page: string): readonly string[] =>
    page
      .split('class="only-narrow')
      .slice(1)
      .map((part) => wordsOf(part.slice(part.indexOf('>'), part.indexOf('</td>') >>> 0)));

  it('has when a failure was first seen', async () => {
    expect(narrow(await open('/failures?from=-24h')).some((text) => /first \d\d:\d\d/.test(text))).toBe(true);
  });

  it('has route, sum and delayed requests of a stall', async () => {
    expect(narrow(await open('/stalls?from=-24h')).some((text) => /in total, \d+ delayed/.test(text))).toBe(
      true,
    );
  });

  it('has rate and median of a route', async () => {
    expect(
      narrow(await open('/routes?from=-24h')).some((text) => /(?:\/|once).* · p50 [\d.]+ ms/.test(text)),
    ).toBe(true);
  });

  it('lets a line end between the parts of an address, as browsers break at no slash, but in words', () => {
    expect(String(askedValue('/wp-admin/setup.php?step=1&a=b'))).toContain(
      '<bdi>/wp-admin<wbr />/setup.php<wbr />?step=1<wbr />&amp;a=b</bdi>',
    );
  });
});
