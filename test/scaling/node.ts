import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../fixtures/free-port.ts';
import { otlpLines, otlpSpans, type OtlpSpan } from '../fixtures/otlp-lines.ts';
import { ReceiverProgram } from '../integration/receiver-program.ts';

const DEPLOY = fileURLToPath(new URL('../../deploy/scaling/', import.meta.url));
const FEATURES = '--feature-gates=processor.tailsamplingprocessor.usetracestate';

/** What a Collector of the trial is made of. */
export interface NodeRecipe {
  readonly program: string;
  /** It makes one of its name in it. */
  readonly folder: string;
  readonly name: string;
  /** In deploy/scaling; undefined: the overlay is all. */
  readonly config?: string;
  /** Laid over the configuration: addresses of this machine, and files that record what passes. */
  readonly overlay: (ground: { readonly folder: string; readonly metricsPort: number }) => object;
}

/** One Collector of the trial, which can be killed and started again where it was. */
export class CollectorNode extends ReceiverProgram {
  readonly #folder: string;
  readonly #metricsPort: number;

  private constructor(program: string, args: readonly string[], folder: string, metricsPort: number) {
    super(program, args);
    this.#folder = folder;
    this.#metricsPort = metricsPort;
  }

  static async start({ program, folder: parent, name, config, overlay }: NodeRecipe): Promise<CollectorNode> {
    const folder = join(parent, name);
    mkdirSync(folder, { recursive: true });
    const metricsPort = await freePort();
    const own = join(folder, 'overlay.json');
    // JSON is YAML. The last configuration is laid over the first.
    writeFileSync(own, JSON.stringify(overlay({ folder, metricsPort })));
    const shipped = config === undefined ? [] : [FEATURES, `--config=${DEPLOY}${config}`];
    const node = new CollectorNode(program, [...shipped, `--config=${own}`], folder, metricsPort);
    await node.startAgain();
    return node;
  }

  /** Spans in the file of a name, whole lines only. */
  spans(name: string): readonly OtlpSpan[] {
    const path = join(this.#folder, `${name}.json`);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    return otlpSpans(otlpLines(text.slice(0, text.lastIndexOf('\n') + 1)));
  }

  /** Sum of the Collector's own series of a name; of one label's value, if it is given. */
  async series(name: string, label = ''): Promise<number> {
    const answer = await fetch(`http://127.0.0.1:${this.#metricsPort}/metrics`);
    return (await answer.text())
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) && line.includes(label))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }
}

/** A file of what passes; with rotation, what was acknowledged is in the file. */
export function tap(folder: string, name: string): object {
  return { path: join(folder, `${name}.json`), rotation: { max_megabytes: 1000 } };
}

/** The Collector's own metrics. */
export function ownMetrics(port: number): object {
  return { metrics: { readers: [{ pull: { exporter: { prometheus: { host: '127.0.0.1', port } } } }] } };
}
