import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Database } from 'better-sqlite3';
import { PictureSizes } from '../../media/picture-sizes.ts';
import { escapedPath } from '../../media/media-path.ts';
import type { MediaStore } from '../../media/media-store.ts';
import { EXPORTED_MEDIA, readExportedSite } from '../export/exported-site.ts';
import type { MediaSize } from '../markdown/link-targets.ts';
import { isFile, isFolder, isInside, type SourceFile, type SourceTree } from './read-tree.ts';

/** Imports a post's pictures and files: from beside the text first, then from the tree's static folders. */
export class MediaImporter {
  readonly #media: MediaStore;
  readonly #tree: SourceTree;
  readonly #sizes: PictureSizes;
  /** Number of new or changed files. */
  importedFiles = 0;

  constructor(database: Database, media: MediaStore, tree: SourceTree) {
    this.#media = media;
    this.#tree = tree;
    this.#sizes = new PictureSizes(database);
  }

  /** Imports the media of this blog's export, and the alternative texts of those that have none here. */
  importExported(): void {
    const folder = path.join(this.#tree.root, EXPORTED_MEDIA);
    const files = isFolder(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
    for (const name of files) {
      const file = path.join(folder, name);
      if (isFile(file) && isInside(folder, file)) this.#put(name.split(path.sep).join('/'), file);
    }
    for (const { path: name, alt } of readExportedSite(this.#tree.root).alts)
      if (this.#media.find(escapedPath(name))?.alt === null) this.#media.describe(name, alt);
  }

  /** Imports all files in the folder of an `index.md`. */
  importCompanions(source: SourceFile, postPath: string): void {
    for (const file of source.companions) {
      const beside = path.relative(path.dirname(source.file), file).split(path.sep).join('/');
      this.#put(`${postPath}/${beside}`, file);
    }
  }

  /** For the renderer: the size of a media file, which is imported if only the tree has it. */
  lookup(source: SourceFile, postPath: string): (name: string) => MediaSize | undefined {
    return (name) => {
      const file = this.#fileFor(name, source, postPath);
      if (file !== undefined) return this.#put(name, file);
      return this.#sizes.of(name);
    };
  }

  /** Takes a picture again if the blog has it and the tree has another one of its name. */
  refresh(source: SourceFile, postPath: string, name: string): void {
    const file = this.#fileFor(name, source, postPath);
    if (file !== undefined && this.#media.find(escapedPath(name)) !== undefined) this.#put(name, file);
  }

  #fileFor(name: string, source: SourceFile, postPath: string): string | undefined {
    const places = this.#tree.statics.map((folder) => path.join(folder, name));
    if (name.startsWith(`${postPath}/`))
      places.unshift(path.join(path.dirname(source.file), name.slice(postPath.length + 1)));
    return places.find(
      (file) =>
        path.extname(file) !== '' &&
        !/\.(?:md|markdown|mdx|html?)$/i.test(file) &&
        isFile(file) &&
        isInside(this.#tree.root, file),
    );
  }

  #put(name: string, file: string): MediaSize | undefined {
    const bytes = readable(file);
    if (bytes === undefined) return undefined;
    try {
      const { media, changed } = this.#media.put(name, bytes);
      if (changed) this.importedFiles++;
      return this.#sizes.of(media.path);
    } catch (error) {
      // A file with an invalid name counts as a missing picture. A full disk does not: the import stops, so that the next one imports the
      // post with its pictures.
      if (error instanceof TypeError && !('code' in error)) return undefined;
      throw error;
    }
  }
}

/** Undefined for an unreadable file, which counts as a missing picture. */
function readable(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
