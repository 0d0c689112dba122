import {
  PROFILE_SECONDS,
  type ProfiledFunction,
  type ProfileFrame,
  type TakenProfile,
} from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { countText, duration, durationCell, text } from '../../markup/quantity.ts';
import { drawFlameGraph, flameTable } from '../charts/flame-graph.ts';
import { panel } from '../charts/frame.ts';
import { shareBar } from '../charts/sparkline.ts';
import type { PageView } from '../page.ts';
import { functionWords } from '../sentences/profile-sentence.ts';
import type { FlameFrame } from '../trace/flame-frames.ts';
import { functionCell, type ProfileKind } from './asked-profiles.ts';
import { csvLink, shareText } from './facts.ts';
import { type Column, drawTable } from './table.ts';

/** Of time: which functions it goes to. */
export const TIME_PROFILE: ProfileKind = {
  path: '/profiles',
  name: 'profile',
  title: 'Profiles',
  extension: 'cpuprofile',
  length: PROFILE_SECONDS,
  button: 'Profile this process',
  cost: 'A thread samples the call stack up to a thousand times a second: which functions time goes to. Starting it blocks the event loop for about a tenth of a second; while it runs, it takes some percent of a core.',
};
const TONES: Readonly<Record<ProfiledFunction['origin'], FlameFrame['type']>> = {
  app: 'http',
  package: 'render',
  kit: 'database',
  node: 'other',
};

export const PROFILE_FIGURES: readonly Column<TakenProfile>[] = [
  {
    label: 'length',
    align: 'number',
    room: 'mid',
    cell: ({ durationMillis }) => durationCell(durationMillis),
  },
  { label: 'busy', align: 'number', cell: ({ busyMillis }) => durationCell(busyMillis) },
];

/** Functions under their callers, without the time in which nothing ran. */
export function profileFlame(profile: TakenProfile, view: PageView): Html {
  const { busyMillis, idleMillis, samples, omittedFrames } = profile;
  const graph = { totalMillis: busyMillis, frames: profile.frames.map(flameFrame) };
  const table = flameTable(graph);
  return panel({
    title: 'Flame graph of functions',
    note: `${text(duration(busyMillis))} busy; ${text(duration(idleMillis))} idle, not drawn`,
    body:
      busyMillis > 0
        ? drawFlameGraph(graph, {
            selected: undefined,
            hrefOf: () => `${view.links.to(TIME_PROFILE.path, { id: String(profile.id) })}#functions`,
          })
        : html`<p class="quiet">Nothing ran meanwhile.</p>`,
    table: { ...table, columns: ['function', 'depth', 'samples', 'total', 'self', 'share'] },
    foot: html`<span
        ><span class="swatch type-http"></span>the app <span class="swatch type-render"></span>packages
        <span class="swatch type-database"></span>telemetry <span class="swatch type-other"></span>Node and
        V8</span
      ><span
        >${countText(samples)}
        samples${omittedFrames > 0 && html`; ${countText(omittedFrames)} narrower frames left out`}</span
      >`,
  });
}

function flameFrame({
  origin,
  depth,
  samples,
  selfMillis,
  totalMillis,
  offsetMillis,
  ...frame
}: ProfileFrame): FlameFrame {
  const name = functionWords(frame);
  const figures = { depth, selfMillis, totalMillis, offsetMillis };
  // Samples are in the table; a frame's label is its function.
  return {
    ...figures,
    name,
    series: name,
    type: TONES[origin],
    count: samples,
    failed: 0,
    spanId: '',
    traceId: '',
  };
}

/** The functions that took most. */
export function functionTable(profile: TakenProfile, view: PageView): Html {
  return panel({
    title: html`<span id="functions">Functions</span>`,
    note: html`of ${text(duration(profile.busyMillis))} busy ${csvLink(view)}`,
    body: drawTable(profile.functions, functionColumns(profile), {
      caption: 'Functions by the time they caused',
      keyOf: ({ name, location = '' }) => `${name} ${location}`,
      view,
      still: true,
      empty: 'Nothing ran meanwhile.',
    }),
    foot: html`<span
      >Caused: it was the innermost function of the app, so what packages and native code did for it
      counts.</span
    >`,
  });
}

export function functionColumns({ busyMillis }: TakenProfile): readonly Column<ProfiledFunction>[] {
  const millis = (
    label: string,
    key: string,
    of: (row: ProfiledFunction) => number,
  ): Column<ProfiledFunction> => ({
    label,
    key,
    align: 'number',
    value: of,
    cell: (row) => durationCell(of(row)),
  });
  return [
    { label: 'function', key: 'function', value: functionWords, cell: functionCell },
    {
      label: 'caused',
      cell: ({ causedMillis }) =>
        html`<span class="share-cell"
          >${shareBar('http', causedMillis / Math.max(1e-9, busyMillis))}
          ${shareText(causedMillis / Math.max(1e-9, busyMillis))}</span
        >`,
    },
    millis('caused time', 'caused_ms', ({ causedMillis }) => causedMillis),
    { ...millis('self', 'self_ms', ({ selfMillis }) => selfMillis), room: 'mid' },
    { ...millis('with callees', 'total_ms', ({ totalMillis }) => totalMillis), room: 'mid' },
  ];
}
