/** Why a picture was not taken; the message is for the owner. */
export type PictureFault = 'empty' | 'kind' | 'damaged' | 'too-many-pixels' | 'slow' | 'busy' | 'unavailable';

const STATUS: Readonly<Record<PictureFault, number>> = {
  empty: 422,
  kind: 415,
  damaged: 422,
  'too-many-pixels': 422,
  slow: 422,
  busy: 503,
  unavailable: 503,
};

export class PictureError extends Error {
  override readonly name = 'PictureError';
  readonly fault: PictureFault;

  constructor(fault: PictureFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }

  /** The HTTP status. */
  get status(): number {
    return STATUS[this.fault];
  }
}
