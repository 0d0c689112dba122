import { HEAP_PROFILE_SECONDS, type HeapFunction, type TakenHeapProfile } from '../../../otel/query.ts';
import { html, type Html, type HtmlValue } from '../../markup/html.ts';
import { figure, size, text } from '../../markup/quantity.ts';
import { panel } from '../charts/frame.ts';
import { shareBar } from '../charts/sparkline.ts';
import type { PageView } from '../page.ts';
import { functionWords } from '../sentences/profile-sentence.ts';
import { functionCell, type ProfileKind } from './asked-profiles.ts';
import { badge, csvLink, shareText } from './facts.ts';
import { type Column, drawTable } from './table.ts';

/** Of memory: which functions allocate what stays in use. */
export const HEAP_PROFILE: ProfileKind = {
  path: '/heap-profiles',
  name: 'heap profile',
  title: 'Heap profiles',
  extension: 'heapprofile',
  length: HEAP_PROFILE_SECONDS,
  button: 'Take a heap profile',
  cost: 'Which functions allocate what stays in use: allocations are sampled, and a full garbage collection at the end removes what was released. It blocks the event loop for some tenths of a second, longer with a large heap.',
};
const ORIGIN_WORDS: Readonly<Record<HeapFunction['origin'], string>> = {
  app: 'the app',
  package: 'a package',
  kit: 'telemetry',
  node: 'Node and V8',
};

export const HEAP_PROFILE_FIGURES: readonly Column<TakenHeapProfile>[] = [
  { label: 'length', align: 'number', room: 'mid', cell: ({ seconds }) => `${seconds} s` },
  { label: 'stayed in use', align: 'number', cell: ({ liveBytes }) => figure(size(liveBytes)) },
];

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
        html`${functionCell(row)}${row.origin !== 'app' && html` ${badge(ORIGIN_WORDS[row.origin], 'quiet')}`}${callerNote(row)}<span
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
