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
import { moment } from '../format/moment.ts';
import { shortened } from '../format/shortened.ts';
import type { PageView } from '../page.ts';
import { functionWords } from '../sentences/profile-sentence.ts';
import type { FlameFrame } from '../trace/flame-frames.ts';
import { csrfField } from './csrf-field.ts';
import { breakable, csvLink, shareText } from './facts.ts';
import { type Column, drawTable } from './table.ts';

/** Where profiles are started and shown. */
export const PROFILES_PATH = '/profiles';
const MAX_NAME = 120;
const TONES: Readonly<Record<ProfiledFunction['origin'], FlameFrame['type']>> = {
  app: 'http',
  package: 'render',
  kit: 'database',
  node: 'other',
};

/** The button, and what it costs. */
export function profileForm(
  view: PageView,
  refused?: { readonly problem: string; readonly text: string },
): Html {
  const { min, max, usual } = PROFILE_SECONDS;
  return html`<form class="mark-now" method="post" action="${view.links.base}${PROFILES_PATH}">
      ${csrfField(view)}
      ${refused !== undefined && html`<p class="notice" role="alert" id="profile-problem">Nothing was started: ${refused.problem}.</p>`}
      <label
        >seconds
        <input
          type="number"
          name="seconds"
          min="${min}"
          max="${max}"
          value="${refused?.text ?? usual}"
          required
          ${refused !== undefined && html`aria-describedby="profile-problem"`}
      /></label>
      <button type="submit">Profile this process</button>
    </form>
    <p class="note">
      A thread samples the call stack up to a thousand times a second: which functions time goes to. Starting
      it blocks the event loop for about a tenth of a second; while it runs, it takes some percent of a core.
    </p>`;
}

/** The profiles that are held. */
export function keptProfiles(kept: readonly TakenProfile[], maxKept: number, view: PageView): Html {
  return panel({
    title: 'Profiles',
    note: `the last ${maxKept} are held, in memory alone: a restart removes them`,
    body: drawTable(kept, keptColumns(view), {
      caption: 'Profiles',
      keyOf: ({ id }) => String(id),
      view,
      still: true,
      empty: 'None yet.',
    }),
  });
}

function keptColumns({ links, now }: PageView): readonly Column<TakenProfile>[] {
  return [
    {
      label: 'started',
      cell: ({ id, startedMillis }) =>
        html`<a href="${links.to(PROFILES_PATH, { id: String(id) })}">${moment(startedMillis, now)}</a>`,
    },
    {
      label: 'length',
      align: 'number',
      room: 'mid',
      cell: ({ durationMillis }) => durationCell(durationMillis),
    },
    { label: 'busy', align: 'number', cell: ({ busyMillis }) => durationCell(busyMillis) },
    { label: 'samples', align: 'number', room: 'mid', cell: ({ samples }) => countText(samples) },
    {
      label: 'most of it in',
      room: 'wide',
      cell: ({ functions }) => (functions[0] === undefined ? '–' : nameCell(functions[0])),
    },
    {
      label: 'file',
      cell: ({ id, hasFile }) =>
        hasFile
          ? html`<a href="${links.base}${PROFILES_PATH}/${id}.cpuprofile" download>.cpuprofile</a>`
          : 'too large',
    },
  ];
}

function nameCell({ name, location }: Pick<ProfiledFunction, 'name' | 'location'>): Html {
  return html`<bdi class="name"><code>${shortened(name, MAX_NAME)}</code></bdi
    >${location !== undefined && html` <bdi class="note wrap">${breakable(location)}</bdi>`}`;
}

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
            hrefOf: () => `${view.links.to(PROFILES_PATH, { id: String(profile.id) })}#functions`,
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
    { label: 'function', key: 'function', value: functionWords, cell: nameCell },
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
