import type { SettingProblem, SettingsTrial, TelemetryQuery } from '../../otel/query.ts';
import type { Html } from '../markup/html.ts';
import type { Links } from './links.ts';
import type { Sentence } from './sentences/sentence.ts';
import type { ChosenRange } from './facts/time-range.ts';
import type { ImportedTraces } from './facts/imported-traces.ts';

/** A change of settings that was sent, and what came of it. */
export type AskedChange = {
  /** By name, as they were typed. */
  readonly values: Readonly<Record<string, string>>;
  readonly takenBack: readonly string[];
} & (
  | { readonly trial: SettingsTrial }
  | { readonly problems: readonly SettingProblem[] }
  | { readonly isOutdated: true }
);

/** What a page is asked: its own part of the address, the query, the range. */
export interface PageRequest {
  readonly telemetry: TelemetryQuery;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly range: ChosenRange;
  readonly now: number;
  /** The plan of a parameterised statement, a line a step; throws where there is none. Undefined where no database is at hand. */
  readonly explain: ((statementText: string) => readonly string[]) | undefined;
  /** Traces read from files; apart from telemetry. */
  readonly imported: ImportedTraces;
  /** A form of this page that was sent and could not be taken: why, and what it held. */
  readonly refused?: { readonly problem: string; readonly text: string } | undefined;
  readonly change?: AskedChange | undefined;
}

/** What a page draws with. */
export interface PageView {
  readonly links: Links;
  readonly range: ChosenRange;
  readonly now: number;
  /** Path and query of this page below the base, without the range; forms and sort links start from it. */
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** Undefined when no Jaeger is configured. */
  readonly jaegerUiUrl: string | undefined;
  /** Where the blog is on its host, for addresses that are read elsewhere; links are moved there by themselves. */
  readonly basePath: string;
  /** Of PUBLIC_URL, where requests that were answered here are asked again. */
  readonly origin: string | undefined;
  readonly csrfToken: string | undefined;
}

/** A table as it can leave: CSV, one line per row. */
export interface Sheet {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
}

/** What a page gives for one `?format=` of its own. */
export interface Download {
  readonly fileName: string;
  readonly contentType: string;
  readonly body: string;
}

/**
 * A page of the observatory: where it is, what it asks of telemetry, how it draws that. Facts are typed rows; they are also what
 * `Accept: application/json` answers, so a page can show nothing that a script cannot read. The smallest example is
 * `pages/routes-page.ts`.
 */
export interface ObservatoryPage<Facts> {
  /** Below the base: ``, `/routes`, `/traces/:traceId`. */
  readonly path: string;
  /**
   * The key of the menu entry that is lit, and the name of the CSV file. Entries are `MENU` in accounts/admin-layout.ts; a word that is none
   * of them lights nothing.
   */
  readonly menu: string;
  fetch(request: PageRequest): Facts;
  title(facts: Facts): string;
  /** Opens the page, and is `summary` in the JSON. */
  sentence(facts: Facts, view: PageView): Sentence;
  draw(facts: Facts, view: PageView): Html;
  sheet?(facts: Facts, view: PageView): Sheet | undefined;
  /** Other files than CSV and JSON, by their format. */
  download?(format: string, facts: Facts, view: PageView): Download | undefined;
  /** Stand beside the title where the range would. */
  actions?(facts: Facts, view: PageView): Html;
  /** Names of stylesheets and scripts that only this page needs. */
  readonly assets?: readonly string[];
  /** 200 when not given. */
  status?(facts: Facts): number;
  /** Stands above the title, as the way back: `Traces /`. */
  parent?: { readonly path: string; readonly label: string };
  /** Worth showing while nothing is measured: settings. Default false. */
  readonly offToo?: boolean;
  /** False for what does not change with time. Default true. */
  readonly live?: boolean;
  /** False for what is the same in every time range: it offers none. Default true. */
  readonly ranged?: boolean;
}

/** A page with its facts in hand. */
export interface OpenPage {
  readonly facts: unknown;
  readonly title: string;
  readonly sentence: Sentence;
  readonly body: Html;
  readonly actions?: Html | undefined;
  /** Made when it is asked for. */
  readonly sheet: Sheet | undefined;
  download?(format: string): Download | undefined;
  readonly status: number;
}

/** A page whose facts' type is its own business. */
export interface AnyPage {
  readonly path: string;
  readonly menu: string;
  readonly live: boolean;
  readonly ranged: boolean;
  readonly parent: ObservatoryPage<unknown>['parent'];
  readonly assets: readonly string[];
  open(request: PageRequest, view: PageView): OpenPage;
}
