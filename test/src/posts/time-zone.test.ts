import { beforeAll, describe, expect, it } from '@jest/globals';
import { dayIn } from '../../../src/markup/zoned-time.ts';
import { ReaderServer } from '../reader-server.ts';

const EVENING = Date.parse('2025-05-31T20:00-07:00');

describe('a blog in Los Angeles', () => {
  const server = new ReaderServer();
  beforeAll(async () => {
    server.site.save({ ...server.site.values, timeZone: 'America/Los_Angeles' });
    await server.start();
    server.publish({ title: 'Evening', publishedAtMillis: EVENING });
  });
  const textOf = async (path: string): Promise<string> => (await fetch(server.origin + path)).text();

  it('dates a post of 31 May at 20:00 with 31 May: in its address, on its page, in lists and in searches', async () => {
    expect(await textOf('/2025/05/evening')).toMatch(/datetime="2025-06-01T03:00:00.000Z"\s*>31 May 2025</);
    for (const path of ['/', '/archive/2025/05', '/search?q=evening'])
      expect(await textOf(path)).toMatch(/>31 May 2025</);
    expect(await textOf('/archive/2025/06')).not.toContain('Evening');
  });

  it('counts every post in the month whose page lists it, across changes of summer time', () => {
    const { posts } = server;
    // Around the ends of all months of two years.
    for (let month = 0; month < 24; month++)
      for (const hours of [-9, -8, -7, -1, 0, 1, 6, 7, 8, 9])
        server.publish({
          title: `Post ${month} ${hours}`,
          publishedAtMillis: Date.UTC(2024, month) + hours * 3_600_000,
        });
    const ledger = new Map<string, number>();
    let cursor: string | undefined;
    let listed = 0;
    do {
      const page = posts.page({ limit: 100, before: cursor });
      for (const { publishedAtMillis } of page.posts) {
        const { year, month } = dayIn(publishedAtMillis!, 'America/Los_Angeles');
        ledger.set(`${year}/${month}`, (ledger.get(`${year}/${month}`) ?? 0) + 1);
        listed++;
      }
      cursor = page.older;
    } while (cursor !== undefined);
    const months = posts.archive();
    expect(listed).toBe(241);
    expect(Object.fromEntries(months.map(({ year, month, count }) => [`${year}/${month}`, count]))).toEqual(
      Object.fromEntries(ledger),
    );
    for (const { year, month, count } of months)
      expect(posts.page({ year, month, limit: 100 }).posts).toHaveLength(count);
  });

  it('draws its pages anew when the zone changes', async () => {
    const before = await fetch(server.origin);
    server.site.save({ ...server.site.values, timeZone: 'UTC' });
    const etag = before.headers.get('etag')!;
    const after = await fetch(server.origin, { headers: { 'if-none-match': etag } });
    expect(after.status).toBe(200);
  });
});
