import { ATTR_HTTP_RESPONSE_STATUS_CODE, ATTR_URL_PATH, ATTR_URL_QUERY } from '../base/semconv.ts';
import type { ShownAddress } from '../query.ts';
import { attributeOf } from './attribute-copy.ts';
import type { SpanRecord } from './span-record.ts';

/** Address and status of a request, from the first span of its trace; without an address for anything else. */
export function shownAddress(head: SpanRecord | undefined): ShownAddress {
  if (head === undefined) return {};
  const textOf = (key: string): string | undefined => {
    const value = head.type === 'http' ? attributeOf(head.attributes, key) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  const status = attributeOf(head.attributes, ATTR_HTTP_RESPONSE_STATUS_CODE);
  const query = textOf(ATTR_URL_QUERY);
  return {
    path: textOf(ATTR_URL_PATH),
    ...(query !== undefined && { query }),
    httpStatusCode: typeof status === 'number' ? status : undefined,
  };
}
