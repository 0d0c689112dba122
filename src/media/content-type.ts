import { isUtf8 } from 'node:buffer';
import path from 'node:path';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.avif': 'image/avif',
  '.gif': 'image/gif',
  '.ico': 'image/x-icon',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.wav': 'audio/wav',
  '.pdf': 'application/pdf',
  '.zip': 'application/zip',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.csv': 'text/csv; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};

const OTHER_ENCODING = /^\s*<\?xml[^>]*\bencoding\s*=\s*["'](?!utf-8|us-ascii)/i;

/**
 * The content type by extension. Types that a browser could run as a page, and unknown ones, become octet-stream. SVG in UTF-8 gets a
 * charset, so that the browser need not guess.
 */
export function contentTypeOf(file: string, bytes: Buffer): string {
  const type = CONTENT_TYPES[path.extname(file).toLowerCase()] ?? 'application/octet-stream';
  if (!type.endsWith('+xml') || !isUtf8(bytes) || OTHER_ENCODING.test(bytes.toString('latin1', 0, 200)))
    return type;
  return `${type}; charset=utf-8`;
}
