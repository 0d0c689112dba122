import { type SqlToken, upperWord } from './sql-tokens.ts';

/** Common table expressions of a statement. */
export interface TableExpressions {
  /** Lower case. */
  readonly names: ReadonlySet<string>;
  /** Indices of the brackets that open a body. */
  readonly bodies: ReadonlySet<number>;
}

const NONE: TableExpressions = { names: new Set(), bodies: new Set() };

/** Reads `WITH [RECURSIVE] name [(…)] AS [[NOT] MATERIALIZED] (…), …`, wherever it stands. @param tokens Without spaces and comments. */
export function tableExpressions(tokens: readonly SqlToken[]): TableExpressions {
  if (!tokens.some((token) => upperWord(token) === 'WITH')) return NONE;
  const [names, bodies] = [new Set<string>(), new Set<number>()];
  const ends = bracketEnds(tokens);
  for (const [at, token] of tokens.entries()) {
    if (upperWord(token) !== 'WITH') continue;
    let i = upperWord(tokens[at + 1]) === 'RECURSIVE' ? at + 2 : at + 1;
    for (;;) {
      const name = identifier(tokens[i]);
      const body = bodyAfter(tokens, i, ends);
      if (name === undefined || body === undefined) break;
      names.add(name.toLowerCase());
      bodies.add(body);
      const end = ends.get(body) ?? tokens.length;
      if (tokens[end + 1]?.text !== ',') break;
      i = end + 2;
    }
  }
  return { names, bodies };
}

/** Index of the bracket that opens the body of the expression whose name is at `i`. */
function bodyAfter(
  tokens: readonly SqlToken[],
  i: number,
  ends: ReadonlyMap<number, number>,
): number | undefined {
  let at = tokens[i + 1]?.text === '(' ? (ends.get(i + 1) ?? tokens.length) + 1 : i + 1;
  if (upperWord(tokens[at]) !== 'AS') return undefined;
  at++;
  if (upperWord(tokens[at]) === 'NOT') at++;
  if (upperWord(tokens[at]) === 'MATERIALIZED') at++;
  return tokens[at]?.text === '(' ? at : undefined;
}

/** Where each bracket that is closed ends. */
function bracketEnds(tokens: readonly SqlToken[]): ReadonlyMap<number, number> {
  const open: number[] = [];
  const ends = new Map<number, number>();
  for (const [at, { text }] of tokens.entries()) {
    if (text === '(') open.push(at);
    const begin = text === ')' ? open.pop() : undefined;
    if (begin !== undefined) ends.set(begin, at);
  }
  return ends;
}

/** A name without its quotes, if it needs none. */
export function identifier(token: SqlToken | undefined): string | undefined {
  if (token?.kind === 'word') return token.text;
  if (token?.kind !== 'quoted') return undefined;
  const bare = token.text.slice(1, -1);
  return /^[\p{L}\p{N}_$]+$/u.test(bare) ? bare : token.text;
}
