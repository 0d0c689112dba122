import type { MissingTrace } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { clockText, moment } from '../format/moment.ts';
import type { PageView } from '../page.ts';
import { factList } from './facts.ts';

/** Either side of the moment in question. */
const AROUND_MILLIS = 300_000;

/** What is known of a trace that is not here, and where to go from here. */
export function missingTrace(missing: MissingTrace, view: PageView): Html {
  const { links, now } = view;
  const { evicted } = missing;
  return panel({
    className: 'from-here',
    title: 'From here',
    body: html`${factList([
        ['trace id', html`<code class="id">${missing.traceId || '–'}</code>`],
        ...(evicted === undefined
          ? []
          : ([
              ['operation', html`<bdi>${evicted.name}</bdi>`],
              ['began', moment(evicted.startMillis, now)],
              ['let go', moment(evicted.atMillis, now)],
            ] as const)),
      ])}
      <ul class="ways">
        ${ways(missing, view).map(([href, words]) => html`<li><a href="${href}">${words}</a></li>`)}
        <li><a href="${links.to('/traces/import')}">Look at a trace from a file</a></li>
      </ul>`,
  });
}

function ways(
  { traceId, reason, evicted }: MissingTrace,
  { links, path, range }: PageView,
): readonly (readonly [string, string])[] {
  if (reason === 'running')
    return [
      [links.to(path), 'Look again'],
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
              `${evicted.name} around ${clockText(evicted.startMillis)}: its counts are whole`,
            ],
          ] as const)
        : []),
      [
        links.ranged('/traces', isRoute ? { series: evicted.name } : { q: evicted.name }, around),
        `Other traces of it around ${clockText(evicted.startMillis)}`,
      ],
      [links.to('/buffer'), 'How much the buffer holds, and what it let go'],
    ];
  }
  return [
    ...(reason === 'never-kept'
      ? ([[links.to('/sampling'), 'What is kept, and why']] as const)
      : ([
          [links.to('/traces', { q: traceId.slice(0, 8) }), 'Search the traces held for its beginning'],
        ] as const)),
    [links.to('/routes'), `Routes ${range.words}: their counts include what was not kept`],
    [links.to('/traces'), `Traces held ${range.words}`],
  ];
}
