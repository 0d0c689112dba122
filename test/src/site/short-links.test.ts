import { beforeAll, describe, expect, it } from '@jest/globals';
import { ReaderServer } from '../reader-server.ts';

let server: ReaderServer;
beforeAll(async () => {
  server = await new ReaderServer().start();
  server.publish({ title: 'Six', path: '2024/03/six', aliases: ['/?page_id=6', 'six'] });
  server.publish({ title: 'Seven', path: 'seven', aliases: ['?p=7'], status: 'draft' });
  const gone = server.publish({ title: 'Eight', path: 'eight', aliases: ['/index.php?p=08'] });
  server.posts.remove(gone.id, gone.version);
});

const ask = async (address: string): Promise<unknown> => {
  const { status, headers } = await server.ask(address);
  return headers.location ?? status;
};

describe('short links of WordPress', () => {
  it('redirect to the post of the number, with what else the query says', async () => {
    expect(server.posts.byPath('2024/03/six')!.aliases).toEqual(['?p=6', 'six']);
    expect(await ask('/?p=6')).toBe('/2024/03/six');
    expect(await ask('/?page_id=6&utm_source=a')).toBe('/2024/03/six?utm_source=a');
    expect(await ask('/?preview=true&p=006')).toBe('/2024/03/six?preview=true');
    expect((await server.ask('/?p=6')).status).toBe(301);
    expect(await ask('/index.php?p=6&utm_source=a')).toBe('/2024/03/six?utm_source=a');
    expect(await ask('/index.php?p=8')).toBe(410);
    for (const address of ['/index.php', '/index.php?p=7', '/index.php?p=x', '/wp/index.php?p=6'])
      expect([address, await ask(address)]).toEqual([address, 404]);
  });

  it('show the front page for any other number, and for what is none', async () => {
    const plain = await server.ask('/');
    for (const query of ['p=7', 'p=99', 'p=', 'p=x', 'p=6x', 'p=-6', `p=${'6'.repeat(40)}`, 'pp=6', 's=6']) {
      const { status, text, headers } = await server.ask(`/?${query}`);
      expect([query, status, text === plain.text, headers.etag]).toEqual([
        query,
        200,
        true,
        plain.headers.etag,
      ]);
    }
    expect(await ask('/?p=8')).toBe(410);
  });

  it('leave the front page its answer of 304', async () => {
    const { headers } = await server.ask('/');
    const again = await server.ask('/', { 'If-None-Match': String(headers.etag) });
    expect(again.status).toBe(304);
  });
});
