/** What tests use of the OpenID provider; its own types would bring those of the framework that it is made with. */
declare module "oidc-provider" {
  import type { RequestListener } from "node:http";

  export class Provider {
    constructor(
      issuer: string,
      configuration: {
        readonly jwks: { readonly keys: readonly object[] };
        readonly acrValues?: readonly string[];
        readonly enabledJWA?: { readonly idTokenSigningAlgValues: readonly string[] };
        readonly features?: { readonly devInteractions: { readonly enabled: boolean } };
        readonly cookies?: { readonly keys: readonly string[] };
      },
    );
    callback(): RequestListener;
  }
}
