import type { Context } from 'koa';
import type { Render } from '../markup/render.ts';
import type { ContentClock } from '../posts/content-clock.ts';
import type { Origin } from '../http/absolute-url.ts';
import { sendFresh } from '../http/fresh-response.ts';
import type { Layout, Page } from './layout.ts';

/**
 * Renders a page in a render span named after its template and sends it with its validators. `ownChangeMillis` is the time of a change
 * that only this page shows.
 */
export type PageSender = (
  ctx: Context,
  template: string,
  page: (origin: string) => Page,
  ownChangeMillis?: number,
) => void;

export function createPageSender(deps: {
  readonly render: Render;
  readonly layout: Layout;
  readonly origin: Origin;
  readonly clock: ContentClock;
  /** Called with the answered request. */
  readonly onSent: (ctx: Context, template: string) => void;
}): PageSender {
  return (ctx, template, page, ownChangeMillis = 0) => {
    const { changedMillis, hasAbout } = deps.clock.state();
    const origin = deps.origin(ctx);
    const body = deps.render(template, () => deps.layout(page(origin), { origin, hasAbout }));
    sendFresh(ctx, {
      body,
      type: 'text/html; charset=utf-8',
      lastModifiedMillis: Math.max(changedMillis, ownChangeMillis),
    });
    deps.onSent(ctx, template);
  };
}
