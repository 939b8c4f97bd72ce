/** The probe of identity endpoints against servers that mean well, badly, or nothing. */
import { once } from "node:events";
import type { RequestListener, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
  gatherIdentity,
  identityServer,
  ISSUER,
  METADATA_URL,
  type Page,
  pages,
} from "../../support/identity-server.ts";
import { facetOf, type Gathered } from "../../support/probe-context.ts";

const WELL_KNOWN = "/.well-known/openid-configuration";
const JSON_TYPE = "application/json";
const DOCUMENT = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/auth`,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/jwks`,
  response_types_supported: ["code"],
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: ["ES256"],
};
/** The key of RFC 7517, appendix A.1. */
const EC_KEY = {
  kty: "EC",
  crv: "P-256",
  x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
  y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
  use: "enc",
  kid: "1",
};
const KEY_SET = page({ keys: [EC_KEY] });

function page(body: object, type = JSON_TYPE): Page {
  return { type, body: JSON.stringify(body) };
}

async function discovery(
  answer: Page | RequestListener,
  keySet: Page | RequestListener = KEY_SET,
  fields: object = {},
): Promise<Gathered & { readonly asked: readonly string[] }> {
  const { port, asked } = await pages({ [WELL_KNOWN]: answer, "/jwks": keySet });
  return { ...(await gatherIdentity(port, { oidc: ISSUER }, fields)), asked };
}

const oidcOf = (gathered: Gathered) => facetOf(gathered, ISSUER, "oidcDiscovery");

/** Sends without end, as fast as it is taken. */
async function flood(response: ServerResponse): Promise<void> {
  const chunk = Buffer.alloc(256 * 1024, "[");
  while (!response.destroyed) {
    if (!response.write(chunk))
      await Promise.race([once(response, "drain"), once(response, "close")]);
  }
}

describe("discovery", () => {
  test("is asked once, and the key set once", async () => {
    const gathered = await discovery(page(DOCUMENT));
    expect(gathered.problems).toEqual([]);
    expect(gathered.asked).toEqual([WELL_KNOWN, "/jwks"]);
    expect(oidcOf(gathered)).toMatchObject({
      issuer: ISSUER,
      codeChallengeMethods: null,
      acrValues: null,
      keys: [{ name: "1", type: "ec", bits: 256, use: "enc" }],
    });
    expect(gathered.observations[0]).toMatchObject({
      subject: { kind: "oidc-issuer", id: ISSUER, target: "login" },
      source: {
        probe: "identity-sso",
        operation: expect.stringMatching(
          /^OpenID Connect discovery, at 127\.0\.0\.1:\d+ by the estate's connect$/,
        ),
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
  });

  test("the issuer is told as it stands, slash and all", async () => {
    const gathered = await discovery(page({ ...DOCUMENT, issuer: `${ISSUER}/` }));
    expect(oidcOf(gathered)).toMatchObject({ declared: ISSUER, issuer: `${ISSUER}/` });
  });

  test("a slash behind the declared issuer does not change where the document lies", async () => {
    const { port, asked } = await pages({ [WELL_KNOWN]: page(DOCUMENT), "/jwks": KEY_SET });
    const declared = `${ISSUER}/`;
    const facet = facetOf(
      await gatherIdentity(port, { oidc: declared }),
      declared,
      "oidcDiscovery",
    );
    expect(facet).toMatchObject({ declared, issuer: ISSUER });
    expect(asked[0]).toBe(WELL_KNOWN);
  });

  test("what is required and missing or of another type is told", async () => {
    const { token_endpoint: _gone, ...rest } = DOCUMENT;
    const broken = { ...rest, id_token_signing_alg_values_supported: "RS256" };
    expect(oidcOf(await discovery(page(broken)))).toMatchObject({
      missing: ["token_endpoint", "id_token_signing_alg_values_supported"],
      signingAlgorithms: null,
    });
    const implicit = { ...rest, response_types_supported: ["id_token", "id_token token"] };
    expect(oidcOf(await discovery(page(implicit)))).toMatchObject({ missing: [] });
  });

  test("lists of another type are not known, rather than empty", async () => {
    const odd = { acr_values_supported: { a: 1 }, code_challenge_methods_supported: ["S256", 1] };
    const facet = oidcOf(await discovery(page({ ...DOCUMENT, ...odd })));
    expect(facet).toMatchObject({ acrValues: null, codeChallengeMethods: null });
  });

  test("addresses for mutual TLS are addresses too", async () => {
    const aliases = { mtls_endpoint_aliases: { token_endpoint: "http://login.example/mtls" } };
    const facet = oidcOf(await discovery(page({ ...DOCUMENT, ...aliases })));
    expect(facet?.endpoints).toContainEqual({
      name: "mtls_endpoint_aliases.token_endpoint",
      url: "http://login.example/mtls",
    });
  });

  test("a secret that stands in it is named and kept nowhere", async () => {
    const secret = "hunter2-hunter2";
    const gathered = await discovery(page({ ...DOCUMENT, client_secret: secret }));
    expect(oidcOf(gathered)?.exposed).toEqual(["client_secret"]);
    expect(JSON.stringify(gathered)).not.toContain(secret);
  });

  test.each<[string, Page | RequestListener, string, string]>([
    ["no JSON", { type: JSON_TYPE, body: "<html>" }, "malformed", "is no JSON"],
    ["a list", { type: JSON_TYPE, body: "[]" }, "malformed", "is no JSON object"],
    [
      "nested without end",
      { type: JSON_TYPE, body: "[".repeat(500_000) },
      "malformed",
      "is no JSON",
    ],
    ["no UTF-8", { type: JSON_TYPE, body: Buffer.from([0x7b, 0xff]) }, "malformed", "UTF-8"],
    ["nobody's", page({ error: "x" }), "malformed", "names no issuer"],
    ["an issuer that is no text", page({ issuer: [ISSUER] }), "malformed", "names no issuer"],
    [
      "a page",
      { type: "text/html", body: JSON.stringify(DOCUMENT) },
      "malformed",
      "comes as text/html",
    ],
    [
      "too many algorithms",
      page({ ...DOCUMENT, acr_values_supported: Array(201).fill("x") }),
      "malformed",
      "a list of 201 values",
    ],
    [
      "too long a name",
      page({ ...DOCUMENT, issuer: `${ISSUER}/${"x".repeat(1000)}` }),
      "malformed",
      "characters",
    ],
    [
      "too many addresses",
      page({
        ...DOCUMENT,
        ...Object.fromEntries(Array.from({ length: 61 }, (_, i) => [`x${i}_endpoint`, ISSUER])),
      }),
      "malformed",
      "names 64 endpoints",
    ],
    [
      "compressed",
      { type: JSON_TYPE, body: gzipSync("{}"), headers: { "content-encoding": "gzip" } },
      "malformed",
      "comes compressed (gzip)",
    ],
    [
      "larger than it may be, by its own word",
      (_, response) =>
        response
          .writeHead(200, { "content-type": JSON_TYPE, "content-length": "1000000000" })
          .flushHeaders(),
      "too-large",
      "is larger than 1024 KiB",
    ],
    [
      "without end",
      (_, response) => void flood(response.writeHead(200, { "content-type": JSON_TYPE })),
      "too-large",
      "is larger than 1024 KiB",
    ],
    [
      "cut off",
      (_, response) =>
        void response
          .writeHead(200, { "content-type": JSON_TYPE, "content-length": "100" })
          .write("{", () => response.destroy()),
      "unreachable",
      "",
    ],
    [
      "not there",
      (_, response) => response.writeHead(404).end(),
      "malformed",
      "is not there (status 404)",
    ],
    [
      "refused",
      (_, response) => response.writeHead(401).end(),
      "denied",
      "is not given to everybody (status 401)",
    ],
    [
      "too often asked",
      (_, response) => response.writeHead(429, { "retry-after": "1" }).end(),
      "throttled",
      "status 429",
    ],
    [
      "failing",
      (_, response) => response.writeHead(500).end(),
      "unreachable",
      "fails (status 500)",
    ],
    [
      "a redirect to itself",
      (_, response) => response.writeHead(302, { location: `${WELL_KNOWN}?token=a#b` }).end(),
      "malformed",
      "redirects to https://login.example/.well-known/openid-configuration (status 302), which is not followed",
    ],
    [
      "a redirect elsewhere",
      (_, response) => response.writeHead(301, { location: "http://169.254.169.254/\u00e9" }).end(),
      "malformed",
      "redirects to http://169.254.169.254/",
    ],
    [
      "a head without end",
      (request) => void request.socket.write(`HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(50_000)}`),
      "malformed",
      "",
    ],
    [
      "an offer to speak something else",
      (request) =>
        void request.socket.write(
          "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
        ),
      "malformed",
      "is not there (status 101)",
    ],
    [
      "another protocol",
      (request) => void request.socket.end("SSH-2.0-OpenSSH\r\n"),
      "malformed",
      "",
    ],
  ])("a document that is %s is a problem", async (_, answer, reason, words) => {
    const gathered = await discovery(answer);
    expect(gathered.observations).toEqual([]);
    expect(gathered.problems).toMatchObject([
      { reason, facets: ["oidcDiscovery"], subject: { id: ISSUER }, permission: null },
    ]);
    expect(gathered.problems[0]?.message).toContain(words);
    expect(gathered.problems[0]?.message).toContain(`${ISSUER}${WELL_KNOWN} `);
    expect(new Set(gathered.asked).size).toBe(1);
  });

  test.each<[string, RequestListener]>([
    ["says nothing", () => {}],
    [
      "stops in the middle",
      (_, response) => void response.writeHead(200, { "content-type": JSON_TYPE }).write("{"),
    ],
  ])("a server that %s is waited for a bounded time", async (_, answer) => {
    const limits = { limits: { callTimeout: "PT1S" } };
    const gathered = await discovery(answer, KEY_SET, limits);
    expect(gathered.problems).toMatchObject([{ reason: "timeout" }]);
  });

  test("a certificate for another name is not believed", async () => {
    const port = await identityServer(() => {}, ["other.example"]);
    const { problems } = await gatherIdentity(port, { oidc: ISSUER });
    expect(problems).toMatchObject([
      { reason: "malformed", message: expect.stringContaining("does not name login.example") },
    ]);
  });

  test("a certificate that nobody trusts is not believed", async () => {
    const port = await identityServer(() => {});
    const { problems } = await gatherIdentity(port, { oidc: ISSUER }, { caFile: undefined });
    expect(problems).toMatchObject([
      { reason: "malformed", message: expect.stringContaining("its certificate is not trusted (") },
    ]);
  });

  test("a port that refuses", async () => {
    const { problems } = await gatherIdentity(1, { oidc: ISSUER });
    expect(problems).toMatchObject([
      { reason: "unreachable", message: expect.stringContaining("refuses connections") },
    ]);
  });
});

describe("the key set", () => {
  const named = (jwks_uri: string) => page({ ...DOCUMENT, jwks_uri });

  test.each<[string, Page | RequestListener, string]>([
    ["no key set", page({ issuer: ISSUER }), "has no list of keys"],
    [
      "a page",
      { type: "text/html", body: "{}" },
      "comes as text/html, not as application/jwk-set+json",
    ],
    [
      "too many keys",
      page({ keys: Array.from({ length: 101 }, () => EC_KEY) }),
      "has 101 keys; at most 100 are read",
    ],
    ["not there", (_, response) => response.writeHead(404).end(), "is not there"],
    [
      "without end",
      (_, response) => void flood(response.writeHead(200, { "content-type": JSON_TYPE })),
      "is larger than 1024 KiB",
    ],
  ])("that is %s leaves the keys unread, and the rest read", async (_, keySet, words) => {
    const gathered = await discovery(page(DOCUMENT), keySet);
    expect(oidcOf(gathered)).toMatchObject({
      issuer: ISSUER,
      keys: null,
      keysUnread: expect.stringContaining(`${ISSUER}/jwks `),
    });
    expect(oidcOf(gathered)?.keysUnread).toContain(words);
    expect(gathered.problems).toMatchObject([{ operation: "JSON Web Key Set" }]);
  });

  test.each([
    ["in clear text", `http://login.example/jwks`, "is no https address"],
    ["no address", "jwks", "is no https address"],
    ["with a password", "https://a:b@login.example/jwks", "holds credentials"],
    ["of loopback", "https://127.0.0.1/jwks", "no public one, and the estate does not declare it"],
    ["of loopback in other words", "https://2130706433/jwks", "no public one"],
    ["of loopback as IPv6", "https://[::ffff:127.0.0.1]/jwks", "no public one"],
    ["of a cloud's metadata", "https://169.254.169.254/jwks", "no public one"],
    ["of a name for loopback", "https://localhost/jwks", "its name has no public address"],
  ])("at an address %s is not asked", async (_, address, words) => {
    const gathered = await discovery(named(address));
    expect(gathered.asked).toEqual([WELL_KNOWN]);
    expect(oidcOf(gathered)).toMatchObject({ keys: null });
    expect(oidcOf(gathered)?.keysUnread).toContain(words);
    expect(JSON.stringify(gathered)).not.toContain("a:b@");
  });

  test("nowhere is told as such", async () => {
    const { jwks_uri: _gone, ...rest } = DOCUMENT;
    const gathered = await discovery(page(rest));
    const keysUnread = "the document names no key set";
    expect(oidcOf(gathered)).toMatchObject({ keys: null, keysUnread, missing: ["jwks_uri"] });
  });

  test("at another port of a declared host is asked there", async () => {
    const { port, asked } = await pages({ "/jwks": KEY_SET });
    const elsewhere = `https://127.0.0.1:${port}/jwks`;
    const own = await pages({ [WELL_KNOWN]: named(elsewhere) });
    const saml = "https://127.0.0.1/saml";
    const gathered = await gatherIdentity(own.port, { oidc: ISSUER, saml });
    // Asked there, though its certificate names another host.
    expect(oidcOf(gathered)?.keysUnread).toContain("its certificate does not name 127.0.0.1");
    expect(asked).toEqual([]);
  });
});

describe("SAML metadata", () => {
  const body = `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x"><md:SPSSODescriptor/></md:EntityDescriptor>`;

  test.each(["application/samlmetadata+xml", "text/xml; charset=utf-8", "application/xml"])(
    "as %s",
    async (type) => {
      const { port } = await pages({ "/saml/metadata": { type, body } });
      const gathered = await gatherIdentity(port, { saml: METADATA_URL });
      expect(gathered.problems).toEqual([]);
      expect(facetOf(gathered, METADATA_URL, "samlMetadata")).toMatchObject({
        declared: METADATA_URL,
        entities: [{ id: "x" }],
      });
    },
  );

  test.each<[string, Page, string, string]>([
    ["another type", { type: "text/html", body }, "malformed", "comes as text/html"],
    [
      "a document type",
      { type: "text/xml", body: `<!DOCTYPE x>${body}` },
      "malformed",
      "has a document type, which is never read",
    ],
    [
      "too large",
      { type: "text/xml", body: " ".repeat(1024 * 1024) + body },
      "too-large",
      "is larger than",
    ],
  ])("with %s is a problem", async (_, page, reason, words) => {
    const { port } = await pages({ "/saml/metadata": page });
    const { observations, problems } = await gatherIdentity(port, { saml: METADATA_URL });
    expect(observations).toEqual([]);
    expect(problems).toMatchObject([
      { reason, facets: ["samlMetadata"], subject: { kind: "saml-metadata", id: METADATA_URL } },
    ]);
    expect(problems[0]?.message).toContain(`${METADATA_URL} ${words}`);
  });
});

test("nothing is asked where nothing is declared", async () => {
  const { port, asked } = await pages({});
  const gathered = await gatherIdentity(port, {}, { identity: undefined });
  expect(gathered).toEqual({ observations: [], problems: [] });
  expect(asked).toEqual([]);
});
