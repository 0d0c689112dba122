import type { Context } from 'koa';
import type { Render } from '../markup/render.ts';
import { adminPage, type Assets } from './admin-layout.ts';
import type { SiteSettings } from '../db/site-settings.ts';
import { html, type Html } from '../markup/html.ts';
import { csrfTokenOf } from './load-session.ts';

/** Allows no scripts; pictures of posts may come from other hosts over https. */
export const ADMIN_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data: https:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');
/** The same for a page with a script of ours, which may call the blog. */
export const SCRIPTED_ADMIN_POLICY = scripted("'none'");

function scripted(trustedTypes: string): string {
  return `${ADMIN_POLICY}; script-src 'self'; connect-src 'self'; trusted-types ${trustedTypes}`;
}

export interface AdminAnswer {
  readonly title: string;
  readonly body: Html;
  /** Default 200. */
  readonly status?: number;
  /** The key of the current menu entry. */
  readonly current?: string;
  /** Leaves out the menu: for visitors without a session, and for confirmations. */
  readonly bare?: boolean;
  /** Scripts by name of the asset; the page must be complete without them. */
  readonly scripts?: readonly string[];
  /** The one policy with which its script may parse HTML; default: none. */
  readonly trustedTypes?: string;
}

/** Sends an admin page: no-store, with its own Content-Security-Policy, rendered in a span. */
export type AdminSender = (ctx: Context, answer: AdminAnswer) => void;

export function createAdminSender(deps: {
  readonly assets: Assets;
  readonly site: Pick<SiteSettings, 'title'>;
  readonly render: Render;
}): AdminSender {
  const { assets, site, render } = deps;
  const styles = html`<link rel="stylesheet" href="${assets.url('admin/admin-forms.css')}" />`;
  return (ctx, { title, body, status = 200, current = '', bare = false, scripts = [], trustedTypes }) => {
    const head = html`${styles}${scripts.map((name) => html`<script src="${assets.url(name)}" type="module"></script>`)}`;
    ctx.status = status;
    ctx.set('Cache-Control', 'no-store');
    ctx.set(
      'Content-Security-Policy',
      scripts.length > 0 ? scripted(trustedTypes ?? "'none'") : ADMIN_POLICY,
    );
    ctx.set('Referrer-Policy', 'same-origin');
    ctx.type = 'text/html; charset=utf-8';
    ctx.body = render('admin', () =>
      adminPage({ title, body, current, bare, head, site, assets, csrfToken: csrfTokenOf(ctx) }),
    ).text;
  };
}
