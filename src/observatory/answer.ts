import type { RouterContext } from '@koa/router';
import type { Context } from 'koa';
import type { TelemetryQuery } from '../../otel/query.ts';
import { adminPage, type Assets } from '../accounts/admin-layout.ts';
import { html, type Html, type HtmlValue } from '../markup/html.ts';
import { pageContent } from './draw/page-frame.ts';
import type { Rail } from './draw/rail.ts';
import { csvText } from './draw/table.ts';
import { inTurns, nextTurn } from './facts/in-turns.ts';
import { jsonNames } from './facts/json-names.ts';
import { rangeDocument } from './facts/range-document.ts';
import { inZone, shownZone } from './format/zone.ts';
import type { OwnViews } from './facts/own-views.ts';
import type { AnyPage, Download, OpenPage } from './page.ts';
import { sentenceText } from './sentences/sentence.ts';
import type { Shed } from './sentences/shedding-sentence.ts';
import { queryOf, viewerZone, type Visit, type Visited, type Visits } from './visit.ts';

/** Allows own scripts, styles and the live stream; nothing inline, nothing from other hosts. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/** Independent scripts; each finds what it needs in the page. */
const SCRIPTS = ['admin/zone.js', 'admin/live.js', 'admin/charts.js', 'admin/keys.js'];

/** What pages say of the blog. */
export interface SiteFacts {
  readonly title: string;
  /** For who has no script. Default UTC. */
  readonly timeZone?: string;
}

/** Answers with a page as HTML, JSON, CSV or a download. */
export type AnswerPage = (ctx: RouterContext, page: AnyPage, sent?: Visit['sent']) => Promise<void>;

interface AnswerOptions {
  readonly telemetry: TelemetryQuery;
  readonly visits: Visits;
  readonly rail: Rail;
  readonly ownViews: OwnViews;
  readonly assets: Assets;
  readonly site: SiteFacts;
  readonly csrfToken: ((ctx: Context) => string | undefined) | undefined;
}

export function createAnswer(options: AnswerOptions): AnswerPage {
  const { telemetry, visits, ownViews, site, csrfToken } = options;
  return async (ctx, page, sent) => {
    await telemetry.refresh();
    const { params } = ctx;
    const query = queryOf(ctx);
    const zone = viewerZone(ctx, site);
    const steps = visits({
      page,
      path: page.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? '')),
      params,
      query,
      zone,
      csrfToken: csrfToken?.(ctx),
      sent,
      broken: (error) => ctx.app.emit('error', error, ctx),
    });
    const { open, view } = await inTurns(steps);
    pageHeaders(ctx, open);
    const draw = (): void => {
      const range = rangeDocument(view.range, view.now);
      if (sendData(ctx, query['format'], { page, open, range, shedding: view.shed })) return;
      ctx.type = 'text/html; charset=utf-8';
      ctx.body = documentOf(page, { open, view }, options, zoneData(ctx, view.links.base)).text;
    };
    await nextTurn();
    ownViews.run(() => inZone(zone, draw));
  };
}

/** Status and headers of a page in any format. */
export function pageHeaders(ctx: Context, { status }: OpenPage): void {
  ctx.set('Cache-Control', 'no-store');
  ctx.set('Content-Security-Policy', POLICY);
  ctx.vary('Accept');
  ctx.status = status;
}

interface SentData {
  readonly page: AnyPage;
  readonly open: OpenPage;
  readonly range?: object;
  /** Detail that is shed now. */
  readonly shedding?: Shed | undefined;
}

/** Answers with a page as CSV, a download or JSON; returns false if the request is for HTML. */
export function sendData(ctx: Context, format = '', { page, open, range, shedding }: SentData): boolean {
  const file = fileOf(page, open, format);
  if (file !== undefined) {
    ctx.type = file.contentType;
    ctx.attachment(file.fileName);
    ctx.body = file.body;
    return true;
  }
  if (format !== 'json' && ctx.accepts('html', 'json') !== 'json') return false;
  ctx.body = jsonNames({
    title: open.title,
    summary: sentenceText(open.sentence),
    time_zone: shownZone(),
    range,
    shedding,
    facts: open.facts,
  });
  return true;
}

function fileOf(page: AnyPage, open: OpenPage, format: string): Download | undefined {
  if (format !== 'csv' || open.sheet === undefined) return open.download?.(format);
  return {
    fileName: `${open.sheet.name ?? (page.path.slice(1) || page.menu)}.csv`,
    contentType: 'text/csv; charset=utf-8',
    body: csvText(open.sheet),
  };
}

function documentOf(
  page: AnyPage,
  { open, view }: Visited,
  { telemetry, rail, assets, site }: AnswerOptions,
  zone: HtmlValue,
): Html {
  const { links, path, query } = view;
  const address = links.to('/live', { page: path, ...query, format: undefined });
  const source = page.live && view.range.moving && telemetry.enabled ? html` data-live="${address}"` : null;
  return adminPage({
    ...rail.of(page, view),
    site,
    title: open.title,
    assets,
    csrfToken: view.csrfToken,
    head: html`<link rel="stylesheet" href="${assets.url('admin/observatory.css')}" />
      <link rel="help" data-keys href="${links.to('/keys')}" />
      ${page.assets.filter((name) => name.endsWith('.css')).map((name) => html`<link rel="stylesheet" href="${assets.url(name)}" />`)}
      ${[...SCRIPTS, ...page.assets.filter((name) => name.endsWith('.js'))].map((name) => html`<script src="${assets.url(name)}" type="module"></script>`)}`,
    body: html`<div id="page" ${source} ${zone}>${pageContent(page, open, view)}</div>`,
  });
}

/** For browser/zone.ts: the zone of the page, and where its cookie belongs. Not for the answer to a form, which cannot be loaded again. */
export function zoneData(ctx: Context, path: string): HtmlValue {
  return ctx.method === 'GET' && html` data-zone="${shownZone()}" data-zone-path="${path}"`;
}
