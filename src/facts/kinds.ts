import type { FacetName } from "#model/facets.ts";
import type { Provider } from "#model/subject.ts";

/** What the world has in it: a kind of subject and the facets that exist for it, whether or not a probe reads them yet. */
export interface Kind {
  readonly kind: string;
  readonly provider: Provider;
  readonly title: string;
  /** Holds customers' data at rest. */
  readonly data: boolean;
  readonly facets: readonly FacetName[];
}
