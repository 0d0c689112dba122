export type SqlTokenKind =
  'space' | 'comment' | 'word' | 'quoted' | 'string' | 'number' | 'parameter' | 'punctuation';

export interface SqlToken {
  readonly kind: SqlTokenKind;
  readonly text: string;
}

/** One alternative per kind, tried in this order; an unclosed token runs to the end, so that every text has tokens. */
const TOKEN = new RegExp(
  [
    String.raw`(?<space>\s+)`,
    String.raw`(?<comment>--[^\n]*|/\*[^]*?(?:\*/|$))`,
    String.raw`(?<string>[xX]?'(?:[^']|'')*(?:'|$))`,
    String.raw`(?<quoted>"(?:[^"]|"")*(?:"|$)|${'`'}(?:[^${'`'}]|${'``'})*(?:${'`'}|$)|\[[^\]]*(?:\]|$))`,
    String.raw`(?<number>0[xX][0-9a-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?)`,
    String.raw`(?<parameter>\?\d*|[:@$#][\p{L}\p{N}_$]+(?:::[\p{L}\p{N}_$]+)*)`,
    String.raw`(?<word>[\p{L}_\u0080-\u{10FFFF}][\p{L}\p{N}_$\u0080-\u{10FFFF}]*)`,
    String.raw`(?<punctuation>->>?|\|\||<>|[<>=!]=|<<|>>|[^])`,
  ].join('|'),
  'gu',
);

const KINDS: readonly SqlTokenKind[] = [
  'space',
  'comment',
  'word',
  'quoted',
  'string',
  'number',
  'parameter',
  'punctuation',
];

/** Splits a text by SQLite's lexical rules; joined, the tokens are the text again. Never throws, not even for nonsense. */
export function* sqlTokens(sql: string): Generator<SqlToken, void> {
  for (const match of sql.matchAll(TOKEN)) {
    const kind = KINDS.find((name) => match.groups?.[name] !== undefined) ?? 'punctuation';
    yield { kind, text: match[0] };
  }
}

/** Returns true unless the token is space or a comment. */
export function isMeaningful({ kind }: SqlToken): boolean {
  return kind !== 'space' && kind !== 'comment';
}

/** A keyword in upper case; empty for a quoted name and a string. */
export function upperWord(token: SqlToken | undefined): string {
  return token === undefined || token.kind === 'quoted' || token.kind === 'string'
    ? ''
    : token.text.toUpperCase();
}
