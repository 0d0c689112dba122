import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { MediaSize } from './link-targets.ts';
import type { RenderedMarkdown, RenderOptions, TextSettings } from './markdown.ts';
import { PostDraftError } from '../post-errors.ts';
import type { PostPlace, WorkerAnswer, WorkerRequest } from './render-messages.ts';

const THREAD = new URL('./markdown-worker-thread.ts', import.meta.url);
/** Ten times the time of the largest post; only a runaway grammar takes longer. */
const DEADLINE_MILLIS = 60_000;
/** How long an idle worker keeps its grammars loaded. */
const IDLE_MILLIS = 60_000;
/** Limit of parallel jobs; one owner needs no more. */
const MAX_WAITING = 16;
/** Look-ups per turn of the event loop. */
const NAMES_AT_ONCE = 200;

export type MediaLookup = (name: string) => MediaSize | undefined;

interface Job {
  readonly media: MediaLookup;
  readonly resolve: (rendered: RenderedMarkdown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Renders texts in a worker thread, so that requests are answered while the owner saves a large post. The thread starts with the first
 * text and ends after an idle minute. Its output is identical to that of `renderMarkdown`.
 */
export class MarkdownWorker {
  readonly #deadlineMillis: number;
  readonly #thread: URL;
  readonly #jobs = new Map<number, Job>();
  #lastId = 0;
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: { readonly deadlineMillis?: number; readonly thread?: URL } = {}) {
    this.#deadlineMillis = options.deadlineMillis ?? DEADLINE_MILLIS;
    this.#thread = options.thread ?? THREAD;
  }

  /** If highlighting fails or times out, the text is rendered with plain code. Throws PostDraftError if that fails too. */
  async render(
    markdown: string,
    place: PostPlace,
    media: MediaLookup,
    options: TextSettings = {},
  ): Promise<RenderedMarkdown> {
    if (this.#jobs.size >= MAX_WAITING)
      throw new PostDraftError(
        'markdown',
        'busy',
        'The server is busy rendering. Wait a few seconds and save again.',
      );
    try {
      return await this.#run(markdown, place, media, options);
    } catch {
      try {
        return await this.#run(markdown, place, media, { ...options, highlight: false });
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new PostDraftError('markdown', 'invalid', `The text could not be rendered: ${why}`);
      }
    }
  }

  #run(
    markdown: string,
    place: PostPlace,
    media: MediaLookup,
    options: RenderOptions,
  ): Promise<RenderedMarkdown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#jobs.set(id, { media, resolve, reject });
      this.#send({ id, markdown, place, options });
      this.#wait();
    });
  }

  #send(request: WorkerRequest): void {
    this.#worker ??= this.#start();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(request);
  }

  #start(): Worker {
    // Not this process's arguments, which would start telemetry in the thread.
    const worker = new Worker(this.#thread, { execArgv: ['--disable-warning=ExperimentalWarning'] });
    worker.on('message', (answer: WorkerAnswer) => void this.#take(answer));
    worker.on('error', (error) => this.#stop(worker, error));
    worker.on('exit', () => this.#stop(worker, new Error('the rendering thread ended')));
    return worker;
  }

  async #take(answer: WorkerAnswer): Promise<void> {
    const job = this.#jobs.get(answer.id);
    if (job === undefined) return;
    if ('names' in answer) return await this.#tellMedia(answer.id, job, answer.names);
    this.#jobs.delete(answer.id);
    this.#wait();
    if ('rendered' in answer) job.resolve(answer.rendered);
    else job.reject(new Error(answer.failure));
  }

  async #tellMedia(id: number, job: Job, names: readonly string[]): Promise<void> {
    try {
      const media: (readonly [string, MediaSize])[] = [];
      for (const [index, name] of names.entries()) {
        const size = job.media(name);
        if (size !== undefined) media.push([name, size]);
        if (index % NAMES_AT_ONCE === NAMES_AT_ONCE - 1) await setImmediate();
      }
      if (this.#jobs.has(id)) this.#send({ id, media });
    } catch (error) {
      this.#jobs.delete(id);
      this.#wait();
      job.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** One timer: the deadline while there is work, the end of the thread while it is idle. */
  #wait(): void {
    clearTimeout(this.#timer);
    const isIdle = this.#jobs.size === 0;
    // An idle thread must not keep the process alive.
    if (isIdle) this.#worker?.unref();
    else this.#worker?.ref();
    this.#timer = setTimeout(
      () => this.#stop(this.#worker, new Error('rendering took too long')),
      isIdle ? IDLE_MILLIS : this.#deadlineMillis,
    ).unref();
  }

  #stop(worker: Worker | undefined, error: Error): void {
    if (worker === undefined || worker !== this.#worker) return;
    this.#worker = undefined;
    clearTimeout(this.#timer);
    const jobs = [...this.#jobs.values()];
    this.#jobs.clear();
    void worker.terminate();
    for (const job of jobs) job.reject(error);
  }
}
