import type { Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { TlsScanError } from "#probes/tls/errors.ts";
import { alert, honest, type ModelServer, type Peer } from "../../support/tls-peer.ts";
import { BUSY, caught, closePeers, scanOf, serve, SMALL, told } from "./polite-kit.ts";
import {
  accepted,
  exchangeUnfinished,
  skippingClock,
  suitesUnfinished,
  type TlsScan,
} from "./scan.ts";

afterEach(closePeers);

/** The same as the unlimited server says, or unknown: what is missing is marked, and nothing is wrongly rejected. */
function checkModest(result: TlsScan | TlsScanError, full: TlsScan): void {
  if (result instanceof TlsScanError) {
    // It refuses only some of what it is asked.
    expect(result.reason, result.message).not.toBe("denied");
    return;
  }
  const unlimited = new Map(told(full).map((one) => [one.version, one]));
  for (const one of told(result)) {
    const whole = unlimited.get(one.version);
    if (whole?.status === "rejected") expect(one.status).not.toBe("accepted");
    else expect(one.status, one.version).not.toBe("rejected");
    for (const name of one.suites) expect(whole?.suites).toContain(name);
    for (const name of one.groups) expect(whole?.groups).toContain(name);
    if (!suitesUnfinished(result).includes(one.version)) {
      expect(one.suites, one.version).toEqual(whole?.suites);
    }
    if (!exchangeUnfinished(result).includes(one.version)) {
      expect(one, one.version).toMatchObject({ groups: whole?.groups, primes: whole?.primes });
    }
  }
}

/**
 * The best of three scans; each must be modest. A busy machine closes connections late, which the server takes for too
 * many: the answer is then unknown where it could have been whole.
 */
async function atBest(scan: () => Promise<TlsScan>, whole: TlsScan): Promise<TlsScan> {
  let result = await scan();
  checkModest(result, whole);
  for (let again = 0; again < 2 && accepted(result).length < accepted(whole).length; again += 1) {
    result = await scan();
    checkModest(result, whole);
  }
  return result;
}

describe("a server that bears little gives the same answer more slowly, or none", () => {
  const models = [
    ["small", SMALL],
    ["busy", BUSY],
  ] as const;
  let full = new Map<ModelServer, TlsScan>();
  const unlimited = async (model: ModelServer): Promise<TlsScan> => {
    const known = full.get(model);
    if (known !== undefined) return known;
    const result = await scanOf(await serve((hello) => honest(model, hello)));
    full = full.set(model, result);
    return result;
  };

  describe.each(models)("%s", (_, model) => {
    test.each([1, 2, 4, 8])("%i connections at once, a reset for the others", async (most) => {
      const peer = await serve(
        (hello) => honest(model, hello),
        (open) => (open > most ? "reset" : null),
      );
      const whole = await unlimited(model);
      const result = await atBest(() => scanOf(peer), whole);
      expect(accepted(result)).toEqual(accepted(whole));
    });

    test.each([1, 3])("%i connections at once, the others wait for their turn", async (most) => {
      const peer = await serve((hello) => honest(model, hello), turns(most));
      const result = await scanOf(peer);
      expect(told(result)).toEqual(told(await unlimited(model)));
      expect(suitesUnfinished(result)).toEqual([]);
    });

    test.each([2, 6])("%i connections at once, silence for the others", async (most) => {
      const peer = await serve(
        (hello) => honest(model, hello),
        (open) => (open > most ? "hang" : null),
      );
      // Long enough that a busy machine is not what keeps silent.
      checkModest(await caught(scanOf(peer, { timeoutMs: 1000 })), await unlimited(model));
    });

    test.each([5, 20, 50])("%i connections a second, a reset for the others", async (rate) => {
      const clock = skippingClock();
      const limited = ratedBy(clock.now, rate);
      const peer = await serve(
        (hello) => honest(model, hello),
        () => (limited() ? "reset" : null),
      );
      const [result, whole] = [await scanOf(peer, { clock }), await unlimited(model)];
      checkModest(result, whole);
      // At five a second not all can be asked in the time for one server.
      if (rate >= 20) expect(accepted(result)).toEqual(accepted(whole));
    });

    test("after a pause it answers everything: the answer is whole", async () => {
      const clock = skippingClock();
      const limited = ratedBy(clock.now, 40);
      const peer = await serve(
        (hello) => honest(SMALL, hello),
        () => (limited() ? "reset" : null),
      );
      const result = await scanOf(peer, { clock });
      expect(told(result)).toEqual(told(await unlimited(SMALL)));
      expect(suitesUnfinished(result)).toEqual([]);
    });

    test("so many connections, then a reset for everybody: any number of them", async () => {
      const whole = await unlimited(model);
      for (let most = 0; most < 70; most += 3) {
        const peer = await serve(
          (hello) => honest(model, hello),
          (_open, index) => (index >= most ? "reset" : null),
        );
        checkModest(await caught(scanOf(peer)), whole);
      }
    });

    test("so many connections, then no more: the system refuses them", async () => {
      const whole = await unlimited(model);
      for (const most of [1, 4, 8, 15, 30]) {
        const peer: Peer = await serve(
          (hello) => honest(model, hello),
          (_open, index) => {
            if (index + 1 >= most) peer.shut();
            return null;
          },
        );
        checkModest(await caught(scanOf(peer)), whole);
      }
    });

    test.each([2, 3, 7])("an internal error for every %ith hello", async (period) => {
      const peer = await serve((hello, index) =>
        index % period === 1 ? alert(80) : honest(model, hello),
      );
      checkModest(await caught(scanOf(peer)), await unlimited(model));
    });
  });
});

/** Whether a connection comes too early for so many a second; the first second's may all come at once. */
function ratedBy(now: () => number, rate: number): () => boolean {
  let tokens = rate;
  let last = now();
  return () => {
    const at = now();
    tokens = Math.min(rate, tokens + ((at - last) * rate) / 1000);
    last = at;
    if (tokens < 1) return true;
    tokens -= 1;
    return false;
  };
}

/** Lets so many connections be served at once, in the order in which they come; the others wait for their turn. */
function turns(most: number): (open: number, index: number, socket: Socket) => Promise<void> {
  const waiting = new Map<Socket, () => void>();
  const served = new Set<Socket>();
  const next = () => {
    for (const [socket, begin] of waiting) {
      if (served.size >= most) return;
      waiting.delete(socket);
      served.add(socket);
      begin();
    }
  };
  return (_open, _index, socket) => {
    socket.on("close", () => {
      waiting.delete(socket);
      served.delete(socket);
      next();
    });
    return new Promise((resolve) => {
      waiting.set(socket, resolve);
      next();
    });
  };
}
