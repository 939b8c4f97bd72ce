import control from "#controls/resilience/backup-access.ts";
import type { AccessGrant } from "#model/backup-facets.ts";
import { defineCases } from "./cases.ts";

const grant = (principal: string, fields: Partial<AccessGrant> = {}): AccessGrant => ({
  principal,
  labels: [],
  actions: ["vault:Copy"],
  conditions: [],
  ...fields,
});
const policy = (grants: readonly AccessGrant[], unseen: readonly string[] = []) => ({
  accessPolicy: { grants, unseen },
});
const LEADS = { principals: ["technical-leads"] };
const LEAD = grant("arn:aws:iam::1:role/lead", { labels: ["technical-leads"] });
const IDENTITY = "identity policies of the account";

export default defineCases(control, [
  {
    name: "only declared principals, and no other way in",
    expect: LEADS,
    facets: policy([LEAD]),
    outcome: "pass",
    says: "its own policy lets in 1 declared principal only; declared: only principals labelled technical-leads",
  },
  {
    name: "nobody, and no other way in",
    expect: { principals: [] },
    facets: policy([]),
    outcome: "pass",
    says: "its own policy lets nobody in; declared: nobody",
  },
  {
    name: "a clean policy says nothing of other ways in",
    expect: LEADS,
    facets: policy([LEAD], [IDENTITY]),
    outcome: "unknown",
    says: "not seen: identity policies of the account (read those too, or have them attested",
  },
  {
    name: "no policy says nothing of other ways in",
    expect: LEADS,
    facets: policy([], [IDENTITY]),
    outcome: "unknown",
    says: "its own policy lets nobody in; not seen: identity policies",
  },
  {
    name: "other ways in that the claim has attested",
    expect: { ...LEADS, unseen: "attested" },
    facets: policy([LEAD], [IDENTITY]),
    outcome: "pass",
    says: "not seen: identity policies of the account (left to the claim's attestation)",
  },
  {
    name: "an attestation excuses nobody whom the policy names",
    expect: { ...LEADS, unseen: "attested" },
    facets: policy([LEAD, grant("arn:aws:iam::1:role/app")], [IDENTITY]),
    outcome: "fail",
    says: "lets in arn:aws:iam::1:role/app (vault:Copy); declared",
  },
  {
    name: "somebody else",
    expect: LEADS,
    facets: policy([grant("arn:aws:iam::1:role/app", { labels: ["application"] })], [IDENTITY]),
    outcome: "fail",
    says: "lets in arn:aws:iam::1:role/app",
  },
  {
    name: "anyone",
    expect: LEADS,
    facets: policy([grant("*", { actions: [] })]),
    outcome: "fail",
    says: "lets in anyone; declared",
  },
  {
    name: "anyone under a condition",
    expect: LEADS,
    facets: policy([grant("*", { conditions: ["aws:PrincipalOrgID = o-1"] })]),
    outcome: "unknown",
    says: "lets in anyone (vault:Copy) if aws:PrincipalOrgID = o-1: whether that is somebody else cannot be told",
  },
  {
    name: "anyone under a condition is not settled by an attestation of other ways",
    expect: { ...LEADS, unseen: "attested" },
    facets: policy([grant("*", { conditions: ["aws:PrincipalOrgID = o-1"] })], [IDENTITY]),
    outcome: "unknown",
    says: "cannot be told",
  },
  {
    name: "a declared principal may be let in under any condition",
    expect: LEADS,
    facets: policy([{ ...LEAD, conditions: ["from 10.0.0.0/8"] }]),
    outcome: "pass",
    says: "1 declared principal only",
  },
  {
    name: "one of two labels is enough",
    expect: { principals: ["technical-leads", "claranet"] },
    facets: policy([LEAD, grant("partner", { labels: ["claranet", "other"] })]),
    outcome: "pass",
    says: "2 declared principals only",
  },
  {
    name: "a failure is told before what is open",
    expect: LEADS,
    facets: policy([grant("*", { conditions: ["from 10.0.0.0/8"] }), grant("stranger")]),
    outcome: "fail",
    says: "lets in stranger (vault:Copy); declared",
  },
  {
    name: "many and hostile names",
    expect: LEADS,
    facets: policy(Array.from({ length: 7 }, (_, index) => grant(`a\n${index}`))),
    outcome: "fail",
    says: "a\\u{a}0 (vault:Copy), a\\u{a}1 (vault:Copy), a\\u{a}2 (vault:Copy), a\\u{a}3 (vault:Copy), a\\u{a}4 (vault:Copy) and 2 more",
  },
  {
    name: "what has no policy of its own",
    expect: LEADS,
    facets: {},
    outcome: "not-applicable",
    says: "no access policy",
  },
]);
