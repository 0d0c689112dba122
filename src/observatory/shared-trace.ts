import type { Context, Middleware } from 'koa';
import type { TelemetryQuery } from '../../otel/query.ts';
import { adminPage, type Assets } from '../accounts/admin-layout.ts';
import type { TraceLinks } from './trace/trace-links.ts';
import { html, raw, type Html, type HtmlValue } from '../markup/html.ts';
import { SHARED_TRACE_PATH } from '../process/own-addresses.ts';
import { pageHeaders, sendData, zoneData, type SiteFacts } from './answer.ts';
import { ImportedTraces } from './facts/imported-traces.ts';
import { NO_DATA_FACTS } from './facts/data-facts.ts';
import { rangeAsked } from './facts/range-asked.ts';
import { moment } from './format/moment.ts';
import { Links, type Query } from './links.ts';
import type { OpenPage, PageRequest } from './page.ts';
import { TRACE_ASSETS, tracePage } from './pages/trace-page.ts';
import { drawSentence } from './sentences/sentence.ts';
import { inZone, zoneText } from './format/zone.ts';
import { queryOf, viewerZone } from './visit.ts';

interface SharedTraceOptions {
  readonly telemetry: TelemetryQuery;
  readonly traceLinks: Pick<TraceLinks, 'find'>;
  readonly assets: Assets;
  readonly site: SiteFacts;
  readonly basePath: string;
  readonly origin: string | undefined;
}

/** Addresses of one shared trace: the token is in each, and other pages have none. */
class SharedTraceLinks extends Links {
  /** The query of each. */
  readonly token: Readonly<Record<string, string>>;
  readonly #own: readonly string[];

  constructor(traceId: string, token: string) {
    super(SHARED_TRACE_PATH, { token });
    this.token = { token };
    this.#own = ['', `/traces/${traceId}`];
  }

  override to(path: string, query: Query = {}): string {
    return this.#own.includes(path) ? super.to('', query) : NOWHERE;
  }

  override ranged(): string {
    return NOWHERE;
  }
}

const NOWHERE = '';

/** Shows one trace to who has a link to it: the page of the trace, read-only, without links to other pages. */
export function createSharedTrace(options: SharedTraceOptions): Middleware {
  const { telemetry, traceLinks } = options;
  return async (ctx: Context) => {
    const { token = '', ...query } = queryOf(ctx);
    ctx.set('Cache-Control', 'no-store');
    ctx.set('Referrer-Policy', 'no-referrer');
    const link = token === '' ? undefined : traceLinks.find(token);
    if (link === undefined)
      ctx.throw(404, 'This link opens nothing: it has expired, was revoked, or is incomplete.', {
        expose: true,
      });
    await telemetry.refresh();
    inZone(viewerZone(ctx, options.site), () => {
      const open = openTrace(options, new SharedTraceLinks(link.traceId, token), link.traceId, query);
      if (open.status !== 200) ctx.throw(410, 'The trace of this link is no longer held.', { expose: true });
      pageHeaders(ctx, open);
      if (sendData(ctx, query['format'], { page: tracePage, open })) return;
      ctx.type = 'text/html; charset=utf-8';
      const now = telemetry.now();
      const expires = html`${moment(link.expiresAtMillis, now)} (${zoneText(now)})`;
      const page = documentOf(open, options, expires, zoneData(ctx, SHARED_TRACE_PATH));
      ctx.body = withoutLinksToNowhere(page).text;
    });
  };
}

function openTrace(
  { telemetry, basePath, origin }: SharedTraceOptions,
  links: SharedTraceLinks,
  traceId: string,
  query: PageRequest['query'],
): OpenPage {
  const now = telemetry.now();
  const asked = {
    readOnly: true,
    now,
    query,
    range: { ...rangeAsked(telemetry, {}, now), query: links.token },
  };
  const none = {
    explain: undefined,
    alerts: undefined,
    traceLinks: undefined,
    data: () => NO_DATA_FACTS,
    redirectOf: () => undefined,
    ownViewNanos: () => 0,
    imported: new ImportedTraces(),
  };
  return tracePage.open(
    { ...asked, ...none, telemetry, basePath, params: { traceId } },
    {
      ...asked,
      links,
      path: '',
      jaegerUiUrl: undefined,
      basePath,
      origin,
      csrfToken: undefined,
    },
  );
}

function documentOf(
  open: OpenPage,
  { site, assets }: SharedTraceOptions,
  expires: Html,
  zone: HtmlValue,
): Html {
  return adminPage({
    bare: true,
    title: open.title,
    current: 'traces',
    site,
    assets,
    head: html`<link rel="stylesheet" href="${assets.url('admin/observatory.css')}" />
      ${TRACE_ASSETS.filter((name) => name.endsWith('.css')).map((name) => html`<link rel="stylesheet" href="${assets.url(name)}" />`)}
      ${['admin/zone.js', 'admin/charts.js', ...TRACE_ASSETS.filter((name) => name.endsWith('.js'))].map((name) => html`<script src="${assets.url(name)}" type="module"></script>`)}`,
    body: html`<div id="page" class="shared" ${zone}>
      <header class="page-head">
        <h1><bdi>${open.title}</bdi></h1>
        <div class="controls">${open.actions}</div>
      </header>
      <p class="note">One trace of ${site.title}, shown by a link that opens until ${expires}.</p>
      ${drawSentence(open.sentence)} ${open.body}
    </div>`,
  });
}

/** Links to `NOWHERE`: an `a` without `href` is text. */
function withoutLinksToNowhere(page: Html): Html {
  return raw(page.text.replaceAll(/\shref=""/g, ''));
}
