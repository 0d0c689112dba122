import type { Middleware } from 'koa';

/**
 * The policy of pages for readers: own styles and fonts, pictures and sound from here or over https, and the search form.
 * No scripts, no frames, nothing inline.
 */
export const READER_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data: https:",
  "media-src 'self' https:",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Sets the headers of every response; a route with another policy overrides it later. */
export function createSecurityHeaders(options: { readonly publicUrl: string | undefined }): Middleware {
  const https = options.publicUrl?.startsWith('https://') === true;
  return async (ctx, next) => {
    ctx.set('Content-Security-Policy', READER_POLICY);
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('Referrer-Policy', 'strict-origin-when-cross-origin');
    ctx.set('Cross-Origin-Opener-Policy', 'same-origin');
    ctx.set('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
    ctx.set('X-Frame-Options', 'DENY');
    if (https || ctx.protocol === 'https') ctx.set('Strict-Transport-Security', 'max-age=31536000');
    await next();
  };
}
