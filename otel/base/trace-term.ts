import type { KeepReason, OperationType } from './operation-types.ts';
import type { TimeRange } from './time-range.ts';

/**
 * One term of a search over kept traces; all terms must hold. Texts are compared without regard to case. *The request* is the one that the trace begins
 * with: a trace that no request began has no address, route, method, status or agent, and only a negated term matches it.
 */
export type TraceTerm = TraceCondition & { readonly negated?: boolean };

export type TraceCondition =
  /** Occurs in a name, statement, message, attribute or event of any span; or, from 8 characters on, in an id. A number matches as a whole. */
  | { readonly field: 'text'; readonly text: string }
  /** Any span or event has the attribute, with a value that contains the text or is this number; with `whole`, that is the text. */
  | { readonly field: 'attribute'; readonly key: string; readonly text: string; readonly whole?: boolean }
  /** The request asked for one of the paths, or with `below` for one that begins with it, and its query has these parameters, in any order. */
  | {
      readonly field: 'address';
      readonly paths: readonly string[];
      readonly below?: boolean;
      readonly query?: string | undefined;
    }
  /**
   * Equal; with `begins`, begins with it. A route without its method; an error type of any failed span; the version of the service, or the version or
   * the commit of `1.2.0 (2ce0b90)`.
   */
  | {
      readonly field: 'route' | 'method' | 'error' | 'version';
      readonly text: string;
      readonly begins?: boolean;
    }
  /** Of the response, both included. */
  | { readonly field: 'status'; readonly min: number; readonly max: number }
  /** Any span has status ERROR. */
  | { readonly field: 'failed' }
  /** One of AGENT_FAMILIES; any other text occurs in the user agent. */
  | { readonly field: 'agent'; readonly text: string }
  /** Any span is of the type. */
  | { readonly field: 'type'; readonly type: OperationType }
  /** Any span was kept for it. */
  | { readonly field: 'reason'; readonly reason: KeepReason }
  /** Any statement whose text or summary contains it. */
  | { readonly field: 'statement'; readonly text: string }
  /** Of the trace, or of its longest statement or render; without any, none matches. */
  | {
      readonly field: 'duration';
      readonly of: 'trace' | 'database' | 'render';
      readonly comparison: '<' | '<=' | '>' | '>=';
      readonly millis: number;
    };

/** `bot`: bots, other programs and requests without a user agent; `none`: these alone; `other`: a browser of another name. */
export const AGENT_FAMILIES = [
  'firefox',
  'edge',
  'opera',
  'chrome',
  'safari',
  'bot',
  'none',
  'other',
] as const;
export type AgentFamily = (typeof AGENT_FAMILIES)[number];

export const FACET_NAMES = ['route', 'status', 'method', 'agent', 'error', 'reason'] as const;
export type FacetName = (typeof FACET_NAMES)[number];

/** Number of matching traces with a value; a trace may have several error types and reasons. */
export interface FacetCount {
  /** A route, a class such as `4xx`, a method, an AgentFamily, an error type, a KeepReason. */
  readonly value: string;
  readonly count: number;
}

/** Values of what matched, the most frequent first, at most 100 each. */
export type TraceFacets = Readonly<Record<FacetName, readonly FacetCount[]>>;

/** The place of a trace in a list: as its order has it, so that it stays the same whatever is kept or removed meanwhile. */
export interface TracePlace {
  readonly startMillis: number;
  /** Of the matching operation, if one was asked for. */
  readonly durationMillis: number;
  readonly traceId: string;
}

export interface TraceFilter {
  readonly range?: TimeRange;
  readonly type?: OperationType;
  readonly series?: string;
  readonly reason?: KeepReason;
  readonly status?: 'error' | 'ok';
  readonly minMillis?: number;
  readonly maxMillis?: number;
  /** All must hold; at most 20 are used. */
  readonly terms?: readonly TraceTerm[];
  readonly sort?: 'newest' | 'slowest';
  /** Also counts the values of what matched. */
  readonly facets?: boolean;
  /** At most 1,000; default 100. */
  readonly limit?: number;
  /** The first rows below this place, or the last ones above it, which are the first of all if fewer are above. At most one of both. */
  readonly below?: TracePlace;
  readonly above?: TracePlace;
}
