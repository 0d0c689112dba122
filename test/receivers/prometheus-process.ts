import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../fixtures/free-port.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { until } from '../fixtures/until.ts';
import { TOKEN } from '../integration/blog-process.ts';
import { ReceiverProgram } from '../integration/receiver-program.ts';

/** A target of the job `glasshouse`. */
export interface ScrapeTarget {
  /** Address of a blog. */
  readonly address: string;
  /** Labels that its operator gives it. */
  readonly labels: Readonly<Record<string, string>>;
}

/** An element of an instant vector; a scalar has no labels. */
export interface PromSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PromExemplar {
  readonly series: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SCRAPE_INTERVAL = '1s';

/** A Prometheus that scrapes blogs every second, and stores exemplars. */
export class PrometheusProcess extends ReceiverProgram {
  readonly #address: string;
  /** Time of all queries, epoch seconds. */
  #at = NaN;

  private constructor(program: string, args: readonly string[], address: string) {
    super(program, args, 'Server is ready');
    this.#address = address;
  }

  static async start(program: string, targets: readonly ScrapeTarget[]): Promise<PrometheusProcess> {
    const folder = temporaryFolder();
    const address = `127.0.0.1:${await freePort()}`;
    const config = {
      global: { scrape_interval: SCRAPE_INTERVAL, scrape_timeout: SCRAPE_INTERVAL },
      scrape_configs: [
        {
          job_name: 'glasshouse',
          authorization: { credentials: TOKEN },
          static_configs: targets.map(({ address: url, labels }) => ({
            targets: [new URL(url).host],
            labels,
          })),
        },
      ],
    };
    writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
    const args = [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--enable-feature=exemplar-storage',
    ];
    const prometheus = new PrometheusProcess(program, args, `http://${address}`);
    await prometheus.startAgain();
    return prometheus;
  }

  /** An instant query as of the last `sees`; throws what Prometheus says of a wrong one. */
  async query(expression: string): Promise<readonly PromSample[]> {
    const { result } = await this.#get<{
      result: { metric?: Record<string, string>; value: [number, string] }[];
    }>('/api/v1/query', { query: expression, time: String(this.#at) });
    return result.map(({ metric = {}, value: [, text] }) => ({ labels: metric, value: Number(text) }));
  }

  /** The one value of a query. */
  async number(expression: string): Promise<number> {
    const [first] = await this.query(expression);
    return first?.value ?? NaN;
  }

  async labelValues(label: string, matcher: string): Promise<readonly string[]> {
    return this.#get(`/api/v1/label/${label}/values`, { 'match[]': matcher });
  }

  async exemplars(expression: string): Promise<readonly PromExemplar[]> {
    const found = await this.#get<
      {
        seriesLabels: Record<string, string>;
        exemplars: { labels: Record<string, string>; value: string }[];
      }[]
    >('/api/v1/query_exemplars', { query: expression, start: '0', end: String(Date.now() / 1000 + 60) });
    return found.flatMap(({ seriesLabels, exemplars }) =>
      exemplars.map(({ labels, value }) => ({ series: seriesLabels, labels, value: Number(value) })),
    );
  }

  /** Looks until a query has this one value. */
  async sees(expression: string, value: number): Promise<void> {
    await until(
      () => {
        this.#at = Date.now() / 1000;
        return this.number(expression);
      },
      (found) => found === value,
    );
  }

  async #get<T>(path: string, parameters: Readonly<Record<string, string>>): Promise<T> {
    const response = await fetch(`${this.#address}${path}?${new URLSearchParams(parameters)}`);
    const { status, data, error } = (await response.json()) as { status: string; data: T; error?: string };
    if (status !== 'success') throw new Error(`${JSON.stringify(parameters)}: ${error}`);
    return data;
  }
}
