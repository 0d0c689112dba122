import type { Middleware } from 'koa';
import { mapAttributes } from '../markup/html-tokens.ts';
import { responseHeader } from './response-header.ts';

/** Attributes that hold an address or a list of them; our `data-…` attributes do if their value begins with a slash. */
const ADDRESSES: ReadonlySet<string> = new Set(
  'href src action formaction poster cite data xlink:href srcset imagesrcset'.split(' '),
);
/** An address from the root of the host; `//host` is another host. */
const FROM_ROOT = /^(\s*)\/(?!\/)/;
/** The same in a `srcset` list. */
const LISTED_FROM_ROOT = /(^|,)(\s*)\/(?!\/)/g;

/** The path of PUBLIC_URL, without a slash at its end: `/notes`; empty at the root of a host, and without PUBLIC_URL. */
export function basePathOf(publicUrl: string | undefined): string {
  return publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '');
}

/** Scheme and host of PUBLIC_URL; undefined without one. */
export function originOf(publicUrl: string | undefined): string | undefined {
  return publicUrl === undefined ? undefined : new URL(publicUrl).origin;
}

/** Removes the base path from a requested path, once, if it is there. */
export function withoutBasePath(path: string, basePath: string): string {
  if (path === basePath) return '/';
  return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path;
}

/** Prefixes every root-relative address in HTML with the base path. Text that looks like markup stays as it is. */
export function withBasePath(html: string, basePath: string): string {
  if (basePath === '') return html;
  return mapAttributes(
    html,
    (name) => ADDRESSES.has(name) || name.startsWith('data-'),
    (value, name) =>
      name.endsWith('srcset')
        ? value.replace(LISTED_FROM_ROOT, `$1$2${basePath}/`)
        : value.replace(FROM_ROOT, `$1${basePath}/`),
  );
}

/**
 * Mounts the blog below a path of its host. Routes, pages and redirects are written as if at the root; this middleware removes the base path
 * from requests (whether or not a proxy did already) and adds it to responses. Streams (live pages) call `withBasePath` themselves.
 * Mounted inside the compression.
 */
export function mountAt(basePath: string): Middleware {
  return async (ctx, next) => {
    const path = withoutBasePath(ctx.path, basePath);
    if (path !== ctx.path) ctx.path = path;
    await next();
    const location = responseHeader(ctx, 'Location');
    if (location.startsWith('/')) ctx.redirect(basePath + location);
    else if (ctx.type === 'text/html' && typeof ctx.body === 'string')
      ctx.body = withBasePath(ctx.body, basePath);
  };
}
