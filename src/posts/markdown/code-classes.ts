/**
 * Highlighted code carries these few classes instead of colours: the content security policy forbids inline styles, and light,
 * dark and print each choose their own in src/public/code.css. The first matching rule of a TextMate scope wins by specificity.
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

/** Scopes that stay plain although a wider one above has a class: coloured operators are noise, and many tags. */
export const PLAIN_SCOPES: readonly string[] = [
  'keyword.operator',
  'storage.type.function.arrow',
  'punctuation.accessor',
];
