/** The panel of the process page that shows how memory grew, process by process. */
export const MEMORY_ID = 'memory';

/** Where all sentences about growth lead. */
export const MEMORY_PLACE = `/process#${MEMORY_ID}`;
