import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { OtlpSignal } from './otlp-signals.ts';

/** Writes whole lines. */
export interface LineSink {
  write(line: Uint8Array): Promise<void>;
}

/** Owner only: telemetry contains addresses and queries of clients. */
const FILE_MODE = 0o600;

/** A file that is rotated when it is full: the previous one is kept as `.1`. One writer. */
export class LineFile implements LineSink {
  readonly #path: string;
  readonly #maxBytes: number;
  #bytes: number | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(path: string, maxBytes: number) {
    this.#path = path;
    this.#maxBytes = maxBytes;
  }

  write(line: Uint8Array): Promise<void> {
    const next = this.#last.catch(() => {}).then(() => this.#append(line));
    this.#last = next;
    return next;
  }

  async #append(line: Uint8Array): Promise<void> {
    this.#bytes ??= await this.#open();
    if (this.#bytes > 0 && this.#bytes + line.length > this.#maxBytes) {
      await rename(this.#path, `${this.#path}.1`);
      this.#bytes = 0;
    }
    await appendFile(this.#path, line, { mode: FILE_MODE });
    this.#bytes += line.length;
  }

  /** Returns the length of the file that an earlier process left. */
  async #open(): Promise<number> {
    await makeFolder(dirname(this.#path));
    return stat(this.#path).then(
      ({ size }) => size,
      () => 0,
    );
  }
}

/** Creates missing parents too. Node's own `recursive` never returns where a file system answers ENOENT to every mkdir, as /proc does. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path || (await exists(dirname(path)))) throw error;
    await makeFolder(dirname(path));
    await mkdir(path);
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

export const standardOutput: LineSink = {
  write: (line) =>
    new Promise((resolve, reject) => {
      process.stdout.write(line, (error) => (error ? reject(error) : resolve()));
    }),
};

/** Writes each export as a line of OTLP JSON, like the specification's file exporter. */
export class OtlpLineExporter<Items> {
  readonly #signal: OtlpSignal<Items>;
  readonly #sink: LineSink;
  #isShutDown = false;

  constructor(signal: OtlpSignal<Items>, sink: LineSink) {
    this.#signal = signal;
    this.#sink = sink;
  }

  export(items: Items, resultCallback: (result: ExportResult) => void): void {
    this.#write(items).then(
      () => resultCallback({ code: ExportResultCode.SUCCESS }),
      (error: Error) => resultCallback({ code: ExportResultCode.FAILED, error }),
    );
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    this.#isShutDown = true;
    return Promise.resolve();
  }

  async #write(items: Items): Promise<void> {
    if (this.#isShutDown) throw new Error('the exporter is shut down');
    const json = this.#signal.json(items);
    if (json === undefined) return;
    const line = new Uint8Array(json.length + 1);
    line.set(json);
    line[json.length] = 10;
    await this.#sink.write(line);
  }
}
