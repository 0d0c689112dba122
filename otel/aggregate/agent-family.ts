import type { AgentFamily } from '../base/trace-term.ts';
import { BOT, BROWSER, isBotAgent } from './bot-agent.ts';

/** In this order: Edge and Opera call themselves Chrome, and Chrome calls itself Safari. */
const BROWSERS: readonly (readonly [AgentFamily, RegExp])[] = [
  ['firefox', /\b(?:firefox|fxios)\//i],
  ['edge', /\bedg(?:e|a|ios)?\//i],
  ['opera', /\b(?:opr|opera)\b/i],
  ['chrome', /\b(?:chrome|crios|chromium)\//i],
  ['safari', /\bsafari\//i],
];

/** Of a request's user agent; one that pretends to be a browser counts as that. */
export function agentFamily(userAgent: string | undefined): AgentFamily {
  if (userAgent === undefined || userAgent === '') return 'none';
  if (isBotAgent(userAgent)) return 'bot';
  return BROWSERS.find(([, pattern]) => pattern.test(userAgent))?.[0] ?? 'other';
}

/** The families that a search finds it by: a client without a user agent is a program, as in all counts of bots. */
export function familiesOf(family: AgentFamily): readonly AgentFamily[] {
  return family === 'none' ? ['bot', family] : [family];
}

/** Of browsers; `other` is one of another name. */
const NAMES = {
  firefox: 'Firefox',
  edge: 'Edge',
  opera: 'Opera',
  chrome: 'Chrome',
  safari: 'Safari',
  other: 'other',
} as const;
const BROWSER_NAMES: ReadonlySet<string> = new Set(Object.values(NAMES));

/** Returns true for a name that `agentName` gives to browsers. */
export function isBrowserName(name: string): boolean {
  return BROWSER_NAMES.has(name);
}

/** Of a scanner that calls itself a browser. No program's name has a space. */
export function scannerName(browser: string): string {
  return `scanner (${browser})`;
}

/** The browser that a scanner calls itself; undefined for other names. */
export function scannerIn(name: string): string | undefined {
  return /^scanner \((.*)\)$/.exec(name)?.[1];
}

const COMPATIBLE = /compatible;\s*([a-z][\w.-]{0,60})/i;
const HOST = /\+https?:\/\/([\w.-]{1,60})/i;
/** Characters that a name is looked for in, and its limit. */
const MAX_READ = 512;
const MAX_NAME = 60;

/** What a user agent calls itself, without its version: `Firefox`, `Googlebot`, `curl`. A search for `agent:` and the name finds it. */
export function agentName(userAgent: string): { readonly name: string; readonly isBrowser: boolean } {
  const family = agentFamily(userAgent);
  if (family === 'none') return { name: family, isBrowser: false };
  if (family !== 'bot') return { name: NAMES[family], isBrowser: true };
  return { name: programName(userAgent.slice(0, MAX_READ)).slice(0, MAX_NAME), isBrowser: false };
}

function programName(text: string): string {
  const words = text.match(/[\w.-]+/g) ?? [text];
  const named = BROWSER.test(text)
    ? (words.find((word) => BOT.test(word)) ?? COMPATIBLE.exec(text)?.[1] ?? HOST.exec(text)?.[1])
    : undefined;
  return named ?? words[0];
}
