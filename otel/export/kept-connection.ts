import { readFile } from 'node:fs/promises';
import type { OtlpTarget } from '../settings/otlp-target.ts';

/** What a transport opens at its first export and keeps; one that could not be opened is tried again. */
export class KeptConnection<Connection> {
  readonly #open: () => Promise<Connection>;
  readonly #end: (connection: Connection) => void;
  #opened: Promise<Connection> | undefined;

  constructor(open: () => Promise<Connection>, end: (connection: Connection) => void) {
    this.#open = open;
    this.#end = end;
  }

  get(): Promise<Connection> {
    if (this.#opened !== undefined) return this.#opened;
    const opening = this.#open();
    this.#opened = opening;
    // A file that could not be read may be there next time.
    opening.catch(() => (this.#opened = undefined));
    return opening;
  }

  close(): void {
    void this.#opened?.then(this.#end, () => {});
    this.#opened = undefined;
  }
}

/** Contents of a target's files for TLS. Rejects if one cannot be read. */
export async function tlsFiles({
  certificateFile,
  clientCertificateFile,
  clientKeyFile,
}: Pick<OtlpTarget, 'certificateFile' | 'clientCertificateFile' | 'clientKeyFile'>): Promise<{
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
}> {
  const [ca, cert, key] = await Promise.all(
    [certificateFile, clientCertificateFile, clientKeyFile].map((file) =>
      file === undefined ? undefined : readFile(file),
    ),
  );
  return { ca, cert, key };
}
