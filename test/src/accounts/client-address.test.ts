import { afterEach, describe, expect, it } from '@jest/globals';
import type { Context } from 'koa';
import { createClientAddress } from '../../../src/accounts/client-address.ts';
import { DeskServer, PASSWORD } from './desk-server.ts';

const PUBLIC_URL = 'https://blog.example/notes';

function addressOf(publicUrl: string | undefined, ip: string, forwardedFor = ''): string {
  return createClientAddress(publicUrl)({ ip, get: () => forwardedFor } as unknown as Context);
}

describe('createClientAddress', () => {
  it.each(['127.0.0.1', '127.8.0.1', '::1', '::ffff:127.0.0.1'])('believes a proxy at %s', (ip) => {
    expect(addressOf(PUBLIC_URL, ip, '192.0.2.7')).toBe('192.0.2.7');
  });

  it.each([
    ['198.51.100.1, 192.0.2.7', '192.0.2.7'],
    ['made up,192.0.2.7:4711', '192.0.2.7'],
    ['2001:db8::7', '2001:db8::7'],
    ['[2001:db8::7]:4711', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
  ])('takes the last hop of %j alone', (forwardedFor, address) => {
    expect(addressOf(PUBLIC_URL, '127.0.0.1', forwardedFor)).toBe(address);
  });

  it.each(['', 'unknown', '192.0.2.7,', '192.0.2', '192.0.2.7:port', '<script>', '_hidden'])(
    'has the socket’s address when the last hop is no address: %j',
    (forwardedFor) => {
      expect(addressOf(PUBLIC_URL, '127.0.0.1', forwardedFor)).toBe('127.0.0.1');
    },
  );

  it.each(['192.0.2.1', '10.0.0.1', '::ffff:10.0.0.1', 'fe80::1%eth0', ''])(
    'believes nobody at %j, which is not this machine',
    (ip) => {
      expect(addressOf(PUBLIC_URL, ip, '203.0.113.9')).toBe(ip);
    },
  );

  it.each([
    undefined,
    'http://localhost:3000',
    'http://127.0.0.1:3000/notes',
    'http://[::1]:3000',
    'http://blog.localhost',
  ])('believes nobody when visitors are on this machine themselves: PUBLIC_URL=%s', (publicUrl) => {
    expect(addressOf(publicUrl, '127.0.0.1', '203.0.113.9')).toBe('127.0.0.1');
  });
});

describe('signing in behind a proxy on this machine', () => {
  let server: DeskServer;
  afterEach(() => server.close());
  const through = (address: string) => ({ 'X-Forwarded-For': address, Origin: 'https://blog.example' });

  it('slows one guesser and not the owner', async () => {
    server = await new DeskServer({ publicUrl: 'https://blog.example' }).start();
    await server.owner();
    const guesser = server.visitor();
    await guesser.get('/admin/sign-in');
    const guess = (password: string, address: string) =>
      guesser.post('/admin/sign-in', { password }, through(address));
    for (let i = 0; i < 3; i++) expect((await guess(`wrong ${i}`, '203.0.113.9')).status).toBe(403);
    expect((await guess('wrong', '203.0.113.9')).status).toBe(429);
    // What a visitor says of itself stands before what the proxy says of it.
    expect((await guess('wrong', '192.0.2.7, 203.0.113.9')).status).toBe(429);
    expect((await guess(PASSWORD, '192.0.2.7')).status).toBe(303);
    expect(server.logged).toContain('"address":"203.0.113.9"');
  });

  it('knows nobody apart without PUBLIC_URL', async () => {
    server = await new DeskServer().start();
    await server.owner();
    const guesser = server.visitor();
    await guesser.get('/admin/sign-in');
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) {
      const headers = { 'X-Forwarded-For': `203.0.113.${i}` };
      statuses.push((await guesser.post('/admin/sign-in', { password: 'wrong' }, headers)).status);
    }
    expect(statuses).toEqual([403, 403, 403, 429]);
  });
});
