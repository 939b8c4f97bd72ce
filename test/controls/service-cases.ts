import type { SecurityService, SecurityServices } from "#model/security-facets.ts";
import type { SubjectCase } from "./cases.ts";

type ServicesFacet = "threatDetection" | "vulnerabilityScanning";

/** The cases that both controls of watching services share. */
export function serviceCases(facet: ServicesFacet): readonly SubjectCase[] {
  const service = (fields: Partial<SecurityService> = {}): SecurityService => ({
    name: "Watcher",
    region: "eu-west-3",
    enabled: true,
    covers: ["EC2", "ECR"],
    omits: ["LAMBDA"],
    ...fields,
  });
  const services = (...all: readonly SecurityService[]): Record<string, SecurityServices> => ({
    [facet]: { services: all },
  });
  return [
    {
      name: "on in every region",
      expect: {},
      facets: services(service(), service({ region: "eu-west-1" })),
      outcome: "pass",
      says: "Watcher is on in eu-west-3, eu-west-1, looks at EC2, ECR, not at LAMBDA; declared:",
    },
    {
      name: "off in one region",
      expect: {},
      facets: services(service(), service({ region: "eu-west-1", enabled: false })),
      outcome: "fail",
      says: "Watcher is off in eu-west-1",
    },
    {
      name: "off in one region and not read in another",
      expect: {},
      facets: services(
        service({ enabled: null }),
        service({ region: "eu-west-1", enabled: false }),
      ),
      outcome: "fail",
      says: "Watcher is off in eu-west-1",
    },
    {
      name: "not read in one region",
      expect: {},
      facets: services(service(), service({ region: "eu-west-1", enabled: null })),
      outcome: "unknown",
      says: "whether Watcher is on in eu-west-1 could not be told",
    },
    { name: "none", expect: {}, facets: services(), outcome: "fail", says: "was found" },
    {
      name: "one of those that were named",
      expect: { anyOf: ["defender-for-cloud", "watcher"] },
      facets: services(
        service({ name: "Defender for Cloud", region: null, covers: [], omits: [] }),
      ),
      outcome: "pass",
      says: "Defender for Cloud is on; declared",
    },
    {
      name: "none of those that were named",
      expect: { anyOf: ["defender-for-cloud"] },
      facets: services(service()),
      outcome: "fail",
      says: "by defender-for-cloud was found",
    },
    {
      name: "one of two is enough",
      expect: { anyOf: ["watcher", "sent*"] },
      facets: services(service({ enabled: false }), service({ name: "Sentinel", region: null })),
      outcome: "pass",
      says: "Sentinel is on",
    },
    {
      name: "one is off and of the other nothing is known",
      expect: {},
      facets: services(service({ enabled: false }), service({ name: "Sentinel", enabled: null })),
      outcome: "unknown",
      says: "whether Sentinel is on",
    },
    {
      name: "looks at what it must",
      expect: { covers: ["ec2"] },
      facets: services(service()),
      outcome: "pass",
      says: "for ec2",
    },
    {
      name: "does not look at what it must",
      expect: { covers: ["lambda"] },
      facets: services(service()),
      outcome: "fail",
      says: "Watcher in eu-west-3 does not look at lambda",
    },
    {
      name: "what has no such service",
      expect: {},
      facets: {},
      outcome: "not-applicable",
      says: "of its own",
    },
  ];
}
