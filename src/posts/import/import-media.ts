import { readFileSync } from 'node:fs';
import path from 'node:path';
import { escapedPath } from '../../media/media-path.ts';
import type { MediaStore } from '../../media/media-store.ts';
import type { MediaSize } from '../markdown/link-targets.ts';
import { isFile, isInside, type SourceFile, type SourceTree } from './read-tree.ts';

/** Finds a post's pictures and files in its tree and brings them in: beside the text first, then in the tree's static folders. */
export class MediaImporter {
  readonly #media: MediaStore;
  readonly #tree: SourceTree;
  /** New or changed. */
  importedFiles = 0;

  constructor(media: MediaStore, tree: SourceTree) {
    this.#media = media;
    this.#tree = tree;
  }

  /** All that lies in the folder of an `index.md`. */
  importCompanions(source: SourceFile, postPath: string): void {
    for (const file of source.companions) {
      const beside = path.relative(path.dirname(source.file), file).split(path.sep).join('/');
      this.#put(`${postPath}/${beside}`, file);
    }
  }

  /** What the renderer asks: the size of the medium of that name, which is brought in when only the tree has it. */
  lookup(source: SourceFile, postPath: string): (name: string) => MediaSize | undefined {
    return (name) => {
      const file = this.#fileFor(name, source, postPath);
      if (file !== undefined) return this.#put(name, file);
      return this.#media.find(escapedPath(name));
    };
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
      return media;
    } catch (error) {
      // A file with a name that no address can have is a missing picture of the summary. A disk that is full is not: the import stops, so
      // that the next one finds the post not yet imported and brings its pictures.
      if (error instanceof TypeError && !('code' in error)) return undefined;
      throw error;
    }
  }
}

/** Undefined for a file that cannot be read: it is a missing picture of the summary. */
function readable(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
