import type { ProfileFacts, TakenProfile } from '../../../otel/query.ts';
import { html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { heldProfiles, profileStart } from '../draw/asked-profiles.ts';
import { HEAP_PROFILE } from '../draw/heap-profile-panels.ts';
import {
  functionColumns,
  functionTable,
  PROFILE_FIGURES,
  profileFlame,
  TIME_PROFILE,
} from '../draw/profile-panels.ts';
import { sheetOf } from '../draw/table.ts';
import type { PageRequest } from '../page.ts';
import { profileSentence } from '../sentences/profile-sentence.ts';
import { definePage } from './define-page.ts';

interface ProfilesPageFacts extends ProfileFacts {
  /** The chosen one, else the newest. */
  readonly shown: TakenProfile | undefined;
  readonly refused: PageRequest['refused'];
}

/** Which functions of the process time goes to, on demand. */
export const profilesPage = definePage<ProfilesPageFacts>({
  path: TIME_PROFILE.path,
  menu: 'process',
  ranged: false,
  parent: { path: '/process', label: 'Process' },
  assets: ['admin/observatory-trace.css'],
  fetch({ telemetry, query, refused }) {
    const facts = telemetry.profiles();
    const shown = facts.kept.find(({ id }) => String(id) === query['id']) ?? facts.kept[0];
    const kept = facts.kept.map((profile) => ({
      ...profile,
      frames: [],
      functions: profile.functions.slice(0, 1),
    }));
    return { ...facts, kept, shown, refused };
  },
  title: () => TIME_PROFILE.title,
  status: ({ refused }) => (refused === undefined ? 200 : 409),
  sentence: (facts, { now }) => profileSentence(facts, facts.shown, now),
  draw({ shown, refused, ...held }, view) {
    return html`${panel({
      title: 'A profile',
      note: html`<a href="${view.links.to(HEAP_PROFILE.path)}">heap profiles</a>`,
      body: profileStart(TIME_PROFILE, view, refused),
    })}
    ${heldProfiles(TIME_PROFILE, held, PROFILE_FIGURES, 'most of it in', view)}
    ${shown !== undefined && html`${profileFlame(shown, view)} ${functionTable(shown, view)}`}`;
  },
  sheet: ({ shown }) => (shown === undefined ? undefined : sheetOf(shown.functions, functionColumns(shown))),
});
