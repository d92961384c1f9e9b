// Modules of the engine that have no types of their own.

declare module "squirreling/src/validation/functions.js" {
  export const FUNCTION_SIGNATURES: Readonly<Record<string, { readonly signature?: string }>>;
}
declare module "squirreling/src/validation/keywords.js" {
  export const KEYWORDS: ReadonlySet<string>;
}
