import {
  address,
  before,
  firewall,
  inbound,
  INTERFACE,
  network,
  publicMachine,
  securityGroup,
  WEB_RULE,
} from "#fixtures/estate/azure/kept/network.ts";
import { idIn, made, type Place } from "#fixtures/estate/azure/kept/place.ts";
import { loggingBelow, loggingBy } from "#fixtures/estate/azure/kept/stores.ts";
import { many, passes, seeded, type AzureSeed } from "./seed.ts";

const CLOSED = passes("internet-exposure");
const OPEN = { "internet-exposure": "fail" } as const;

interface Group {
  readonly name: string;
  readonly rules: readonly object[];
  readonly expected: AzureSeed["expected"];
  readonly note?: Pick<AzureSeed, "violates" | "trap">;
  /** Where it stands: before a machine with a public address, unless said otherwise. */
  readonly at?: "private" | "nothing";
}

/** Security groups, each before a subnet of its own with a machine in it. */
const GROUPS: readonly Group[] = [
  { name: "nsg-web", rules: [WEB_RULE], expected: CLOSED },
  { name: "nsg-empty", rules: [], expected: CLOSED },
  {
    name: "nsg-ssh",
    rules: [inbound("ssh", 300)],
    expected: OPEN,
    note: { violates: "SSH that is open to the Internet" },
  },
  {
    name: "nsg-prefixes",
    rules: [
      inbound("rdp", 300, {
        destinationPortRange: undefined,
        destinationPortRanges: ["80", "3380-3400"],
        sourceAddressPrefix: "",
        sourceAddressPrefixes: ["10.0.0.0/8", "0.0.0.0/0"],
      }),
    ],
    expected: OPEN,
    note: { violates: "RDP that is open to the Internet", trap: "sources and ports in lists" },
  },
  {
    name: "nsg-database",
    rules: [inbound("db", 300, { destinationPortRange: "5432", sourceAddressPrefix: "Internet" })],
    expected: OPEN,
    note: { violates: "a port of a database that is open to the Internet" },
  },
  {
    name: "nsg-v6",
    rules: [inbound("ssh", 300, { sourceAddressPrefix: "::/0" })],
    expected: OPEN,
    note: { trap: "every address of IPv6" },
  },
  {
    name: "nsg-denied",
    rules: [inbound("ssh", 300), inbound("no", 200, { access: "Deny" })],
    expected: CLOSED,
    note: { trap: "a denial before what allows" },
  },
  {
    name: "nsg-late",
    rules: [inbound("no", 400, { access: "Deny" }), inbound("ssh", 300)],
    expected: OPEN,
    note: { trap: "a denial after what allows" },
  },
  {
    name: "nsg-out",
    rules: [inbound("out", 300, { direction: "Outbound" })],
    expected: CLOSED,
    note: { trap: "a rule about what goes out" },
  },
  {
    name: "nsg-private",
    rules: [inbound("ssh", 300)],
    expected: CLOSED,
    note: { trap: "an open port that no address of the Internet leads to" },
    at: "private",
  },
  {
    name: "nsg-nothing",
    rules: [inbound("ssh", 300)],
    expected: CLOSED,
    note: { trap: "an open group that is attached to nothing" },
    at: "nothing",
  },
];

/** Networks, groups, addresses and firewalls. */
export function networks(place: Place): readonly AzureSeed[] {
  const placed = GROUPS.filter(({ at }) => at !== "nothing");
  const subnets = placed.map(({ name }) => {
    const configuration = `${idIn(place, INTERFACE, `${name}-nic`)}/ipConfigurations/one`;
    return { name, group: name, more: { ipConfigurations: [{ id: configuration }] } };
  });
  const bare = (name: string) => ({
    name,
    more: { ipConfigurations: [] },
  });
  const enabled = { ddosSettings: { protectionMode: "Enabled" } };
  return [
    seeded(network(place, "net-main", [...subnets, bare("GatewaySubnet")]), CLOSED, {
      trap: "a subnet that can have no security group",
    }),
    seeded(
      network(place, "net-bare", [bare("servers")]),
      { "internet-exposure": "fail" },
      { violates: "a subnet without a security group" },
    ),
    ...GROUPS.flatMap(({ name, rules, expected, note, at }) => [
      seeded(
        securityGroup(
          place,
          name,
          rules,
          at === "nothing" ? {} : before(place, `net-main/${name}`),
        ),
        expected,
        note,
      ),
      ...(at === "nothing" ? [] : machineAt(place, name, at === "private")),
    ]),
    ...many(
      3,
      (name) => seeded(address(place, name, null, enabled), passes("ddos-protection")),
      "ip-good",
    ),
    seeded(
      address(place, "ip-bare", null, { ddosSettings: { protectionMode: "Disabled" } }),
      { "ddos-protection": "fail" },
      { violates: "an address without the paid protection" },
    ),
    seeded(
      firewall(place, "afw-good", {
        below: loggingBelow(place, ["AZFWNetworkRule", "AZFWApplicationRule"]),
      }),
      passes("audit-logging"),
    ),
    seeded(
      firewall(place, "afw-mute", {
        below: {
          ...loggingBelow(place, ["AZFWNetworkRule", "AZFWApplicationRule"]),
          ...loggingBy(),
        },
      }),
      { "audit-logging": "fail" },
      { violates: "a firewall that logs nothing" },
    ),
  ];
}

function machineAt(place: Place, name: string, isPrivate: boolean): readonly AzureSeed[] {
  const at = { network: "net-main", subnet: name };
  const all = publicMachine(place, name, at).map((resource) =>
    seeded(resource, resource.type === INTERFACE ? {} : passes("ddos-protection")),
  );
  if (!isPrivate) return all;
  return [
    seeded(
      made(place, INTERFACE, `${name}-nic`, {
        properties: {
          ipConfigurations: [
            {
              properties: {
                subnet: {
                  id: `${idIn(place, "Microsoft.Network/virtualNetworks", "net-main")}/subnets/${name}`,
                },
                privateIPAddress: "10.0.0.5",
              },
            },
          ],
        },
      }),
      {},
    ),
  ];
}
