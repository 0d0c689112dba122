import { describe, expect, it } from '@jest/globals';
import { agentFamily, agentName } from '../../../otel/aggregate/agent-family.ts';
import { AGENT_FAMILIES } from '../../../otel/query.ts';

const CHROME =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

describe('agentName', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0', 'Firefox', true],
    [CHROME, 'Chrome', true],
    [`${CHROME} Edg/140.0.0.0`, 'Edge', true],
    [`${CHROME} OPR/120.0`, 'Opera', true],
    ['Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/18.6 Safari/605.1.15', 'Safari', true],
    ['Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)', 'other', true],
    ['Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 21) Chrome/140.0 Mobile Safari/537.36', 'Chrome', true],
    [CHROME.replace('Chrome', 'HeadlessChrome'), 'HeadlessChrome', false],
    ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'Googlebot', false],
    ['Mozilla/5.0 (compatible; Miniflux/2.2; +https://miniflux.app)', 'Miniflux', false],
    ['Mozilla/5.0 (Reader 3; +https://reader.example/about)', 'reader.example', false],
    ['Mozilla/5.0 Chrome-Lighthouse', 'Chrome-Lighthouse', false],
    ['python-requests/2.32', 'python-requests', false],
    ['Feedly/1.0 (+http://www.feedly.com/fetcher.html)', 'Feedly', false],
    ['Mozilla/5.0 zgrab/0.x', 'zgrab', false],
    ['Mozilla/5.0 (compatible; CensysInspect/1.1)', 'CensysInspect', false],
    ['Mozilla/5.0 (compatible; InternetMeasurement/1.0)', 'InternetMeasurement', false],
    ['Mozilla/5.00 (Nikto/2.5.0) (Evasions:None)', 'Nikto', false],
    [`${CHROME} Nuclei`, 'Nuclei', false],
    ['Mozilla/5.0 (l9tcpid/v1.1.0)', 'l9tcpid', false],
    ['Mozilla/5.0 (X11) python-requests/2.31', 'python-requests', false],
    ['Mozilla/5.0 okhttp/4.9', 'okhttp', false],
    ...[
      ['masscan/1.3 (https://github.com/robertdavidgraham/masscan)', 'masscan'],
      ['sqlmap/1.8 (https://sqlmap.org)', 'sqlmap'],
      ['WPScan v3.8.25 (https://wpscan.com)', 'WPScan'],
      ['gobuster/3.6', 'gobuster'],
      ['DirBuster-1.0-RC1', 'DirBuster-1.0-RC1'],
      ['httpx - Open-source project', 'httpx'],
      ['Expanse, a Palo Alto Networks company', 'Expanse'],
      ['Go-http-client/2.0', 'Go-http-client'],
      ['curl/8.5.0', 'curl'],
      ['Wget/1.21', 'Wget'],
      ['libwww-perl/6.67', 'libwww-perl'],
      ['axios/1.7', 'axios'],
      ['node-fetch/1.0', 'node-fetch'],
    ].map(([agent = '', name = '']) => [agent, name, false] as const),
    ['()', '()', false],
    ['', 'none', false],
  ])('%s: %s', (userAgent, name, isBrowser) => {
    expect(agentName(userAgent)).toEqual({ name, isBrowser });
    // The lists that the name leads to have it: the search for `agent:` asks for a family, or else for a part.
    const family = agentFamily(userAgent);
    expect(isBrowser).toBe(family !== 'bot' && family !== 'none');
    const asked = AGENT_FAMILIES.find((each) => each === name.toLowerCase());
    expect(asked ?? family).toBe(family);
    expect(asked !== undefined || userAgent.includes(name)).toBe(true);
  });
});
