import { html } from '../../markup/html.ts';

/** A page that leads on at once, for servers of files, which cannot redirect. `target` is a path of the blog or an address of another site. */
export function redirectPage(target: string, publicUrl: string): string {
  const address = target.startsWith('/') ? publicUrl + target : target;
  return html`<!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>This page has moved</title>
        <link rel="canonical" href="${address}" />
        <meta http-equiv="refresh" content="0; url=${address}" />
        <meta name="robots" content="noindex" />
      </head>
      <body>
        <p>This page has moved to <a href="${address}">${address}</a>.</p>
      </body>
    </html> `.text;
}
