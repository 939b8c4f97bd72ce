import control from "#controls/exposure/public-access.ts";
import type { Exposure } from "#model/facets.ts";
import { defineCases } from "./cases.ts";

const closedNetwork = { anonymous: "forbidden", openNetwork: "forbidden" };

function exposure(fields: Partial<Exposure>): { exposure: Exposure } {
  return {
    exposure: {
      anonymousAccess: false,
      openNetwork: false,
      through: [],
      closedBy: [],
      ...fields,
    },
  };
}

export default defineCases(control, [
  {
    name: "closed, and by what",
    expect: { anonymous: "forbidden" },
    facets: exposure({ closedBy: ["BlockPublicAccess of the account"] }),
    outcome: "pass",
    says: "no anonymous access (closed by BlockPublicAccess of the account)",
  },
  {
    name: "anonymous access, and through what",
    expect: {},
    facets: exposure({ anonymousAccess: true, through: ["bucket policy: Principal *"] }),
    outcome: "fail",
    says: "anyone can reach its data without credentials (through bucket policy: Principal *)",
  },
  {
    name: "anonymous access, and nothing says through what",
    expect: {},
    facets: exposure({ anonymousAccess: true }),
    outcome: "fail",
    says: "anyone can reach its data without credentials; declared: no anonymous access",
  },
  {
    name: "could not be told",
    expect: {},
    facets: exposure({ anonymousAccess: null }),
    outcome: "unknown",
    says: "could not tell whether its data can be reached",
  },
  {
    name: "an open network with credentials is allowed where nobody forbids it",
    expect: {},
    facets: exposure({ openNetwork: true, through: ["public endpoint"] }),
    outcome: "pass",
    says: "no anonymous access; declared: no anonymous access",
  },
  {
    name: "an open network that is forbidden",
    expect: closedNetwork,
    facets: exposure({ openNetwork: true, through: ["0.0.0.0/0"] }),
    outcome: "fail",
    says: "its network is open to every address (through 0.0.0.0/0); declared: no anonymous access, no open network",
  },
  {
    name: "a network that could not be told",
    expect: closedNetwork,
    facets: exposure({ openNetwork: null }),
    outcome: "unknown",
    says: "whether its network is open",
  },
  {
    name: "a closed network",
    expect: closedNetwork,
    facets: exposure({}),
    outcome: "pass",
    says: "network not open to every address",
  },
  {
    name: "an open network counts although anonymous access could not be told",
    expect: closedNetwork,
    facets: exposure({ anonymousAccess: null, openNetwork: true }),
    outcome: "fail",
    says: "its network is open",
  },
]);
