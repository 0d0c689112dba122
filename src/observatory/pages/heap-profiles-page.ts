import type { HeapProfileFacts, TakenHeapProfile } from '../../../otel/query.ts';
import { html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { heldProfiles, profileStart } from '../draw/asked-profiles.ts';
import {
  HEAP_PROFILE,
  HEAP_PROFILE_FIGURES,
  heapFunctionColumns,
  heapFunctionTable,
} from '../draw/heap-profile-panels.ts';
import { TIME_PROFILE } from '../draw/profile-panels.ts';
import { sheetOf } from '../draw/table.ts';
import type { PageRequest } from '../page.ts';
import { heapProfileSentence } from '../sentences/heap-profile-sentence.ts';
import { definePage } from './define-page.ts';

interface HeapProfilesPageFacts extends HeapProfileFacts {
  /** The chosen one, else the newest. */
  readonly shown: TakenHeapProfile | undefined;
  readonly refused: PageRequest['refused'];
}

/** Which functions allocate what stays in use, on demand. */
export const heapProfilesPage = definePage<HeapProfilesPageFacts>({
  path: HEAP_PROFILE.path,
  menu: 'process',
  ranged: false,
  parent: { path: '/process', label: 'Process' },
  fetch({ telemetry, query, refused }) {
    const facts = telemetry.heapProfiling.heapProfiles();
    const shown = facts.kept.find(({ id }) => String(id) === query['id']) ?? facts.kept[0];
    const kept = facts.kept.map((profile) => ({ ...profile, functions: profile.functions.slice(0, 1) }));
    return { ...facts, kept, shown, refused };
  },
  title: () => HEAP_PROFILE.title,
  status: ({ refused }) => (refused === undefined ? 200 : 409),
  sentence: (facts, { now }) => heapProfileSentence(facts, facts.shown, now),
  draw({ shown, refused, ...held }, view) {
    return html`${panel({
      title: 'A heap profile',
      note: html`<a href="${view.links.to(TIME_PROFILE.path)}">profiles of time</a>`,
      body: profileStart(HEAP_PROFILE, view, refused),
    })}
    ${heldProfiles(HEAP_PROFILE, held, HEAP_PROFILE_FIGURES, 'most of it by', view)}
    ${shown !== undefined && heapFunctionTable(shown, view)}`;
  },
  sheet: ({ shown }) =>
    shown === undefined ? undefined : sheetOf(shown.functions, heapFunctionColumns(shown)),
});
