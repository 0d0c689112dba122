import type { Context } from 'koa';
import type { RenderTracer } from '../../otel/query.ts';
import { deskPage, type Assets } from './desk-layout.ts';
import type { SiteSettings } from '../db/site-settings.ts';
import { html, type Html } from '../markup/html.ts';
import { csrfTokenOf } from './load-session.ts';

/** No script at all; pictures of posts may come from elsewhere over https. */
export const DESK_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data: https:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

export interface DeskAnswer {
  readonly title: string;
  readonly body: Html;
  /** Default 200. */
  readonly status?: number;
  /** The lit entry of the rail. */
  readonly current?: string;
  /** Without the rail: for those who are not signed in, and for single questions. */
  readonly bare?: boolean;
}

/** Sends a page of the writing desk: never stored, with its own policy, drawn within a span. */
export type DeskSender = (ctx: Context, answer: DeskAnswer) => void;

export function createDeskSender(deps: {
  readonly assets: Assets;
  readonly site: Pick<SiteSettings, 'title'>;
  readonly render: RenderTracer;
}): DeskSender {
  const { assets, site, render } = deps;
  const head = html`<link rel="stylesheet" href="${assets.url('admin/desk-forms.css')}" />`;
  return (ctx, { title, body, status = 200, current = '', bare = false }) => {
    ctx.status = status;
    ctx.set('Cache-Control', 'no-store');
    ctx.set('Content-Security-Policy', DESK_POLICY);
    ctx.set('Referrer-Policy', 'same-origin');
    ctx.type = 'text/html; charset=utf-8';
    ctx.body = render('desk', () =>
      deskPage({ title, body, current, bare, head, site, assets, csrfToken: csrfTokenOf(ctx) }),
    ).text;
  };
}
