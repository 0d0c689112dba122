import type { SourcePost } from './read-post.ts';

/** A post of another software's export. */
export interface ForeignPost {
  /** Names it in the summary: `ghost/hello`. */
  readonly name: string;
  /** What the post was made of; another text is a change. */
  readonly text: string;
  readonly post: SourcePost;
}

/** What another software's export has. */
export interface ForeignExport {
  readonly posts: readonly ForeignPost[];
  /** Addresses of lists, and where the blog has them. */
  readonly redirects: readonly { readonly from: string; readonly to: string }[];
  /** The site's, BCP 47. */
  readonly language: string | undefined;
  /** What is not imported, with numbers. */
  readonly notes: readonly string[];
}

/** A file that is no export, or one that cannot be read. */
export class ForeignExportError extends Error {
  readonly isForPeople = true;
  override readonly name = 'ForeignExportError';
}

type Table = ReadonlyMap<string, unknown>;

/** A JSON value as a table; empty if it is none. */
export function tableOf(value: unknown): Table {
  return new Map(
    typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [],
  );
}

export function tablesOf(value: unknown): readonly Table[] {
  return Array.isArray(value) ? value.map(tableOf) : [];
}

/** A text that is not empty. */
export function wordOf(value: unknown): string | undefined {
  return (typeof value === 'string' && value.trim() !== '') || typeof value === 'number'
    ? String(value)
    : undefined;
}
