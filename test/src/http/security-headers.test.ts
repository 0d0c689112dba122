import { beforeAll, describe, expect, it } from '@jest/globals';
import { ReaderServer } from '../reader-server.ts';

let server: ReaderServer;
beforeAll(async () => {
  server = await new ReaderServer({ publicUrl: 'https://blog.example' }).start();
});

describe('security headers', () => {
  it.each(['/', '/archive', '/search?q=a', '/nope', '/feed.rss', '/assets/site.css'])(
    'are on %s',
    async (path) => {
      const { headers } = await server.ask(path);
      const policy = headers['content-security-policy'] as string;
      expect(policy).toMatch(/^default-src 'none'/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|script-src/);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('strict-origin-when-cross-origin');
      expect(headers['strict-transport-security']).toBe('max-age=31536000');
    },
  );

  it('include HSTS only if the blog is served over https', async () => {
    const plain = await new ReaderServer().start();
    expect((await plain.ask('/')).headers['strict-transport-security']).toBeUndefined();
  });

  it('make no page depend on another origin', async () => {
    const { text } = await server.ask('/');
    const addresses = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    expect(addresses.length).toBeGreaterThan(8);
    expect(addresses.filter((address) => !/^(?:\/(?!\/)|#|https:\/\/blog\.example\/)/.test(address))).toEqual(
      [],
    );
  });
});
