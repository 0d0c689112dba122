/** Attribute names this kit reads or writes; stable ones come from @opentelemetry/semantic-conventions 1.45. */
export {
  ATTR_CLIENT_ADDRESS,
  ATTR_DB_NAMESPACE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_RESPONSE_STATUS_CODE,
  ATTR_DB_SYSTEM_NAME,
  ATTR_ERROR_TYPE,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_EXCEPTION_STACKTRACE,
  ATTR_EXCEPTION_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_NETWORK_PEER_ADDRESS,
  ATTR_NETWORK_PEER_PORT,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_PATH,
  ATTR_URL_QUERY,
  ATTR_URL_SCHEME,
  ATTR_USER_AGENT_ORIGINAL,
} from '@opentelemetry/semantic-conventions';

/** Development status in the conventions: bytes of the body as sent, after compression. */
export const ATTR_HTTP_RESPONSE_BODY_SIZE = 'http.response.body.size';
/** A list of one, like all header attributes; the kit sets it for event streams only, whose duration says nothing about speed. */
export const ATTR_HTTP_RESPONSE_CONTENT_TYPE = 'http.response.header.content-type';
/** Development status in the conventions. */
export const ATTR_DB_RESPONSE_RETURNED_ROWS = 'db.response.returned_rows';
/** Development status in the conventions. On a statement: it ran in a worker thread of this name. */
export const ATTR_THREAD_NAME = 'thread.name';
/** Ours: rows inserted, updated or deleted by the statement. */
export const ATTR_CHANGED_ROWS = 'operation.changed_rows';
/**
 * Ours: `complete`, `aborted` (the client disconnected), `cut` (the server stopped), `failed` (the body source broke) or `refused` (the request
 * could not be read to its end).
 */
export const ATTR_OPERATION_OUTCOME = 'operation.outcome';
/** Ours: true if the app has nothing at the address although a route matched; the request then counts under unknown paths. */
export const ATTR_ADDRESS_UNKNOWN = 'operation.address_unknown';
/** Ours: seconds that a parsed request queued behind others on its connection, before its span started. */
export const ATTR_OPERATION_WAIT = 'operation.wait';
/** Ours: seconds for which the event loop slept while a request was open: it waited then, for whatever. */
export const ATTR_LOOP_IDLE = 'operation.loop_idle';
/** Ours: seconds from the request to the first byte of the response. */
export const ATTR_TIME_TO_FIRST_BYTE = 'operation.time_to_first_byte';
/** Ours, of metrics: the series of an operation that is no request, statement or page. */
export const ATTR_OPERATION_NAME = 'operation.name';
/** Ours, of metrics: why operations were kept or dropped. */
export const ATTR_OPERATION_REASON = 'operation.reason';
/** Ours: gives a span the type render; the name of the page or feed. */
export const ATTR_RENDER_TEMPLATE = 'render.template';
/** Ours: `deferred`, `immediate`, `exclusive` or, for a nested transaction, `savepoint`. */
export const ATTR_TRANSACTION_MODE = 'operation.transaction.mode';
/** Ours: `commit` or `rollback`. */
export const ATTR_TRANSACTION_OUTCOME = 'operation.transaction.outcome';
/** Ours: seconds spent in BEGIN or SAVEPOINT, waiting for a busy database included. */
export const ATTR_TRANSACTION_BEGIN_DURATION = 'operation.transaction.begin_duration';
/** Ours: seconds spent in COMMIT, RELEASE or ROLLBACK, disk writes included. */
export const ATTR_TRANSACTION_COMMIT_DURATION = 'operation.transaction.commit_duration';
