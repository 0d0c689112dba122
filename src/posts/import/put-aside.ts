/** Noncharacters, which Unicode reserves for use within a program; those for private use are the letters of icon fonts. */
const BEGIN = '\uFDD0';
const END = '\uFDD1';
const PLACE = new RegExp(`${BEGIN}(\\d+)${END}`, 'g');

/** A text whose own characters cannot be taken for places. */
export const withoutPlaces = (text: string): string => text.replaceAll(/[\uFDD0\uFDD1]/g, '');

export const beginsAside = (text: string): boolean => text.startsWith(BEGIN);

/** Parts of a text that a rewriting must not change. What it is used on must be `withoutPlaces`. */
export class PutAside {
  readonly #parts: string[] = [];

  /** Returns what stands for the part until `putBack`. */
  put(part: string): string {
    return `${BEGIN}${this.#parts.push(part) - 1}${END}`;
  }

  putBack(text: string): string {
    return text.replaceAll(PLACE, (_, index: string) => this.#parts[Number(index)] ?? '');
  }
}
