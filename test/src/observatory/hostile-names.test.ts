import { afterEach, describe, expect, it } from '@jest/globals';
import type { Server } from 'node:http';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { FakeTelemetry } from './fake-telemetry.ts';
import { sketchTrace } from './fake/traces.ts';

const SCRIPT = '<script>alert(1)</script>';
const NAMES = [
  SCRIPT,
  '"><img src=x onerror=alert(1)>',
  "';--",
  '../../etc/passwd',
  'مرحبا‮gpj.exe',
  'x'.repeat(4000),
  '=HYPERLINK("http://a")',
  '\u0000\ud800',
  '{{7*7}}${1}',
];

let running: Server | undefined;
afterEach(() => {
  running?.closeAllConnections();
  running?.close();
});

function hostile(): FakeTelemetry {
  const models = NAMES.flatMap((name) => [
    { type: 'http' as const, name: `GET /${name}`, perSecond: 1, medianMillis: 5, sigma: 1, errors: 0.5 },
    { type: 'database' as const, name, perSecond: 1, medianMillis: 5, sigma: 1, text: name, callers: [name] },
  ]);
  const traces = NAMES.map((name, index) =>
    sketchTrace(String(index).padStart(32, 'a'), Date.UTC(2026, 10, 23, 13, 45), [
      {
        name: `GET /${name}`,
        type: 'http',
        at: 0,
        millis: 2000,
        error: name,
        attributes: { [name]: name, 'error.type': name, 'http.route': name },
      },
      {
        name,
        type: 'database',
        keepReason: 'slow',
        at: 1,
        millis: 1500,
        attributes: { 'db.query.text': name },
        events: [{ name, at: 3, attributes: { 'exception.stacktrace': name, message: name } }],
      },
    ]),
  );
  return new FakeTelemetry({ models, traces });
}

describe('hostile names', () => {
  it.each([
    '',
    '/routes',
    '/queries',
    '/slow',
    '/failures',
    '/traces',
    `/traces/${'0'.padStart(32, 'a')}`,
    `/route?name=${encodeURIComponent(`GET /${SCRIPT}`)}`,
    `/statement?name=${encodeURIComponent(SCRIPT)}`,
    `/traces?q=${encodeURIComponent(SCRIPT)}`,
    `/?from=${encodeURIComponent(SCRIPT)}`,
    `/traces/${encodeURIComponent(SCRIPT)}`,
  ])('are only text on %s', async (path) => {
    const { server, origin } = await serveObservatory(hostile());
    running = server;
    const text = await (
      await fetch(`${origin}/admin/metrics-dashboard${path}`, { headers: { accept: 'text/html' } })
    ).text();
    expect(text).toContain('&lt;script&gt;');
    // Quoted values are text; what is left is markup.
    expect(text.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/<script>|<img|<[^>]+\son\w+=/i);
  });

  it('do not become formulas in CSV', async () => {
    const { server, origin } = await serveObservatory(hostile());
    running = server;
    const text = await (await fetch(`${origin}/admin/metrics-dashboard/queries?format=csv`)).text();
    expect(text).toContain(`"'=HYPERLINK(""http://a"")"`);
    expect(text).not.toMatch(/^=|^"=/m);
  });
});
