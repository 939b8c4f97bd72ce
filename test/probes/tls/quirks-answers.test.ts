import { afterEach, describe, expect, test } from "vitest";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { readHello } from "../../support/tls-hello.ts";
import { serveTls } from "../../support/tls-node.ts";
import {
  alert,
  freshAddress,
  helloRetry,
  honest,
  record,
  type SeenHello,
  serverHello,
  socketPeer,
  ssl2Answer,
  vector16,
} from "../../support/tls-peer.ts";
import { ONLY_12, PATIENCE } from "./hostile-kit.ts";
import { BOTH, checkBoth, closePeers, peers, QUICK, scanned } from "./quirks-kit.ts";
import {
  accepted,
  groupNames,
  names,
  orderOf,
  scan,
  signaturesUnfinished,
  status,
  suiteNames,
  suitesUnfinished,
} from "./scan.ts";

const TLS11 = 0x0302;
const TLS12 = 0x0303;
const TLS13 = 0x0304;

const COOKIE = 44;
const KEY_SHARE = 51;

afterEach(closePeers);

describe("refusals by other words than usual", () => {
  test.each([10, 40, 47, 71, 80, 86, 109, 70])(
    "alert %i where nothing in common is left ends suites and groups alike",
    async (description) => {
      const { result } = await scanned((hello) => {
        const answer = honest(BOTH, hello);
        return answer[0] === 21 ? alert(description) : answer;
      });
      checkBoth(result);
    },
  );

  test("TLS 1.2 in answer to hellos of TLS 1.3 by a server that does not know it", async () => {
    const old = { ...ONLY_12, old: true };
    const { result } = await scanned((hello) => honest(old, hello));
    expect(accepted(result)).toEqual(["TLSv1.2"]);
    expect(status(result, "TLSv1.3")).toBe("rejected");
  });

  test("silence to versions that it does not speak, while others are answered", async () => {
    const { result } = await scanned(
      (hello) => (hello.ssl2 || hello.legacy < TLS12 ? "hang" : honest(ONLY_12, hello)),
      { timeoutMs: 800 },
    );
    expect(accepted(result)).toEqual(["TLSv1.2"]);
    for (const version of ["SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1"] as const) {
      expect(status(result, version)).toBe("rejected");
    }
  });

  test("an internal error in mid-chain, each time once", async () => {
    const seen = new Set<string>();
    const { result } = await scanned((hello) => {
      const key = JSON.stringify([hello.legacy, hello.versions, hello.suites, hello.groups]);
      const again = seen.has(key);
      seen.add(key);
      return again || seen.size % 3 !== 0 ? honest(BOTH, hello) : alert(80);
    });
    checkBoth(result);
  });
});

describe("names", () => {
  test("a warning about the name comes before each answer", async () => {
    const { result } = await scanned((hello) =>
      Buffer.concat([alert(112, 1), honest(BOTH, hello)]),
    );
    checkBoth(result);
  });

  test("a name that is not known is refused: it is asked without", async () => {
    const { result } = await scanned((hello) =>
      hello.serverName === null && hello.legacy > 0x0300 ? honest(BOTH, hello) : alert(112),
    );
    checkBoth(result);
  });
});

describe("preference", () => {
  test("is told for each version by itself", async () => {
    const suites = [0x0035, 0x002f, 0x000a];
    const own = { suites: new Map([[TLS12, suites]]) };
    const clients = { suites: new Map([[TLS11, suites]]), clientOrder: true };
    const { result } = await scanned((hello) =>
      honest(hello.legacy === TLS11 ? clients : own, hello),
    );
    expect(orderOf(result, "TLSv1.1")).toBe("client");
    expect(orderOf(result, "TLSv1.2")).toBe("server");
  });

  test.each([true, false])(
    "ChaCha20 for clients that put it first: %s",
    async (chachaForClients) => {
      const suites = [0xc030, 0xc02f, 0xcca8, 0xc014];
      const model = { suites: new Map([[TLS12, suites]]), chachaForClients };
      const { result } = await scanned((hello) => honest(model, hello));
      expect(suiteNames(result, "TLSv1.2")).toEqual(names(suites));
      expect(result.cipherSuites.preferences).toEqual([
        { version: "TLSv1.2", order: "server", chachaForClients },
      ]);
    },
  );
});

describe("elliptic curves up to 1.2", () => {
  test.each([0x17, 0x18])(
    "the certificate's curve %i must be offered with each hello",
    async (curve) => {
      const model = {
        suites: new Map([[TLS12, [0xc02b, 0xc02c]]]),
        groups: [0x1d, 0x17, 0x18, 0x19],
        certificateCurve: curve,
        clientGroups: true,
      };
      const { result } = await scanned((hello) => honest(model, hello));
      expect(groupNames(result, "TLSv1.2").sort()).toEqual(
        ["x25519", "secp256r1", "secp384r1", "secp521r1"].sort(),
      );
      expect(suiteNames(result, "TLSv1.2")).toHaveLength(2);
    },
  );

  test("beside an RSA certificate it need not be", async () => {
    const model = {
      suites: new Map([[TLS12, [0xc02b, 0xc02f]]]),
      groups: [0x17, 0x1d, 0x18],
      certificateCurve: 0x17,
    };
    const { result } = await scanned((hello) => honest(model, hello));
    expect(groupNames(result, "TLSv1.2").sort()).toEqual(["secp256r1", "secp384r1", "x25519"]);
  });
});

describe("codes that nobody has registered", () => {
  test("in an SSLv2 answer are recorded", async () => {
    const { result } = await scanned(({ ssl2 }) =>
      ssl2 ? ssl2Answer([0x010080, 0x0badf0]) : alert(70),
    );
    expect(suiteNames(result, "SSLv2")).toEqual(["SSL_CK_RC4_128_WITH_MD5", "unknown-0x0BADF0"]);
  });

  test("that were not offered end a list, which is marked", async () => {
    const { result } = await scanned((hello) => {
      const answer = honest(ONLY_12, hello);
      const none = answer.equals(alert(40)) && hello.legacy === TLS12;
      return none ? record(22, serverHello(TLS12, 0x5a5a)) : answer;
    }, QUICK);
    expect(status(result, "TLSv1.2")).toBe("accepted");
    expect(suiteNames(result, "TLSv1.2").sort()).toEqual(names([0xc02f, 0x009e, 0x002f]).sort());
    expect(suitesUnfinished(result)).toEqual(["TLSv1.2"]);
  });

  test("a suite that is chosen again after it was taken away ends a list, too", async () => {
    const { result } = await scanned(
      (hello) =>
        hello.legacy === TLS12 && hello.versions === null
          ? record(22, serverHello(TLS12, 0x002f))
          : alert(70),
      QUICK,
    );
    expect(suiteNames(result, "TLSv1.2")).toEqual(names([0x002f]));
    expect(suitesUnfinished(result)).toEqual(["TLSv1.2"]);
  });

  test("a suite of 1.2 in an answer of 1.3 makes no TLS 1.3", async () => {
    const { result } = await scanned((hello) =>
      hello.versions?.includes(TLS13) === true
        ? record(22, serverHello(TLS13, 0xc02f, 0x1d))
        : honest(ONLY_12, hello),
    );
    expect(status(result, "TLSv1.3")).not.toBe("accepted");
    expect(suiteNames(result, "TLSv1.3")).toEqual([]);
    expect(accepted(result)).toEqual(["TLSv1.2"]);
  });

  test("a suite of 1.3 in an answer of 1.2 is none of its suites", async () => {
    const { result } = await scanned((hello) =>
      hello.versions?.includes(TLS13) === true
        ? record(22, serverHello(TLS12, 0x1301))
        : honest(ONLY_12, hello),
    );
    expect(suiteNames(result, "TLSv1.2").sort()).toEqual(names([0xc02f, 0x009e, 0x002f]).sort());
    expect(status(result, "TLSv1.3")).not.toBe("accepted");
  });
});

describe("TLS 1.3's second hello", () => {
  test("echoes the cookie, replaces the share and changes nothing else", async () => {
    const cookie = vector16(Buffer.from("probity's own biscuit"));
    const group = 0x17;
    const pairs: { first: Buffer; rest: Buffer }[] = [];
    const peer = await socketPeer(
      (socket) => {
        let first: Buffer | null = null;
        let rest = Buffer.alloc(0);
        socket.on("data", (chunk) => {
          if (first !== null) {
            rest = Buffer.concat([rest, chunk]);
            pairs.push({ first, rest });
            socket.end(alert(40));
            return;
          }
          first = chunk;
          const hello = readHello(chunk);
          const asks = hello?.versions?.includes(TLS13) === true && hello.groups.includes(group);
          socket.write(
            asks ? record(22, helloRetry(0x1301, group, [[COOKIE, cookie]])) : alert(70),
          );
        });
      },
      [],
      freshAddress(),
    );
    peers.push(peer);
    await scan(peer.port, { host: peer.host, timeoutMs: 1000 });
    // Somebody read on: for the certificate.
    expect(pairs.length).toBeGreaterThan(0);
    for (const { first, rest } of pairs) {
      // A change of cipher that means nothing, then the hello in a record of version 1.2 (RFC 8446 D.4).
      expect(rest.subarray(0, 6)).toEqual(record(20, Buffer.of(1)));
      expect(rest.subarray(6, 9)).toEqual(Buffer.from([22, 3, 3]));
      const [one, two] = [readHello(first), readHello(rest.subarray(6))];
      expect(two?.extensions.get(COOKIE)).toEqual(cookie);
      expect(two?.shares).toEqual([group]);
      expect(two?.extensions.get(KEY_SHARE)?.length).toBe(2 + 2 + 2 + 65);
      // Random, session id and suites are the same.
      const end = 5 + 4 + 2 + 32 + 33 + 2 + (two?.suites.length ?? 0) * 2;
      expect(rest.subarray(6 + 9, 6 + end)).toEqual(first.subarray(9, end));
      const changing = new Set([COOKIE, KEY_SHARE, 21]);
      const same = (hello: SeenHello | null) =>
        [...(hello?.extensions ?? [])].filter(([type]) => !changing.has(type));
      expect(same(two)).toEqual(same(one));
    }
  });

  test.each(["P-521", "X448", "ffdhe2048", "MLKEM768"])(
    "a real server that takes %s alone shows its certificate",
    async (ecdhCurve) => {
      const leaf = makeAuthority().issue({
        commonName: "server.example",
        altNames: ["server.example"],
      });
      const server = await serveTls({
        cert: leaf.certPem,
        key: leaf.keyPem,
        minVersion: "TLSv1.3",
        ecdhCurve,
      });
      const result = await scan(server.port);
      expect(accepted(result)).toEqual(["TLSv1.3"]);
      expect(groupNames(result, "TLSv1.3")).toHaveLength(1);
      expect(result.certificate?.presented).toHaveLength(1);
      await expect.poll(server.open, PATIENCE).toBe(0);
      await server.close();
    },
  );
});

describe("signature algorithms", () => {
  test("mean nothing where it signs with what was not offered", async () => {
    const { result } = await scanned((hello) =>
      honest(ONLY_12, { ...hello, signatureAlgorithms: [0x0401] }),
    );
    expect(result.keyExchange.anySignatureAlgorithm).toEqual(["TLSv1.2"]);
  });

  test("are those that it signs with", async () => {
    const model = { ...ONLY_12, signatureAlgorithms: [0x0804, 0x0401, 0x0501] };
    const { result } = await scanned((hello) => honest(model, hello));
    expect(result.keyExchange.anySignatureAlgorithm).toEqual([]);
    expect(signaturesUnfinished(result)).toEqual([]);
    expect(result.keyExchange.signatureAlgorithms.map(({ code }) => code).sort()).toEqual([
      "0x0401",
      "0x0501",
      "0x0804",
    ]);
  });
});
