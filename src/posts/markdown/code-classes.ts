/**
 * Highlighted code has these classes instead of colours: the Content-Security-Policy forbids inline styles, and src/public/code.css
 * sets colours for light, dark and print. The first matching rule of a TextMate scope wins by specificity.
 */
export const CODE_CLASSES: readonly { readonly name: string; readonly scopes: readonly string[] }[] = [
  { name: 'hl-comment', scopes: ['comment', 'punctuation.definition.comment', 'string.quoted.docstring'] },
  {
    name: 'hl-string',
    scopes: ['string', 'punctuation.definition.string', 'markup.inline.raw', 'string.regexp'],
  },
  {
    name: 'hl-escape',
    scopes: ['constant.character.escape', 'constant.other.placeholder', 'punctuation.section.embedded'],
  },
  {
    name: 'hl-keyword',
    scopes: [
      'keyword',
      'storage',
      'variable.language',
      'keyword.operator.new',
      'keyword.operator.expression',
      'markup.heading',
    ],
  },
  {
    name: 'hl-constant',
    scopes: ['constant', 'support.constant', 'constant.numeric', 'variable.other.constant'],
  },
  {
    name: 'hl-type',
    scopes: [
      'entity.name.type',
      'support.type',
      'support.class',
      'entity.name.class',
      'entity.other.inherited-class',
      'entity.name.namespace',
      'storage.type.numeric',
      'entity.name.section',
    ],
  },
  {
    name: 'hl-function',
    scopes: ['entity.name.function', 'support.function', 'meta.function-call entity.name'],
  },
  {
    name: 'hl-tag',
    scopes: [
      'entity.name.tag',
      'support.type.property-name',
      'keyword.other.definition',
      'entity.name.lifetime',
    ],
  },
  {
    name: 'hl-attribute',
    scopes: [
      'entity.other.attribute-name',
      'meta.attribute',
      'entity.name.function.decorator',
      'punctuation.definition.attribute',
    ],
  },
  { name: 'hl-inserted', scopes: ['markup.inserted', 'punctuation.definition.inserted'] },
  { name: 'hl-deleted', scopes: ['markup.deleted', 'punctuation.definition.deleted'] },
];

/** Scopes that stay plain although a wider scope has a class: coloured operators are noise and add many tags. */
export const PLAIN_SCOPES: readonly string[] = [
  'keyword.operator',
  'storage.type.function.arrow',
  'punctuation.accessor',
];
