/** An identity policy in IAM's grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}
interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: "*" | readonly string[];
}

/** Most characters of one managed policy, white space not counted: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const MOST_CHARACTERS = 6144;

/** Permissions that would read more than settings if they were given for everything, with where they are enough. */
const NARROWED: Readonly<Record<string, readonly string[]>> = {
  // Everything else under it tells keys of API clients too.
  "apigateway:GET": ["/apis", "/domainnames", "/domainnames/*", "/restapis", "/restapis/*"].map(
    (path) => `arn:aws:apigateway:*::${path}`,
  ),
  // The system's own tables name the others; the rows of those are nobody's business.
  "cassandra:Select": ["arn:aws:cassandra:*:*:/keyspace/system*"],
  "cassandra:SelectMultiRegionResource": ["arn:aws:cassandra:*:*:/keyspace/system*"],
};

/** Permissions that read customers' data or secrets, with what they would be for: only whoever asks for one gets it. */
export const DECLINED: Readonly<Record<string, string>> = {
  "s3:GetObject": "reads the objects themselves, to sample whether each is encrypted",
};

/**
 * The least policy that allows these actions: a statement for each service, each document within IAM's limit of size.
 * @param organization the role to assume in the member accounts, for the account that lists them; null for none
 */
export function policyDocuments(
  actions: readonly string[],
  organization: string | null = null,
): readonly PolicyDocument[] {
  const all = [
    ...new Set([...actions, ...(organization === null ? [] : ["organizations:ListAccounts"])]),
  ].sort();
  const groups = Map.groupBy(all, (action) =>
    JSON.stringify([action.split(":")[0], NARROWED[action] ?? "*"]),
  );
  const statements = [...groups.values()].flatMap((group): Statement[] => {
    const [first = ""] = group;
    const resources = NARROWED[first];
    const sid = `${capital(first.split(":")[0] ?? "")}${resources === undefined ? "" : "Narrowed"}`;
    return withinLimit(sid, group, resources ?? "*");
  });
  if (organization !== null) {
    statements.push({
      Sid: "Members",
      Effect: "Allow",
      Action: ["sts:AssumeRole"],
      Resource: [`arn:aws:iam::*:role/${organization}`],
    });
  }
  const documents: Statement[][] = [[]];
  for (const statement of statements) {
    const last = documents.at(-1) ?? [];
    if (last.length > 0 && size([...last, statement]) > MOST_CHARACTERS) {
      documents.push([statement]);
    } else last.push(statement);
  }
  return documents.map(document);
}

/** A statement that is too long for a policy of its own is cut in parts. */
function withinLimit(
  sid: string,
  actions: readonly string[],
  resources: Statement["Resource"],
): Statement[] {
  const whole: Statement = { Sid: sid, Effect: "Allow", Action: actions, Resource: resources };
  if (size([whole]) <= MOST_CHARACTERS || actions.length < 2) return [whole];
  const middle = Math.ceil(actions.length / 2);
  return [
    ...withinLimit(`${sid}A`, actions.slice(0, middle), resources),
    ...withinLimit(`${sid}B`, actions.slice(middle), resources),
  ];
}

function document(statements: readonly Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

function size(statements: readonly Statement[]): number {
  return JSON.stringify(document(statements)).length;
}

/** `redshift-serverless` → `RedshiftServerless`: a Sid has letters and digits only. */
function capital(service: string): string {
  return service.replaceAll(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
