import type { ProfileFacts, TakenProfile } from '../../../otel/query.ts';
import { html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import {
  functionColumns,
  functionTable,
  keptProfiles,
  profileFlame,
  profileForm,
  PROFILES_PATH,
} from '../draw/profile-panels.ts';
import { HEAP_PROFILES_PATH } from '../draw/heap-profile-panels.ts';
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
  path: PROFILES_PATH,
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
  title: () => 'Profiles',
  status: ({ refused }) => (refused === undefined ? 200 : 409),
  sentence: (facts, { now }) => profileSentence(facts, facts.shown, now),
  draw({ shown, kept, maxKept, refused }, view) {
    return html`${panel({
      title: 'A profile',
      note: html`<a href="${view.links.to(HEAP_PROFILES_PATH)}">heap profiles</a>`,
      body: profileForm(view, refused),
    })}
    ${keptProfiles(kept, maxKept, view)}
    ${shown !== undefined && html`${profileFlame(shown, view)} ${functionTable(shown, view)}`}`;
  },
  sheet: ({ shown }) => (shown === undefined ? undefined : sheetOf(shown.functions, functionColumns(shown))),
});
