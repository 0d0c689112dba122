import { OBSERVATORY_PATH } from '../../process/own-addresses.ts';
import type { AlertRule } from '../../process/alert-rule.ts';
import { eventText, removedText } from './alert-sentence.ts';
import type { WrittenMessage } from './alert-ledger.ts';
import type { AlertChange, AlertEvent } from './evaluate.ts';
import type { Reading } from './read-rule.ts';

/** One alert in a message. */
export interface MessageAlert {
  readonly state: AlertChange | 'test';
  readonly rule: string;
  readonly sentence: string;
  /** By the unit of the metric: a share 0–1, milliseconds, or a count; null if unknown. */
  readonly value: number | null;
  readonly threshold: number | null;
  /** The page that shows it. */
  readonly link: string;
}

/**
 * What receivers get: the first alert's fields, and all alerts of one evaluation. `text` and `content` are what chat services show.
 */
export interface AlertMessage extends MessageAlert {
  readonly id: string;
  /** ISO time of the evaluation. */
  readonly at: string;
  readonly alerts: readonly MessageAlert[];
  readonly text: string;
  readonly content: string;
}

/** Chat services refuse longer texts. */
const MAX_TEXT = 1900;

/** The page that shows what a rule measures, with its query. */
export function evidenceOf({ metric, type, route }: AlertRule): {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
} {
  if (metric === 'export') return { path: '/export', query: {} };
  if (metric === 'disk') return { path: '', query: {} };
  if (metric === 'burn') return { path: '/objectives', query: {} };
  if (metric === 'loop') return { path: '/process', query: {} };
  if (route !== undefined) return { path: '/route', query: { name: route } };
  if (metric === '5xx' || metric === 'failed' || metric === 'worst_route' || metric === 'failures')
    return { path: '/failures', query: {} };
  if (type === 'database') return { path: '/queries', query: {} };
  return type === 'http' ? { path: '/routes', query: {} } : { path: '/slow', query: {} };
}

/** @param origin The blog's address, without a trailing slash. */
function linkOf(origin: string, rule: AlertRule, sinceMillis: number, now: number): string {
  const { path, query } = evidenceOf(rule);
  const from = new Date(Math.min(sinceMillis, now) - rule.windowMillis).toISOString();
  const search = new URLSearchParams({ ...query, from, to: new Date(now).toISOString() });
  return `${origin}${OBSERVATORY_PATH}${path}?${search.toString()}`;
}

/** The alert of an event; `judged` is undefined for a rule that is no longer set. */
export function alertOf(
  event: AlertEvent,
  judged: { readonly rule: AlertRule; readonly reading: Reading } | undefined,
  { origin, now }: { readonly origin: string; readonly now: number },
): MessageAlert {
  const { change, sinceMillis } = event;
  if (judged === undefined)
    return {
      state: change,
      rule: event.rule,
      sentence: removedText(event.rule),
      value: null,
      threshold: null,
      link: `${origin}${OBSERVATORY_PATH}/alerts`,
    };
  const { rule, reading } = judged;
  return {
    state: change,
    rule: rule.text,
    sentence: eventText({ change, lastedMillis: Math.max(0, now - sinceMillis) }, rule, reading),
    value: reading.value ?? null,
    threshold: rule.threshold,
    link: linkOf(origin, rule, sinceMillis, now),
  };
}

/** One message of all alerts of an evaluation, at least one. */
export function messageOf(
  alerts: readonly [MessageAlert, ...MessageAlert[]],
  id: string,
  now: number,
): AlertMessage {
  const [first] = alerts;
  const lines = alerts.map(({ sentence, link }) => `${sentence} ${link}`).join('\n');
  const words = lines.length > MAX_TEXT ? `${lines.slice(0, MAX_TEXT)}…` : lines;
  return { id, at: new Date(now).toISOString(), ...first, alerts, text: words, content: words };
}

/** A message that the owner asked for. */
export function testMessage(origin: string, id: string, now: number): AlertMessage {
  const sentence = 'This is a test of alerts; nothing is wrong.';
  const link = `${origin}${OBSERVATORY_PATH}/alerts`;
  return messageOf([{ state: 'test', rule: 'test', sentence, value: null, threshold: null, link }], id, now);
}

/** The first sentence, and how many follow. */
export function subjectOf({ alerts, sentence }: AlertMessage): string {
  const more = alerts.length - 1;
  return more === 0 ? sentence : `${sentence} And ${more} more.`;
}

/** A message as the ledger keeps it and the webhook gets it. */
export function writtenMessage(message: AlertMessage): WrittenMessage {
  return { id: message.id, body: JSON.stringify(message) };
}
