import type { Attributes } from '@opentelemetry/api';
import {
  ATTR_DB_NAMESPACE,
  ATTR_DB_SYSTEM_NAME,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_URL_SCHEME,
} from '../base/semconv.ts';

/** There are ten methods, two schemes and four versions; a client that invents more must not grow the cache. */
const MAX_LABELS = 200;
const OTHER = '_OTHER';

/** One object per distinct set of labels, so that equal labels are identical. */
const labels = new Map<string, Attributes>();

/** Metric attributes of a request besides route, status and failure. */
export function requestLabels(
  method: string | undefined,
  scheme: string | undefined,
  protocolVersion?: string,
): Attributes {
  return (
    labelsOf(`${method} ${scheme} ${protocolVersion}`, () => ({
      [ATTR_HTTP_REQUEST_METHOD]: method ?? OTHER,
      ...(scheme !== undefined && { [ATTR_URL_SCHEME]: scheme }),
      ...(protocolVersion !== undefined && { [ATTR_NETWORK_PROTOCOL_VERSION]: protocolVersion }),
    })) ?? requestLabels(OTHER, undefined)
  );
}

/** Metric attributes of a statement besides summary and failure. */
export function databaseLabels(system: string, namespace?: string): Attributes {
  const labelsOfAll = (): Attributes => ({
    [ATTR_DB_SYSTEM_NAME]: system,
    ...(namespace !== undefined && { [ATTR_DB_NAMESPACE]: namespace }),
  });
  const key = namespace === undefined ? system : `${system} ${namespace}`;
  return labelsOf(key, labelsOfAll) ?? databaseLabels('other_sql');
}

/** Undefined if the cache is full. */
function labelsOf(key: string, make: () => Attributes): Attributes | undefined {
  const known = labels.get(key);
  if (known !== undefined) return known;
  const isFallback = key === 'other_sql' || key === `${OTHER} undefined undefined`;
  if (labels.size >= MAX_LABELS && !isFallback) return undefined;
  const made = Object.freeze(make());
  labels.set(key, made);
  return made;
}
