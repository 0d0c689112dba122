import { decodeHTMLAttribute } from 'entities';
import { elementsOf } from '../fixtures/elements.ts';
import type { Visit, Visitor } from './visitor.ts';

/** An address that an answer names, as an absolute URL, and what would be done with it. */
export interface NamedAddress {
  readonly url: URL;
  readonly by: 'link' | 'form' | 'stream' | 'mention';
}

/** Every address that an answer names: in its headers, in markup, in styles, in feeds. */
export function addressesIn(visit: Visit, address: string): readonly NamedAddress[] {
  const found: { readonly text: string; readonly by: NamedAddress['by'] }[] = [];
  const add = (text: string | undefined, by: NamedAddress['by'] = 'link'): void => {
    if (text !== undefined) found.push({ text: text.trim(), by });
  };
  add(visit.headers.location);
  const type = visit.headers['content-type'] ?? '';
  if (type.startsWith('text/html')) addHtml(visit.text, add);
  else if (type.startsWith('text/css'))
    for (const [, text] of visit.text.matchAll(/url\(\s*["']?([^"')]+)/g)) add(text);
  // Feeds and the like: all that stands in them as an absolute address.
  // A trace as a file only tells of requests.
  else if (/json|xml|text\/plain/.test(type))
    for (const [text] of visit.text.matchAll(/https?:\/\/[^\s"'<>\\]+/g))
      add(decodeHTMLAttribute(text), type.startsWith('application/json') ? 'mention' : 'link');
  return found.flatMap(({ text, by }) => {
    if (text === '' || text.startsWith('#') || /\{\w+\}/.test(text)) return [];
    const url = URL.parse(text, address);
    return url === null || !url.protocol.startsWith('http') ? [] : [{ url, by }];
  });
}

const LINKS = ['href', 'src', 'poster', 'data-href'];
/** May begin with a slash and be no address. */
const WORDS = new Set([
  'value',
  'content',
  'title',
  'placeholder',
  'alt',
  'aria-label',
  'data-key',
  'srcset',
]);

function addHtml(html: string, add: (text: string | undefined, by?: NamedAddress['by']) => void): void {
  for (const element of elementsOf(html)) {
    const { name } = element;
    const values = new Map(Object.entries(element.attribs));
    for (const attribute of LINKS) add(values.get(attribute));
    for (const [attribute, value] of values)
      if (value.startsWith('/') && !WORDS.has(attribute)) add(value, 'mention');
    for (const candidate of (values.get('srcset') ?? '').split(/,\s+/)) add(candidate.trim().split(/\s/)[0]);
    add(values.get('data-live'), 'stream');
    const action = values.get('action');
    if (values.get('method')?.toLowerCase() === 'post') add(action, 'form');
    else if (name === 'form' && action !== undefined)
      add(
        `${action}?${new URLSearchParams(
          elementsOf(element).flatMap((field) =>
            field.name === 'input' && field.attribs['name'] !== undefined
              ? [[field.attribs['name'], field.attribs['value'] ?? '']]
              : [],
          ),
        )}`,
      );
    add(values.get('formaction'), 'form');
    // `<meta property="og:url">`, `<data class="u-url">` and their like.
    for (const attribute of ['content', 'value'])
      if (/^https?:/.test(values.get(attribute) ?? '')) add(values.get(attribute));
  }
}

/** What a page has that a policy without 'unsafe-inline' would refuse, and a policy that would not. */
export function inlineOffences({ headers, text }: Visit): readonly string[] {
  if (!headers['content-type']?.startsWith('text/html')) return [];
  const offences: string[] = [];
  const policy = String(headers['content-security-policy'] ?? 'no policy');
  if (!policy.startsWith("default-src 'none'") || /unsafe|\*/.test(policy)) offences.push(policy);
  for (const { name, attribs } of elementsOf(text)) {
    const written = `<${name} ${JSON.stringify(attribs)}>`;
    if (Object.keys(attribs).some((attribute) => /^(?:style|on[a-z]+)$/.test(attribute)))
      offences.push(written);
    const isData = attribs['type'] === 'application/ld+json';
    if (name === 'style' || (name === 'script' && !isData && attribs['src'] === undefined))
      offences.push(written);
  }
  return offences;
}

export interface CrawlReport {
  /** Addresses that were asked, in order. */
  readonly asked: readonly string[];
  readonly streams: ReadonlySet<string>;
  /** Targets of forms that change something; not sent. */
  readonly forms: ReadonlySet<string>;
  /** Each a sentence. */
  readonly faults: readonly string[];
}

/**
 * Asks for what can be reached from `starts` on their own origin: one of each path, ids and numbers aside, and one of each name in its
 * query if that is a kind of its own.
 */
export async function crawl(
  visitor: Visitor,
  starts: readonly string[],
  options: {
    readonly prefix: string;
    readonly maxAnswers: number;
    readonly isKindOfQuery: boolean;
    readonly mayFail?: RegExp;
    /** Addresses that tell of requests to others, which are no business of the prefix. */
    readonly tellsOfOthers?: RegExp;
  },
): Promise<CrawlReport> {
  const { origin } = new URL(starts[0]!);
  const queue = [...starts];
  const known = new Set(starts);
  const kinds = new Set<string>();
  const streams = new Set<string>();
  const forms = new Set<string>();
  const asked: string[] = [];
  const faults: string[] = [];
  while (queue.length > 0) {
    const address = queue.shift()!;
    if (asked.length === options.maxAnswers) {
      faults.push(`there are more than ${options.maxAnswers} addresses, as ${address}`);
      break;
    }
    asked.push(address);
    const visit = await visitor.send(address);
    if (visit.status >= 400 && options.mayFail?.test(address) !== true)
      faults.push(`${address} answered ${visit.status}`);
    for (const offence of inlineOffences(visit)) faults.push(`${address} has ${offence}`);
    for (const { url, by } of addressesIn(visit, address)) {
      if (url.origin !== origin) continue;
      if (by === 'mention' && options.tellsOfOthers?.test(address) === true) continue;
      url.hash = '';
      if (url.pathname !== options.prefix && !url.pathname.startsWith(`${options.prefix}/`)) {
        faults.push(`${address} names ${url.href}, outside of ${options.prefix}`);
        continue;
      }
      if (by === 'stream') streams.add(url.href);
      else if (by === 'form') forms.add(url.href);
      else if (by === 'link' && !known.has(url.href)) {
        known.add(url.href);
        const [path, ...named] = kindsOf(url);
        const own = options.isKindOfQuery ? [path, ...named] : [path];
        if (own.every((kind) => kinds.has(kind))) continue;
        for (const kind of own) kinds.add(kind);
        queue.push(url.href);
      }
    }
  }
  return { asked, streams, forms, faults };
}

/** The path, and the path with each name of the query; each format is a kind. */
function kindsOf({ pathname, searchParams }: URL): readonly [string, ...string[]] {
  const path = pathname.replaceAll(/[0-9a-f]{32}|\d+/g, '0');
  return [
    path,
    ...[...searchParams].map(([name, value]) => `${path}?${name}${name === 'format' ? `=${value}` : ''}`),
  ];
}
