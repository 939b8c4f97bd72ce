import { describe, expect, it, test } from "vitest";
import { trustAnchors } from "#probes/tls/anchors.ts";
import { certificateList } from "#probes/tls/messages.ts";
import { presentedOf } from "#probes/tls/presented.ts";
import { certificateMessage } from "#probes/tls/tls13-messages.ts";
import { keyPair, makeCertificate } from "../../support/certificates.ts";
import { certificateMessage as classicMessage } from "../../support/tls-messages.ts";
import { certificateMessage as sealedMessage } from "../../support/tls13-answers.ts";

const { der } = makeCertificate({ subject: "one.example", keys: keyPair("p256") });
const many = (count: number) => Array.from({ length: count }, () => der);
/** What stands behind the head of a handshake message. */
const bodyOf = (message: Buffer) => message.subarray(4);
const classic = (chain: readonly Buffer[]) => certificateList(bodyOf(classicMessage(chain)));
const sealed = (chain: readonly Buffer[]) =>
  certificateMessage(bodyOf(sealedMessage(chain)))?.certificates ?? [];

function unfinished(chain: readonly Buffer[]) {
  const sent = presentedOf({
    hostname: "one.example",
    chain,
    trust: { trusted: null, trustError: "not asked" },
    possession: null,
    anchors: trustAnchors(null),
    ocsp: null,
    timestampList: null,
  });
  return { ordered: sent.presented?.ordered, why: sent.unfinished };
}

describe.each([
  ["up to TLS 1.2", classic],
  ["of TLS 1.3", sealed],
])("a list %s", (_, read) => {
  it("of twenty is read in full", () => {
    expect(read(many(20))).toEqual(many(20));
  });

  it("of more is counted to its end", () => {
    const chain = read(many(24));
    expect(chain.slice(0, 20)).toEqual(many(20));
    expect(unfinished(chain).why).toEqual(["sends 24 certificates, of which 20 were read"]);
    expect(chain.reduce((sum, one) => sum + one.length, 0)).toBe(20 * der.length);
  });
});

describe("a list up to TLS 1.2 that is not whole", () => {
  const whole = bodyOf(classicMessage([der, der]));

  it.each<[string, Buffer]>([
    ["cut in a certificate", whole.subarray(0, whole.length - 10)],
    ["cut in a length", whole.subarray(0, 3 + 3 + der.length + 2)],
    ["cut between two", whole.subarray(0, 3 + 3 + der.length)],
    ["with an empty one", bodyOf(classicMessage([der, Buffer.alloc(0)]))],
  ])("%s", (_, body) => {
    const chain = certificateList(body);
    expect(chain).toEqual([der, Buffer.alloc(0)]);
    expect(unfinished(chain)).toEqual({
      ordered: false,
      why: ["certificate 2 of the chain cannot be read (it is empty or cut short)"],
    });
  });

  it("with an empty one first shows no certificate of the server", () => {
    expect(unfinished(classic([Buffer.alloc(0), der])).why).toEqual([
      expect.stringMatching(/^the server's certificate cannot be read/),
    ]);
  });
});

test("no list is none", () => {
  expect(certificateList(Buffer.alloc(0))).toEqual([]);
  expect(classic([])).toEqual([]);
  expect(sealed([])).toEqual([]);
});
