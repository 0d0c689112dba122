import { agentName } from '../../process/user-agent.ts';

/** `Feedly/1.0 (…; 16 subscribers; …)`, and `1 reader`. */
const STATED = /(?<![\w.,])(\d{1,9})\s(?:subscriber|reader)s?\b/i;
/** What follows names the program better than a word such as *fetcher* behind it. */
const COMPATIBLE = /compatible;\s*([a-z][\w.-]{0,59})/i;
/** Programs that read every page, feeds as well, for nobody. */
const CRAWLER = /bot\b|crawl|spider|slurp/i;
const MAX_READ = 512;

/** Who fetches a feed. */
export interface FeedAgent {
  /** Of the program, without its version; never more of the user agent. */
  readonly reader: string;
  /** What it states itself; undefined: it reads for one person, and states nothing. */
  readonly subscribers: number | undefined;
}

/** Undefined for a crawler: nobody subscribes with one. */
export function feedAgent(userAgent: string): FeedAgent | undefined {
  const text = userAgent.slice(0, MAX_READ);
  const stated = STATED.exec(text)?.[1];
  if (stated === undefined && CRAWLER.test(text)) return undefined;
  const name = COMPATIBLE.exec(text)?.[1] ?? agentName(text).name;
  return {
    // A name that is only digits could be an address.
    reader: /^[a-z]/i.test(name) ? name : 'other',
    subscribers: stated === undefined ? undefined : Number(stated),
  };
}
