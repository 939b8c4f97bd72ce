/** Any JSON value: what `expected`, `actual` and saved evidence are made of. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };
