import { text } from "#probes/common/json.ts";

const ADDRESS = /^https:\/\/([a-z\d](?:[a-z\d.-]{0,251}[a-z\d])?)(?::\d{1,5})?\/?$/i;

/** The name in a service's address, for the facet `transport`; nothing where it is none. */
export function httpsHosts(address: unknown): { readonly hostNames?: readonly string[] } {
  const name = ADDRESS.exec(text(address) ?? "")?.[1];
  return name === undefined ? {} : { hostNames: [name.toLowerCase()] };
}
