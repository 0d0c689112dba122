import type { AgentFamily } from '../base/trace-term.ts';
import { isBotAgent } from './bot-agent.ts';

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
