import type { Attributes } from '@opentelemetry/api';
import { ATTR_DB_SYSTEM_NAME, ATTR_HTTP_REQUEST_METHOD, ATTR_URL_SCHEME } from '../base/semconv.ts';

/** Methods are ten and schemes two; a program that makes more of either must not make the cache grow. */
const MAX_LABELS = 100;
const OTHER = '_OTHER';

/** One object for equal labels, so that they are equal exactly when they are the same. */
const labels = new Map<string, Attributes>();

/** Attributes of the metric of a request, beside its route, its status and its failure. */
export function requestLabels(method: string | undefined, scheme: string | undefined): Attributes {
  return (
    labelsOf(`${method} ${scheme}`, () => ({
      [ATTR_HTTP_REQUEST_METHOD]: method ?? OTHER,
      ...(scheme === undefined ? {} : { [ATTR_URL_SCHEME]: scheme }),
    })) ?? requestLabels(OTHER, undefined)
  );
}

/** Attributes of the metric of a statement, beside its summary and its failure. */
export function databaseLabels(system: string): Attributes {
  return labelsOf(system, () => ({ [ATTR_DB_SYSTEM_NAME]: system })) ?? databaseLabels('other_sql');
}

/** Undefined when there are too many others. */
function labelsOf(key: string, make: () => Attributes): Attributes | undefined {
  const known = labels.get(key);
  if (known !== undefined) return known;
  const isFallback = key === 'other_sql' || key === `${OTHER} undefined`;
  if (labels.size >= MAX_LABELS && !isFallback) return undefined;
  const made = Object.freeze(make());
  labels.set(key, made);
  return made;
}
