import { TOKEN, type BlogProcess } from './blog-process.ts';
import type { Visitor } from './visitor.ts';

const DASHBOARD = '/admin/metrics-dashboard';

export interface Counted {
  readonly count: number;
  readonly errors: number;
}
/** What one place says; what it does not say is left out. */
export type Said = Partial<Counted & { clientErrors: number; aborted: number; kept: number }>;

export interface SaidRange {
  readonly from_ms: number;
  readonly to_ms: number;
  readonly words: string;
  readonly step_ms: number;
  readonly missing: readonly { readonly from_ms: number; readonly to_ms: number; readonly reason: string }[];
  readonly notes: readonly string[];
}

interface Row {
  readonly name: string;
  readonly count: number;
  readonly errors: number;
  readonly client_errors: number;
  readonly aborted: number;
  readonly kept: number;
}
interface HeatMap {
  readonly columns: readonly { readonly counts: readonly number[] }[];
}
type Typed<T> = Readonly<Record<'http' | 'database' | 'render', T>>;

interface Page<T> {
  readonly summary: string;
  readonly range: SaidRange;
  readonly facts: T;
}
interface Overview {
  readonly metrics: { readonly operations: Typed<Row> };
  readonly seconds: number;
  readonly timelines: Typed<readonly Row[]>;
  readonly heat_map: HeatMap;
  readonly routes: readonly Row[];
  readonly statements: readonly Row[];
}
interface Statements {
  readonly statements: readonly Row[];
  readonly start_up: readonly Row[];
}
interface RoutePage {
  readonly row: Row & { readonly statuses: readonly { readonly count: number }[] };
  readonly timeline: readonly Row[];
  readonly heat_map: HeatMap;
}

export interface Ways {
  readonly range: SaidRange;
  /** Every place that says how many requests there were. */
  readonly http: Readonly<Record<string, Said>>;
  readonly database: Readonly<Record<string, Said>>;
  readonly render: Readonly<Record<string, Said>>;
  /** Of each route, in each place that has it. */
  readonly routes: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly failures: Readonly<Record<string, number>>;
  /** Requests by the rate that stands at the rail, and its rounding. */
  readonly rail: string;
  readonly cardRate: string;
}

/** Asks every place that says a count of a range for it. `query` is `from=…` and perhaps `to=…`. */
export class Pages {
  readonly #blog: BlogProcess;
  readonly #owner: Visitor;
  constructor(blog: BlogProcess, owner: Visitor) {
    this.#blog = blog;
    this.#owner = owner;
  }

  async ways(query: string): Promise<Ways> {
    const overview = await this.json<Overview>(`?${query}`);
    const html = await this.#text(`?${query}`, 'text/html');
    const routes = await this.json<{ readonly routes: readonly Row[] }>(`/routes?${query}`);
    const statements = await this.json<Statements>(`/queries?${query}`);
    const csv = csvRows(await this.#text(`/routes?${query}&format=csv`, 'text/csv'));
    const metrics = await this.#blog.metrics<Page<never> & Overview['metrics']>(`/admin/metrics?${query}`);
    const failures = await this.json<{ readonly counted: number }>(`/failures?${query}`);
    const { operations } = overview.facts.metrics;
    const card = (type: string): Said =>
      fromTable(html, new RegExp(`card-${type}[^]*?<table[^]*?</table>`), [
        '',
        'count',
        'errors',
        '',
        '',
        '',
        'kept',
      ]);
    const rates = fromTable(html, /Requests per second[^]*?<table[^]*?<\/table>/, [
      '',
      'count',
      'clientErrors',
      'aborted',
      'errors',
    ]);
    const heat = fromTable(html, /How long requests take[^]*?<table[^]*?<\/table>/, ['', 'count']);
    const typed = (type: 'http' | 'database' | 'render'): Record<string, Said> => ({
      'overview JSON': said(operations[type]),
      'overview chart': sum(overview.facts.timelines[type]),
      'overview table': card(type),
      '/admin/metrics': said(metrics.operations[type]),
    });
    return {
      range: overview.range,
      http: {
        ...typed('http'),
        'overview sentence': { count: sentenceCount(overview.summary) },
        '/admin/metrics sentence': { count: sentenceCount(metrics.summary) },
        'overview heat map': { count: heatCount(overview.facts.heat_map) },
        'overview heat map table': heat,
        'overview rates table': rates,
        'overview routes': sum(overview.facts.routes),
        'menu, failures': { errors: Number(railFigure(html, 'failures').replaceAll(',', '')) },
        'routes JSON': sum(routes.facts.routes),
        'routes CSV': sum(csv),
      },
      database: {
        ...typed('database'),
        'queries JSON': sum([...statements.facts.statements, ...statements.facts.start_up]),
      },
      render: typed('render'),
      routes: {
        'routes JSON': byName(routes.facts.routes),
        'routes CSV': byName(csv),
        'overview routes': byName(overview.facts.routes),
      },
      failures: {
        'failures page': failures.facts.counted,
        operations: Object.values(operations).reduce((all, { errors }) => all + errors, 0),
      },
      rail: railFigure(html, 'overview'),
      cardRate: plain(/card-http[^]*?class="note">([^]*?)<\/header>/.exec(html)?.[1] ?? '')
        .split(' · ')
        .at(-1)!,
    };
  }

  /** Every place that says a count of one route. */
  async route(name: string, query: string): Promise<Readonly<Record<string, number>>> {
    const { facts } = await this.json<RoutePage>(`/route?name=${encodeURIComponent(name)}&${query}`);
    return {
      row: facts.row.count,
      statuses: facts.row.statuses.reduce((all, { count }) => all + count, 0),
      timeline: sum(facts.timeline).count!,
      'heat map': heatCount(facts.heat_map),
    };
  }

  /** What Prometheus reads: since this process started. */
  async exported(): Promise<Counted> {
    const { body } = await this.#blog.ask('/metrics', { headers: { authorization: `Bearer ${TOKEN}` } });
    const points = [
      ...body.toString().matchAll(/^http_server_request_duration_seconds_count\{(.*)\} (\d+)$/gm),
    ];
    const total = (of: typeof points): number => of.reduce((all, [, , value]) => all + Number(value), 0);
    return {
      count: total(points),
      errors: total(points.filter(([, labels]) => labels!.includes('error_type='))),
    };
  }

  async sinceStart(): Promise<Said> {
    const { operations } = await this.#blog.metrics<{ readonly operations: Typed<Row> }>();
    return said(operations.http);
  }

  /** Asking for it is a request that is counted; its answer is from before. */
  async healthSummary(): Promise<string> {
    const { text } = await this.#owner.send(`${this.#blog.address}/admin/health`);
    return (JSON.parse(text) as { readonly summary: string }).summary;
  }

  async json<T>(path: string): Promise<Page<T>> {
    return JSON.parse(await this.#text(path, 'application/json', 404)) as Page<T>;
  }

  async #text(path: string, accept: string, allowed = 200): Promise<string> {
    const { status, text } = await this.#owner.send(`${this.#blog.address}${DASHBOARD}${path}`, {
      headers: { accept },
    });
    if (status !== 200 && status !== allowed) throw new Error(`${path} answered ${status}`);
    return Buffer.from(text, 'latin1').toString();
  }
}

function said({ count, errors, client_errors: clientErrors, aborted, kept }: Row): Required<Said> {
  return { count, errors, clientErrors, aborted, kept };
}

function sum(rows: readonly Row[]): Said {
  const add = (key: 'count' | 'errors' | 'client_errors' | 'aborted' | 'kept'): number =>
    rows.reduce((all, row) => all + row[key], 0);
  return {
    count: add('count'),
    errors: add('errors'),
    clientErrors: add('client_errors'),
    aborted: add('aborted'),
    kept: add('kept'),
  };
}

function byName(rows: readonly Row[]): Record<string, number> {
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}

function heatCount({ columns }: HeatMap): number {
  return columns.flatMap(({ counts }) => counts).reduce((all, count) => all + count, 0);
}

export function sentenceCount(sentence: string): number {
  if (/\bNo requests\b/i.test(sentence)) return 0;
  return Number(/([\d,]+) requests?\b/.exec(sentence)?.[1]?.replaceAll(',', ''));
}

function csvRows(text: string): readonly Row[] {
  const [head = '', ...lines] = text.trim().split(/\r?\n/);
  const keys = head.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    const of = (key: string): string => cells[keys.indexOf(key)]!;
    return {
      name: of('route'),
      count: Number(of('count')),
      errors: Number(of('failed')),
      client_errors: Number(of('client_errors')),
      aborted: Number(of('aborted')),
      kept: Number(of('kept')),
    };
  });
}

function plain(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/[\s\u00a0]+/g, ' ')
    .trim();
}

/** Sums of the columns that have a name here. */
function fromTable(page: string, pattern: RegExp, columns: readonly string[]): Said {
  const table = /<tbody>[^]*?<\/tbody>/.exec(
    /<table[^]*/.exec(pattern.exec(page)?.[0] ?? '')?.[0] ?? '',
  )?.[0];
  const rows = [...(table ?? '').matchAll(/<tr[^>]*>([^]*?)<\/tr>/g)].map(([, row]) =>
    [...row!.matchAll(/<td[^>]*>([^]*?)<\/td>/g)].map(([, cell]) => Number(plain(cell!).replaceAll(',', ''))),
  );
  return Object.fromEntries(
    columns.flatMap((name, index) =>
      name === '' ? [] : [[name, rows.reduce((all, row) => all + (row[index] ?? 0), 0)]],
    ),
  );
}

function railFigure(page: string, entry: string): string {
  const path = entry === 'overview' ? '' : `/${entry}`;
  const pattern = new RegExp(
    `href="${DASHBOARD}${path}(?:\\?[^"]*)?"[^>]*>\\s*<span>[^<]*</span\\s*><span class="figure">([^<]*)<`,
  );
  return plain(pattern.exec(page)?.[1] ?? '');
}
