import type { TelemetryQuery } from '../../../otel/query.ts';
import type { AdminPageOptions } from '../../accounts/admin-layout.ts';
import type { OwnViews } from '../facts/own-views.ts';
import type { AnyPage, PageView } from '../page.ts';
import { railCost, railFigures } from './rail-figures.ts';

type Facts = Pick<AdminPageOptions, 'figures' | 'cost'>;
type RailOptions = Facts & Pick<AdminPageOptions, 'current' | 'menuQuery'>;

/** The side menu of a page; a page that fails has one too. */
export class Rail {
  readonly #telemetry: TelemetryQuery;
  readonly #ownViews: Pick<OwnViews, 'nanosAt'>;
  /** Live pages of the same range that are drawn after the same change share one side menu. */
  #drawn = { change: -1, byRange: new Map<string, Facts>() };

  constructor(telemetry: TelemetryQuery, ownViews: Pick<OwnViews, 'nanosAt'>) {
    this.#telemetry = telemetry;
    this.#ownViews = ownViews;
  }

  of(page: AnyPage, view: PageView): RailOptions {
    return optionsOf(page, view, this.#facts(view));
  }

  after(change: number, page: AnyPage, view: PageView): RailOptions {
    if (this.#drawn.change !== change) this.#drawn = { change, byRange: new Map() };
    const key = JSON.stringify(view.range.query);
    const facts = this.#drawn.byRange.get(key) ?? this.#facts(view);
    this.#drawn.byRange.set(key, facts);
    return optionsOf(page, view, facts);
  }

  #facts(view: PageView): Facts {
    const { range, now } = view;
    try {
      return {
        figures: railFigures(this.#telemetry, range, now),
        cost: railCost(this.#telemetry, this.#ownViews.nanosAt(now), view),
      };
    } catch {
      return {};
    }
  }
}

function optionsOf(page: AnyPage, { range }: PageView, facts: Facts): RailOptions {
  const menuQuery = new URLSearchParams(range.query).toString();
  return { current: page.menu, menuQuery: menuQuery === '' ? '' : `?${menuQuery}`, ...facts };
}
