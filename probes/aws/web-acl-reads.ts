import type { WebACL } from "@aws-sdk/client-wafv2";
import type { Observation, Problem } from "#model/evidence.ts";
import { defineRead, type Answer, type Question } from "#model/probe.ts";
import type { Subject } from "#model/subject.ts";
import { awsQuestion } from "./calls.ts";
import { deniedAction } from "./cloud-control.ts";
import { unanswered } from "#probes/common/known.ts";
import { malformed } from "./pages.ts";
import type { AwsSession } from "./session.ts";
import {
  groupsToAsk,
  NO_FIREWALL,
  stopsRequests,
  toWebFirewall,
  type GroupToAsk,
} from "./web-acl.ts";

const OF_RESOURCE = "wafv2:GetWebACLForResource";
const BY_ARN = "wafv2:GetWebACL";
const MANAGED_GROUP = "wafv2:DescribeManagedRuleGroup";
const OWN_GROUP = "wafv2:GetRuleGroup";

/** What reading the firewall of a resource needs; the call for a resource asks for the web ACL in the reader's name. */
export const FIREWALL_PERMISSIONS = [OF_RESOURCE, BY_ARN, MANAGED_GROUP, OWN_GROUP];

type Acl = { readonly WebACL?: WebACL | undefined };
type Scope = "REGIONAL" | "CLOUDFRONT";

/** Reads the web application firewalls of one account; each web ACL and each rule group is asked for once. */
export interface FirewallReader {
  /** The one that stands before a resource of the region (a balancer, a stage). */
  readonly ofResource: (
    subject: Subject,
    arn: string,
    region: string,
  ) => AsyncGenerator<Observation | Problem>;
  /** The one with this ARN. @param region us-east-1 for those of CloudFront */
  readonly byArn: (
    subject: Subject,
    arn: string,
    region: string,
    scope: Scope,
  ) => AsyncGenerator<Observation | Problem>;
}

/** Makes the reader of a session. */
export function firewallReader(session: AwsSession): FirewallReader {
  const { context, clients } = session;
  const acls = new Map<string, Promise<Answer<Acl>>>();
  const groups = new Map<string, Promise<Answer<{ readonly rules: readonly string[] }>>>();

  const askGroup = (group: GroupToAsk, region: string, scope: Scope) => {
    const key = `${region} ${scope} ${group.key}`;
    const asked = groups.get(key) ?? context.ask(groupQuestion(group, region, scope, session));
    groups.set(key, asked);
    return asked;
  };

  async function* told(
    subject: Subject,
    question: Pick<Question<Acl>, "service" | "operation">,
    answer: Answer<Acl>,
    permission: string,
    place: { readonly region: string; readonly scope: Scope },
  ): AsyncGenerator<Observation | Problem> {
    const failed = (
      operation: string,
      needed: string,
      { failure }: Extract<Answer<Acl>, { ok: false }>,
    ): Problem =>
      unanswered(context, subject, "webFirewall", {
        operation,
        permission: missing(needed, failure.message),
        failure,
      });
    if (!answer.ok) {
      yield failed(question.operation, permission, answer);
      return;
    }
    const acl = answer.raw.WebACL;
    const rules = new Map<string, readonly string[]>();
    let toAsk: readonly GroupToAsk[] = [];
    try {
      toAsk = acl === undefined ? [] : groupsToAsk(acl);
    } catch (error) {
      yield failed(question.operation, permission, { ok: false, failure: malformed(error) });
      return;
    }
    for (const group of toAsk) {
      const inside = await askGroup(group, place.region, place.scope);
      if (!inside.ok) {
        const needed = "arn" in group ? OWN_GROUP : MANAGED_GROUP;
        yield failed(needed, needed, inside);
        return;
      }
      rules.set(group.key, inside.raw.rules);
    }
    yield context.read(
      defineRead({
        ...question,
        call: () => Promise.resolve({ acl, rules: [...rules] }),
        subject,
        facet: "webFirewall",
        permission,
        map: () => (acl === undefined ? NO_FIREWALL : toWebFirewall(acl, rules)),
      }),
    );
  }

  return {
    ofResource: async function* ofResource(subject, ResourceArn, region) {
      const question = awsQuestion(
        clients,
        "wafv2",
        region,
        "GetWebACLForResource",
        async (client, options): Promise<Acl> => {
          const { GetWebACLForResourceCommand } = await import("@aws-sdk/client-wafv2");
          return client.send(new GetWebACLForResourceCommand({ ResourceArn }), options);
        },
      );
      const answer = await context.ask(question);
      yield* told(subject, question, answer, OF_RESOURCE, { region, scope: "REGIONAL" });
    },
    byArn: async function* byArn(subject, ARN, region, scope) {
      const question = awsQuestion(
        clients,
        "wafv2",
        region,
        "GetWebACL",
        async (client, options): Promise<Acl> => {
          const { GetWebACLCommand } = await import("@aws-sdk/client-wafv2");
          const { WebACL } = await client.send(new GetWebACLCommand(named(ARN, scope)), options);
          if (WebACL === undefined) throw new TypeError("an answer without web ACL");
          return { WebACL };
        },
      );
      const asked = acls.get(ARN) ?? context.ask(question);
      acls.set(ARN, asked);
      yield* told(subject, question, await asked, BY_ARN, { region, scope });
    },
  };
}

/** The call for a resource needs the permission for its web ACL too: which of them is missing AWS says. */
function missing(needed: string, message: string): string {
  const named = deniedAction(message) ?? needed;
  return FIREWALL_PERMISSIONS.includes(named) ? named : needed;
}

/** `arn:aws:wafv2:eu-west-3:111122223333:regional/webacl/name/id`: the parts are understood by every version of the service. */
function named(ARN: string, Scope: Scope) {
  const [, Name, Id] = /\/webacl\/([^/]+)\/([^/]+)$/.exec(ARN) ?? [];
  return Name === undefined || Id === undefined ? { ARN } : { Name, Id, Scope };
}

function groupQuestion(
  group: GroupToAsk,
  region: string,
  Scope: Scope,
  { clients }: AwsSession,
): Question<{ readonly rules: readonly string[] }> {
  if ("arn" in group) {
    const ARN = group.arn;
    return awsQuestion(clients, "wafv2", region, "GetRuleGroup", async (client, options) => {
      const { GetRuleGroupCommand } = await import("@aws-sdk/client-wafv2");
      const { RuleGroup } = await client.send(new GetRuleGroupCommand({ ARN }), options);
      if (RuleGroup === undefined) throw new TypeError("an answer without rule group");
      const stopping = (RuleGroup.Rules ?? []).filter(
        ({ Action }) => Action !== undefined && stopsRequests(Action),
      );
      return { rules: stopping.map(({ Name }) => Name ?? "") };
    });
  }
  const { VendorName, Name, Version } = group.managed;
  return awsQuestion(
    clients,
    "wafv2",
    region,
    "DescribeManagedRuleGroup",
    async (client, options) => {
      const { DescribeManagedRuleGroupCommand } = await import("@aws-sdk/client-wafv2");
      const asked = { VendorName, Name, Scope, VersionName: Version };
      const { Rules } = await client.send(new DescribeManagedRuleGroupCommand(asked), options);
      if (Rules === undefined) throw new TypeError("an answer without rules");
      // What it does by itself is only told for some; what it is not told here counts as stopping.
      const stopping = Rules.filter(({ Action }) => Action === undefined || stopsRequests(Action));
      return { rules: stopping.map((rule) => rule.Name ?? "") };
    },
  );
}
