import { readFile } from "node:fs/promises";
import { identitySubjects } from "#estate/identity.ts";
import type { TargetOf } from "#model/estate.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { defineProbe, type Failure, type ProbeContext } from "#model/probe.ts";
import { OIDC_KIND, SAML_KIND, type Subject } from "#model/subject.ts";
import { plain } from "#model/text.ts";
import { shownAddress } from "#probes/common/shown-address.ts";
import { answerMilliseconds } from "#probes/tls/answer-time.ts";
import { classifyNetwork } from "#probes/tls/errors.ts";
import { discoveryAddress, readDiscovery } from "./discovery.ts";
import { fetchDocument } from "./document.ts";
import { readKeySet } from "./key-set.ts";
import { operationOf, placeOf } from "./place.ts";
import { readSamlMetadata } from "./saml.ts";

const SERVICE = "identity";
const DISCOVERY = "OpenID Connect discovery";
const KEY_SET = "JSON Web Key Set";
const METADATA = "SAML metadata";

/** A dial and an answer each have the usual wait. */
const WAITS = 2;

/** Media types by which each is served; the first is the standard's. */
const DISCOVERY_TYPES = ["application/json"];
const KEY_SET_TYPES = ["application/jwk-set+json", "application/json"];
const METADATA_TYPES = ["application/samlmetadata+xml", "application/xml", "text/xml"];

export default defineProbe({
  id: "identity-sso",
  title: "Identity endpoints: OpenID Connect discovery, key set, SAML metadata",
  provider: "endpoint",
  kinds: [OIDC_KIND, SAML_KIND],
  provides: {
    oidcDiscovery: { permissions: [], kinds: [OIDC_KIND] },
    samlMetadata: { permissions: [], kinds: [SAML_KIND] },
  },
  async *gather(target, wanted, context) {
    if (target.provider !== "endpoint") return;
    for (const subject of identitySubjects(target)) {
      const facet = subject.kind === OIDC_KIND ? "oidcDiscovery" : "samlMetadata";
      if (!wanted.has(facet)) continue;
      yield* (facet === "oidcDiscovery" ? oidc : saml)({ subject, facet, target, context });
    }
  },
  classify: classifyNetwork,
});

/** What one identity endpoint is read with. */
interface Asking {
  readonly subject: Subject;
  readonly facet: FacetName;
  readonly target: TargetOf<"endpoint">;
  readonly context: ProbeContext;
}

/** Discovery, and the key set that it names: where that cannot be had, the rest is told all the same. */
async function* oidc(asking: Asking): AsyncGenerator<Observation | Problem> {
  const { subject, target, context } = asking;
  const address = discoveryAddress(subject.id);
  // What the call gives is recorded; a key set's address may hold a secret, and must be asked as it stands.
  const keySets: (string | null)[] = [];
  const found = await context.ask({
    service: SERVICE,
    operation: DISCOVERY,
    call: async (signal) => {
      const body = await documentAt(address, DISCOVERY_TYPES, asking, signal);
      const read = readDiscovery(subject.id, body);
      keySets.push(read.keySet);
      return read.facet;
    },
  });
  if (!found.ok) {
    yield failed(asking, DISCOVERY, address, found.failure);
    return;
  }
  const facet = found.raw;
  const from = { ...found, operation: operationOf(DISCOVERY, address, target) };
  const keySet = keySets.at(-1) ?? null;
  if (keySet === null) {
    const keysUnread = "the document names no key set";
    yield context.observe(subject, "oidcDiscovery", { ...facet, keys: null, keysUnread }, from);
    return;
  }
  const published = await context.ask({
    service: SERVICE,
    operation: KEY_SET,
    call: async (signal) => readKeySet(await documentAt(keySet, KEY_SET_TYPES, asking, signal)),
  });
  const shown = shownAddress(keySet);
  if (!published.ok) yield failed(asking, KEY_SET, shown, published.failure);
  const read = published.ok
    ? { keys: published.raw, keysUnread: null }
    : { keys: null, keysUnread: `${plain(shown)} ${published.failure.message}` };
  yield context.observe(subject, "oidcDiscovery", { ...facet, ...read }, from);
}

async function* saml(asking: Asking): AsyncGenerator<Observation | Problem> {
  const { subject, target, context } = asking;
  const found = await context.ask({
    service: SERVICE,
    operation: METADATA,
    call: async (signal) =>
      readSamlMetadata(subject.id, await documentAt(subject.id, METADATA_TYPES, asking, signal)),
  });
  if (!found.ok) yield failed(asking, METADATA, subject.id, found.failure);
  else {
    const from = { ...found, operation: operationOf(METADATA, subject.id, target) };
    yield context.observe(subject, "samlMetadata", found.raw, from);
  }
}

function failed(
  { subject, facet, context }: Asking,
  operation: string,
  address: string,
  { reason, message }: Pick<Failure, "reason" | "message">,
): Problem {
  return context.problem({
    operation,
    subject,
    facets: [facet],
    reason,
    permission: null,
    message: `${plain(address)} ${message}`,
  });
}

/** @throws what `placeOf` and `fetchDocument` throw */
async function documentAt(
  address: string,
  types: readonly string[],
  { target }: Asking,
  signal: AbortSignal,
): Promise<string> {
  const place = placeOf(address, target);
  const ca = target.caFile === undefined ? null : await readFile(target.caFile, "utf8");
  const limits = { timeoutMs: WAITS * answerMilliseconds(target), signal };
  return fetchDocument({ url: new URL(address), place, types, ca }, limits);
}
