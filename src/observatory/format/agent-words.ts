import { agentName } from '../../../otel/kit.ts';
import { shortened } from './shortened.ts';

/** Beyond it no name, version or system is looked for. */
const MAX_READ = 512;
const MAX_SHOWN = 60;

/** Of the names that `agentName` gives to browsers. */
const VERSIONS: Readonly<Record<string, RegExp>> = {
  Firefox: /\b(?:firefox|fxios)\/(\d{1,5})/i,
  Edge: /\bedg(?:e|a|ios)?\/(\d{1,5})/i,
  Opera: /\b(?:opr|opera)[/ ](\d{1,5})/i,
  Chrome: /\b(?:chrome|crios|chromium)\/(\d{1,5})/i,
  Safari: /\bversion\/(\d{1,5}(?:\.\d{1,5})?)/i,
};

/** In this order: Android calls itself Linux, and iOS like Mac OS X. */
const SYSTEMS: readonly (readonly [string, RegExp])[] = [
  ['Android', /\bandroid\b/i],
  ['iOS', /\b(?:iphone|ipad|ipod)\b/i],
  ['Windows', /\bwindows\b/i],
  ['macOS', /\bmac os x\b|\bmacintosh\b/i],
  ['ChromeOS', /\bcros\b/i],
  ['Linux', /\blinux\b|\bx11\b/i],
];

/** Name, version and system of a user agent: `Chrome 142, Windows`, `Googlebot 2.1`; the text itself if it has no such name. Linear in its length. */
export function agentWords(userAgent: string): string {
  const text = userAgent.slice(0, MAX_READ);
  const { name, isBrowser } = agentName(text);
  if (!isBrowser) return shortened(`${name}${versionAfter(text, name)}`, MAX_SHOWN);
  const version = VERSIONS[name]?.exec(text)?.[1];
  if (version === undefined) return shortened(userAgent, MAX_SHOWN);
  const system = SYSTEMS.find(([, pattern]) => pattern.test(text))?.[0];
  return `${name} ${version}${system === undefined ? '' : `, ${system}`}`;
}

/** Of a program: what follows its name. */
function versionAfter(text: string, name: string): string {
  const at = text.indexOf(`${name}/`);
  const [, version] = at < 0 ? [] : (/^v?(\d[\w.+-]{0,20})/.exec(text.slice(at + name.length + 1)) ?? []);
  return version === undefined ? '' : ` ${version}`;
}
