/** Of an image, in pixels. */
export interface Dimensions {
  readonly width: number;
  readonly height: number;
}

export function turned({ width, height }: Dimensions): Dimensions {
  return { width: height, height: width };
}
