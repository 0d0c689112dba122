import { KINDS, type SentRequests } from './sent-requests.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2027, 0, 15, 8, 0, 10, 250);
/** Longer than between two writes of the history. */
const WRITTEN = 6 * SECOND;

/** Moments of the journey, by the wall clock. */
export interface Moments {
  clean: number;
  killed: number;
  back: number;
  ahead: number;
}

/** Eight requests of kinds that differ from burst to burst, some of them at one moment. */
async function burst(journey: SentRequests, number: number, everyMillis = 700): Promise<void> {
  for (let i = 0; i < 8; i++) {
    await journey.send(KINDS[(number * 5 + i * 3) % KINDS.length]!);
    if (i % 3 !== 0) await journey.clocked.advance(everyMillis);
  }
}

async function restart(journey: SentRequests, signal: NodeJS.Signals, env = {}): Promise<number> {
  const { wallMillis } = journey.clocked;
  await journey.clocked.stop(signal);
  Object.assign(journey.env, env);
  await journey.start(wallMillis + 3 * SECOND);
  return wallMillis;
}

/**
 * Nine days, of which the last is a busy one: a clean restart, a kill, a clean one, and a clock that is set twice.
 * @param then Settings from the kill on.
 */
export async function travel(
  journey: SentRequests,
  then: Readonly<Record<string, string>> = {},
): Promise<Moments> {
  const moments: Moments = { clean: 0, killed: 0, back: 0, ahead: 0 };
  await journey.begin(START);
  await burst(journey, 0);
  await journey.clocked.advance(5 * DAY, 6 * HOUR);
  await burst(journey, 1);
  await journey.clocked.advance(2 * DAY, 6 * HOUR);
  for (let number = 2; number < 46; number++) {
    await burst(journey, number, number % 7 === 0 ? 9 * SECOND : 700);
    if (number % 9 === 4) await journey.breakOff();
    if (number % 11 === 6) await journey.fail();
    await journey.clocked.advance(WRITTEN, SECOND);
    if (number === 12) moments.clean = await restart(journey, 'SIGTERM');
    if (number === 20) {
      moments.back = journey.clocked.wallMillis;
      await journey.clocked.step(-HOUR);
    }
    if (number === 28) {
      await burst(journey, number + 1);
      // Nothing of the last moment is written.
      moments.killed = await restart(journey, 'SIGKILL', then);
    }
    if (number === 34) {
      moments.ahead = journey.clocked.wallMillis;
      await journey.clocked.step(2 * HOUR);
    }
    if (number === 40) await restart(journey, 'SIGTERM');
    if (number < 45) await journey.clocked.advance(37 * MINUTE + number * SECOND, 5 * MINUTE);
  }
  await burst(journey, 46);
  return moments;
}
