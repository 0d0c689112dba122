import { describe, expect, it } from '@jest/globals';
import {
  messageOf,
  testMessage,
  type MessageAlert,
} from '../../../../src/observatory/alerts/alert-message.ts';
import { createMail } from '../../../../src/observatory/alerts/mail.ts';
import { selfSigned } from '../../../fixtures/self-signed.ts';
import { smtpServer } from './smtp-server.ts';

const ID = '4f0c9d0e-6f3d-4c57-9a36-2f1f6c1f7c11';
const NOON = Date.UTC(2026, 2, 14, 12);
const TO = ['me@blog.example', 'you@blog.example'];
const NEVER = new AbortController().signal;

function alert(sentence: string): MessageAlert {
  return {
    state: 'firing',
    rule: '5xx > 5% over 5m from 20',
    sentence,
    value: 0.08,
    threshold: 0.05,
    link: 'https://blog.example/admin/metrics-dashboard/failures',
  };
}

const sendBy = (smtpUrl: string, more: { readonly maxMillis?: number } = {}) =>
  createMail({ smtpUrl, to: TO, ...more }).send(testMessage('https://blog.example', ID, NOON), NEVER);

describe('alerts by e-mail', () => {
  it('have the sentence as subject and first line, all alerts, their links and the id', async () => {
    await using server = await smtpServer();
    const message = messageOf([alert('The share of 5xx is 8 %.'), alert('The export is failing.')], ID, NOON);
    const mail = createMail({ smtpUrl: `smtp://127.0.0.1:${server.port}`, to: TO });
    expect(await mail.send(message, NEVER)).toEqual({ outcome: 'sent', result: 'answered 250 accepted' });
    expect(server.commands.filter((line) => /^(MAIL|RCPT)/.test(line))).toEqual([
      'MAIL FROM:<me@blog.example>',
      'RCPT TO:<me@blog.example>',
      'RCPT TO:<you@blog.example>',
    ]);
    const [text = ''] = server.messages;
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toMatch(/^Subject: The share of 5xx is 8 %\. And 1 more\.$/m);
    expect(head).toMatch(new RegExp(`^Message-ID: <${ID}@blog\\.example>$`, 'm'));
    expect(head).toMatch(/^Auto-Submitted: auto-generated$/m);
    expect(body).toMatch(/^The share of 5xx is 8 %\./);
    expect(text).toContain('The export is failing.');
    expect(text).toContain('https://blog.example/admin/metrics-dashboard/failures');
  });

  it('of a hostile name add neither a header nor a recipient', async () => {
    await using server = await smtpServer();
    const message = messageOf([alert('p95 of GET /\r\nBcc: x@evil.example\r\n is 2 s.')], ID, NOON);
    await createMail({ smtpUrl: `smtp://127.0.0.1:${server.port}`, to: TO }).send(message, NEVER);
    const [head = ''] = server.messages[0]!.split('\r\n\r\n');
    expect(head).not.toMatch(/^Bcc:/im);
    expect(server.commands.filter((line) => line.startsWith('RCPT'))).toHaveLength(2);
  });

  it.each([
    [{ 'DATA-END': '451 try later' }, 'failed', 'answered 451 try later'],
    [{ RCPT: '550 nobody here' }, 'refused', 'answered 550 nobody here'],
    [{ EHLO: '421 busy', HELO: '421 busy' }, 'failed', 'answered 421 busy'],
  ])('take %o as %s', async (replies, outcome, result) => {
    await using server = await smtpServer({ replies });
    expect(await sendBy(`smtp://127.0.0.1:${server.port}`)).toEqual({ outcome, result });
  });

  it('sign in with the user of the address', async () => {
    await using server = await smtpServer({ replies: { EHLO: '250 AUTH PLAIN', AUTH: '235 welcome' } });
    await sendBy(`smtp://me%40blog:p%3Ass@127.0.0.1:${server.port}`);
    const credentials = Buffer.from('\0me@blog\0p:ss').toString('base64');
    expect(server.commands).toContain(`AUTH PLAIN ${credentials}`);
  });

  it('do not wait for a server that says nothing', async () => {
    await using server = await smtpServer({ silent: true });
    expect(await sendBy(`smtp://127.0.0.1:${server.port}`, { maxMillis: 50 })).toMatchObject({
      outcome: 'failed',
    });
  });

  it('need TLS, and a trusted certificate, unless the server is on this machine', async () => {
    await using plain = await smtpServer({ replies: { STARTTLS: '502 not implemented' } });
    // An address of this machine in another spelling, as a stand-in for another machine.
    const sent = await sendBy(`smtp://me:secret@[::ffff:127.0.0.1]:${plain.port}`);
    expect(sent.outcome).not.toBe('sent');
    expect(plain.commands.filter((line) => /^(AUTH|MAIL)/.test(line))).toEqual([]);
    await using untrusted = await smtpServer({ tls: selfSigned('127.0.0.1') });
    expect(await sendBy(`smtps://127.0.0.1:${untrusted.port}`)).toMatchObject({ outcome: 'failed' });
    expect(untrusted.commands).toEqual([]);
  });
});
