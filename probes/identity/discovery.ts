import type { OidcDiscovery, SsoEndpoint } from "#model/identity-facets.ts";
import { type Fields, fields, text } from "#probes/common/json.ts";
import { TlsScanError } from "#probes/tls/errors.ts";
import { jsonObject, shortText, shortTexts, withoutSecrets } from "./members.ts";

/** What nobody but a client or the provider itself may know (RFC 6749, RFC 7591, RFC 7592). */
const SECRET_MEMBERS = [
  "client_secret",
  "registration_access_token",
  "access_token",
  "refresh_token",
  "id_token",
  "private_key",
  "password",
];

/** Where the discovery document of an issuer lies: OpenID Connect Discovery 1.0, 4. */
export function discoveryAddress(issuer: string): string {
  return `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
}

/** A discovery document, without the secrets that it should not hold. */
export interface Discovery {
  readonly document: Fields;
  /** The facet of it, but for the keys. */
  readonly facet: Omit<OidcDiscovery, "keys" | "keysUnread">;
}

/**
 * Reads the discovery document of a declared issuer, and drops secrets before anybody keeps them; pure.
 * @throws TlsScanError when it is none (no JSON object, or one that names no issuer), or beyond what any provider has
 */
export function readDiscovery(declared: string, body: string): Discovery {
  const { value: document, exposed } = withoutSecrets(jsonObject(body), SECRET_MEMBERS);
  const issuer = shortText(document["issuer"]);
  if (issuer === null) {
    throw new TlsScanError("malformed", "names no issuer, so it is no discovery document");
  }
  const facet = {
    declared,
    issuer,
    missing: missingFrom(document),
    endpoints: endpointsIn(document),
    signingAlgorithms: shortTexts(document["id_token_signing_alg_values_supported"]),
    codeChallengeMethods: shortTexts(document["code_challenge_methods_supported"]),
    acrValues: shortTexts(document["acr_values_supported"]),
    exposed,
  };
  return { document, facet };
}

const MAX_ENDPOINTS = 60;
const MTLS = "mtls_endpoint_aliases";

/** Every address for clients to call: `…_endpoint`, those of mutual TLS (RFC 8705), the key set, the session's frame. */
function endpointsIn(document: Fields): readonly SsoEndpoint[] {
  const aliases = Object.entries(fields(document[MTLS])).map(
    ([name, value]) => [`${MTLS}.${name}`, value] as const,
  );
  const all = [...Object.entries(document), ...aliases].flatMap(([name, value]) => {
    const isOne = /_endpoint$|^(?:jwks_uri|check_session_iframe)$/.test(name);
    const url = shortText(value);
    return isOne && url !== null ? [{ name: name.slice(0, 100), url }] : [];
  });
  if (all.length > MAX_ENDPOINTS) {
    throw new TlsScanError("malformed", `names ${all.length} endpoints`);
  }
  return all;
}

/** OpenID Connect Discovery 1.0, 3. */
function missingFrom(document: Fields): readonly string[] {
  const flows = shortTexts(document["response_types_supported"]);
  // Only the implicit flow needs no token endpoint.
  const implicit = flows !== null && flows.every((flow) => !flow.split(" ").includes("code"));
  const addresses = ["authorization_endpoint", ...(implicit ? [] : ["token_endpoint"]), "jwks_uri"];
  const lists = [
    "response_types_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
  ];
  return [
    ...addresses.filter((name) => text(document[name]) === null),
    ...lists.filter((name) => (shortTexts(document[name]) ?? []).length === 0),
  ];
}
