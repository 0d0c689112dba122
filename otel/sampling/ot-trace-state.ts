import { createTraceState, type TraceState } from '@opentelemetry/api';
import {
  type Bits56,
  decodeRandomness,
  decodeThreshold,
  encodeThreshold,
  randomnessOfTraceId,
} from './consistent-threshold.ts';

/** Key of OpenTelemetry's own entry in a W3C tracestate. */
const OT_KEY = 'ot';
/** Limit of an `ot` value; specification, "TraceState handling". */
const MAX_OT_VALUE_LENGTH = 256;

/** The parts of the `ot` entry used here, and its other members unchanged and in order. */
interface OtTraceState {
  readonly threshold: Bits56 | undefined;
  readonly randomness: Bits56 | undefined;
  readonly members: readonly string[];
}

const NOTHING: OtTraceState = { threshold: undefined, randomness: undefined, members: [] };

/** Parses the `ot` entry, e.g. `th:c;rv:0123456789abcd;foo:bar`; malformed members count as absent. */
export function readOtTraceState(traceState: TraceState | undefined): OtTraceState {
  const value = traceState?.get(OT_KEY);
  if (value === undefined || value === '' || value.length > MAX_OT_VALUE_LENGTH) return NOTHING;
  const members = value.split(';');
  const find = (key: string): string | undefined =>
    members.find((member) => member.startsWith(`${key}:`))?.slice(key.length + 1);
  const th = find('th');
  const rv = find('rv');
  return {
    threshold: th === undefined ? undefined : decodeThreshold(th),
    randomness: rv === undefined ? undefined : decodeRandomness(rv),
    members,
  };
}

/** R of a trace: its `rv` if that is well-formed, else the trace id. */
export function randomnessOf(traceId: string, traceState: TraceState | undefined): Bits56 {
  if (traceState !== undefined) {
    const { randomness } = readOtTraceState(traceState);
    if (randomness !== undefined) return randomness;
  }
  return randomnessOfTraceId(traceId);
}

/**
 * The trace state with `th` set to a threshold, or removed if the weight is unknown. `rv`, other members and
 * other vendors' entries stay; if the value would exceed 256 characters, `th` is left out.
 */
export function withThreshold(
  traceState: TraceState | undefined,
  threshold: Bits56 | undefined,
): TraceState | undefined {
  if (traceState === undefined) return threshold === undefined ? undefined : bareState(threshold);
  const { members } = readOtTraceState(traceState);
  const others = members.filter((member) => !member.startsWith('th:'));
  const th = threshold === undefined ? undefined : encodeThreshold(threshold);
  if (th === undefined && others.length === members.length) return traceState;
  const value = (th === undefined ? others : [`th:${th}`, ...others]).join(';');
  if (value === '' || value.length > MAX_OT_VALUE_LENGTH) {
    const rest = others.join(';');
    return rest === '' ? traceState.unset(OT_KEY) : traceState.set(OT_KEY, rest);
  }
  return traceState.set(OT_KEY, value);
}

/** Shared by nearly every span; a trace state is immutable. */
const bareStates = new WeakMap<Bits56, TraceState>();

function bareState(threshold: Bits56): TraceState | undefined {
  let state = bareStates.get(threshold);
  if (state === undefined) {
    const th = encodeThreshold(threshold);
    if (th === undefined) return undefined;
    state = createTraceState().set(OT_KEY, `th:${th}`);
    bareStates.set(threshold, state);
  }
  return state;
}
