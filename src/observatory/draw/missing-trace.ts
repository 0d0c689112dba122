import type { MissingTrace } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { textTerm } from '../facts/trace-query.ts';
import { clockText, moment } from '../format/moment.ts';
import type { PageView } from '../page.ts';
import { factList } from './facts.ts';

/** Half the width of the range around the trace. */
const AROUND_MILLIS = 300_000;

/** What is known of a missing trace, and where to look next. */
export function missingTrace(missing: MissingTrace, view: PageView): Html {
  const { links, now } = view;
  const { evicted } = missing;
  return panel({
    className: 'from-here',
    title: 'Where to look next',
    body: html`${factList([
        ['trace id', html`<code class="id">${missing.traceId || '–'}</code>`],
        ...(evicted === undefined
          ? []
          : ([
              ['operation', html`<bdi>${evicted.name}</bdi>`],
              ['began', moment(evicted.startMillis, now)],
              ['evicted', moment(evicted.atMillis, now)],
            ] as const)),
      ])}
      <ul class="ways">
        ${ways(missing, view).map(([href, words]) => html`<li><a href="${href}">${words}</a></li>`)}
        <li><a href="${links.to('/traces/import')}">Import a trace from a file</a></li>
      </ul>`,
  });
}

function ways(
  { traceId, reason, evicted }: MissingTrace,
  { links, path, range }: PageView,
): readonly (readonly [string, string])[] {
  if (reason === 'running')
    return [
      [links.to(path), 'Reload'],
      [links.to('/traces'), 'Traces held'],
    ];
  if (reason === 'evicted' && evicted !== undefined) {
    const around = {
      from: new Date(evicted.startMillis - AROUND_MILLIS).toISOString(),
      to: new Date(evicted.startMillis + AROUND_MILLIS).toISOString(),
    };
    const isRoute = /^[A-Z]+ \//.test(evicted.name);
    return [
      ...(isRoute
        ? ([
            [
              links.ranged('/route', { name: evicted.name }, around),
              `${evicted.name} around ${clockText(evicted.startMillis)}: its counts are complete`,
            ],
          ] as const)
        : []),
      [
        links.ranged('/traces', isRoute ? { series: evicted.name } : { q: textTerm(evicted.name) }, around),
        `Other traces of it around ${clockText(evicted.startMillis)}`,
      ],
      [links.to('/buffer'), 'Buffer: size and evictions'],
    ];
  }
  return [
    ...(reason === 'never-kept'
      ? ([[links.to('/sampling'), 'Sampling: what is kept, and why']] as const)
      : ([
          [
            links.to('/traces', { q: traceId.slice(0, 8) }),
            'Search the traces held for the start of this ID',
          ],
        ] as const)),
    [links.to('/routes'), `Routes ${range.words}: counts include what was not kept`],
    [links.to('/traces'), `Traces held ${range.words}`],
  ];
}
