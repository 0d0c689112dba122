import type { Router } from '@koa/router';
import type { Context } from 'koa';
import type { TelemetryControl, TelemetryQuery } from '../../otel/query.ts';
import { withBasePath } from '../http/base-path.ts';
import { deskPage, railContent, type Assets } from '../accounts/desk-layout.ts';
import { html, type Html } from '../markup/html.ts';
import { brokenPage } from './draw/broken.ts';
import { csvText } from './draw/table.ts';
import { pageContent } from './draw/page-frame.ts';
import { jsonNames } from './facts/json-names.ts';
import { Links } from './links.ts';
import type { DrawPage } from './live/live-page.ts';
import { LiveStreams } from './live/live-streams.ts';
import type { AnyPage, OpenPage, PageRequest, PageView } from './page.ts';
import { importPage } from './pages/import-page.ts';
import { samplingChangePage } from './pages/sampling-change-page.ts';
import { PAGES } from './pages/all-pages.ts';
import { railCost, railFigures } from './draw/rail-figures.ts';
import { sentenceText } from './sentences/sentence.ts';
import { rangeAsked } from './facts/range-asked.ts';
import { rangeDocument } from './facts/range-document.ts';
import { addSamplingRoutes } from './pages/sampling-routes.ts';
import { addImportRoutes } from './transfer/import-routes.ts';
import { ImportedTraces } from './transfer/imported-traces.ts';
import { OBSERVATORY_PATH } from '../process/own-addresses.ts';
import { createRouter } from '../http/router.ts';

export { closeLiveStreams } from './live/live-streams.ts';

/** Scripts, styles and the live stream from here; nothing inline, nothing from elsewhere. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export interface ObservatoryOptions {
  readonly telemetry: TelemetryQuery;
  readonly control: TelemetryControl;
  readonly assets: Assets;
  readonly site: { readonly title: string };
  /** Epoch milliseconds; default telemetry's own clock. */
  readonly now?: () => number;
  /** Makes "open in Jaeger" links; without a trailing slash. */
  readonly jaegerUiUrl?: string | undefined;
  /** The plan of a parameterised statement, which it never runs; throws where there is none. */
  readonly explain?: (statementText: string) => readonly string[];
  /** The token that forms carry; undefined where the mounting checks otherwise. */
  readonly csrfToken?: (ctx: Context) => string | undefined;
  /** Who asks, for the list of changes. Default: the owner. */
  readonly who?: (ctx: Context) => string;
  /** Whether who opened a live stream may still look; asked for as long as it is open. Undefined: everybody may. */
  readonly mayLook?: (ctx: Context) => () => boolean;
  /** Where the blog is on its host; default: at the root. Whole pages are moved there by the mounting, live updates here. */
  readonly basePath?: string;
  /** Scheme and host of PUBLIC_URL; default: what each request named. */
  readonly origin?: string | undefined;
}

/** Each stands by itself and finds what it needs in the page. */
const SCRIPTS = ['admin/live.js', 'admin/charts.js', 'admin/keys.js'];

type Query = Readonly<Record<string, string | undefined>>;
/** A form that was sent to a page. */
type Sent = Pick<PageRequest, 'refused' | 'change'>;

/** The telemetry pages. The mounting has checked that the owner asks. */
export function createObservatoryRoutes(options: ObservatoryOptions): Router {
  const { telemetry, control, assets, site, basePath = '' } = options;
  const now = options.now ?? (() => telemetry.now());
  const router = createRouter({ prefix: OBSERVATORY_PATH });
  const live = new LiveStreams(telemetry);
  const imported = new ImportedTraces();

  function visit(
    page: AnyPage,
    path: string,
    params: Readonly<Record<string, string>>,
    query: Query,
    broken: (error: unknown) => void,
    csrfToken?: string,
    sent?: Sent,
  ): { readonly open: OpenPage; readonly view: PageView } {
    const at = now();
    const range = rangeAsked(telemetry, query, at);
    const view: PageView = {
      links: new Links(OBSERVATORY_PATH, range.query),
      range,
      now: at,
      path,
      query,
      jaegerUiUrl: options.jaegerUiUrl?.replace(/\/+$/, ''),
      basePath,
      origin: options.origin,
      csrfToken,
    };
    try {
      const { explain } = options;
      const request = { telemetry, params, query, range, now: at, explain, imported, ...sent };
      return { open: page.open(request, view), view };
    } catch (error) {
      broken(error);
      return { open: brokenPage('Not drawn', error, view.links), view };
    }
  }

  /** What the rail of a page says; a page that cannot be drawn has a rail all the same. */
  function railOf(page: AnyPage, view: PageView, facts = railFacts(view)) {
    const menuQuery = new URLSearchParams(view.range.query).toString();
    return { current: page.menu, site, menuQuery: menuQuery === '' ? '' : `?${menuQuery}`, ...facts };
  }

  function railFacts({ range, now: at }: PageView) {
    try {
      return { figures: railFigures(telemetry, range, at), cost: railCost(telemetry) };
    } catch {
      return {};
    }
  }

  /** Live pages of one time range that are drawn after one change have one rail. */
  let drawnRails = { change: -1, byRange: new Map<string, ReturnType<typeof railFacts>>() };
  function railAfter(change: number, view: PageView): ReturnType<typeof railFacts> {
    if (drawnRails.change !== change) drawnRails = { change, byRange: new Map() };
    const key = JSON.stringify(view.range.query);
    const facts = drawnRails.byRange.get(key) ?? railFacts(view);
    drawnRails.byRange.set(key, facts);
    return facts;
  }

  function documentOf(page: AnyPage, open: OpenPage, view: PageView): Html {
    const { links, path, query } = view;
    const address = links.to('/live', { page: path, ...query, format: undefined });
    const source = page.live && view.range.moving && telemetry.enabled ? html` data-live="${address}"` : null;
    return deskPage({
      ...railOf(page, view),
      title: open.title,
      assets,
      csrfToken: view.csrfToken,
      head: html`<link rel="stylesheet" href="${assets.url('admin/observatory.css')}" />
        <link rel="help" data-keys href="${links.to('/keys')}" />
        ${page.assets.filter((name) => name.endsWith('.css')).map((name) => html`<link rel="stylesheet" href="${assets.url(name)}" />`)}
        ${[...SCRIPTS, ...page.assets.filter((name) => name.endsWith('.js'))].map((name) => html`<script src="${assets.url(name)}" type="module"></script>`)}`,
      body: html`<div id="page" ${source}>${pageContent(page, open, view)}</div>`,
    });
  }

  async function answer(ctx: Context, page: AnyPage, sent?: Sent): Promise<void> {
    await telemetry.refresh();
    const params = (ctx as { params?: Readonly<Record<string, string>> }).params ?? {};
    const query = queryOf(ctx);
    const path = page.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
    const { open, view } = visit(
      page,
      path,
      params,
      query,
      (error) => ctx.app.emit('error', error, ctx),
      options.csrfToken?.(ctx),
      sent,
    );
    ctx.set('Cache-Control', 'no-store');
    ctx.set('Content-Security-Policy', POLICY);
    ctx.vary('Accept');
    ctx.status = open.status;
    const { format = '' } = query;
    const file =
      format === 'csv' && open.sheet !== undefined
        ? {
            fileName: `${page.menu}.csv`,
            contentType: 'text/csv; charset=utf-8',
            body: csvText(open.sheet),
          }
        : open.download?.(format);
    if (file !== undefined) {
      ctx.type = file.contentType;
      ctx.attachment(file.fileName);
      ctx.body = file.body;
    } else if (format === 'json' || ctx.accepts('html', 'json') === 'json') {
      ctx.body = jsonNames({
        title: open.title,
        summary: sentenceText(open.sentence),
        range: rangeDocument(view.range, view.now),
        facts: open.facts,
      });
    } else {
      ctx.type = 'text/html; charset=utf-8';
      ctx.body = documentOf(page, open, view).text;
    }
  }

  for (const page of PAGES)
    router.get(page.path === '' ? new RegExp(`^${OBSERVATORY_PATH}/?$`) : page.path, (ctx) =>
      answer(ctx, page),
    );

  addImportRoutes(router, {
    base: OBSERVATORY_PATH,
    imported,
    now,
    refuse: (ctx, refused) => answer(ctx, importPage, { refused }),
  });

  addSamplingRoutes(router, {
    base: OBSERVATORY_PATH,
    control,
    who: options.who ?? (() => 'owner'),
    show: (ctx, change) => answer(ctx, samplingChangePage, { change }),
  });

  router.get('/live', (ctx) => {
    const { page: path = '', ...query } = queryOf(ctx);
    const page = PAGES.find((each) => each.live && each.path === path);
    ctx.set('Cache-Control', 'no-store');
    if (page === undefined) return ctx.throw(404, `no live page is at “${path.slice(0, 80)}”`);
    const draw: DrawPage = function* (change) {
      const { open, view } = visit(page, path, {}, query, (error) => {
        throw error;
      });
      yield;
      const rail = railContent(railOf(page, view, railAfter(change, view))).text;
      yield;
      const body = pageContent(page, open, view).text;
      return { rail: withBasePath(rail, basePath), page: withBasePath(body, basePath) };
    };
    const gzip = ctx.acceptsEncodings('gzip', 'identity') === 'gzip';
    const stream = live.connect(JSON.stringify([path, query]), draw, {
      isAllowed: options.mayLook?.(ctx) ?? (() => true),
      gzip,
      lastEventId: ctx.get('Last-Event-ID').slice(0, 64),
    });
    if (stream === undefined) {
      ctx.set('Retry-After', '30');
      ctx.throw(503, 'too many live views are open; close one, or reload this page for fresh numbers', {
        expose: true,
      });
    }
    // Whole blocks would hold events back: the stream compresses itself and flushes each.
    ctx.compress = false;
    ctx.vary('Accept-Encoding');
    if (gzip) ctx.set('Content-Encoding', 'gzip');
    ctx.type = 'text/event-stream; charset=utf-8';
    ctx.set('X-Accel-Buffering', 'no');
    ctx.body = stream;
  });

  for (const pinned of [true, false])
    router.post(`/traces/:traceId/${pinned ? 'pin' : 'unpin'}`, (ctx) => {
      const traceId = ctx.params['traceId'] ?? '';
      ctx.set('Cache-Control', 'no-store');
      if (!control.pin(traceId, pinned))
        ctx.throw(
          409,
          pinned
            ? 'the trace is not kept any more, or too many are pinned: unpin one first'
            : 'the trace is not kept any more',
          { expose: true },
        );
      ctx.redirect(`${OBSERVATORY_PATH}/traces/${encodeURIComponent(traceId)}`);
      ctx.status = 303;
    });

  return router;
}

/** The first of each parameter. */
function queryOf(ctx: Context): Query {
  return Object.fromEntries(
    Object.entries(ctx.query).map(([key, value]) => [key, Array.isArray(value) ? value[0] : value]),
  );
}
