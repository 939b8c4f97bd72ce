/** What takes a hello of its own. */
import { afterEach, describe, expect, test } from "vitest";
import { alert } from "../../support/tls-messages.ts";
import type { Move, SeenHello } from "../../support/tls-peer.ts";
import {
  AES_CBC,
  AES_GCM,
  closeScripted,
  FALLBACK_SCSV,
  GOOD,
  isOfOpenSsl,
  type Script,
  scripted,
  TLS10,
  TLS12,
  TLS13,
} from "./behaviour-scripted.ts";
import type { BehaviourTest, TlsBehaviour } from "#model/tls-facets.ts";

afterEach(closeScripted);

const of = (tests: TlsBehaviour["tests"], name: BehaviourTest) =>
  tests.find((one) => one.test === name);
const compresses = ({ compression }: SeenHello) => compression.includes(1);
const signals = ({ suites }: SeenHello) => suites.includes(FALLBACK_SCSV);

describe("fallback signal", () => {
  const both = [TLS10, TLS12];
  test.each<[string, Move, string, string | null]>([
    ["86", alert(86), "yes", null],
    ["40", alert(40), "yes", "probably: alert 40 (handshake_failure) to a hello of TLSv1.0"],
    ["70", alert(70), "unknown", "alert 70 (protocol_version) to a hello of TLSv1.0"],
    ["reset", "reset", "unknown", "connection reset to a hello of TLSv1.0"],
    ["close", "close", "unknown", "connection closed to a hello of TLSv1.0"],
    ["hang", "hang", "unknown", "no answer in time to a hello of TLSv1.0"],
    ["80", alert(80), "unknown", "alert 80 (internal_error) to a hello of TLSv1.0"],
  ])("answered with %s", { timeout: 20_000 }, async (_, move, answer, why) => {
    const { tests } = await scripted({
      versions: both,
      instead: (hello) => (signals(hello) ? move : null),
    });
    const seen = of(tests, "fallback-scsv");
    expect(seen?.answer).toBe(answer);
    if (why === null) expect(seen?.why).toBeNull();
    else expect(seen?.why).toContain(why);
  });

  test("40 says nothing where the same hello is refused without it, too", async () => {
    let signalled = false;
    const { tests } = await scripted({
      versions: both,
      instead: (hello) => {
        signalled ||= signals(hello);
        return signalled ? alert(40) : null;
      },
    });
    expect(of(tests, "fallback-scsv")?.answer).toBe("unknown");
  });

  test("an answer as if it were not there", async () => {
    const { tests, hellos } = await scripted({ versions: both });
    expect(of(tests, "fallback-scsv")).toMatchObject({
      answer: "no",
      why: "TLSv1.0 is answered all the same",
    });
    expect(hellos.filter(signals).map(({ legacy }) => legacy)).toEqual([TLS10]);
  });

  test("below TLS 1.3 it is asked in TLS 1.2", async () => {
    const { hellos } = await scripted({ versions: [TLS10, TLS12, TLS13] });
    expect(hellos.filter(signals).map(({ version }) => version)).toEqual([TLS12]);
  });

  test("with one version there is nothing to fall back from", async () => {
    const { tests, hellos } = await scripted({ versions: [TLS12] });
    expect(of(tests, "fallback-scsv")?.answer).toBe("not-applicable");
    expect(hellos.filter(signals)).toEqual([]);
  });
});

describe("compression", () => {
  const having = (script: Omit<Script, "versions">) => scripted({ versions: [TLS12], ...script });

  test("DEFLATE is chosen", async () => {
    const { tests } = await having({
      parts: (hello) => (compresses(hello) ? { compression: 1 } : {}),
    });
    expect(of(tests, "compression")).toMatchObject({
      answer: "yes",
      why: "chooses DEFLATE in TLSv1.2",
    });
  });

  test("what was not offered is chosen", async () => {
    const { tests } = await having({
      parts: (hello) => (compresses(hello) ? { compression: 64 } : {}),
    });
    expect(of(tests, "compression")?.answer).toBe("unknown");
  });

  test.each<[string, Move]>([
    ["alert 47", alert(47)],
    ["reset", "reset"],
    ["close", "close"],
  ])("a hello that offers it is answered with %s", { timeout: 20_000 }, async (words, move) => {
    const { tests } = await having({ instead: (hello) => (compresses(hello) ? move : null) });
    const seen = of(tests, "compression");
    expect(seen?.answer).toBe("unknown");
    expect(seen?.why).toContain(words === "close" ? "closed" : words);
    // It can be asked all the same.
    expect(of(tests, "encrypt-then-mac")?.answer).toBe("no");
  });

  test("one hello asks for it and for encrypt-then-MAC, and no other hello asks for either", async () => {
    const { hellos } = await having({});
    const ours = hellos.filter((hello) => !isOfOpenSsl(hello));
    expect(ours.filter(compresses).length).toBe(1);
    expect(ours.filter(({ extensions }) => extensions.has(22)).every(compresses)).toBe(true);
  });
});

describe("encrypt-then-MAC", () => {
  const withMac: NonNullable<Script["parts"]> = ({ extensions }) => ({
    extensions: extensions.has(22) ? [[22, Buffer.alloc(0)]] : [],
  });

  test("answers in CBC say it", async () => {
    const { tests } = await scripted({ versions: [TLS12], parts: withMac });
    expect(of(tests, "encrypt-then-mac")?.answer).toBe("yes");
  });

  test("a server that prefers others is asked for those with CBC alone", async () => {
    const suites = [AES_GCM, AES_CBC];
    const { tests } = await scripted({ versions: [TLS12], suites, parts: withMac });
    expect(of(tests, "encrypt-then-mac")?.answer).toBe("yes");
  });

  test("not with a suite of CBC", async () => {
    const { tests } = await scripted({ versions: [TLS12], parts: GOOD });
    expect(of(tests, "encrypt-then-mac")).toMatchObject({
      answer: "no",
      why: "not with TLS_RSA_WITH_AES_128_CBC_SHA",
    });
  });

  test.each([true, false])("without such suites it means nothing (listed: %s)", async (listed) => {
    const { tests } = await scripted({ versions: [TLS12], suites: [AES_GCM] }, { listed });
    expect(of(tests, "encrypt-then-mac")?.answer).toBe("not-applicable");
    expect(of(tests, "compression")?.answer).toBe("no");
  });

  test("a refusal of what is accepted otherwise says nothing", async () => {
    const { tests } = await scripted(
      {
        versions: [TLS12],
        suites: [AES_GCM, AES_CBC],
        instead: ({ extensions }) => (extensions.has(22) ? alert(40) : null),
      },
      { listed: true },
    );
    expect(of(tests, "encrypt-then-mac")?.answer).toBe("unknown");
    expect(of(tests, "compression")?.answer).toBe("no");
  });

  test("the newest version has none, an older one does", async () => {
    const { tests } = await scripted(
      {
        versions: [TLS10, TLS12],
        suites: [AES_GCM, AES_CBC],
        parts: withMac,
        instead: (hello) =>
          hello.legacy === TLS12 && !hello.suites.includes(AES_GCM) ? alert(40) : null,
      },
      { listed: true },
    );
    expect(of(tests, "encrypt-then-mac")?.answer).toBe("yes");
  });
});
