import type { ExportTest, SettingProblem, SettingsTrial, TelemetryQuery } from '../../otel/query.ts';
import type { DataFacts } from './facts/data-facts.ts';
import type { AlertFacts } from './alerts/alert-facts.ts';
import type { TraceLink } from './trace/trace-links.ts';
import type { MenuKey } from '../accounts/admin-layout.ts';
import type { Html } from '../markup/html.ts';
import type { Links } from './links.ts';
import type { Sentence } from './sentences/sentence.ts';
import type { Shed } from './sentences/shedding-sentence.ts';
import type { ChosenRange } from './facts/time-range.ts';
import type { ImportedTraces } from './facts/imported-traces.ts';

/** A submitted change of settings and its result. */
export type AskedChange = {
  /** By name, as typed. */
  readonly values: Readonly<Record<string, string>>;
  readonly takenBack: readonly string[];
} & (
  | { readonly trial: SettingsTrial }
  | { readonly problems: readonly SettingProblem[] }
  | { readonly isOutdated: true }
);

/** The request for a page: path parameters, query, range. */
export interface PageRequest {
  readonly telemetry: TelemetryQuery;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly range: ChosenRange;
  readonly now: number;
  /** Returns the plan of a parameterised statement, one line per step; throws if there is none. Undefined without a database. */
  readonly explain: ((statementText: string) => readonly string[]) | undefined;
  /** Reads alerts and their rules; undefined without them. */
  readonly alerts: (() => AlertFacts) | undefined;
  /** Where the app redirects a path that was not found; undefined if it does not. */
  readonly redirectOf: (path: string) => string | undefined;
  /** What the app says about its data. */
  readonly data: () => DataFacts;
  /** CPU time that these pages took since the start. */
  readonly ownViewNanos: () => number;
  /** Traces read from files, separate from telemetry. */
  readonly imported: ImportedTraces;
  /** The blog's base path. */
  readonly basePath: string;
  /** A submitted form of this page that was refused: the reason and its fields. */
  readonly refused?: { readonly problem: string; readonly text: string } | undefined;
  readonly change?: AskedChange | undefined;
  /** Results of a test of the exports. */
  readonly exportTests?: readonly ExportTest[] | undefined;
  /** Lists links to traces that open; undefined if there are none, as for who follows one. */
  readonly traceLinks: (() => readonly TraceLink[]) | undefined;
  /** True for who follows a link to one trace: no forms, no addresses of clients. */
  readonly readOnly: boolean;
  /** The address of a link to this trace that was just made. */
  readonly madeLink?: string | undefined;
}

/** What a page needs to draw. */
export interface PageView {
  readonly links: Links;
  readonly range: ChosenRange;
  readonly now: number;
  /** Path and query of this page below the base, without the range; base of forms and sort links. */
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** Undefined if no Jaeger is configured. */
  readonly jaegerUiUrl: string | undefined;
  /** The blog's base path, for addresses that leave the page; links in pages are prefixed automatically. */
  readonly basePath: string;
  /** The origin of PUBLIC_URL, for repeating recorded requests. */
  readonly origin: string | undefined;
  readonly csrfToken: string | undefined;
  /** As in the request. */
  readonly readOnly: boolean;
  /** Undefined while all detail is recorded. */
  readonly shed?: Shed | undefined;
}

/** A table for CSV export, one line per row. */
export interface Sheet {
  /** Of the file, without `.csv`; default: as the page's address. */
  readonly name?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
}

/** A page's own `?format=` as a file. */
export interface Download {
  readonly fileName: string;
  readonly contentType: string;
  readonly body: string;
}

/**
 * A page of the observatory: its path, what it fetches from telemetry, how it draws that. Facts are typed rows and also the
 * JSON of the page, so a page can show nothing that a script cannot read. The smallest example is `pages/routes-page.ts`.
 */
export interface ObservatoryPage<Facts> {
  /** Below the base: ``, `/routes`, `/traces/:traceId`. */
  readonly path: string;
  /**
   * The key of the current menu entry, and the name of the CSV file. `keys` marks none.
   */
  readonly menu: MenuKey | 'keys';
  fetch(request: PageRequest): Facts;
  /** What takes long and is remembered for `fetch`, piece by piece: other requests are answered between. */
  prepare?(request: PageRequest): Iterable<unknown>;
  title(facts: Facts): string;
  /** The page's first sentence, `summary` in the JSON. */
  sentence(facts: Facts, view: PageView): Sentence;
  draw(facts: Facts, view: PageView): Html;
  sheet?(facts: Facts, view: PageView): Sheet | undefined;
  /** Files other than CSV and JSON, by format. */
  download?(format: string, facts: Facts, view: PageView): Download | undefined;
  /** Shown beside the title in place of the range. */
  actions?(facts: Facts, view: PageView): Html;
  /** Stylesheets and scripts that only this page needs. */
  readonly assets?: readonly string[];
  /** Default 200. */
  status?(facts: Facts): number;
  /** The breadcrumb before the title: `Traces /`. */
  parent?: { readonly path: string; readonly label: string };
  /** Shown while telemetry is off too, as settings are. Default false. */
  readonly offToo?: boolean;
  /** False if the page does not change over time. Default true. */
  readonly live?: boolean;
  /** False if the page does not depend on the time range. Default true. */
  readonly ranged?: boolean;
  /** False if no number on it is from the counts, so that none of them can be missing: what is told of one trace. Default true. */
  readonly counted?: boolean;
  /** False if what is shown is not of the chosen range, which then bounds it only. Default true. */
  isOfRange?(facts: Facts): boolean;
}

/** A page with its facts. */
export interface OpenPage {
  readonly facts: unknown;
  readonly title: string;
  readonly sentence: Sentence;
  readonly body: Html;
  readonly actions?: Html | undefined;
  /** As of the page. */
  readonly isOfRange?: boolean;
  /** Made on demand. */
  readonly sheet: Sheet | undefined;
  download?(format: string): Download | undefined;
  readonly status: number;
}

/** A page of any facts type. */
export interface AnyPage {
  readonly path: string;
  readonly menu: MenuKey | 'keys';
  readonly live: boolean;
  readonly ranged: boolean;
  readonly counted: boolean;
  readonly parent: ObservatoryPage<unknown>['parent'];
  readonly assets: readonly string[];
  prepare(request: PageRequest): Iterable<unknown>;
  open(request: PageRequest, view: PageView): OpenPage;
}
