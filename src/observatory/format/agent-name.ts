const BROWSERS: readonly (readonly [word: RegExp, name: string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|Opera)\//, 'Opera'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const PROGRAM = /[\w.-]{0,40}(?:bot|crawl|spider|slurp|archiver|monitor|preview|externalhit)[\w-]{0,40}/i;
const COMPATIBLE = /compatible;\s*([A-Za-z][\w.-]{0,60})/;
const MAX_NAME = 60;
const MAX_READ = 512;

/** The family of a user agent without its version: `Firefox`, `Googlebot`, `curl`. */
export function agentName(userAgent: string): { readonly name: string; readonly isBrowser: boolean } {
  const text = userAgent.slice(0, MAX_READ);
  const program = PROGRAM.exec(text)?.[0] ?? COMPATIBLE.exec(text)?.[1];
  if (program !== undefined) return { name: program, isBrowser: false };
  const browser = text.startsWith('Mozilla/') ? BROWSERS.find(([word]) => word.test(text))?.[1] : undefined;
  if (browser !== undefined) return { name: browser, isBrowser: true };
  return { name: text.split(/[/\s]/, 1)[0]!.slice(0, MAX_NAME) || 'none', isBrowser: false };
}
