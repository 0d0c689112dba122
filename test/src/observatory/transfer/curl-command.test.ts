import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { anyText, fc } from '../../../fixtures/properties.ts';
import type { AttributeMap } from '../../../../otel/query.ts';
import { curlCommand } from '../../../../src/observatory/transfer/curl-command.ts';
import { requestOf } from '../../../../src/observatory/transfer/shown-request.ts';
import { sketchTrace } from '../../../fixtures/trace-sketches.ts';

const PLAIN: AttributeMap = {
  'http.request.method': 'GET',
  'url.scheme': 'https',
  'server.address': 'blog.example',
  'server.port': 443,
  'url.path': '/search',
};

function commandOf(attributes: AttributeMap): { command: string; leftOut: string } {
  const trace = sketchTrace('ab'.repeat(16), 0, [
    { name: 'GET', type: 'http', at: 0, millis: 1, attributes },
  ]);
  const { command, leftOut } = curlCommand(requestOf(trace)!);
  return { command, leftOut: leftOut.join(' ') };
}

/** What a shell makes of the command's words. */
function words(command: string): string[] {
  return execFileSync('sh', ['-c', `for word in ${command}; do printf '%s\\0' "$word"; done`], {
    encoding: 'utf8',
  })
    .split('\0')
    .slice(0, -1);
}

describe('curlCommand', () => {
  it('repeats the request, and lists what it leaves out', () => {
    const { command, leftOut } = commandOf({
      ...PLAIN,
      'url.query': 'q=two+words&page=2',
      'user_agent.original': "Mozilla/5.0 (it's me)",
    });
    expect(words(command)).toEqual([
      'curl',
      '--user-agent',
      "Mozilla/5.0 (it's me)",
      'https://blog.example/search?q=two+words&page=2',
    ]);
    expect(leftOut).toBe('Cookies, authorization and other headers are left out, as they are not recorded.');
  });

  it.each(['/search', '/notes/search'])(
    'asks below the path of the blog, whether a proxy took it off: %s',
    (path) => {
      const attributes = { ...PLAIN, 'url.path': path };
      const trace = sketchTrace('ab'.repeat(16), 0, [
        { name: 'GET', type: 'http', at: 0, millis: 1, attributes },
      ]);
      expect(requestOf(trace, '/notes')!.url).toBe('https://blog.example/notes/search');
      expect(requestOf(trace)!.url).toBe(`https://blog.example${path}`);
    },
  );

  it('requests PUBLIC_URL, whatever Host the visitor sent', () => {
    const attributes = { ...PLAIN, 'server.address': 'evil.example', 'server.port': 8443 };
    const trace = sketchTrace('ab'.repeat(16), 0, [
      { name: 'GET', type: 'http', at: 0, millis: 1, attributes },
    ]);
    expect(new URL(requestOf(trace, '', 'https://blog.example')!.url).origin).toBe('https://blog.example');
    expect(new URL(requestOf(trace, '', 'http://blog.example:81')!.url).origin).toBe(
      'http://blog.example:81',
    );
    expect(new URL(requestOf(trace)!.url).origin).toBe('https://evil.example:8443');
  });

  it('takes credentials out of the query and names them', () => {
    const { command, leftOut } = commandOf({
      ...PLAIN,
      'url.query': 'q=x&access_token=S1&apiKey=S2&X-Amz-Signature=S3&_csrf=S4&code=S5&author=me',
    });
    expect(command).toBe("curl 'https://blog.example/search?q=x&author=me'");
    expect(leftOut).toContain('“access_token”, “apiKey”, “X-Amz-Signature”, “_csrf”, “code”');
    expect(leftOut).not.toMatch(/S[1-5]/);
  });

  it('never contains more of a span than address and user agent', () => {
    const { command } = commandOf({
      ...PLAIN,
      'http.request.header.cookie': 'session=S1',
      'http.request.header.authorization': 'Bearer S2',
      'url.full': 'https://me:S3@blog.example/search?password=S4#S5',
    });
    expect(command).toBe('curl https://blog.example/search');
  });

  it('supports methods, unknown hosts, other ports and IPv6 addresses', () => {
    expect(commandOf({ ...PLAIN, 'http.request.method': 'HEAD' }).command).toContain('curl --head');
    const post = commandOf({ ...PLAIN, 'http.request.method': 'POST' });
    expect(post.command).toContain('--request POST');
    expect(post.leftOut).toContain('The body is left out');
    const lost = commandOf({ 'http.request.method': 'GET', 'url.path': '/a' });
    expect(lost.command).toBe('curl http://localhost/a');
    expect(lost.leftOut).toContain('The host is not recorded');
    expect(commandOf({ ...PLAIN, 'server.address': '::1', 'server.port': 3000 }).command).toBe(
      "curl --globoff 'https://[::1]:3000/search'",
    );
  });

  it('is one line of harmless words, whatever was recorded', () => {
    const hostile = fc.oneof(
      anyText(),
      fc.constantFrom("'; touch x; '", '$(id)', '`id`', 'a\nrm -rf b', '-o/etc/passwd', '\\', '\u202egpj'),
    );
    fc.assert(
      fc.property(hostile, hostile, hostile, (path, query, agent) => {
        const { command } = commandOf({
          ...PLAIN,
          'url.path': `/${path}`,
          'url.query': query,
          'user_agent.original': `x${agent}`,
        });
        // eslint-disable-next-line no-control-regex
        expect(command).not.toMatch(/[\u0000-\u001f\u007f\u202a-\u202e]/);
        const outside = command.replaceAll("'\\''", '').replaceAll(/'[^']*'/g, '');
        expect(outside).toMatch(/^[\w@%+=:,./ -]*$/);
      }),
    );
  });
});
