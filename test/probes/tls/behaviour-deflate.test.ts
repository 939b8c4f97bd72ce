/** In a whole scan, one hello asks for a future version and for compression. */
import { afterEach, describe, expect, test } from "vitest";
import { alert } from "../../support/tls-messages.ts";
import type { Move, SeenHello } from "../../support/tls-peer.ts";
import { AES_GCM, closeScripted, type Script, scripted, TLS12 } from "./behaviour-scripted.ts";

afterEach(closeScripted);

const FUTURE = 0x0305;
const isFuture = ({ legacy }: SeenHello) => legacy === FUTURE;
const compresses = ({ compression }: SeenHello) => compression.includes(1);
/** A server without CBC, and what a scan says of it. */
async function scanned(script: Omit<Script, "versions" | "suites">) {
  const seen = await scripted(
    { versions: [TLS12], suites: [AES_GCM], ...script },
    { tolerance: true, listed: true },
  );
  return {
    compression: seen.answers.compression,
    future: seen.tolerance.find((one) => one.test === "future-version")?.status,
    hellos: seen.hellos,
  };
}

describe("a hello of a future version that offers DEFLATE", () => {
  test("is the only one that does where it is answered", async () => {
    const { compression, future, hellos } = await scanned({});
    expect([compression, future]).toEqual(["no", "tolerated"]);
    expect(hellos.filter(compresses)).toHaveLength(1);
    expect(hellos.filter(isFuture)).toHaveLength(1);
  });

  test("shows who compresses", async () => {
    const { compression, future } = await scanned({
      parts: (hello) => (compresses(hello) ? { compression: 1 } : {}),
    });
    expect([compression, future]).toEqual(["yes", "tolerated"]);
  });

  test.each<[string, Move]>([
    ["alert 40", alert(40)],
    ["alert 70", alert(70)],
    ["reset", "reset"],
  ])(
    "is asked apart where one of the two is answered with %s",
    { timeout: 20_000 },
    async (_, move) => {
      const noFuture = await scanned({ instead: (hello) => (isFuture(hello) ? move : null) });
      expect(noFuture.compression).toBe("no");
      expect(noFuture.future).toBe("intolerant");

      const noDeflate = await scanned({ instead: (hello) => (compresses(hello) ? move : null) });
      expect(noDeflate.compression).toBe("unknown");
      expect(noDeflate.future).toBe("tolerated");
    },
  );

  test("answered in another version says nothing of compression there", async () => {
    const { compression, hellos } = await scanned({
      parts: (hello) => (isFuture(hello) ? { legacy: 0x0302 } : {}),
    });
    expect(compression).toBe("no");
    expect(hellos.filter((hello) => compresses(hello) && !isFuture(hello))).toHaveLength(1);
  });
});
