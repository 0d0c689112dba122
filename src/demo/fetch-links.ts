import { request, type Agent } from 'node:http';

/** A page's text; an address that does not answer rejects. */
export function fetchText(address: string, path: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, address), { agent }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => (text += part));
      answer.on('end', () => resolve(text));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** What the first group of a pattern finds, each once, entities of a URL decoded. */
export function linksIn(page: string, pattern: RegExp): string[] {
  return [...new Set([...page.matchAll(pattern)].map((match) => match[1]!.replaceAll('&amp;', '&')))];
}
