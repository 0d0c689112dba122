import { HEAP_PROFILE_SECONDS, type HeapFunction, type TakenHeapProfile } from '../../../otel/query.ts';
import { html, type Html, type HtmlValue } from '../../markup/html.ts';
import { countText, figure, size, text } from '../../markup/quantity.ts';
import { panel } from '../charts/frame.ts';
import { shareBar } from '../charts/sparkline.ts';
import { moment } from '../format/moment.ts';
import { shortened } from '../format/shortened.ts';
import type { PageView } from '../page.ts';
import { functionWords } from '../sentences/profile-sentence.ts';
import { csrfField } from './csrf-field.ts';
import { badge, breakable, csvLink, shareText } from './facts.ts';
import { type Column, drawTable } from './table.ts';

/** Where heap profiles are started and shown. */
export const HEAP_PROFILES_PATH = '/heap-profiles';
const MAX_NAME = 120;
const ORIGIN_WORDS: Readonly<Record<HeapFunction['origin'], string>> = {
  app: 'the app',
  package: 'a package',
  kit: 'telemetry',
  node: 'Node and V8',
};

/** The button, and what it costs. */
export function heapProfileForm(
  view: PageView,
  refused?: { readonly problem: string; readonly text: string },
): Html {
  const { min, max, usual } = HEAP_PROFILE_SECONDS;
  return html`<form class="mark-now" method="post" action="${view.links.base}${HEAP_PROFILES_PATH}">
      ${csrfField(view)}
      ${refused !== undefined && html`<p class="notice" role="alert" id="heap-profile-problem">Nothing was started: ${refused.problem}.</p>`}
      <label
        >seconds
        <input
          type="number"
          name="seconds"
          min="${min}"
          max="${max}"
          value="${refused?.text ?? usual}"
          required
          ${refused !== undefined && html`aria-describedby="heap-profile-problem"`}
      /></label>
      <button type="submit">Take a heap profile</button>
    </form>
    <p class="note">
      Which functions allocate what stays in use: allocations are sampled, and a full garbage collection at
      the end removes what was released. It blocks the event loop for some tenths of a second, longer with a
      large heap.
    </p>`;
}

/** The heap profiles that are held. */
export function keptHeapProfiles(kept: readonly TakenHeapProfile[], maxKept: number, view: PageView): Html {
  return panel({
    title: 'Heap profiles',
    note: `the last ${maxKept} are held, in memory alone: a restart removes them`,
    body: drawTable(kept, keptColumns(view), {
      caption: 'Heap profiles',
      keyOf: ({ id }) => String(id),
      view,
      still: true,
      empty: 'None yet.',
    }),
  });
}

function keptColumns({ links, now }: PageView): readonly Column<TakenHeapProfile>[] {
  return [
    {
      label: 'started',
      cell: ({ id, startedMillis }) =>
        html`<a href="${links.to(HEAP_PROFILES_PATH, { id: String(id) })}">${moment(startedMillis, now)}</a>`,
    },
    { label: 'length', align: 'number', room: 'mid', cell: ({ seconds }) => `${seconds} s` },
    { label: 'stayed in use', align: 'number', cell: ({ liveBytes }) => figure(size(liveBytes)) },
    { label: 'samples', align: 'number', room: 'mid', cell: ({ samples }) => countText(samples) },
    {
      label: 'most of it by',
      room: 'wide',
      cell: ({ functions }) => (functions[0] === undefined ? '–' : nameCell(functions[0])),
    },
    {
      label: 'file',
      cell: ({ id, hasFile }) =>
        hasFile
          ? html`<a href="${links.base}${HEAP_PROFILES_PATH}/${id}.heapprofile" download>.heapprofile</a>`
          : 'too large',
    },
  ];
}

function nameCell({ name, location }: Pick<HeapFunction, 'name' | 'location'>): Html {
  return html`<bdi class="name"><code>${shortened(name, MAX_NAME)}</code></bdi
    >${location !== undefined && html` <bdi class="note wrap">${breakable(location)}</bdi>`}`;
}

/** The functions that allocated most of what stayed. */
export function heapFunctionTable(profile: TakenHeapProfile, view: PageView): Html {
  return panel({
    title: 'Functions',
    note: html`of ${text(size(profile.liveBytes))} that stayed in use ${csvLink(view)}`,
    body: drawTable(profile.functions, heapFunctionColumns(profile), {
      caption: 'Functions by what they allocated and what stayed in use',
      keyOf: ({ name, location = '' }) => `${name} ${location}`,
      view,
      still: true,
      empty: 'Nothing that was sampled stayed in use.',
    }),
    foot: html`<span
        >What stays is not yet a leak: a cache that fills and requests under way stay, too. A leak stays in
        every profile, and the longer or busier it was, the more of it</span
      ><span
        >one allocated byte in 16,384 is sampled, so figures are estimates, and less than half a percent is
        left out. Allocated: it was the innermost function of the app, so what packages and Node did for it
        counts; a small function that the compiler built into its caller counts for that</span
      >`,
  });
}

export function heapFunctionColumns({ liveBytes }: TakenHeapProfile): readonly Column<HeapFunction>[] {
  const shareOf = ({ causedBytes }: HeapFunction): number => causedBytes / Math.max(1, liveBytes);
  return [
    {
      label: 'function',
      key: 'function',
      value: functionWords,
      cell: (row) =>
        html`${nameCell(row)}${row.origin !== 'app' && html` ${badge(ORIGIN_WORDS[row.origin], 'quiet')}`}${callerNote(row)}<span
            class="only-narrow callers"
            >${text(size(row.causedBytes))} still in use</span
          >`,
    },
    {
      label: 'allocated, still in use',
      cell: (row) =>
        html`<span class="share-cell">${shareBar('http', shareOf(row))} ${shareText(shareOf(row))}</span>`,
    },
    { ...bytesColumn('size', 'allocated_bytes', ({ causedBytes }) => causedBytes), room: 'mid' },
    { ...bytesColumn('by its own code', 'self_bytes', ({ selfBytes }) => selfBytes), room: 'mid' },
  ];
}

function callerNote({ caller }: HeapFunction): HtmlValue {
  return caller !== undefined && html`<span class="callers">called by ${functionWords(caller)}</span>`;
}

function bytesColumn(label: string, key: string, of: (row: HeapFunction) => number): Column<HeapFunction> {
  return { label, key, align: 'number', value: of, cell: (row) => figure(size(of(row))) };
}
