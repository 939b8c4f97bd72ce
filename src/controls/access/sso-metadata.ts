import { notApplicable, settle } from "#controls/settle.ts";
import { judgeKeys } from "#controls/signing-keys.ts";
import { defineControl, type Judgement } from "#model/control.ts";
import type { OidcDiscovery, SamlMetadata, SsoEndpoint } from "#model/identity-facets.ts";
import { parseMoment, renderMoment } from "#model/moment.ts";
import type { SchemaKit, z } from "#model/schema.ts";
import { listed, plain } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z.strictObject({
    forbiddenAlgorithms: z
      .array(z.string())
      .default(["none"])
      .describe(
        "Algorithms by which no OpenID provider may offer to sign id tokens, such as none or HS256 (JSON Web Algorithms).",
      ),
    codeChallengeMethods: z
      .array(z.enum(["S256", "plain"]))
      .default([])
      .describe("Methods of PKCE (RFC 7636) that an OpenID provider must offer, each of them."),
    acrValuesAnyOf: z
      .array(z.string())
      .optional()
      .describe(
        "Levels of authentication of which one must be offered: by an OpenID provider's acr_values_supported, or by the assurance certification that SAML metadata names. Left out: none is asked for.",
      ),
    minimumRsaBits: z
      .int()
      .min(512)
      .default(2048)
      .describe("Smallest size of an RSA key that is published, in bits."),
    minimumEcBits: z
      .int()
      .min(112)
      .default(256)
      .describe("Smallest size of an elliptic-curve key that is published, in bits."),
  });
type Expectation = z.output<ReturnType<typeof expectation>>;

export default defineControl({
  id: "sso-metadata",
  title: "Identity endpoints (OpenID Connect, SAML)",
  rationale:
    "Who signs on by another's word relies on what that publishes of itself: a weak or leaked key, an unsigned token or an address in clear text lets somebody else in under any name. " +
    "Judged are the company's own identity endpoints that the estate declares; a customer's identity provider is the customer's.",
  severity: "high",
  judges: "subject",
  needs: ["oidcDiscovery", "samlMetadata"],
  expectation,
  // What a document says of itself counts as it was when it was read, certificates as of the moment of judging.
  evaluate: ({ expect, facets, now, observedAt }) => {
    const { oidcDiscovery, samlMetadata } = facets;
    if (oidcDiscovery !== undefined) return judgeOidc(expect, oidcDiscovery, now.getTime());
    if (samlMetadata !== undefined) {
      const readAt = parseMoment(observedAt.samlMetadata ?? "") ?? now.getTime();
      return judgeSaml(expect, samlMetadata, { now: now.getTime(), readAt });
    }
    return notApplicable("is no identity endpoint");
  },
  remediation: "Mend what the identity endpoint publishes of itself.",
  references: [
    "https://openid.net/specs/openid-connect-discovery-1_0.html",
    "https://www.rfc-editor.org/rfc/rfc8414",
    "https://www.rfc-editor.org/rfc/rfc9700",
    "https://www.rfc-editor.org/rfc/rfc7517",
    "https://docs.oasis-open.org/security/saml/v2.0/saml-metadata-2.0-os.pdf",
    "https://docs.oasis-open.org/security/saml/Post2.0/sstc-saml-assurance-profile.html",
  ],
});

const REMEDIES = {
  oidc: "Let the discovery document name the issuer exactly as it is reached, https addresses only, asymmetric algorithms (RS256, PS256, ES256, EdDSA), S256 and the levels that are given; sign with keys of 2048 bits (RSA) or 256 bits (EC) at least. Where the estate names another issuer than the one in use, correct it there.",
  saml: "Name https addresses only, and renew the metadata before its validUntil. Publish the next signing certificate, with a key of 2048 bits (RSA) or 256 bits (EC) at least, before the present one expires; tell partners, and take the old one away afterwards.",
  leaked:
    "What was published is known to everybody: replace that key or secret at once, and end the sessions that rest on it.",
};

/** With advice of its own for a failure. */
function advised(judgement: Judgement, ...remedies: readonly string[]): Judgement {
  return judgement.outcome === "fail"
    ? { ...judgement, remediation: remedies.join("\n") }
    : judgement;
}

function judgeOidc(expect: Expectation, oidc: OidcDiscovery, now: number): Judgement {
  const failures: string[] = [];
  const open: string[] = [];
  if (oidc.issuer !== oidc.declared) {
    failures.push(
      `the document of ${plain(oidc.declared)} names another issuer (${plain(oidc.issuer)}); both must be the same, character for character`,
    );
  }
  if (oidc.missing.length > 0) {
    failures.push(`the discovery document lacks ${listed(oidc.missing)}`);
  }
  if (oidc.exposed.length > 0) {
    failures.push(`the discovery document publishes secrets (${listed(oidc.exposed)})`);
  }
  failures.push(...clearText(oidc.endpoints));

  const offered = oidc.signingAlgorithms?.filter((name) =>
    expect.forbiddenAlgorithms.includes(name),
  );
  if (offered === undefined) open.push("it does not say how it signs id tokens");
  else if (offered.length > 0) failures.push(`it offers id tokens signed by ${offered.join(", ")}`);

  const { codeChallengeMethods: methods } = oidc;
  const lacking = expect.codeChallengeMethods.filter(
    (method) => methods?.includes(method) !== true,
  );
  if (lacking.length > 0) {
    const wanted = lacking.join(", ");
    if (methods === null) {
      open.push(
        `it does not say whether it does PKCE by ${wanted}: let it name code_challenge_methods_supported`,
      );
    } else failures.push(`it offers no PKCE by ${wanted} (only ${listed(methods) || "none"})`);
  }
  const levels = judgeLevels(expect, oidc.acrValues, "its acr_values_supported");
  failures.push(...levels.failures);
  open.push(...levels.open);

  if (oidc.keys === null) {
    open.push(`its keys were not read: ${plain(oidc.keysUnread ?? "nobody knows why")}`);
  }
  const keys =
    oidc.keys === null
      ? NO_KEYS
      : judgeKeys(oidc.keys, { sizes: expect, required: true, place: "its key set", now });
  const leaked = [oidc, ...(oidc.keys ?? [])].some(({ exposed }) => exposed.length > 0);
  const judgement = settle({
    failures: [...failures, ...keys.failures],
    open: [...open, ...keys.open],
    held: `${plain(oidc.declared)} is a valid issuer: ${counted(oidc.endpoints.length, "endpoint")} by https, id tokens signed by ${listed(oidc.signingAlgorithms ?? [])}, ${counted(oidc.keys?.length ?? 0, "key")}${levels.held}`,
    declared: [
      "own issuer, https",
      ...(expect.forbiddenAlgorithms.length > 0
        ? [`no ${expect.forbiddenAlgorithms.join(" or ")}`]
        : []),
      ...expect.codeChallengeMethods.map((method) => `PKCE ${method}`),
      ...wanted(expect),
    ].join(", "),
    actual: {
      issuer: oidc.issuer,
      missing: [...oidc.missing],
      signingAlgorithms: oidc.signingAlgorithms === null ? null : [...oidc.signingAlgorithms],
      codeChallengeMethods: methods === null ? null : [...methods],
      acrValues: oidc.acrValues === null ? null : [...oidc.acrValues],
      exposed: [...oidc.exposed],
      keys: oidc.keys === null ? null : oidc.keys.map(shownKey),
    },
    attention: keys.attention,
  });
  return advised(judgement, ...(leaked ? [REMEDIES.leaked] : []), REMEDIES.oidc);
}

function judgeSaml(
  expect: Expectation,
  { entities }: SamlMetadata,
  { now, readAt }: { readonly now: number; readonly readAt: number },
): Judgement {
  const judged = entities.map((entity) => {
    const until = entity.validUntil === null ? null : parseMoment(entity.validUntil);
    const ended =
      until !== null && until <= readAt
        ? [`the metadata of ${plain(entity.id)} was good until ${renderMoment(until)} only`]
        : [];
    const levels = judgeLevels(expect, entity.assurance, `the metadata of ${plain(entity.id)}`);
    const keys = entity.roles.map((role) =>
      judgeKeys(role.keys, {
        sizes: expect,
        // A service provider need not sign.
        required: role.role === "identity provider" || role.requestsSigned === true,
        place: `${plain(entity.id)} (${role.role})`,
        now,
      }),
    );
    return {
      failures: [
        ...ended,
        ...clearText(entity.roles.flatMap(({ endpoints }) => endpoints)),
        ...levels.failures,
        ...keys.flatMap(({ failures }) => failures),
      ],
      open: [...levels.open, ...keys.flatMap(({ open }) => open)],
      attention: keys.flatMap(({ attention }) => attention),
    };
  });
  const keys = entities.flatMap(({ roles }) => roles.flatMap((role) => role.keys));
  const judgement = settle({
    failures: judged.flatMap(({ failures }) => failures),
    open: judged.flatMap(({ open }) => open),
    held: `the metadata of ${listed(entities.map(({ id }) => id))} has https addresses and ${counted(keys.length, "signing key")} as promised`,
    declared: ["own SAML metadata, https", ...wanted(expect)].join(", "),
    actual: entities.map(({ id, validUntil, assurance, roles }) => ({
      id,
      validUntil,
      assurance: assurance === null ? null : [...assurance],
      roles: roles.map(({ role, requestsSigned, assertionsSigned, keys }) => ({
        role,
        requestsSigned,
        assertionsSigned,
        keys: keys.map(shownKey),
      })),
    })),
    attention: judged.flatMap(({ attention }) => attention),
  });
  return advised(judgement, REMEDIES.saml);
}

const NO_KEYS = { failures: [], open: [], attention: [] };

function judgeLevels(
  { acrValuesAnyOf: wanted }: Expectation,
  offered: readonly string[] | null,
  where: string,
): {
  readonly failures: readonly string[];
  readonly open: readonly string[];
  readonly held: string;
} {
  if (wanted === undefined) return { failures: [], open: [], held: "" };
  if (offered === null) {
    const open = [`${where} says nothing of the levels of authentication: let it name them`];
    return { failures: [], open, held: "" };
  }
  const found = offered.filter((level) => wanted.includes(level));
  if (found.length > 0) return { failures: [], open: [], held: `, level ${listed(found)}` };
  const only = listed(offered) || "none";
  return {
    failures: [`${where} names none of the levels that are asked for (only ${only})`],
    open: [],
    held: "",
  };
}

function clearText(endpoints: readonly SsoEndpoint[]): readonly string[] {
  const open = endpoints.filter(({ url }) => URL.parse(url)?.protocol !== "https:");
  if (open.length === 0) return [];
  const words = open.map(({ name, url }) => `${name} ${url}`);
  return [`${counted(open.length, "address")} by no https: ${listed(words)}`];
}

function wanted(expect: Expectation): readonly string[] {
  const { acrValuesAnyOf, minimumRsaBits, minimumEcBits } = expect;
  return [
    ...(acrValuesAnyOf === undefined ? [] : [`one of the levels ${listed(acrValuesAnyOf)}`]),
    `keys of RSA ≥ ${minimumRsaBits} or EC ≥ ${minimumEcBits} bits`,
  ];
}

function shownKey({ name, type, bits, certificate }: OidcKey) {
  return { name, type, bits, validTo: certificate?.validTo ?? null };
}
type OidcKey = NonNullable<OidcDiscovery["keys"]>[number];

function counted(count: number, what: string): string {
  if (count === 1) return `1 ${what}`;
  return `${count} ${what}${what.endsWith("s") ? "es" : "s"}`;
}
