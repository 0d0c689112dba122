/** FNV-1a, 32 bits, signed. As a look-up key, it spares an index over whole texts, which would double their size. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
