import type { AttributeMap, SpanRow, TraceDetail } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { countText, duration, durationCell, text } from '../../markup/quantity.ts';
import { shownName } from '../format/shown-name.ts';
import { badge } from './facts.ts';

/** Later lines are left out; the JSON has all. */
const MAX_LINES = 500;
const MAX_WORDS = 400;

interface Entry {
  readonly atMillis: number;
  /** A log level, or `event`. */
  readonly what: string;
  readonly words: string;
  readonly attributes: AttributeMap;
  readonly span: SpanRow | undefined;
}

const GRAVE = new Set(['error', 'fatal']);

/** Number of log lines and events. */
export function logLength({ logs, spans }: TraceDetail): number {
  return spans.reduce((sum, span) => sum + span.events.length, logs.length);
}

function entriesOf({ logs, spans }: TraceDetail): readonly Entry[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const events = spans.flatMap((span) =>
    span.events.map(({ timeMillis, name, attributes }): Entry => {
      const message = attributes['exception.message'] ?? attributes['message'];
      const words = message === undefined ? name : `${name}: ${String(message)}`;
      return { atMillis: timeMillis, what: 'event', words, attributes, span };
    }),
  );
  const lines = logs.map(({ timeMillis, level, message, attributes, spanId }): Entry => ({
    atMillis: timeMillis,
    what: level,
    words: message,
    attributes,
    span: byId.get(spanId),
  }));
  return [...events, ...lines].sort((a, b) => a.atMillis - b.atMillis);
}

/** All log lines and span events of a trace, by time, each with its span. */
export function traceLog(trace: TraceDetail, hrefOf: (spanId: string) => string): Html {
  const entries = entriesOf(trace);
  const unknown = !trace.logsKnown && html`<p class="quiet">Its log lines are no longer held.</p>`;
  if (entries.length === 0)
    return trace.logsKnown
      ? html`<p class="quiet">Nothing was logged while it ran, and its spans have no events.</p>`
      : html`${unknown}
          <p class="quiet">Its spans have no events.</p>`;
  return html`${unknown}
    <div class="scroll waterfall-box" tabindex="0" role="group" aria-label="Log of the trace">
      <table class="rows trace-log">
        <caption class="visually-hidden">
          Log lines and events by time
        </caption>
        <thead>
          <tr>
            <th scope="col" class="number">after</th>
            <th scope="col">level</th>
            <th scope="col">what</th>
            <th scope="col" class="room-mid">in</th>
          </tr>
        </thead>
        <tbody>
          ${entries.slice(0, MAX_LINES).map((entry) => line(entry, trace, hrefOf))}
        </tbody>
      </table>
    </div>
    ${entries.length > MAX_LINES && html`<p class="quiet">First ${MAX_LINES} of ${countText(entries.length)}.</p>`}`;
}

function line(
  { atMillis, what, words, attributes, span }: Entry,
  trace: TraceDetail,
  hrefOf: (id: string) => string,
): Html {
  const after = Math.max(0, atMillis - trace.startMillis);
  const isException = words.startsWith('exception');
  const tone = GRAVE.has(what) || isException ? 'failed' : what === 'warn' ? 'slow' : 'quiet';
  const more = Object.entries(attributes)
    .filter(([key]) => !key.startsWith('exception.') && key !== 'message')
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(' ');
  const shown = html`<bdi>${words.slice(0, MAX_WORDS)}</bdi>`;
  return html`<tr>
    <td class="number" title="${text(duration(after))} after the start">${durationCell(after)}</td>
    <td>${badge(what, tone)}</td>
    <td class="wrap">
      ${span === undefined ? shown : html`<a class="log-text" href="${hrefOf(span.spanId)}">${shown}</a>`}${more !== '' && html` <code class="more">${more.slice(0, MAX_WORDS)}</code>`}
    </td>
    <td class="room-mid">
      ${
        span === undefined
          ? html`<span class="quiet">a span that was not kept</span>`
          : html`<span class="name"
              ><span class="swatch type-${span.type}"></span><bdi>${shownName(span)}</bdi></span
            >`
      }
    </td>
  </tr>`;
}
