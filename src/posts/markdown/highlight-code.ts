import { createRequire } from 'node:module';
import type * as ShikiCore from 'shiki/core';
import type * as ShikiEngine from 'shiki/engine/javascript';
import { escapeHtml } from '../../markup/html.ts';
import { CODE_CLASSES, PLAIN_SCOPES } from './code-classes.ts';

/** Fence words with their grammar; code with another word is shown plain. */
const LANGUAGES: Readonly<Record<string, string>> = {
  asm: 'asm',
  bash: 'bash',
  c: 'c',
  cargo: 'toml',
  console: 'shellsession',
  cpp: 'cpp',
  'c++': 'cpp',
  cs: 'csharp',
  csharp: 'csharp',
  css: 'css',
  diff: 'diff',
  docker: 'docker',
  dockerfile: 'docker',
  elixir: 'elixir',
  go: 'go',
  graphql: 'graphql',
  haskell: 'haskell',
  html: 'html',
  http: 'http',
  ini: 'ini',
  java: 'java',
  javascript: 'javascript',
  js: 'javascript',
  json: 'json',
  json5: 'json5',
  jsonc: 'jsonc',
  jsx: 'jsx',
  kotlin: 'kotlin',
  lua: 'lua',
  make: 'make',
  makefile: 'make',
  markdown: 'markdown',
  md: 'markdown',
  nginx: 'nginx',
  nix: 'nix',
  patch: 'diff',
  php: 'php',
  powershell: 'powershell',
  ps1: 'powershell',
  py: 'python',
  python: 'python',
  rb: 'ruby',
  ruby: 'ruby',
  rs: 'rust',
  rust: 'rust',
  scss: 'scss',
  sh: 'bash',
  shell: 'bash',
  'shell-session': 'shellsession',
  shellsession: 'shellsession',
  sql: 'sql',
  svelte: 'svelte',
  swift: 'swift',
  toml: 'toml',
  ts: 'typescript',
  tsx: 'tsx',
  typescript: 'typescript',
  vue: 'vue',
  wasm: 'wasm',
  wat: 'wasm',
  xml: 'xml',
  yaml: 'yaml',
  yml: 'yaml',
  zig: 'zig',
  zsh: 'bash',
};

/** Longer code is shown plain: a grammar may take quadratic time. */
const MAX_CODE_CHARACTERS = 100_000;
/** A longer line is shown plain, as in minified code. There is no time limit, as the result must not depend on the machine's load. */
const MAX_LINE_CHARACTERS = 2_000;
const NO_TIME_LIMIT = 0;
const THEME_NAME = 'glasshouse';

// require() of a module is synchronous, so a save needs no await, and nothing is loaded before the first one.
const require = createRequire(import.meta.url);
const loaded = new Set<string>();
let highlighter: ShikiCore.HighlighterCore | undefined;

/** A theme in which colour number n means class n − 1, so that shiki's output maps to classes. */
function classTheme(): ShikiCore.ThemeRegistration {
  return {
    name: THEME_NAME,
    type: 'light',
    fg: '#000000',
    bg: '#ffffff',
    settings: [
      { settings: { foreground: '#000000' } },
      { scope: [...PLAIN_SCOPES], settings: { foreground: '#000000' } },
      ...CODE_CLASSES.map(({ scopes }, index) => ({
        scope: [...scopes],
        settings: { foreground: `#${(index + 1).toString(16).padStart(6, '0')}` },
      })),
    ],
  };
}

function highlighterFor(grammar: string): ShikiCore.HighlighterCore {
  if (highlighter === undefined) {
    const { createHighlighterCoreSync } = require('shiki/core') as typeof ShikiCore;
    const { createJavaScriptRegexEngine } = require('shiki/engine/javascript') as typeof ShikiEngine;
    highlighter = createHighlighterCoreSync({
      themes: [classTheme()],
      langs: [],
      engine: createJavaScriptRegexEngine({ forgiving: true }),
    });
  }
  if (!loaded.has(grammar)) {
    const module = require(`shiki/langs/${grammar}.mjs`) as { default: ShikiCore.LanguageRegistration[] };
    highlighter.loadLanguageSync(...module.default);
    loaded.add(grammar);
  }
  return highlighter;
}

/** The grammar for a fence's info string by its first word: `rust,ignore` and `rust ignore` are Rust. Undefined: shown plain. */
export function grammarOf(info: string): string | undefined {
  const word = /^[^\s,{]+/.exec(info.trim())?.[0].toLowerCase();
  return word !== undefined && Object.hasOwn(LANGUAGES, word) ? LANGUAGES[word] : undefined;
}

/** Renders code as safe markup: spans with the classes of code-classes.ts, or escaped text for an unknown language. */
export function highlightCode(code: string, info: string): string {
  const grammar = grammarOf(info);
  if (grammar === undefined || code.length > MAX_CODE_CHARACTERS) return escapeHtml(code);
  const { tokens } = highlighterFor(grammar).codeToTokens(code, {
    lang: grammar,
    theme: THEME_NAME,
    tokenizeMaxLineLength: MAX_LINE_CHARACTERS,
    tokenizeTimeLimit: NO_TIME_LIMIT,
  });
  return tokens
    .map((line) => {
      let markup = '';
      let open: string | undefined;
      for (const token of line) {
        const name = CODE_CLASSES[Number.parseInt(token.color?.slice(1) ?? '0', 16) - 1]?.name;
        // White space has no colour, so it joins the previous span.
        if (name !== open && token.content.trim() !== '') {
          if (open !== undefined) markup += '</span>';
          if (name !== undefined) markup += `<span class="${name}">`;
          open = name;
        }
        markup += escapeHtml(token.content);
      }
      return open === undefined ? markup : `${markup}</span>`;
    })
    .join('\n');
}
