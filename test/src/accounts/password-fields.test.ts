import { beforeAll, describe, expect, it } from '@jest/globals';
import { elementsOf } from '../../fixtures/elements.ts';
import { AdminServer, type Visitor } from './admin-server.ts';

let server: AdminServer;
let owner: Visitor;
beforeAll(async () => {
  server = await new AdminServer().start();
});

/** Name and way of filling in of each password field of a page. */
function passwordFields(text: string): readonly string[] {
  return elementsOf(text)
    .filter(({ name, attribs }) => name === 'input' && attribs['type'] === 'password')
    .map(({ attribs: { name, autocomplete, maxlength } }) =>
      [`${name} ${autocomplete}`, ...(maxlength === undefined ? [] : ['cut off'])].join(', '),
    );
}

describe('a password', () => {
  it.each([
    [
      'setting up',
      () => server.visitor().get(server.accounts.setupLinks.create()!.path),
      ['password new-password', 'repeated new-password'],
    ],
    [
      'signing in',
      async () => {
        owner = await server.owner();
        return server.visitor().get('/admin/sign-in');
      },
      ['password current-password'],
    ],
    [
      'changing it',
      () => owner.get('/admin/settings'),
      [
        'currentPassword current-password',
        'password new-password',
        'repeated new-password',
        'recoveryPassword current-password',
      ],
    ],
    [
      'coming back by a recovery code',
      () => server.visitor().get('/admin/recovery'),
      ['password new-password', 'repeated new-password'],
    ],
    [
      'coming back by a link',
      () => server.visitor().get(server.accounts.setupLinks.createForOwner().path),
      ['password new-password', 'repeated new-password'],
    ],
  ])('is masked, pasted and filled in by managers when %s', async (_, ask, fields) => {
    const { text, headers } = await ask();
    expect(passwordFields(text)).toEqual(fields);
    // No script runs there that could keep anybody from pasting (that of the settings is for pictures and the colour), and no length cuts off what is pasted.
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'/);
    const others = text.replace(/<script src="\/assets\/admin\/settings\.\w+\.js"/, '');
    expect(others).not.toMatch(/<script|\son\w+=/);
    expect(text).not.toMatch(/\b(?:hint|secret) question\b/i);
  });
});
