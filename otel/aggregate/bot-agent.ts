/** Every browser calls itself one of these. */
export const BROWSER = /^(?:mozilla|opera)\//i;
/** Many put `Mozilla/5.0` before their name. */
const SCANNERS =
  'acunetix|censys|dirbuster|dirsearch|expanse|feroxbuster|ffuf|gobuster|httpx|internet-?measurement|l9explore|l9tcpid|leakix|masscan|nessus|netcraft|nikto|nmap|nuclei|openvas|shodan|sqlmap|wfuzz|whatweb|wpscan|zgrab|zmap';
const LIBRARIES =
  'aiohttp|axios|curl|go-http-client|guzzlehttp|http-client|httpie|libwww|node-fetch|okhttp|phantomjs|python|scrapy|undici|urllib|wget';
const WORDS =
  /(?<!cu)bot\b|bot[/_-]|crawl|spider|slurp|archiver|scanner|monitor|preview|validator|fetcher|headless|lighthouse|pingdom|uptime|facebookexternalhit|compatible;\s*(?!msie|trident)[a-z]|\+https?:\/\//i;
/** Words of crawlers, checks and scanners that call themselves browsers as well. Cubot makes telephones. */
export const BOT = new RegExp(`${WORDS.source}|\\b(?:${SCANNERS}|${LIBRARIES})`, 'i');

/**
 * Returns true for a user agent that calls itself a bot or another program than a browser, and for a client that names none: every browser does. One
 * that pretends to be a browser counts as a browser. Linear in its length.
 */
export function isBotAgent(userAgent: string | undefined): boolean {
  return userAgent === undefined || !BROWSER.test(userAgent) || BOT.test(userAgent);
}
