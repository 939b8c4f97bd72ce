import control from "#controls/transport/private-interconnect.ts";
import type { Link } from "#model/security-facets.ts";
import type { WireStatus } from "#model/tls-facets.ts";
import { TLS_VERSIONS, type TlsVersion } from "#model/tls.ts";
import type { CaseReading } from "./cases.ts";
import { defineCases } from "./cases.ts";

const link = (
  kind: Link["kind"],
  tunnels: readonly (boolean | null)[],
  fields: Partial<Link> = {},
): CaseReading => ({
  facets: {
    link: {
      kind,
      encrypted: kind === "vpn",
      tunnels: tunnels.map((up, at) => ({ name: `tunnel-${at + 1}`, up, since: null })),
      peer: null,
      ...fields,
    },
  },
});
const endpoint = (accepted: readonly TlsVersion[], rest: WireStatus = "rejected"): CaseReading => ({
  facets: {
    protocols: {
      versions: TLS_VERSIONS.map((version) => ({
        version,
        status: accepted.includes(version) ? ("accepted" as const) : rest,
        why: null,
      })),
    },
  },
});
const ENCRYPTED = {
  encrypted: "required",
  anyOf: ["vpn-tunnel-up", "tls-on-every-transfer-endpoint"],
};
const PRIVATE = { anyOf: ["vpn-tunnel-up", "dedicated-link-up", "private-network-up"] };

export default defineCases(control, [
  {
    name: "a VPN with one tunnel of two up",
    expect: ENCRYPTED,
    readings: [link("vpn", [true, false], { peer: "192.0.2.1" })],
    judgements: [
      [
        "pass",
        null,
        "VPN subject-1 to 192.0.2.1 (1 of 2 up, encrypted); declared: VPN with a tunnel up, or TLS at every endpoint of the transfer, encrypted",
      ],
    ],
  },
  {
    name: "one with none up",
    expect: ENCRYPTED,
    readings: [link("vpn", [false, false])],
    judgements: [["fail", null, "(0 of 2 up, encrypted); no endpoint is declared for transfers"]],
  },
  {
    name: "one of which nobody knows",
    expect: ENCRYPTED,
    readings: [link("vpn", [null, false])],
    judgements: [["unknown", null, "0 of 2 up, 1 not known"]],
  },
  {
    name: "one without tunnels",
    expect: ENCRYPTED,
    readings: [link("vpn", [])],
    judgements: [["fail", null, "0 of 0 up"]],
  },
  {
    name: "a dedicated line is private, not encrypted",
    expect: { ...ENCRYPTED, anyOf: ["vpn-tunnel-up", "dedicated-link-up"] },
    readings: [link("dedicated", [true])],
    judgements: [
      ["fail", null, "no VPN is seen; dedicated line subject-1 (1 of 1 up, not encrypted)"],
    ],
  },
  {
    name: "unless it encrypts itself",
    expect: { encrypted: "required", anyOf: ["dedicated-link-up"] },
    readings: [link("dedicated", [true], { encrypted: true })],
    judgements: [["pass", null, "(1 of 1 up, encrypted)"]],
  },
  {
    name: "or nobody knows whether it does",
    expect: { encrypted: "required", anyOf: ["dedicated-link-up"] },
    readings: [link("dedicated", [true], { encrypted: null })],
    judgements: [["unknown", null, "whether encrypted is not known"]],
  },
  {
    name: "private is enough where no more is promised",
    expect: PRIVATE,
    readings: [link("dedicated", [true])],
    judgements: [["pass", null, "dedicated line subject-1 (1 of 1 up, not encrypted)"]],
  },
  {
    name: "a private network",
    expect: PRIVATE,
    readings: [link("private-network", [true]), link("vpn", [false])],
    judgements: [["pass", null, "private network subject-1"]],
  },
  {
    name: "no link is up",
    expect: PRIVATE,
    readings: [link("dedicated", [false]), link("vpn", [false])],
    judgements: [["fail", null, "dedicated line subject-1 (0 of 1 up"]],
  },
  {
    name: "none is up, but not all were seen",
    expect: PRIVATE,
    complete: false,
    readings: [link("vpn", [false])],
    judgements: [["unknown", null, "but not all in scope was read"]],
  },
  {
    name: "one that is up is enough, whatever was not seen",
    expect: PRIVATE,
    complete: false,
    readings: [link("vpn", [true])],
    judgements: [["pass", null, "1 of 1 up"]],
  },
  {
    name: "as many tunnels as are declared, over all of them",
    expect: { anyOf: ["vpn-tunnel-up"], minimumTunnels: 3 },
    readings: [link("vpn", [true, true]), link("vpn", [true, false])],
    judgements: [["pass", null, "VPN with 3 tunnels up"]],
  },
  {
    name: "one too few",
    expect: { anyOf: ["vpn-tunnel-up"], minimumTunnels: 3 },
    readings: [link("vpn", [true, true])],
    judgements: [["fail", null, "2 of 2 up"]],
  },
  {
    name: "TLS at every endpoint",
    expect: ENCRYPTED,
    readings: [endpoint(["TLSv1.3"]), endpoint(["TLSv1.0"])],
    judgements: [["pass", null, "TLS at subject-1, subject-2"]],
  },
  {
    name: "one endpoint without",
    expect: ENCRYPTED,
    readings: [endpoint(["TLSv1.3"]), endpoint([])],
    judgements: [["fail", null, "no VPN is seen; no TLS at subject-2"]],
  },
  {
    name: "SSL 3 is none",
    expect: ENCRYPTED,
    readings: [endpoint(["SSLv3"])],
    judgements: [["fail", null, "no TLS at subject-1"]],
  },
  {
    name: "one endpoint that gave no clear answer",
    expect: ENCRYPTED,
    readings: [endpoint(["TLSv1.3"]), endpoint([], "unknown")],
    judgements: [["unknown", null, "whether subject-2 speaks TLS is not known"]],
  },
  {
    name: "one endpoint that was not read",
    expect: ENCRYPTED,
    complete: false,
    readings: [endpoint(["TLSv1.3"])],
    judgements: [["unknown", null, "not all endpoints in scope were read"]],
  },
  {
    name: "a VPN makes up for an endpoint without TLS",
    expect: ENCRYPTED,
    readings: [endpoint([]), link("vpn", [true])],
    judgements: [["pass", null, "VPN subject-2"]],
  },
  {
    name: "endpoints do not count for what must be private",
    expect: PRIVATE,
    readings: [endpoint(["TLSv1.3"])],
    judgements: [["fail", null, "no VPN is seen; no dedicated line is seen; no private network"]],
  },
]);
