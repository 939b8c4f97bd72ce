/** SAML metadata, well made and made to do harm. */
import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { readSamlMetadata } from "#probes/identity/saml.ts";
import { parseXml } from "#probes/identity/xml.ts";
import { samlMetadata } from "#fixtures/estate/identity.ts";

const URL = "https://login.example/saml/metadata";
const authority = makeAuthority();
function certificate(bits: number, notAfter = new Date("2030-01-02T03:04:05Z")): string {
  const { certPem } = authority.issue({ commonName: "SAML signing", altNames: [], bits, notAfter });
  return new X509Certificate(certPem).raw.toString("base64");
}
const strong = certificate(2048);
const read = (body: string) => readSamlMetadata(URL, body);

const MD = 'xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"';
const SP = "<md:SPSSODescriptor/>";
const entity = (inner: string, attributes = 'entityID="x"') =>
  `<md:EntityDescriptor ${MD} ${attributes}>${inner}</md:EntityDescriptor>`;

describe("what metadata says", () => {
  test("an identity provider with its keys, addresses and certified levels", () => {
    const assurance = ["http://eidas.europa.eu/LoA/high"];
    const body = samlMetadata({ base: "https://login.example", certificates: [strong], assurance });
    expect(read(body)).toEqual({
      declared: URL,
      entities: [
        {
          id: "https://login.example/saml/metadata",
          validUntil: null,
          assurance,
          roles: [
            {
              role: "identity provider",
              requestsSigned: true,
              assertionsSigned: null,
              endpoints: [
                { name: "SingleLogoutService", url: "https://login.example/saml/logout" },
                { name: "SingleSignOnService", url: "https://login.example/saml/sign-on" },
              ],
              keys: [
                {
                  name: "number 1",
                  type: "rsa",
                  bits: 2048,
                  use: "signing",
                  algorithm: null,
                  exposed: [],
                  unreadable: null,
                  certificate: {
                    subject: expect.stringContaining("SAML signing"),
                    validFrom: expect.any(String),
                    validTo: "2030-01-02T03:04:05.000Z",
                    ofKey: null,
                  },
                },
              ],
            },
          ],
        },
      ],
    });
  });

  test("a service provider that signs, with another prefix, a default namespace and a key for all uses", () => {
    const body = `<?xml version="1.0"?>
      <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="sp">
        <SPSSODescriptor AuthnRequestsSigned="1" WantAssertionsSigned="true">
          <KeyDescriptor><d:KeyInfo xmlns:d="http://www.w3.org/2000/09/xmldsig#"><d:X509Data>
            <d:X509Certificate>${certificate(1024).replaceAll(/(.{64})/g, "$1\n")}</d:X509Certificate>
          </d:X509Data></d:KeyInfo></KeyDescriptor>
          <KeyDescriptor use="encryption"/>
          <AssertionConsumerService Location="http://x.example/acs" ResponseLocation="https://x.example/r"/>
        </SPSSODescriptor>
      </EntityDescriptor>`;
    const [role] = read(body).entities[0]?.roles ?? [];
    expect(role).toMatchObject({
      role: "service provider",
      requestsSigned: true,
      assertionsSigned: true,
      endpoints: [
        { name: "AssertionConsumerService", url: "http://x.example/acs" },
        { name: "AssertionConsumerService", url: "https://x.example/r" },
      ],
      keys: [{ use: null, bits: 1024 }],
    });
  });

  test.each([
    ["", null],
    ['AuthnRequestsSigned="0"', false],
    ['AuthnRequestsSigned="false"', false],
    ['AuthnRequestsSigned="yes"', null],
    ['md:AuthnRequestsSigned="true"', null],
  ])("whether requests are signed by %s", (attribute, signed) => {
    const [role] = read(entity(`<md:SPSSODescriptor ${attribute}/>`)).entities[0]?.roles ?? [];
    expect(role?.requestsSigned).toBe(signed);
  });

  test.each([
    ["", "", null],
    ['validUntil="2026-07-01T00:00:00Z"', "", "2026-07-01T00:00:00.000Z"],
    ['validUntil="2026-07-01T00:00:00"', "", "2026-07-01T00:00:00.000Z"],
    ['validUntil="2026-07-01T00:00:00.5+02:00"', "", "2026-06-30T22:00:00.500Z"],
    [
      'validUntil="2026-07-01T00:00:00Z"',
      'validUntil="2026-06-01T00:00:00Z"',
      "2026-06-01T00:00:00.000Z",
    ],
  ])("the earliest end counts: %s %s", (outer, inner, expected) => {
    const body = entity(`<md:SPSSODescriptor ${inner}/>`, `entityID="x" ${outer}`);
    expect(read(body).entities[0]?.validUntil).toBe(expected);
  });

  test("all entities of a list, with the list's end", () => {
    const inner = `${entity(SP)}<md:EntitiesDescriptor>${entity(SP, 'entityID="y"')}</md:EntitiesDescriptor>`;
    const list = `<md:EntitiesDescriptor ${MD} validUntil="2026-07-01T00:00:00Z">${inner}</md:EntitiesDescriptor>`;
    expect(read(list).entities).toMatchObject([
      { id: "x", validUntil: "2026-07-01T00:00:00.000Z" },
      { id: "y", validUntil: "2026-07-01T00:00:00.000Z" },
    ]);
  });

  test("a key that cannot be read is told as one", () => {
    const descriptor = (info: string) =>
      `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">${info}</ds:KeyInfo></md:KeyDescriptor>`;
    const x509 = (text: string) =>
      `<ds:X509Data><ds:X509Certificate>${text}</ds:X509Certificate></ds:X509Data>`;
    const body = entity(
      `<md:IDPSSODescriptor>${descriptor("<ds:KeyName>k</ds:KeyName>")}${descriptor(x509("AAAA"))}${descriptor(x509("&amp;"))}</md:IDPSSODescriptor>`,
    );
    expect(read(body).entities[0]?.roles[0]?.keys).toMatchObject([
      {
        name: "number 1",
        type: "other",
        unreadable: "has no certificate, so that nothing is known of its key",
      },
      { name: "number 2", unreadable: "has a certificate that cannot be read" },
      { name: "number 3", unreadable: "has a certificate that is no Base64" },
    ]);
  });
});

const bomb = `<!DOCTYPE lolz [<!ENTITY lol "lol">${Array.from({ length: 9 }, (_, i) => `<!ENTITY lol${i} "${`&lol${i === 0 ? "" : i - 1};`.repeat(10)}">`).join("")}]>${entity("&lol8;")}`;
const external = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>${entity("&x;")}`;

describe("what is no metadata", () => {
  test.each([
    ["nothing", "", "is no XML document"],
    ["a text", "hello", "is no well-formed XML"],
    ["HTML", "<html><br></html>", "is no well-formed XML"],
    ["cut off", entity(SP).slice(0, -5), "is no well-formed XML"],
    ["two roots", entity(SP) + entity(SP), "is no well-formed XML"],
    ["another document", "<rss/>", "is no SAML 2.0 metadata"],
    ["SAML of no namespace", '<EntityDescriptor entityID="x"/>', "is no SAML 2.0 metadata"],
    [
      "SAML 1.1",
      '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:1.1:metadata"/>',
      "is no SAML 2.0",
    ],
    ["a prefix of no namespace", "<md:EntityDescriptor/>", "has a prefix of no namespace"],
    ["an entity without an id", entity(SP, ""), "without its id"],
    ["an entity without a role", entity(""), "neither an identity nor a service provider (x)"],
    ["a list of nobody", `<md:EntitiesDescriptor ${MD}/>`, "describes nobody"],
    [
      "an end that is none",
      entity(SP, 'entityID="x" validUntil="soon"'),
      "a validUntil that is no time",
    ],
    [
      "an end that cannot be",
      entity(SP, 'entityID="x" validUntil="2026-13-45T00:00:00Z"'),
      "no time",
    ],
    ["too long an id", entity(SP, `entityID="${"x".repeat(1001)}"`), "a text of 1001 characters"],
    [
      "a federation",
      `<md:EntitiesDescriptor ${MD}>${entity(SP).repeat(21)}</md:EntitiesDescriptor>`,
      "describes 21 entities, a federation's",
    ],
    [
      "too many keys",
      entity(`<md:SPSSODescriptor>${"<md:KeyDescriptor/>".repeat(51)}</md:SPSSODescriptor>`),
      "51 keys",
    ],
    [
      "too many addresses",
      entity(
        `<md:SPSSODescriptor>${'<md:X Location="https://x"/>'.repeat(201)}</md:SPSSODescriptor>`,
      ),
      "201 endpoints",
    ],
    ["a document type", `<!DOCTYPE html>${entity(SP)}`, "has a document type"],
    ["a document type in small letters", `<!doctype html>${entity(SP)}`, "has a document type"],
    ["a billion laughs", bomb, "has a document type"],
    ["an external entity", external, "has a document type"],
    [
      "a parameter entity",
      `<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1/">%p;]>${entity(SP)}`,
      "has a document type",
    ],
    [
      "a document type without end",
      `<!DOCTYPE x [${"<!ENTITY a 'b'>".repeat(10_000)}`,
      "is no well-formed XML",
    ],
    ["an entity of nobody", entity("&x;"), "is no well-formed XML"],
    ["an entity of HTML", entity("&nbsp;"), "is no well-formed XML"],
    ["an entity in an attribute", entity(SP, 'entityID="&x;"'), "is no well-formed XML"],
    ["deep nesting", "<a>".repeat(100_000), "is nested too deep"],
    ["many elements", `<a>${"<b/>".repeat(20_001)}</a>`, "has too many elements"],
    [
      "many attributes",
      `<a ${Array.from({ length: 100_000 }, (_, i) => `b${i}=""`).join(" ")}/>`,
      "has too many attributes",
    ],
    [
      "many namespaces",
      `<a ${Array.from({ length: 1000 }, (_, i) => `xmlns:b${i}="u"`).join(" ")}/>`,
      "has too many attributes",
    ],
    ["attributes by names of every object", `<a hasOwnProperty="1" b="2"/>`, ""],
  ])("%s", (_, body, why) => {
    const started = performance.now();
    expect(() => read(body)).toThrow(why);
    // Far from what any of them could cost unbounded.
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

test("XML as it is: texts, sections, references, comments, namespaces that end", () => {
  const root = parseXml(
    `<?xml version="1.0"?><!-- <!DOCTYPE x> --><a xmlns:p="u"><p:b c="&lt;&#65;">x<![CDATA[<y>]]>&amp;</p:b><b xmlns="v"><c/></b><b/></a>`,
  );
  expect(root).toMatchObject({
    uri: "",
    local: "a",
    children: [
      { uri: "u", local: "b", text: "x<y>&" },
      { uri: "v", local: "b", children: [{ uri: "v", local: "c" }] },
      { uri: "", local: "b" },
    ],
  });
  expect(root.children[0]?.attributes).toEqual(new Map([["c", "<A"]]));
});
