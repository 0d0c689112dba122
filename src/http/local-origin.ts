/** The origin for a browser on this machine: a wildcard address becomes loopback. */
export function localOrigin(host: string, port: number | string): string {
  const name = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
