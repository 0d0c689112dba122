import { describe, expect, it } from '@jest/globals';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { NOW } from '../../fixtures/still-runtime.ts';
import { statement } from '../../fixtures/trace-sketches.ts';

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

function hostile() {
  const happened = NAMES.map((name, index) => ({
    traceId: String(index).padStart(32, 'a'),
    startMillis: NOW - 320_000 + index * 5000,
    spans: [
      {
        name: `GET /${name}`,
        type: 'http' as const,
        at: 0,
        millis: 2000,
        error: name,
        attributes: {
          [name]: name,
          'error.type': name,
          'http.request.method': 'GET',
          'http.route': `/${name}`,
        },
      },
      {
        ...statement(name),
        at: 1,
        millis: 1500,
        events: [{ name, at: 3, attributes: { 'exception.stacktrace': name, message: name } }],
      },
      { name, type: 'other' as const, at: 1600, millis: 1 },
    ],
  }));
  return new MeasuredBlog({ happened }).telemetry;
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
    const { origin } = await serveObservatory(hostile());
    const text = await (
      await fetch(`${origin}/admin/metrics-dashboard${path}`, { headers: { accept: 'text/html' } })
    ).text();
    expect(text).toContain('&lt;script&gt;');
    // Quoted values are text; what is left is markup.
    expect(text.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/<script>|<img|<[^>]+\son\w+=/i);
  });

  it('do not become formulas in CSV', async () => {
    const { origin } = await serveObservatory(hostile());
    const csv = async (path: string): Promise<string> =>
      (await fetch(`${origin}/admin/metrics-dashboard${path}?format=csv`)).text();
    const [statements, spans] = [await csv('/queries'), await csv(`/traces/${'6'.padStart(32, 'a')}`)];
    // Of a statement only its text without literals is known.
    expect(statements).toContain("\n'=HYPERLINK(?),");
    expect(spans).toContain(`"'=HYPERLINK(""http://a"")"`);
    for (const text of [statements, spans]) expect(text).not.toMatch(/(?:^|,)"?=/m);
  });
});
