import type { OwnCost, TelemetryQuery } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { countText, duration, rate, share, size, text } from '../../markup/quantity.ts';
import { postsRead } from '../facts/business-facts.ts';
import { errorsByType, failuresFigure } from '../facts/failures-counted.ts';
import { notFoundIn } from '../facts/not-found-counts.ts';
import { secondsOf } from '../facts/series-lines.ts';
import { COST_ID, ownViewShare } from '../facts/own-views.ts';
import { exportState } from '../facts/export-summary.ts';
import { processAt } from '../facts/process-at.ts';
import { isStartUpWork } from '../facts/start-up-statements.ts';
import type { ChosenRange } from '../facts/time-range.ts';
import type { PageView } from '../page.ts';

/** One live figure for each menu entry. */
export function railFigures(
  telemetry: TelemetryQuery,
  range: ChosenRange,
  now: number,
): Readonly<Record<string, string>> {
  if (!telemetry.enabled) return {};
  const { rates, target = 0 } = telemetry.sampling();
  const routes = telemetry.series('http', range);
  const operations = telemetry.operations(range);
  const sampled = [rates.http, rates.database, rates.render];
  return {
    overview: text(rate(operations.http.count, secondsOf(telemetry, range, now))),
    content: countText(postsRead(telemetry.business(range))),
    process: text(size(processAt(telemetry, now).current.rssBytes)),
    routes: countText(routes.length),
    queries: countText(telemetry.series('database', range).filter((row) => !isStartUpWork(row)).length),
    slow: countText(telemetry.slow({ range, limit: 0 }).total),
    failures: countText(failuresFigure(errorsByType(operations))),
    'not-found': countText(notFoundIn(routes)),
    traces: countText(telemetry.traces({ range, limit: 0 }).total),
    sampling:
      target > 0 && sampled.every((each) => each === 0)
        ? text(rate(target, 1))
        : sampled.every((each) => each === sampled[0])
          ? text(share(sampled[0] ?? 1))
          : 'per type',
    export: exportState(telemetry.export()),
    buffer: text(size(telemetry.buffer().bytes)),
  };
}

/** The cost of telemetry and of its pages, for the foot of the menu, with a link to where both are broken down. */
export function railCost(telemetry: TelemetryQuery, ownViewNanos: number, { links, now }: PageView): Html {
  if (!telemetry.enabled) return html`Telemetry is off.`;
  const views = text(share(ownViewShare(ownViewNanos, processAt(telemetry, now).uptimeSeconds)));
  return html`<a href="${links.to('/buffer')}#${COST_ID}">${costWords(telemetry.ownCost(), views)}</a>`;
}

function costWords({ isEarly, coreShare, bytesHeld, nanosPerSpan }: OwnCost, views: string): string {
  if (isEarly)
    return `Telemetry holds ${text(size(bytesHeld))}; it is too early to say what it costs. These pages took ${views} of a core since the start.`;
  const perSpan = text(duration(nanosPerSpan / 1e6));
  return `Telemetry costs about ${text(share(coreShare))} of a core, ${text(size(bytesHeld))} of memory, ${perSpan} per span; these pages come on top: ${views} of a core, both since the start.`;
}
