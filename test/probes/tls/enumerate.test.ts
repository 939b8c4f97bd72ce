import { afterEach, describe, expect, test } from "vitest";
import { type TlsVersion, TLS_VERSIONS } from "#model/tls.ts";
import { suitesFor } from "#probes/tls/offers.ts";
import {
  alert,
  helloPeer,
  honest,
  type ModelServer,
  type Move,
  type Peer,
  record,
  type SeenHello,
  serverHello,
  u16,
} from "../../support/tls-peer.ts";
import {
  accepted,
  groupsUnfinished,
  groupNames,
  names,
  orderOf,
  primeBits,
  scan,
  status,
  suiteNames,
  suitesUnfinished,
} from "./scan.ts";

const TLS10 = 0x0301;
const TLS11 = 0x0302;
const TLS12 = 0x0303;
const TLS13 = 0x0304;

const MODERN: ModelServer = {
  suites: new Map([
    [TLS12, [0xc030, 0xcca8, 0xc02f]],
    [TLS13, [0x1302, 0x1303, 0x1301]],
  ]),
  groups: [0x11ec, 0x1d, 0x17],
};
const OLD: ModelServer = {
  suites: new Map([
    [TLS10, [0x002f, 0x0035, 0x000a]],
    [TLS11, [0x002f, 0x0035]],
    [TLS12, [0xc02f, 0x009e, 0x002f]],
  ]),
  groups: [0x17],
  dhBits: 1024,
};

const below12 = (hello: SeenHello) => hello.ssl2 || hello.version < TLS12;

const peers: Peer[] = [];
async function serve(answer: (hello: SeenHello, index: number) => Move): Promise<Peer> {
  const peer = await helloPeer(answer);
  peers.push(peer);
  return peer;
}
afterEach(async () => {
  for (const peer of peers.splice(0)) {
    // Nothing may stay open behind a finished scan.
    await expect.poll(peer.open).toBe(0);
    await peer.close();
  }
});

describe("an honest server", () => {
  test("versions, suites in its order, groups and preference", async () => {
    const peer = await serve((hello) => honest(MODERN, hello));
    const result = await scan(peer.port);
    expect(accepted(result)).toEqual(["TLSv1.2", "TLSv1.3"]);
    expect(result.protocols.versions.map(({ version }) => version)).toEqual(TLS_VERSIONS);
    expect(status(result, "SSLv2")).toBe("rejected");
    expect(suiteNames(result, "TLSv1.2")).toEqual(names([0xc030, 0xcca8, 0xc02f]));
    expect(suiteNames(result, "TLSv1.3")).toEqual(names([0x1302, 0x1303, 0x1301]));
    expect(groupNames(result, "TLSv1.3")).toEqual(["X25519MLKEM768", "x25519", "secp256r1"]);
    expect(groupNames(result, "TLSv1.2")).toEqual(["x25519", "secp256r1"]);
    expect(suitesUnfinished(result)).toEqual([]);
    expect(groupsUnfinished(result)).toEqual([]);
    expect(orderOf(result, "TLSv1.2")).toBe("server");
    // Some were dialled ahead for a question that then was not needed.
    expect(result.connections).toBeGreaterThanOrEqual(peer.hellos.length);
    expect(result.connections).toBeLessThan(75);
  });

  test("an old one: each version has its own list; the prime's size is told", async () => {
    const peer = await serve((hello) => honest(OLD, hello));
    const result = await scan(peer.port);
    expect(accepted(result)).toEqual(["TLSv1.0", "TLSv1.1", "TLSv1.2"]);
    expect(suiteNames(result, "TLSv1.0")).toEqual(names([0x002f, 0x0035, 0x000a]));
    expect(suiteNames(result, "TLSv1.1")).toEqual(names([0x002f, 0x0035]));
    expect(groupNames(result, "TLSv1.2")).toEqual(["secp256r1"]);
    expect(primeBits(result, "TLSv1.2")).toEqual([1024]);
    expect([...suitesUnfinished(result), ...groupsUnfinished(result)]).toEqual([]);
  });

  test("one that follows the client's order is told by a reversed offer", async () => {
    const peer = await serve((hello) => honest({ ...OLD, clientOrder: true }, hello));
    expect(orderOf(await scan(peer.port), "TLSv1.2")).toBe("client");
  });

  test("one whose own order is the order of the offer is told by it, too", async () => {
    const model = { suites: new Map([[TLS12, [0x002f, 0x0035, 0xc02f]]]) };
    const peer = await serve((hello) => honest(model, hello));
    expect(orderOf(await scan(peer.port), "TLSv1.2")).toBe("server");
  });

  test("with a single suite there is no preference to be told", async () => {
    const peer = await serve((hello) => honest({ suites: new Map([[TLS12, [0xc02f]]]) }, hello));
    expect((await scan(peer.port)).cipherSuites.preferences).toEqual([]);
  });

  test("SSLv2 lists its ciphers in one answer", async () => {
    const ssl2 = Buffer.concat([
      Buffer.from([4, 0, 1]),
      u16(2),
      u16(0),
      u16(3),
      u16(16),
      Buffer.from([1, 0, 0x80]),
      Buffer.alloc(16),
    ]);
    const peer = await serve((hello) =>
      hello.ssl2 ? Buffer.concat([u16(0x8000 | ssl2.length), ssl2]) : honest(OLD, hello),
    );
    const result = await scan(peer.port);
    expect(status(result, "SSLv2")).toBe("accepted");
    expect(suiteNames(result, "SSLv2")).toEqual(["SSL_CK_RC4_128_WITH_MD5"]);
  });

  test("the name is sent to every version that has names", async () => {
    const peer = await serve((hello) => honest(OLD, hello));
    await scan(peer.port, { serverName: "www.example.com" });
    const named = peer.hellos.filter(({ order }) => order.length > 0);
    expect(new Set(named.map(({ serverName }) => serverName))).toEqual(
      new Set(["www.example.com", null]),
    );
    // One question is what a client gets that names no host; it is asked again where it cannot be read.
    expect(named.filter(({ serverName }) => serverName === null).length).toBeLessThan(4);
  });

  test.each([1, 3])(
    "no more than %i connections at once, if that is the limit",
    async (connections) => {
      const peer = await serve((hello) => honest(OLD, hello));
      const result = await scan(peer.port, { connections });
      expect(accepted(result)).toHaveLength(3);
      // The server may take the next before it learns that the ones before are gone; without a limit it sees a dozen.
      expect(peer.peak()).toBeLessThanOrEqual(connections * 2 + 1);
    },
  );
});

describe("odd but honest servers", () => {
  const everything = suitesFor("TLSv1.2").length;

  test("more than 128 suites fail: bundles find the same, in the server's order", async () => {
    const all = { suites: new Map([[TLS12, [0xc030, 0x0035, 0x002f, 0xcca8]]]) };
    for (const failure of ["reset", alert(40), "close"] as const) {
      const peer = await serve((hello) =>
        hello.suites.length > 128 ? failure : honest(all, hello),
      );
      const result = await scan(peer.port);
      expect(accepted(result)).toEqual(["TLSv1.2"]);
      expect(suiteNames(result, "TLSv1.2")).toEqual(names([0xc030, 0x0035, 0x002f, 0xcca8]));
      expect([...suitesUnfinished(result), ...groupsUnfinished(result)]).toEqual([]);
    }
    expect(everything).toBeGreaterThan(256);
  });

  test("more than 255 bytes fail: short hellos find all", async () => {
    const peer = await serve((hello) => (hello.bytes > 250 ? "reset" : honest(OLD, hello)));
    const result = await scan(peer.port, { serverName: "127.0.0.1" });
    expect(accepted(result)).toEqual(["TLSv1.0", "TLSv1.1", "TLSv1.2"]);
    expect(suiteNames(result, "TLSv1.0")).toEqual(names([0x002f, 0x0035, 0x000a]));
  });

  test("hellos of 256 to 511 bytes hang: none is sent", async () => {
    const peer = await serve((hello) =>
      hello.bytes > 255 && hello.bytes < 512 ? "hang" : honest(MODERN, hello),
    );
    const result = await scan(peer.port, { timeoutMs: 1200 });
    expect(accepted(result)).toEqual(["TLSv1.2", "TLSv1.3"]);
    expect(result.protocols.versions.every((version) => version.status !== "unknown")).toBe(true);
  });

  test("TLS 1.3 that answers no empty list of key shares is asked with shares", async () => {
    const peer = await serve((hello) => {
      const empty = hello.extensions.get(51)?.equals(Buffer.from([0, 0]));
      return empty === true ? alert(109) : honest(MODERN, hello);
    });
    const result = await scan(peer.port);
    expect(accepted(result)).toEqual(["TLSv1.2", "TLSv1.3"]);
    expect(suiteNames(result, "TLSv1.3")).toEqual(names([0x1302, 0x1303, 0x1301]));
  });

  test("TLS 1.2 in answer to a 1.3 hello is no 1.3", async () => {
    const peer = await serve((hello) =>
      hello.version === TLS13 ? record(22, serverHello(TLS12, 0xc02f)) : honest(OLD, hello),
    );
    const result = await scan(peer.port);
    expect(result.protocols.versions.at(-1)).toEqual({
      version: "TLSv1.3",
      status: "rejected",
      why: "answered with TLSv1.2",
    });
  });

  test("a version that is only met by asking for a newer one is accepted, and its list is marked", async () => {
    const peer = await serve((hello) => {
      if (hello.version === TLS10) return "hang";
      if (hello.version === TLS11) return record(22, serverHello(TLS10, 0x0035));
      return honest(MODERN, hello);
    });
    const result = await scan(peer.port, { timeoutMs: 600 });
    expect(accepted(result)).toEqual(["TLSv1.0", "TLSv1.2", "TLSv1.3"]);
    expect(suiteNames(result, "TLSv1.0")).toEqual(names([0x0035]));
    expect(suitesUnfinished(result)).toContain("TLSv1.0");
  });

  test("warnings before the answer change nothing", async () => {
    const peer = await serve((hello) => Buffer.concat([alert(112, 1), honest(MODERN, hello)]));
    expect(accepted(await scan(peer.port))).toEqual(["TLSv1.2", "TLSv1.3"]);
  });

  test("one that knows none of its names is asked without", async () => {
    const peer = await serve((hello) => {
      const named = hello.serverName !== null || hello.ssl2 || hello.order.length === 0;
      return named ? alert(112) : honest(MODERN, hello);
    });
    expect(accepted(await scan(peer.port))).toEqual(["TLSv1.2", "TLSv1.3"]);
  });

  test("an elliptic certificate's curve is kept in the offer when taking it away brings a refusal", async () => {
    const suite = 0xc02b;
    const peer = await serve((hello) => {
      if (hello.ssl2 || hello.version !== TLS12) return alert(70);
      if (!hello.groups.includes(0x17)) return alert(40);
      // It follows the client's order of groups.
      const model = {
        suites: new Map([[TLS12, [suite]]]),
        groups: hello.groups.filter((group) => [0x1d, 0x17, 0x18].includes(group)),
      };
      return honest(model, hello);
    });
    expect(groupNames(await scan(peer.port), "TLSv1.2")).toEqual([
      "x25519",
      "secp256r1",
      "secp384r1",
    ]);
  });

  test.each([40, 47, 70, 71, 80, 86, 10, 109])(
    "alert %i is a refusal while another version answers",
    async (code) => {
      const peer = await serve((hello) =>
        hello.ssl2 || hello.version < TLS12 ? alert(code) : honest(MODERN, hello),
      );
      const result = await scan(peer.port);
      for (const version of ["SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1"] as const) {
        expect(status(result, version)).toBe("rejected");
      }
    },
  );
});

describe("silence is no refusal by itself", () => {
  test.each(["reset", "close", "hang"] as const)(
    "a steady %s for old versions counts once accepted hellos are answered before and after",
    async (move) => {
      const peer = await serve((hello) => (below12(hello) ? move : honest(MODERN, hello)));
      const result = await scan(peer.port, { timeoutMs: 800 });
      const old = result.protocols.versions.find(({ version }) => version === "TLSv1.0");
      expect(old).toMatchObject({ status: "rejected" });
      expect(old?.why).toMatch(/each time, while TLSv1.3 was answered before and after/);
      expect([...suitesUnfinished(result), ...groupsUnfinished(result)]).toEqual([]);
    },
  );

  test.each([2, 3])(
    "a server that resets every %ith connection is never said to refuse",
    async (period) => {
      // It accepts everything, when it does not reset.
      const peer = await serve((hello, index) =>
        index % period === 0 ? "reset" : honest(OLD, hello),
      );
      const result = await scan(peer.port, { timeoutMs: 2000 });
      for (const version of ["TLSv1.0", "TLSv1.1", "TLSv1.2"] as const) {
        expect(status(result, version)).not.toBe("rejected");
      }
    },
  );

  test("after so many connections the server drops all: what was not answered is unknown", async () => {
    const peer = await serve((hello, index) => (index > 8 ? "reset" : honest(OLD, hello)));
    const result = await scan(peer.port);
    for (const version of ["TLSv1.0", "TLSv1.1", "TLSv1.2"] as const) {
      expect(status(result, version)).not.toBe("rejected");
      const whole = suiteNames(result, version).length >= 2;
      const marked = suitesUnfinished(result).includes(version);
      expect(whole || marked).toBe(true);
    }
    expect(suitesUnfinished(result).length).toBeGreaterThan(0);
  });

  test("the control hello fails too: the version is unknown", async () => {
    let controls = 0;
    const peer = await serve((hello) => {
      if (below12(hello)) return "reset";
      const control =
        hello.version === TLS13 && hello.suites[0] === 0x1302 && hello.suites[1] === 0xc02f;
      if (control) controls += 1;
      return control ? "reset" : honest(MODERN, hello);
    });
    const result = await scan(peer.port);
    expect(status(result, "TLSv1.0")).toBe("unknown");
    expect(result.protocols.versions[2]?.why).toContain("TLSv1.3 failed too");
    expect(controls).toBeGreaterThan(0);
    expect(suitesUnfinished(result)).toContain("TLSv1.0");
  });

  test("internal errors in mid-chain are an overload: it is asked again", async () => {
    const failed = new Set<string>();
    const peer = await serve((hello) => {
      const key = `${hello.version} ${hello.suites.length} ${hello.groups.length}`;
      if (hello.suites.length > 10 && !failed.has(key)) {
        failed.add(key);
        return alert(80);
      }
      return honest(MODERN, hello);
    });
    const result = await scan(peer.port);
    expect(suiteNames(result, "TLSv1.2")).toEqual(names([0xc030, 0xcca8, 0xc02f]));
    expect([...suitesUnfinished(result), ...groupsUnfinished(result)]).toEqual([]);
  });

  test("a server without elliptic curves that refuses in silence has a whole list all the same", async () => {
    const model = { suites: new Map([[TLS12, [0x002f, 0x0035]]]) };
    const peer = await serve((hello) => {
      const reply = honest(model, hello);
      return reply.equals(alert(40)) || reply.equals(alert(70)) ? "close" : reply;
    });
    const result = await scan(peer.port);
    expect(suiteNames(result, "TLSv1.2")).toEqual(names([0x002f, 0x0035]));
    expect(groupNames(result, "TLSv1.2")).toEqual([]);
    expect([...suitesUnfinished(result), ...groupsUnfinished(result)]).toEqual([]);
  });

  test("a list that ends in silence ends there when accepted suites are still answered", async () => {
    const peer = await serve((hello) => {
      const reply = honest(MODERN, hello);
      return reply.equals(alert(40)) ? "close" : reply;
    });
    const result = await scan(peer.port);
    expect(suiteNames(result, "TLSv1.2")).toEqual(names([0xc030, 0xcca8, 0xc02f]));
    expect([...suitesUnfinished(result), ...groupsUnfinished(result)]).toEqual([]);
  });

  test.each([TLS10, TLS12])("a list that breaks off is marked: version %i", async (version) => {
    let served = 0;
    const peer = await serve((hello) => {
      if (hello.version !== version) return honest(OLD, hello);
      served += 1;
      return served > 2 ? "reset" : honest(OLD, hello);
    });
    const result = await scan(peer.port);
    const name = version === TLS10 ? "TLSv1.0" : "TLSv1.2";
    expect(status(result, name)).toBe("accepted");
    expect(suitesUnfinished(result)).toContain(name);
  });
});

test("versions are all there whatever the server accepts", async () => {
  const only: TlsVersion[] = ["TLSv1.1"];
  const peer = await serve((hello) => honest({ suites: new Map([[TLS11, [0x0035]]]) }, hello));
  expect(accepted(await scan(peer.port))).toEqual(only);
});
