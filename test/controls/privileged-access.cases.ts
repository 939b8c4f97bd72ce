import control from "#controls/access/privileged-access.ts";
import type { Privileges } from "#model/security-facets.ts";
import { defineCases } from "./cases.ts";

const may = (fields: Partial<Privileges> = {}) => ({
  privileges: {
    writes: true,
    administers: false,
    through: ["PowerUserAccess"],
    trusts: [],
    service: false,
    root: false,
    ...fields,
  },
});
const READER = may({ writes: false, through: [] });
const LEADS = { writers: ["technical-leads", "claranet"] };

export default defineCases(control, [
  {
    name: "one of those that may",
    expect: LEADS,
    labels: ["production", "claranet"],
    facets: may(),
    outcome: "pass",
    says: "(through PowerUserAccess), and is one of claranet; declared: only technical-leads, claranet",
  },
  {
    name: "one of those that may not",
    expect: LEADS,
    labels: ["production", "technical-team"],
    facets: may(),
    outcome: "fail",
    says: "changes something (through PowerUserAccess)",
  },
  {
    name: "an administrator whom nobody declared",
    expect: LEADS,
    facets: may({ administers: true, through: ["AdministratorAccess"] }),
    outcome: "fail",
    says: "changes everything, rights included (through AdministratorAccess)",
  },
  {
    name: "who only reads needs no label",
    expect: LEADS,
    facets: READER,
    outcome: "pass",
    says: "changes nothing; declared",
  },
  {
    name: "nobody may, and it does not",
    expect: { writers: [] },
    facets: READER,
    outcome: "pass",
    says: "nobody changes anything",
  },
  {
    name: "who cannot be told",
    expect: LEADS,
    facets: may({ writes: null, through: ["boundary"] }),
    outcome: "unknown",
    says: "whether it changes anything cannot be told (through boundary)",
  },
  {
    name: "who cannot be told and may anyway",
    expect: LEADS,
    labels: ["technical-leads"],
    facets: may({ writes: null, through: [] }),
    outcome: "pass",
    says: "is one of technical-leads",
  },
  {
    name: "a role that another account may take on is told so",
    expect: LEADS,
    labels: ["claranet"],
    facets: may({ trusts: ["account 444455556666"] }),
    outcome: "pass",
    says: "taken on by account 444455556666",
  },
  {
    name: "a role of a service",
    expect: LEADS,
    facets: may({ service: true, trusts: ["service ec2.amazonaws.com"] }),
    outcome: "not-applicable",
    says: "only services of the provider take it on; changes something",
  },
  {
    name: "a role of a service, where they need a label too",
    expect: { ...LEADS, services: "judged" },
    facets: may({ service: true, trusts: ["service ec2.amazonaws.com"] }),
    outcome: "fail",
    says: "taken on by service ec2.amazonaws.com",
  },
  {
    name: "the root user",
    expect: LEADS,
    facets: may({ root: true, administers: true }),
    outcome: "not-applicable",
    says: "no policy says who holds it",
  },
  {
    name: "the root user, where it needs a label too",
    expect: { ...LEADS, root: "judged" },
    facets: may({ root: true, administers: true, through: ["the root user of the account"] }),
    outcome: "fail",
    says: "rights included",
  },
  {
    name: "what is no principal",
    expect: LEADS,
    facets: {},
    outcome: "not-applicable",
    says: "no principal",
  },
]);
