import type {
  SamlEntity,
  SamlMetadata,
  SamlRole,
  SigningKey,
  SsoEndpoint,
} from "#model/identity-facets.ts";
import { plain } from "#model/text.ts";
import { shownAddress } from "#probes/common/shown-address.ts";
import { TlsScanError } from "#probes/tls/errors.ts";
import { readSigningCertificate } from "./certificate.ts";
import { type Element, parseXml } from "./xml.ts";

const MD = "urn:oasis:names:tc:SAML:2.0:metadata";
const DS = "http://www.w3.org/2000/09/xmldsig#";
const ATTRIBUTES = "urn:oasis:names:tc:SAML:metadata:attribute";
const ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion";
/** SAML V2.0 Identity Assurance Profiles 1.0, 3. */
const ASSURANCE = "urn:oasis:names:tc:SAML:attribute:assurance-certification";

/** A company's own metadata has one entity or a few; a federation's has thousands, of others. */
const MAX_ENTITIES = 20;
const MAX_ENDPOINTS = 200;
const MAX_KEYS = 50;
const LONGEST = 1000;

/**
 * Reads metadata of SAML 2.0 (Metadata for the OASIS SAML 2.0). Its own signature is not checked: it comes over TLS from
 * where it is declared. Roles other than identity and service provider are passed over; pure.
 * @throws TlsScanError when it is none, describes nobody, or is beyond the bounds
 */
export function readSamlMetadata(declared: string, body: string): SamlMetadata {
  const root = parseXml(body);
  if (root.uri !== MD || !["EntityDescriptor", "EntitiesDescriptor"].includes(root.local)) {
    throw malformed("is no SAML 2.0 metadata");
  }
  const found = entitiesIn(root, [root.attributes.get("validUntil")]);
  if (found.length > MAX_ENTITIES) {
    const words = `describes ${found.length} entities, a federation's: declare the address of your own`;
    throw new TlsScanError("too-large", words);
  }
  const entities = found.map(({ element, until }) => readEntity(element, until));
  if (entities.length === 0) throw malformed("describes nobody");
  return { declared, entities };
}

interface Found {
  readonly element: Element;
  /** Every `validUntil` about it, from outside in. */
  readonly until: readonly (string | undefined)[];
}

function entitiesIn(element: Element, until: Found["until"]): readonly Found[] {
  if (element.local === "EntityDescriptor") return [{ element, until }];
  return [
    ...all(element, MD, "EntityDescriptor"),
    ...all(element, MD, "EntitiesDescriptor"),
  ].flatMap((child) => entitiesIn(child, [...until, child.attributes.get("validUntil")]));
}

function readEntity(element: Element, until: Found["until"]): SamlEntity {
  const id = addressOf(element, "entityID");
  if (id === null) throw malformed("describes an entity without its id");
  const identity = all(element, MD, "IDPSSODescriptor");
  const service = all(element, MD, "SPSSODescriptor");
  const written = [
    ...until,
    ...[...identity, ...service].map((role) => role.attributes.get("validUntil")),
  ];
  const roles = [
    ...identity.map((role) => readRole(role, "identity provider")),
    ...service.map((role) => readRole(role, "service provider")),
  ];
  if (roles.length === 0)
    throw malformed(`describes neither an identity nor a service provider (${plain(id)})`);
  return { id, validUntil: earliest(written), assurance: assuranceOf(element), roles };
}

function readRole(element: Element, role: SamlRole["role"]): SamlRole {
  const service = role === "service provider";
  const flag = (name: string) => booleanOf(element.attributes.get(name));
  return {
    role,
    requestsSigned: flag(service ? "AuthnRequestsSigned" : "WantAuthnRequestsSigned"),
    assertionsSigned: service ? flag("WantAssertionsSigned") : null,
    endpoints: endpointsOf(element),
    keys: keysOf(element),
  };
}

function endpointsOf(role: Element): readonly SsoEndpoint[] {
  const found = role.children
    .filter(({ uri }) => uri === MD)
    .flatMap(({ local, attributes }) =>
      ["Location", "ResponseLocation"].flatMap((name) => {
        const url = addressOf({ attributes }, name);
        return url === null ? [] : [{ name: plain(local, 60), url }];
      }),
    );
  if (found.length > MAX_ENDPOINTS) throw malformed(`names ${found.length} endpoints`);
  return found;
}

/** A KeyDescriptor that names no use is for signing too (Metadata 2.4.1.1). */
function keysOf(role: Element): readonly SigningKey[] {
  const signing = all(role, MD, "KeyDescriptor").filter(
    ({ attributes }) => (attributes.get("use") ?? "signing") === "signing",
  );
  const keys = signing.flatMap((descriptor) => {
    const use = bounded(descriptor.attributes.get("use"));
    const certificates = all(descriptor, DS, "KeyInfo")
      .flatMap((info) => all(info, DS, "X509Data"))
      .flatMap((data) => all(data, DS, "X509Certificate"));
    // More than one in a KeyInfo is a chain or the same key anew; each is told.
    return certificates.length === 0
      ? [unread(use, "has no certificate, so that nothing is known of its key")]
      : certificates.map(({ text }) => keyOf(use, text));
  });
  if (keys.length > MAX_KEYS) throw malformed(`has ${keys.length} keys for signing`);
  return keys.map((key, index) => ({ ...key, name: `number ${index + 1}` }));
}

function keyOf(use: string | null, certificate: string): SigningKey {
  const read = readSigningCertificate(certificate);
  if (!read.ok) return unread(use, read.why);
  return { ...unread(use, null), ...read.key, certificate: { ...read.facts, ofKey: null } };
}

function unread(use: string | null, why: string | null): SigningKey {
  return {
    name: "",
    type: "other",
    bits: null,
    use,
    algorithm: null,
    exposed: [],
    unreadable: why,
    certificate: null,
  };
}

function assuranceOf(entity: Element): readonly string[] | null {
  const values = all(entity, MD, "Extensions")
    .flatMap((extensions) => all(extensions, ATTRIBUTES, "EntityAttributes"))
    .flatMap((list) => all(list, ASSERTION, "Attribute"))
    .filter(({ attributes }) => attributes.get("Name") === ASSURANCE)
    .flatMap((attribute) => all(attribute, ASSERTION, "AttributeValue"))
    .flatMap(({ text }) => bounded(text.trim()) ?? []);
  return values.length === 0 ? null : values;
}

function all(element: Element, uri: string, local: string): readonly Element[] {
  return element.children.filter((child) => child.uri === uri && child.local === local);
}

function addressOf({ attributes }: Pick<Element, "attributes">, name: string): string | null {
  const written = bounded(attributes.get(name));
  return written === null ? null : shownAddress(written);
}

function bounded(value: string | undefined): string | null {
  if (value !== undefined && value.length > LONGEST) {
    throw malformed(`has a text of ${value.length} characters where an address stands`);
  }
  return value === undefined || value === "" ? null : value;
}

/** xs:boolean; null where it is absent or none. */
function booleanOf(value: string | undefined): boolean | null {
  if (value === "true" || value === "1") return true;
  return value === "false" || value === "0" ? false : null;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/;

/** SAML's times are of UTC, with or without its Z (SAML 2.0 Core 1.3.3). */
function earliest(written: readonly (string | undefined)[]): string | null {
  const moments = written.flatMap((text) => {
    if (text === undefined) return [];
    const match = TIME.exec(text.trim());
    const moment = Date.parse(match?.[1] === undefined ? `${text.trim()}Z` : text.trim());
    if (match === null || Number.isNaN(moment)) throw malformed("has a validUntil that is no time");
    return [moment];
  });
  return moments.length === 0 ? null : new Date(Math.min(...moments)).toISOString();
}

function malformed(why: string): TlsScanError {
  return new TlsScanError("malformed", why);
}
