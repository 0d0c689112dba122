import type { Database } from 'better-sqlite3';

/** As of `alert_states`. */
interface AlertState {
  readonly phase: 'pending' | 'firing';
  readonly sinceMillis: number;
  readonly heldMillis: number;
  readonly fineMillis: number;
  readonly unjudgedMillis: number;
  readonly isTold: boolean;
  readonly toldAtMillis: number;
}

type MessageState = 'waiting' | 'sent' | 'given up';

/** Of `alert_messages`; the body is JSON with a sentence. */
interface AlertMessage {
  readonly id: string;
  readonly body: string;
}

interface MessageRow {
  readonly id: string;
  readonly receiver: string;
  readonly createdAtMillis: number;
  readonly sentence: string;
  readonly state: MessageState;
  readonly attempts: number;
  readonly result: string | null;
}

/** Per receiver; the oldest is given up. At one message a minute, more than an hour of an outage. */
const MAX_WAITING = 100;
/** Delivered or given up. */
const MAX_ENDED = 100;

interface StateRow {
  readonly rule: string;
  readonly phase: AlertState['phase'];
  readonly since_at: number;
  readonly held_millis: number;
  readonly fine_millis: number;
  readonly unjudged_millis: number;
  readonly is_told: number;
  readonly told_at: number;
}

/** States, silences and messages of alerts in the blog's database. Errors of the database pass through. */
export class AlertStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  states(): ReadonlyMap<string, AlertState> {
    const rows = this.#database.prepare<[], StateRow>('SELECT * FROM alert_states').all();
    return new Map(
      rows.map((row) => [
        row.rule,
        {
          phase: row.phase,
          sinceMillis: row.since_at,
          heldMillis: row.held_millis,
          fineMillis: row.fine_millis,
          unjudgedMillis: row.unjudged_millis,
          isTold: row.is_told === 1,
          toldAtMillis: row.told_at,
        },
      ]),
    );
  }

  silences(): ReadonlyMap<string, number> {
    const rows = this.#database
      .prepare<[], { readonly rule: string; readonly until_at: number }>(
        'SELECT rule, until_at FROM alert_silences',
      )
      .all();
    return new Map(rows.map(({ rule, until_at }) => [rule, until_at]));
  }

  /** @param untilMillis Undefined ends the silence. */
  silence(rule: string, untilMillis: number | undefined): void {
    if (untilMillis === undefined)
      this.#database.prepare('DELETE FROM alert_silences WHERE rule = ?').run(rule);
    else
      this.#database
        .prepare(
          'INSERT INTO alert_silences (rule, until_at) VALUES (?, ?) ON CONFLICT (rule) DO UPDATE SET until_at = excluded.until_at',
        )
        .run(rule, untilMillis);
  }

  /** Writes the states and, for each receiver, the message in one transaction: a process that is killed has done both or neither. */
  commit(
    states: ReadonlyMap<string, AlertState>,
    message: AlertMessage | undefined,
    receivers: readonly string[],
    now: number,
  ): void {
    this.#database.transaction(() => {
      this.#database.prepare('DELETE FROM alert_states').run();
      const insert = this.#database.prepare(
        'INSERT INTO alert_states (rule, phase, since_at, held_millis, fine_millis, unjudged_millis, is_told, told_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      );
      for (const [rule, state] of states)
        insert.run(
          rule,
          state.phase,
          Math.round(state.sinceMillis),
          Math.round(state.heldMillis),
          Math.round(state.fineMillis),
          Math.round(state.unjudgedMillis),
          state.isTold ? 1 : 0,
          Math.round(state.toldAtMillis),
        );
      if (message !== undefined) this.#add(message, receivers, now);
    })();
  }

  /** Adds a message for each receiver. */
  add(message: AlertMessage, receivers: readonly string[], now: number): void {
    this.#database.transaction(() => this.#add(message, receivers, now))();
  }

  #add(message: AlertMessage, receivers: readonly string[], now: number): void {
    const insert = this.#database.prepare(
      'INSERT INTO alert_messages (message_id, receiver, created_at, body) VALUES (?, ?, ?, ?)',
    );
    const bound = this.#database.prepare(
      `UPDATE alert_messages SET state = 'given up', result = 'more than ${MAX_WAITING} messages waited'
       WHERE id IN (SELECT id FROM alert_messages WHERE receiver = ? AND state = 'waiting' ORDER BY id DESC LIMIT -1 OFFSET ${MAX_WAITING})`,
    );
    for (const receiver of receivers) {
      insert.run(message.id, receiver, now, message.body);
      bound.run(receiver);
    }
    this.#database
      .prepare(
        `DELETE FROM alert_messages WHERE id IN
         (SELECT id FROM alert_messages WHERE state <> 'waiting' ORDER BY id DESC LIMIT -1 OFFSET ${MAX_ENDED})`,
      )
      .run();
  }

  /** The message that the receiver gets next: they arrive in order. */
  nextFor(
    receiver: string,
  ): { readonly rowId: number; readonly attempts: number; readonly body: string } | undefined {
    return this.#database
      .prepare<[string], { readonly rowId: number; readonly attempts: number; readonly body: string }>(
        `SELECT id AS rowId, attempts, body FROM alert_messages WHERE receiver = ? AND state = 'waiting' ORDER BY id LIMIT 1`,
      )
      .get(receiver);
  }

  /** Records an attempt. */
  record(rowId: number, state: MessageState, result: string): void {
    this.#database
      .prepare('UPDATE alert_messages SET state = ?, result = ?, attempts = attempts + 1 WHERE id = ?')
      .run(state, result, rowId);
  }

  /** Newest first. */
  deliveries(
    limit: number,
  ): readonly (Omit<MessageRow, 'result'> & { readonly result: string | undefined })[] {
    return this.#database
      .prepare<[number], MessageRow>(
        `SELECT message_id AS id, receiver, created_at AS createdAtMillis, body ->> '$.sentence' AS sentence, state, attempts, result
         FROM alert_messages ORDER BY alert_messages.id DESC LIMIT ?`,
      )
      .all(limit)
      .map((row) => ({ ...row, result: row.result ?? undefined }));
  }
}
