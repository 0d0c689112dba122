import { html } from '../../markup/html.ts';
import { disabledPanel } from '../draw/disabled.ts';
import type { AnyPage, ObservatoryPage } from '../page.ts';
import { DISABLED_SENTENCE } from '../sentences/disabled-sentence.ts';

/** Defines a page for the list in all-pages.ts; while telemetry is off, the page says so. */
export function definePage<Facts>(page: ObservatoryPage<Facts>): AnyPage {
  return {
    path: page.path,
    menu: page.menu,
    live: page.live ?? true,
    ranged: page.ranged ?? true,
    counted: page.counted ?? true,
    parent: page.parent,
    assets: page.assets ?? [],
    prepare: (request) => (request.telemetry.enabled ? (page.prepare?.(request) ?? []) : []),
    open(request, view) {
      const facts = page.fetch(request);
      const off = !request.telemetry.enabled;
      return {
        facts,
        title: page.title(facts),
        sentence: off ? DISABLED_SENTENCE : page.sentence(facts, view),
        body: off ? html`${disabledPanel()}${page.offToo && page.draw(facts, view)}` : page.draw(facts, view),
        actions: off ? html`` : page.actions?.(facts, view),
        isOfRange: off || (page.isOfRange?.(facts) ?? true),
        get sheet() {
          return page.sheet?.(facts, view);
        },
        download: (format) => page.download?.(format, facts, view),
        status: off ? 200 : (page.status?.(facts) ?? 200),
      };
    },
  };
}
