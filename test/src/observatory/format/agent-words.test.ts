import { expect, it } from '@jest/globals';
import { agentValue } from '../../../../src/observatory/draw/agent-value.ts';
import { agentWords } from '../../../../src/observatory/format/agent-words.ts';

it.each([
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
    'Chrome 142, Windows',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0',
    'Edge 142, Windows',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0', 'Firefox 144, Linux'],
  [
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
    'Chrome 142, Android',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
    'Safari 18.6, iOS',
  ],
  [
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1; +http://www.google.com/bot.html) Chrome/141.0.7390.122 Safari/537.36',
    'Googlebot 2.1',
  ],
  ['curl/8.14.1', 'curl 8.14.1'],
  ['python-requests/2.32.3', 'python-requests 2.32.3'],
  ['node', 'node'],
  ['x'.repeat(300), 'x'.repeat(60)],
])('names %s', (userAgent, words) => {
  expect(agentWords(userAgent)).toBe(words);
});

it('has the whole text in the title and folded behind it, escaped', () => {
  const whole = 'Mozilla/5.0 (X11; Linux x86_64; "><script>) Gecko/20100101 Firefox/144.0';
  const shown = String(agentValue(whole, '/traces'));
  expect(shown).not.toContain('<script>');
  expect(shown).toMatch(/<a class="asked" href="\/traces" title="[^"]*rv|title="Mozilla[^"]*&quot;/);
  expect(shown).toMatch(/<details class="whole-agent">[\s\S]*<bdi>Mozilla\/5\.0 .*Firefox\/144\.0<\/bdi>/);
  expect(String(agentValue('node'))).not.toContain('<details');
});
