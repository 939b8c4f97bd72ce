/** What identity endpoints should not publish is kept nowhere, not even in the answers that a scan records. */
import { describe, expect, test } from "vitest";
import type { RecordedAnswer } from "#gather/context.ts";
import { NO_REDACTION } from "../../support/no-redaction.ts";
import {
  gatherIdentity,
  ISSUER,
  METADATA_URL,
  type Page,
  pages,
} from "../../support/identity-server.ts";
import type { Gathered } from "../../support/probe-context.ts";

/** Of no form by which redaction could know it; and it is switched off, so that the probe itself must drop it. */
const CANARY = "Canary7Xq";

interface Scanned extends Gathered {
  readonly answers: readonly RecordedAnswer[];
}

async function scan(
  served: Readonly<Record<string, Page>>,
  identity: { readonly oidc?: string; readonly saml?: string },
): Promise<Scanned> {
  const { port } = await pages(served);
  const answers: RecordedAnswer[] = [];
  const settings = { redactor: NO_REDACTION, record: (one: RecordedAnswer) => answers.push(one) };
  return { ...(await gatherIdentity(port, identity, {}, settings)), answers };
}

/** Every object of a value, however deep, with members that hold the canary beside its own. */
function tainted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tainted);
  if (typeof value !== "object" || value === null) return value;
  const own = Object.entries(value).map(([name, item]) => [name, tainted(item)]);
  return { ...Object.fromEntries(SECRETS), ...Object.fromEntries(own), deeper: DEEP };
}

const SECRETS = [
  "client_secret",
  "registration_access_token",
  "access_token",
  "refresh_token",
  "id_token",
  "assertion",
  "private_key",
  "password",
  "cookie",
  "harmless_name",
  "d",
  "p",
  "q",
  "dp",
  "dq",
  "qi",
  "oth",
  "k",
  "priv",
].map((name) => [name, CANARY]);
const DEEP = Array.from({ length: 30 }).reduce<object>(
  (inner) => ({ ...Object.fromEntries(SECRETS), list: [CANARY, [inner]] }),
  {},
);

/** An address with the canary in every place where a secret may stand. */
const leaky = (path: string) =>
  `https://${CANARY}:${CANARY}@login.example${path}?${CANARY}&code=${CANARY}#${CANARY}`;
const KEY = { kty: "EC", crv: "P-256", x: "AA", y: "AA", kid: "1" };
const DOCUMENT = {
  issuer: ISSUER,
  authorization_endpoint: leaky("/auth"),
  token_endpoint: `https://${CANARY}@login.example/token`,
  userinfo_endpoint: `https://${CANARY}@[`,
  end_session_endpoint: `\\\\${CANARY}:${CANARY}@login.example`,
  jwks_uri: `${ISSUER}/jwks?code=${CANARY}`,
  mtls_endpoint_aliases: { token_endpoint: leaky("/mtls") },
  response_types_supported: ["code"],
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: ["ES256"],
  jwks: { keys: [KEY] },
};
const json = (body: unknown): Page => ({ type: "application/json", body: JSON.stringify(body) });
const DISCOVERY = "/.well-known/openid-configuration";
const KEYS = `/jwks?code=${CANARY}`;

const SAML = `<?xml version="1.0"?><?pi ${CANARY}?><!-- ${CANARY} -->
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"
    xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:x="urn:x" x:secret="${CANARY}" secret="${CANARY}"
    entityID="https://${CANARY}@login.example/saml?token=${CANARY}">${CANARY}<![CDATA[${CANARY}]]>
  <ds:Signature>${CANARY}</ds:Signature>
  <md:Extensions><x:Secret password="${CANARY}"><x:Deeper>${CANARY}</x:Deeper></x:Secret>
    <saml:Assertion ID="${CANARY}"><saml:Subject>${CANARY}</saml:Subject></saml:Assertion></md:Extensions>
  <md:SPSSODescriptor AuthnRequestsSigned="true" password="${CANARY}">${CANARY}
    <md:KeyDescriptor use="signing"><ds:KeyInfo><ds:KeyName>${CANARY}</ds:KeyName><ds:KeyValue>${CANARY}</ds:KeyValue>
      <x:PrivateKey>${CANARY}</x:PrivateKey></ds:KeyInfo></md:KeyDescriptor>
    <md:KeyDescriptor use="encryption"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${CANARY}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
    <md:AssertionConsumerService Location="https://${CANARY}:${CANARY}@login.example/acs?code=${CANARY}#${CANARY}"
      ResponseLocation="${CANARY}@login.example" Binding="${CANARY}"/>
  </md:SPSSODescriptor>
  <md:Organization>${CANARY}</md:Organization>
  <md:ContactPerson><md:EmailAddress>${CANARY}</md:EmailAddress></md:ContactPerson>
</md:EntityDescriptor>`;

describe("a secret is in no answer, observation or problem", () => {
  test("wherever it stands in a discovery document and a key set", async () => {
    const served = { [DISCOVERY]: json(tainted(DOCUMENT)), [KEYS]: json(tainted({ keys: [KEY] })) };
    const scanned = await scan(served, { oidc: ISSUER });
    expect(scanned.answers.map(({ operation }) => operation)).toEqual([
      "OpenID Connect discovery",
      "JSON Web Key Set",
    ]);
    expect(scanned.observations).toMatchObject([
      {
        facet: "oidcDiscovery",
        value: {
          issuer: ISSUER,
          exposed: expect.arrayContaining(["client_secret", "password"]),
          endpoints: expect.arrayContaining([
            { name: "authorization_endpoint", url: "https://…@login.example/auth?…&code=…" },
            { name: "userinfo_endpoint", url: "…@[" },
            { name: "jwks_uri", url: `${ISSUER}/jwks?code=…` },
          ]),
          keys: [{ name: "1", exposed: expect.arrayContaining(["d", "p", "q", "k", "priv"]) }],
        },
      },
    ]);
    expect(JSON.stringify(scanned)).not.toContain(CANARY);
  });

  test.each([
    ["a key set that is not there", `${ISSUER}/nothing?code=${CANARY}`],
    ["a key set at an address with credentials", leaky("/jwks")],
    ["a key set at what is no address", `https://${CANARY}@[`],
  ])("nor where %s is told", async (_, jwks_uri) => {
    const scanned = await scan({ [DISCOVERY]: json({ ...DOCUMENT, jwks_uri }) }, { oidc: ISSUER });
    expect(scanned.problems).toHaveLength(1);
    expect(JSON.stringify(scanned)).not.toContain(CANARY);
  });

  test.each([
    `https://${CANARY}@login.example`,
    `${ISSUER}?token=${CANARY}`,
    `${ISSUER}#${CANARY}`,
  ])("nor where another issuer is told, and it stays another (%s)", async (issuer) => {
    const served = { [DISCOVERY]: json({ ...DOCUMENT, issuer }), [KEYS]: json({ keys: [KEY] }) };
    const scanned = await scan(served, { oidc: ISSUER });
    expect(scanned.observations).toMatchObject([
      {
        value: {
          declared: ISSUER,
          issuer: expect.not.stringMatching(/^https:\/\/login\.example$/),
        },
      },
    ]);
    expect(JSON.stringify(scanned)).not.toContain(CANARY);
  });

  test("wherever it stands in SAML metadata", async () => {
    const served = { "/saml/metadata": { type: "text/xml", body: SAML } };
    const scanned = await scan(served, { saml: METADATA_URL });
    expect(scanned.answers).toHaveLength(1);
    expect(scanned.observations).toMatchObject([
      {
        facet: "samlMetadata",
        value: {
          entities: [
            {
              id: "https://…@login.example/saml?token=…",
              roles: [
                {
                  endpoints: [
                    { url: "https://…@login.example/acs?code=…" },
                    { url: "…@login.example" },
                  ],
                },
              ],
            },
          ],
        },
      },
    ]);
    expect(JSON.stringify(scanned)).not.toContain(CANARY);
  });
});
