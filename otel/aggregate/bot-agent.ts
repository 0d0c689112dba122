/** Every browser calls itself one of these. */
export const BROWSER = /^(?:mozilla|opera)\//i;
/** Words of crawlers and checks that call themselves browsers as well. Cubot makes telephones. */
export const BOT =
  /(?<!cu)bot\b|bot[/_-]|crawl|spider|slurp|archiver|scanner|monitor|preview|validator|fetcher|headless|lighthouse|pingdom|uptime|facebookexternalhit|compatible;\s*(?!msie|trident)[a-z]|\+https?:\/\//i;

/**
 * Returns true for a user agent that calls itself a bot or another program than a browser, and for a client that names none: every browser does. One
 * that pretends to be a browser counts as a browser. Linear in its length.
 */
export function isBotAgent(userAgent: string | undefined): boolean {
  return userAgent === undefined || !BROWSER.test(userAgent) || BOT.test(userAgent);
}
