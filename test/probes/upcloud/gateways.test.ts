import { describe, expect, test } from "vitest";
import { connection, gateway, tunnel, uuid } from "#fixtures/estate/upcloud/resources.ts";
import { isVpn, toLink } from "#probes/upcloud/gateway-facets.ts";
import gateways from "#probes/upcloud/gateways.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeUpcloud, told } from "./upcloud.ts";

describe("a tunnel", () => {
  test.each<[string, boolean | null]>([
    ["established", true],
    ["idle", false],
    ["connecting", false],
    ["destroying", false],
    ["uninitialized", false],
    // Keys are being renewed: nobody knows what comes of it.
    ["rekeying", null],
    ["rekeyed", null],
    ["unknown", null],
    ["a word that is new", null],
  ])("%s", (state, up) => {
    expect(toLink([connection("google", tunnel("first", state))])).toMatchObject({
      kind: "vpn",
      tunnels: [{ name: "google/first", up }],
      peer: "35.228.10.20",
    });
  });

  test.each<[string, object, boolean | null]>([
    ["ciphers that encrypt", { phase2_algorithms: ["aes128", "aes256gcm128"] }, true],
    ["one that only signs", { phase2_algorithms: ["aes256", "aes128gmac"] }, false],
    ["none", { phase2_algorithms: ["null"] }, false],
    ["one that nobody knows", { phase2_algorithms: ["aes256", "rot13"] }, null],
    ["an empty list", { phase2_algorithms: [] }, null],
    ["no list", { phase2_algorithms: undefined }, null],
    ["what is no text", { phase2_algorithms: [256] }, null],
  ])("%s", (_, ipsec, encrypted) => {
    expect(toLink([connection("a", tunnel("b", "established", { ...ipsec }))]).encrypted).toBe(
      encrypted,
    );
  });

  test("all of them must encrypt", () => {
    const clear = tunnel("clear", "established", { phase2_algorithms: ["null"] });
    expect(toLink([connection("a", tunnel("b", "established"), clear)]).encrypted).toBe(false);
    expect(toLink([]).encrypted).toBe(null);
  });

  test("a connection without a list of tunnels is not guessed", () => {
    expect(() => toLink([{ name: "a" }])).toThrow(TypeError);
    expect(() => isVpn({})).toThrow(TypeError);
    expect(() => isVpn({ features: [null] })).toThrow(TypeError);
  });
});

describe("the probe", async () => {
  const upcloud = await fakeUpcloud();
  const [VPN, NAT] = [uuid("10", 1), uuid("10", 2)];
  const account = {
    gateways: [gateway(VPN), gateway(NAT, { features: ["nat"] })],
    connections: { [VPN]: [connection("google", tunnel("first", "established"))] },
  };

  test("tunnels of a VPN; a gateway that only translates addresses has none", async () => {
    const found = await upcloud.gather(gateways, account);
    expect(told(found)).toEqual([]);
    expect(facetOf(found, VPN, "link")).toMatchObject({ encrypted: true, tunnels: [{ up: true }] });
    expect(facetOf(found, NAT, "link")).toMatchObject({ encrypted: null, tunnels: [], peer: null });
    expect(upcloud.api.calls.map(({ path }) => path)).not.toContain(
      `/1.3/gateway/${NAT}/connections`,
    );
    expect(JSON.stringify(found)).not.toContain("canary");
  });

  test.each<[string, object, string]>([
    [
      "refused",
      { kind: "status", status: 403 },
      "link denied network_gateway:*: UpCloud refused (status 403: SERVICE_ERROR: the fake was told to fail)",
    ],
    [
      "no list",
      { kind: "body", body: "{}" },
      "link malformed -: the answer does not have the documented shape: a list was expected",
    ],
    ["cut in the middle", { kind: "cut" }, "link unreachable -: could not reach the API: aborted"],
  ])("connections that are %s", async (_, fault, expected) => {
    upcloud.api.setFaults({ path: /connections/, fault: fault as never });
    const found = await upcloud.gather(gateways, account);
    expect(told(found)).toEqual([expected]);
    expect(facetOf(found, VPN, "link")).toBeUndefined();
    expect(facetOf(found, NAT, "link")).toBeDefined();
  });
});
