import type { OidcDiscovery, SsoEndpoint } from "#model/identity-facets.ts";
import { type Fields, fields, text } from "#probes/common/json.ts";
import { shownAddress } from "#probes/common/shown-address.ts";
import { TlsScanError } from "#probes/tls/errors.ts";
import { exposedIn, jsonObject, shortText, shortTexts } from "./members.ts";

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

/** What is read of a discovery document. */
export interface Discovery {
  /** The facet of it, but for the keys; it holds no secret that the document should not hold either. */
  readonly facet: Omit<OidcDiscovery, "keys" | "keysUnread">;
  /** Where its key set is to be asked for, which nobody keeps; null: it names none. */
  readonly keySet: string | null;
}

/**
 * Reads the discovery document of a declared issuer; pure.
 * @throws TlsScanError when it is none (no JSON object, or one that names no issuer), or beyond what any provider has
 */
export function readDiscovery(declared: string, body: string): Discovery {
  const document = jsonObject(body);
  const issuer = shortText(document["issuer"]);
  if (issuer === null) {
    throw new TlsScanError("malformed", "names no issuer, so it is no discovery document");
  }
  const facet = {
    declared,
    issuer: issuer === declared ? issuer : shownAddress(issuer),
    missing: missingFrom(document),
    endpoints: endpointsIn(document),
    signingAlgorithms: shortTexts(document["id_token_signing_alg_values_supported"]),
    codeChallengeMethods: shortTexts(document["code_challenge_methods_supported"]),
    acrValues: shortTexts(document["acr_values_supported"]),
    exposed: exposedIn(document, SECRET_MEMBERS),
  };
  return { facet, keySet: shortText(document["jwks_uri"]) };
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
    return isOne && url !== null ? [{ name: name.slice(0, 100), url: shownAddress(url) }] : [];
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
