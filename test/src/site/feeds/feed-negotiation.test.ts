import { beforeAll, describe, expect, it } from '@jest/globals';
import { ReaderServer } from '../../reader-server.ts';

let server: ReaderServer;
beforeAll(async () => {
  server = await new ReaderServer().start();
  server.publish({ title: 'A', path: 'a', tags: ['t'] });
});

describe.each(['/feed', '/tags/t/feed'])('%s', (path) => {
  it.each([
    ['application/rss+xml', 'rss+xml'],
    ['application/atom+xml', 'atom+xml'],
    ['application/feed+json', 'feed+json'],
    ['application/json', 'feed+json'],
    ['application/rss+xml;q=0.5, application/feed+json;q=0.9', 'feed+json'],
    ['application/rss+xml, application/atom+xml;q=0.9', 'rss+xml'],
    ['application/atom+xml;q=0, application/xml;q=0.1, application/rss+xml;q=0.2', 'rss+xml'],
    ['text/xml', 'atom+xml'],
    ['*/*', 'atom+xml'],
    ['text/html', 'atom+xml'],
    ['', 'atom+xml'],
    ['not a type', 'atom+xml'],
  ])('answers Accept: %s with %s', async (accept, type) => {
    const { status, headers } = await server.ask(path, accept === '' ? {} : { accept });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe(`application/${type}; charset=utf-8`);
    expect(headers['vary']).toMatch(/\bAccept\b(?!-)/);
  });
});
