import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import type { AbortableAgents } from './abortable-agents.ts';

type Callback = (result: ExportResult) => void;

/** Lets one export run at a time and cuts it off after its timeout; a second one is refused at once. */
export class SingleExport {
  readonly #agents: AbortableAgents;
  readonly #timeoutMillis: number;
  #isBusy = false;

  constructor(agents: AbortableAgents, timeoutMillis: number) {
    this.#agents = agents;
    this.#timeoutMillis = timeoutMillis;
  }

  run(start: (callback: Callback) => void, callback: Callback): void {
    if (this.#isBusy) {
      callback({ code: ExportResultCode.FAILED, error: new Error('the export before has not ended') });
      return;
    }
    this.#isBusy = true;
    const timeout = setTimeout(() => this.#agents.abort(), this.#timeoutMillis).unref();
    const finish: Callback = (result) => {
      clearTimeout(timeout);
      this.#isBusy = false;
      callback(result);
    };
    try {
      start(finish);
    } catch (error) {
      finish({ code: ExportResultCode.FAILED, error: error as Error });
    }
  }
}
