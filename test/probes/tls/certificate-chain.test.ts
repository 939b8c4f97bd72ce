import { describe, expect, it, test } from "vitest";
import { trustAnchors } from "#probes/tls/anchors.ts";
import { presentedOf, type Sent } from "#probes/tls/presented.ts";
import { chainTrust } from "#probes/tls/trust.ts";
import {
  altNames,
  extension,
  type Issued,
  issuerAt,
  keyPair,
  keyUsage,
  makeCertificate,
  octets,
  timestampList,
  timestamps,
  type Wanted,
} from "../../support/certificates.ts";

const root = makeCertificate({
  subject: "Root",
  keys: keyPair("p256", "root"),
  authority: true,
});
const other = makeCertificate({
  subject: "Other root",
  keys: keyPair("p384", "other"),
  authority: true,
});
const upper = authority("Upper", root);
const lower = authority("Lower", upper);
const leaf = server("one.example", lower);

function authority(subject: string, issuer: Issued, extensions: Buffer[] = [issuerAt]): Issued {
  return makeCertificate({
    subject,
    keys: keyPair("p256", subject),
    issuer,
    authority: true,
    extensions,
  });
}
function server(name: string, issuer: Issued, wanted: Partial<Wanted> = {}): Issued {
  return makeCertificate({
    subject: name,
    keys: keyPair("p256", "leaf"),
    issuer,
    extensions: [altNames(name), issuerAt],
    ...wanted,
  });
}
function present(chain: readonly Buffer[], more: Partial<Sent> = {}) {
  return presentedOf({
    hostname: "one.example",
    chain,
    trust: { trusted: null, trustError: "not asked" },
    possession: null,
    anchors: trustAnchors(root.pem),
    ocsp: null,
    timestampList: null,
    ...more,
  });
}
const shape = (chain: readonly Issued[], more: Partial<Sent> = {}) => {
  const { presented } = present(
    chain.map(({ der }) => der),
    more,
  );
  return presented && { ordered: presented.ordered, complete: presented.complete };
};

describe("order and completeness", () => {
  it.each<[string, Issued[], boolean, boolean | null]>([
    ["leaf and intermediates", [leaf, lower, upper], true, true],
    ["with the root", [leaf, lower, upper, root], true, true],
    ["intermediates the wrong way round", [leaf, upper, lower], false, true],
    ["the root before the intermediates", [leaf, root, upper, lower], false, true],
    ["a certificate twice", [leaf, lower, lower, upper], false, true],
    ["one of another chain", [leaf, lower, upper, other], false, true],
    ["the upper intermediate missing", [leaf, lower], true, false],
    ["the lower one missing", [leaf, upper], false, false],
    ["the leaf alone", [leaf], true, false],
    ["a leaf straight from the root", [server("one.example", root)], true, true],
    ["the root itself", [root], true, true],
    ["a root that is not known", [server("one.example", other), other], true, null],
    [
      "an unknown root that is not sent either",
      [server("one.example", other, { extensions: [] })],
      true,
      null,
    ],
    ["a self-signed certificate", [other], true, null],
  ])("%s", (_, chain, ordered, complete) => {
    expect(shape(chain)).toEqual({ ordered, complete });
  });

  it("a name alone makes no issuer: the signature must be its", () => {
    const impostor = makeCertificate({
      subject: "Lower",
      keys: keyPair("p384", "impostor"),
      issuer: upper,
      authority: true,
    });
    expect(shape([leaf, impostor, upper])).toEqual({ ordered: false, complete: false });
  });

  it("who may not sign certificates makes no issuer either", () => {
    const keys = keyPair("p256", "server");
    const extensions = [keyUsage(0)];
    const misused = makeCertificate({ subject: "Misused", keys, issuer: upper, extensions });
    expect(shape([server("one.example", misused), misused, upper])?.ordered).toBe(false);
  });

  it("a root that is not known misses nothing, whatever address it names", () => {
    const keys = keyPair("p256", "foreign");
    const foreign = makeCertificate({ subject: "Foreign", keys, extensions: [issuerAt] });
    expect(shape([foreign])?.complete).toBeNull();
  });

  it("certificates that certify each other in a ring end", () => {
    const first = keyPair("p256", "ring a");
    const a = { subject: "A", keys: first, der: root.der, pem: "", serial: root.serial };
    const ringB = makeCertificate({ subject: "B", keys: keyPair("p256", "ring b"), issuer: a });
    const ringA = makeCertificate({ subject: "A", keys: first, issuer: ringB });
    const bottom = server("one.example", ringA);
    expect(shape([bottom, ringA, ringB])).toEqual({ ordered: true, complete: null });
  });
});

test("what OpenSSL trusts is complete: it has found the way", () => {
  const trust = { trusted: true, trustError: null };
  expect(shape([leaf], { trust })?.complete).toBe(true);
  expect(shape([leaf], { trust: { trusted: false, trustError: "no" } })?.complete).toBe(false);
});

describe("what cannot be read", () => {
  const rubbish = Buffer.from("rubbish");

  it("does not lose its neighbours", () => {
    const { presented, unfinished } = present([leaf.der, rubbish, lower.der, upper.der]);
    expect(presented?.chain.map(({ subject }) => subject)).toEqual([
      "CN=one.example",
      "CN=Lower",
      "CN=Upper",
    ]);
    expect(presented).toMatchObject({ ordered: false, complete: true });
    expect(unfinished).toEqual([
      expect.stringMatching(/^certificate 2 of the chain cannot be read/),
    ]);
  });

  it("leaves completeness open where it may be the missing one", () => {
    expect(present([leaf.der, lower.der, rubbish]).presented?.complete).toBeNull();
  });

  it("as the leaf leaves nothing to present", () => {
    const { presented, unfinished } = present([rubbish, lower.der]);
    expect(presented).toBeNull();
    expect(unfinished).toEqual([expect.stringMatching(/^the server's certificate cannot be read/)]);
    expect(present([])).toEqual({ presented: null, unfinished: ["sends no certificate"] });
  });

  it("is told of extensions too", () => {
    const broken = server("one.example", lower, {
      extensions: [altNames("one.example"), extension("2.5.29.15", Buffer.from([5, 0]))],
    });
    const { presented, unfinished } = present([broken.der, lower.der, upper.der]);
    expect(presented?.hostnameMatches).toBe(true);
    expect(unfinished).toEqual([
      expect.stringMatching(/^the server's certificate: its key usage cannot be read/),
    ]);
  });

  it("goes beyond twenty certificates", () => {
    const { presented, unfinished } = present([
      leaf.der,
      ...Array.from({ length: 25 }, () => other.der),
    ]);
    expect(presented?.chain).toHaveLength(20);
    expect(presented?.complete).toBeNull();
    expect(unfinished).toEqual(["sends 26 certificates, of which 20 were read"]);
  });

  it("may be a certificate of a megabyte", () => {
    const large = server("one.example", lower, {
      extensions: [extension("1.2.3", octets(Buffer.alloc(1_000_000)))],
    });
    expect(present([leaf.der, large.der]).unfinished).toEqual([
      "certificate 2 of the chain cannot be read (larger than 65536 bytes)",
    ]);
  });
});

test("the name is that of the server's certificate", () => {
  expect(present([leaf.der]).presented?.hostnameMatches).toBe(true);
  expect(present([leaf.der], { hostname: "two.example" }).presented?.hostnameMatches).toBe(false);
});

test("timestamps are counted wherever they come", () => {
  const count = (extensions: Buffer[], timestampList: Buffer | null | undefined) =>
    present([server("one.example", lower, { extensions }).der], { timestampList }).presented
      ?.timestamps;
  expect(count([], null)).toBe(0);
  expect(count([], undefined)).toBeNull();
  expect(count([timestamps(2)], undefined)).toBe(2);
  expect(count([timestamps(2)], timestampList(3))).toBe(5);
  expect(count([], timestampList(2))).toBe(2);
  const broken = present([leaf.der], { timestampList: Buffer.from([0, 5, 1]) });
  expect(broken.presented?.timestamps).toBeNull();
  expect(broken.unfinished).toEqual([expect.stringMatching(/^the list of timestamps/)]);
});

describe("OpenSSL's verdict without a handshake", () => {
  const verdict = (chain: readonly Issued[], ca: string | null = root.pem) =>
    chainTrust(
      chain.map(({ der }) => der),
      "ec",
      ca,
    );
  const own = makeCertificate({ subject: "one.example", keys: keyPair("p256") });
  const past = new Date("2020-01-01T00:00:00Z");

  it.each<[string, Issued[], string | null, string | null]>([
    ["a whole chain", [leaf, lower, upper], root.pem, null],
    ["a chain in disorder", [leaf, upper, lower], root.pem, null],
    ["a missing intermediate", [leaf, lower], root.pem, "unable to get local issuer certificate"],
    ["the leaf alone", [leaf], root.pem, "unable to verify the first certificate"],
    [
      "a root that is not known",
      [leaf, lower, upper, root],
      null,
      "self-signed certificate in certificate chain",
    ],
    ["a self-signed certificate", [own], root.pem, "self-signed certificate"],
    [
      "an expired one",
      [server("one.example", root, { from: past })],
      root.pem,
      "certificate has expired",
    ],
    [
      "one of the future",
      [server("one.example", root, { from: new Date("2200-01-01") })],
      root.pem,
      "certificate is not yet valid",
    ],
    [
      "an issuer that is no authority",
      [server("two.example", leaf), leaf, lower, upper],
      root.pem,
      "unsuitable certificate purpose",
    ],
  ])("%s", async (_, chain, ca, trustError) => {
    expect(await verdict(chain, ca)).toEqual({ trusted: trustError === null, trustError });
  });

  it.each(["rsa2048", "rsa1024", "pss2048", "p256", "p384", "ed25519", "ed448"] as const)(
    "of a %s key",
    async (kind) => {
      const one = server("one.example", root, { keys: keyPair(kind) });
      const { presented } = present([one.der]);
      const keyType = presented?.chain[0]?.keyType ?? "other";
      expect(await chainTrust([one.der], keyType, root.pem)).toEqual({
        trusted: true,
        trustError: null,
      });
    },
  );

  it("is open for what this way cannot ask", async () => {
    const one = server("one.example", root);
    expect(await chainTrust([one.der], "ml-dsa", root.pem)).toMatchObject({ trusted: null });
    expect(await chainTrust([one.der], "rsa", root.pem)).toMatchObject({ trusted: null });
    expect(await chainTrust([Buffer.from("rubbish")], "rsa", null)).toMatchObject({
      trusted: null,
    });
    expect(await chainTrust([], "rsa", null)).toMatchObject({ trusted: null });
    const large = server("one.example", root, {
      extensions: [extension("1.2.3", octets(Buffer.alloc(60_000)))],
    });
    expect(await chainTrust([large.der, large.der], "ec", root.pem)).toEqual({
      trusted: null,
      trustError: "OpenSSL could not be asked: excessive message size",
    });
  });

  it("is that of the first twenty where they do, and else open", async () => {
    const rest = Array.from({ length: 18 }, () => other);
    expect(await verdict([leaf, lower, upper, ...rest])).toEqual({
      trusted: true,
      trustError: null,
    });
    expect(await verdict([leaf, lower, ...rest, upper])).toEqual({
      trusted: null,
      trustError: "20 of its 21 certificates were checked, which did not do",
    });
  });

  it("is the same for many at once", async () => {
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        verdict(index % 2 === 0 ? [leaf, lower, upper] : [leaf]),
      ),
    );
    expect(all.filter(({ trusted }) => trusted === true)).toHaveLength(100);
    expect(all.filter(({ trusted }) => trusted === false)).toHaveLength(100);
  });
});

test("a CA file may hold anything beside certificates", () => {
  const anchors = trustAnchors(
    `words\n${root.pem}more\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n${other.pem}`,
  );
  expect(shape([leaf, lower, upper], { anchors })).toEqual({ ordered: true, complete: true });
  expect(shape([server("one.example", other), other], { anchors })?.complete).toBe(true);
});
