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
  return (ctx, next) => {
    const { res } = ctx;
    res.setHeader('Content-Security-Policy', READER_POLICY);
    res.setHeader('X-Content-Type-Options', 'nosniff');
    res.setHeader('Referrer-Policy', 'strict-origin-when-cross-origin');
    res.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    res.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
    res.setHeader('X-Frame-Options', 'DENY');
    if (https || ctx.protocol === 'https') res.setHeader('Strict-Transport-Security', 'max-age=31536000');
    return next();
  };
}
