/** Servers of any settings, as fast-check draws them, and what is true of each. */
import * as fc from "fast-check";
import { cipherSuite } from "#facts/cipher-suites.ts";
import { CLASSIC_CURVES, NAMED_GROUPS, TLS13_GROUPS } from "#facts/named-groups.ts";
import { type HelloVersion, VERSION_CODES } from "#probes/tls/client-hello.ts";
import { suitesFor } from "#probes/tls/offers.ts";
import { HELLO_VERSIONS, versionName } from "#probes/tls/outcomes.ts";
import {
  alert,
  honest,
  type ModelServer,
  type Move,
  type SeenHello,
} from "../../support/tls-peer.ts";

/** A server, and what hellos it cannot take. */
export interface Model extends ModelServer {
  readonly groups: readonly number[];
  readonly dhBits: number;
  readonly limit: Limit | null;
}
/** More suites than so many, or hellos of such sizes, meet a refusal or silence. */
export interface Limit {
  readonly suites: number;
  readonly meets: "reset" | "close" | "alert";
}

/** Suites that a server can have without further settings, each kind as likely as its share. */
const pool = (version: HelloVersion): readonly number[] =>
  suitesFor(version).filter((code) => {
    const { keyExchange, authentication } = cipherSuite(code) ?? {};
    // SSLv3 cannot name a curve.
    const curves = keyExchange === "ECDHE" || keyExchange === "ECDH";
    // The null suite is what a connection begins with, and cannot be chosen (RFC 5246 A.5).
    // Keys that are shared beforehand and the suites of Chinese standards have key exchanges of another form.
    const kind = authentication !== "PSK" && authentication !== "SM2";
    return code !== 0 && kind && !(version === "SSLv3" && curves);
  });

const some = (codes: readonly number[], maxLength: number) =>
  fc.uniqueArray(fc.constantFrom(...codes), { minLength: 1, maxLength });

/** Suites by version: a few, of which common ones come often. */
const suites: fc.Arbitrary<ModelServer["suites"]> = fc
  .uniqueArray(fc.constantFrom(...HELLO_VERSIONS), { minLength: 1, maxLength: 5 })
  .chain((versions) =>
    fc.tuple(
      ...versions.map((version) =>
        fc.tuple(fc.constant(VERSION_CODES[version]), some(pool(version), 9)),
      ),
    ),
  )
  .map((entries) => new Map(entries));

const groups = fc
  .tuple(some([0x1d, 0x17, 0x18, 0x19, 0x1e], 4), some(TLS13_GROUPS, 5), some(CLASSIC_CURVES, 3))
  .map((lists) => [...new Set(lists.flat())]);

export const models: fc.Arbitrary<Model> = fc.record({
  suites,
  groups,
  dhBits: fc.constantFrom(512, 768, 1024, 1536, 2048, 3072, 4096),
  clientOrder: fc.boolean(),
  clientGroups: fc.boolean(),
  chachaForClients: fc.boolean(),
  old: fc.boolean(),
  limit: fc.constant(null),
});
/** With it, hellos of 130 to 200 suites are the longest that such a server takes. */
export const limits: fc.Arbitrary<Limit> = fc.record<Limit>({
  suites: fc.constantFrom(130, 180, 200),
  meets: fc.constantFrom("reset", "close", "alert"),
});

/** What it says, within what it can take. */
export function answer(model: Model, hello: SeenHello): Move {
  const { limit } = model;
  if (limit !== null && hello.suites.length > limit.suites) {
    return limit.meets === "alert" ? alert(40) : limit.meets;
  }
  return honest(model, hello);
}

/** A server too old for `supported_versions` is too old for TLS 1.3. */
export function real(model: Model): Model {
  return model.suites.has(VERSION_CODES["TLSv1.3"]) ? { ...model, old: false } : model;
}

/** What the server can be brought to choose, by version. */
export function truth(model: Model): ReadonlyMap<HelloVersion, Version> {
  const found = new Map<HelloVersion, Version>();
  for (const [code, own] of model.suites) {
    const version = versionName(code);
    if (version === null) continue;
    const curves = model.groups.filter((group) =>
      version === "TLSv1.3"
        ? TLS13_GROUPS.includes(group)
        : version !== "SSLv3" &&
          NAMED_GROUPS.get(group)?.kind === "ec" &&
          CLASSIC_CURVES.includes(group),
    );
    const possible = own.filter(
      (suite) =>
        curves.length > 0 || (version !== "TLSv1.3" && cipherSuite(suite)?.keyExchange !== "ECDHE"),
    );
    if (possible.length === 0) continue;
    const kinds = new Set(possible.map((suite) => cipherSuite(suite)?.keyExchange));
    const usesCurves = version === "TLSv1.3" || kinds.has("ECDHE");
    const prime = kinds.has("DHE") ? [model.dhBits] : [];
    found.set(version, { suites: possible, groups: usesCurves ? curves : [], primes: prime });
  }
  return found;
}
export interface Version {
  readonly suites: readonly number[];
  readonly groups: readonly number[];
  readonly primes: readonly number[];
}
