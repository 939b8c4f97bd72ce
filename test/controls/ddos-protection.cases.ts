import control from "#controls/exposure/ddos-protection.ts";
import type { DdosProtection } from "#model/security-facets.ts";
import { defineCases } from "./cases.ts";

const PLATFORM = { name: "Shield Standard", reference: "https://provider.test/design" };
const protection = (fields: Partial<DdosProtection> = {}) => ({
  ddosProtection: { platform: PLATFORM, advanced: false, detail: "no subscription", ...fields },
});

export default defineCases(control, [
  {
    name: "what comes with the platform",
    expect: {},
    facets: protection(),
    outcome: "pass",
    says: "Shield Standard comes with the platform by its published design (https://provider.test/design); declared: protection by the platform or more",
  },
  {
    name: "what comes with the platform, whatever else is not known",
    expect: { level: "platform" },
    facets: protection({ advanced: null }),
    outcome: "pass",
    says: "comes with the platform",
  },
  {
    name: "more than was declared",
    expect: { level: "platform" },
    facets: protection({ advanced: true, detail: "subscribed" }),
    outcome: "pass",
    says: "advanced protection (subscribed)",
  },
  {
    name: "advanced",
    expect: { level: "advanced" },
    facets: protection({ advanced: true }),
    outcome: "pass",
    says: "advanced protection",
  },
  {
    name: "the platform's is not the advanced one",
    expect: { level: "advanced" },
    facets: protection(),
    outcome: "fail",
    says: "no advanced protection (no subscription)",
  },
  {
    name: "whether it is advanced is not known",
    expect: { level: "advanced" },
    facets: protection({ advanced: null }),
    outcome: "unknown",
    says: "is not known",
  },
  {
    name: "a platform that publishes nothing",
    expect: {},
    facets: protection({ platform: null }),
    outcome: "fail",
    says: "no advanced protection",
  },
  {
    name: "a platform that publishes nothing, and nothing is known",
    expect: {},
    facets: protection({ platform: null, advanced: null }),
    outcome: "unknown",
    says: "is not known",
  },
  {
    name: "what has no such protection",
    expect: {},
    facets: {},
    outcome: "not-applicable",
    says: "of its own",
  },
]);
