const DIGITS = 10;
const UPLOADED = /^pictures\/[^/]*-[\da-f]{10}\.[a-z]+$/;

/** The name of an uploaded picture. */
export function uploadName(slug: string, sourceSha256: string, extension: string): string {
  return `pictures/${slug}-${sourceSha256.slice(0, DIGITS)}.${extension}`;
}

/** Returns true for a name that an upload has: its folder is of no post. */
export function isUploadName(name: string): boolean {
  return UPLOADED.test(name);
}
