/** The OpenID provider of npm, which is certified, as a stranger that the probe must understand. */
import { generateKeyPairSync } from "node:crypto";
import type { RequestListener } from "node:http";
import { Provider } from "oidc-provider";
import { describe, expect, test } from "vitest";
import control from "#controls/access/sso-metadata.ts";
import { expectationOf } from "#model/expectation.ts";
import type { OidcDiscovery } from "#model/identity-facets.ts";
import { identitySubjects } from "#estate/identity.ts";
import { targetSchema } from "#model/estate.ts";
import { gatherIdentity, identityServer, ISSUER } from "../../support/identity-server.ts";
import { facetOf } from "../../support/probe-context.ts";

const STRONG = "http://eidas.europa.eu/LoA/high";
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const ec = generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey;
const keys = [
  { ...rsa.export({ format: "jwk" }), kid: "rsa-1", use: "sig", alg: "RS256" },
  { ...ec.export({ format: "jwk" }), kid: "ec-1", use: "sig", alg: "ES384" },
];

type Configuration = ConstructorParameters<typeof Provider>[1];

function provider(fields: Partial<Configuration> = {}, issuer = ISSUER): RequestListener {
  const features = { devInteractions: { enabled: false } };
  const cookies = { keys: ["of this test"] };
  return new Provider(issuer, { jwks: { keys }, features, cookies, ...fields }).callback();
}

async function read(fields: Partial<Configuration> = {}): Promise<OidcDiscovery> {
  const gathered = await gatherIdentity(await identityServer(provider(fields)), { oidc: ISSUER });
  expect(gathered.problems).toEqual([]);
  const facet = facetOf(gathered, ISSUER, "oidcDiscovery");
  if (facet === undefined) throw new Error("nothing was read");
  return facet;
}

function judge(oidcDiscovery: OidcDiscovery, expect: object) {
  const target = targetSchema.parse({
    id: "login",
    provider: "endpoint",
    url: ISSUER,
    identity: { oidc: ISSUER },
  });
  const [subject] = target.provider === "endpoint" ? identitySubjects(target) : [];
  if (subject === undefined || control.judges !== "subject") throw new Error("no subject");
  return control.evaluate({
    expect: expectationOf(control).parse(expect),
    subject,
    labels: [],
    facets: { oidcDiscovery },
    observedAt: {},
    now: new Date(),
  });
}

describe("oidc-provider", () => {
  test("as it comes: what it says of itself, and its public keys alone", async () => {
    const facet = await read({ acrValues: [STRONG] });
    expect(facet).toMatchObject({
      declared: ISSUER,
      issuer: ISSUER,
      missing: [],
      signingAlgorithms: ["RS256"],
      codeChallengeMethods: ["S256"],
      acrValues: [STRONG],
      exposed: [],
      keysUnread: null,
    });
    expect(facet.endpoints).toContainEqual({ name: "jwks_uri", url: `${ISSUER}/jwks` });
    expect(facet.endpoints.map(({ name }) => name)).toContain("authorization_endpoint");
    const common = { use: "sig", exposed: [], unreadable: null, certificate: null };
    expect(facet.keys).toEqual([
      { ...common, name: "rsa-1", type: "rsa", bits: 2048, algorithm: "RS256" },
      { ...common, name: "ec-1", type: "ec", bits: 384, algorithm: "ES384" },
    ]);
  });

  test("it keeps what the three statements promise", async () => {
    const expectation = {
      forbiddenAlgorithms: ["none", "HS256"],
      codeChallengeMethods: ["S256"],
      acrValuesAnyOf: [STRONG],
    };
    expect(judge(await read({ acrValues: [STRONG] }), expectation)).toMatchObject({
      outcome: "pass",
    });
  });

  test("set up to sign by shared secrets, and without levels, it does not", async () => {
    const enabledJWA = { idTokenSigningAlgValues: ["RS256", "HS256"] };
    const facet = await read({ enabledJWA });
    expect(facet).toMatchObject({ signingAlgorithms: ["HS256", "RS256"], acrValues: null });
    expect(judge(facet, { forbiddenAlgorithms: ["HS256"] })).toMatchObject({
      outcome: "fail",
      message: expect.stringContaining("it offers id tokens signed by HS256"),
    });
    expect(judge(facet, { acrValuesAnyOf: [STRONG] })).toMatchObject({ outcome: "unknown" });
  });

  test("set up for another issuer, it is found out", async () => {
    const port = await identityServer(provider({}, `${ISSUER}/other`));
    const facet = facetOf(await gatherIdentity(port, { oidc: ISSUER }), ISSUER, "oidcDiscovery");
    expect(facet?.issuer).toBe(`${ISSUER}/other`);
    if (facet !== undefined) expect(judge(facet, {}).outcome).toBe("fail");
  });

  test("an issuer below a path", async () => {
    const issuer = `${ISSUER}/realms/main`;
    const inner = provider({}, issuer);
    const port = await identityServer((request, response) => {
      request.url = request.url?.replace("/realms/main", "") ?? "";
      inner(request, response);
    });
    const facet = facetOf(await gatherIdentity(port, { oidc: issuer }), issuer, "oidcDiscovery");
    expect(facet).toMatchObject({ declared: issuer, issuer, missing: [] });
  });
});
