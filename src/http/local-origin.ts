/** Where a browser of this machine finds what listens on `host`: an address for every interface is one of none. */
export function localOrigin(host: string, port: number | string): string {
  const name = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
