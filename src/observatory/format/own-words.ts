/** What waiting is called that nothing records: a request's own time is this, or work in its code. */
export const UNKNOWN_WAITING = 'waiting for what is not recorded (a timer, a file, a process, a short stall)';
/** A request's own time, if nothing else is known of it. */
export const OWN_WORDS = `work in its code, or ${UNKNOWN_WAITING}`;
/** The same if it is known that nothing ran. */
export const ASLEEP_WORDS =
  'waiting for what is not recorded (a timer, a file, a process): the event loop slept';
/** The same if it is known that others ran. */
export const OTHERS_WORDS = 'waiting while the event loop worked for others';
/** A request's own time beside a part in which it is known that the loop slept: then it ran. */
export const RAN_WORDS = `work in its code, or ${OTHERS_WORDS}`;
