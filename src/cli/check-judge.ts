import { scopeTouchesTarget } from "#derive/scope.ts";
import { readableBy } from "#derive/readable.ts";
import { endpointAddress, endpointSubject } from "#estate/endpoint.ts";
import { evaluate, exitCode } from "#evaluate/evaluate.ts";
import { kindOf } from "#facts/kinds.ts";
import {
  CHECK_SCHEMA_VERSION,
  type CheckedSsh,
  type CheckedTls,
  type CheckedWeb,
  type CheckReport,
} from "#model/check-report.ts";
import type { Control } from "#model/control.ts";
import type { TargetOf } from "#model/estate.ts";
import type { Evidence, Observation } from "#model/evidence.ts";
import type { FacetName, Facets } from "#model/facets.ts";
import type { Check, Policy } from "#model/policy.ts";
import type { ClaimResult, Report } from "#model/report.ts";
import { builtInPolicy } from "#policy/builtin.ts";
import { probes } from "#probes/index.ts";
import { DNS_PROBE } from "./check-look.ts";
import { bracketed } from "./check-target.ts";
import { EXIT } from "./exit.ts";
import { tool } from "./tool.ts";

type EndpointTarget = TargetOf<"endpoint">;

/** A check, and the exit code that it alone would give. */
export interface JudgedCheck {
  readonly report: CheckReport;
  readonly code: 0 | 1 | 3;
}

/** Judges what was seen of endpoints. */
export interface Judge {
  /** The claims that speak of such an endpoint; empty: nothing would be judged. */
  readonly claims: (target: EndpointTarget) => Policy["claims"];
  /** The labels by which the policy selects endpoints; empty: by none. */
  readonly labels: ReadonlySet<string>;
  readonly judge: (target: EndpointTarget, evidence: Evidence) => JudgedCheck;
}

/**
 * Loads what judges, once for all endpoints: the policy of a file, or the built-in one.
 * @throws ConfigurationError with everything that is wrong with the file
 */
export async function loadJudge(file: string | undefined): Promise<Judge> {
  const { controls } = await import("#controls/index.ts");
  const own = file === undefined ? null : await policyOf(file, controls);
  const policies = new Map<string, Policy>();
  const policyFor = (target: EndpointTarget): Policy => {
    // All targets of a run have the same labels, so the kind alone tells them apart.
    const { kind } = endpointSubject(target);
    const policy = policies.get(kind) ?? claimsOn(target, own ?? builtInPolicy(kind), controls);
    policies.set(kind, policy);
    return policy;
  };
  const readable = readableBy(probes);
  const named = tool();
  return {
    claims: (target) => policyFor(target).claims,
    labels: new Set(
      own?.claims
        .flatMap(({ checks }) => checks)
        .filter(({ scope }) => scope.providers?.includes("endpoint") !== false)
        .flatMap(({ scope }) => scope.labels ?? []),
    ),
    judge: (target, evidence) => {
      const policy = policyFor(target);
      const report = evaluate({
        policies: [policy],
        estate: { version: 1, targets: [target], labels: [], ranges: [] },
        attestations: [],
        waivers: [],
        evidence,
        controls,
        readable,
        now: new Date(evidence.finishedAt),
        tool: named,
        full: true,
      });
      const checked = checkReport(target, policy, own === null, evidence, report);
      return { report: checked, code: checked.reachable ? exitCode(report) : EXIT.unverified };
    },
  };
}

/** Reading YAML is loaded only for who asks for it. */
async function policyOf(file: string, controls: ReadonlyMap<string, Control>): Promise<Policy> {
  const { readPolicy } = await import("#policy/policy.ts");
  return readPolicy(file, controls).value;
}

/** The claims that speak of this endpoint, without what else they ask: attestations, settings of other providers. */
function claimsOn(
  target: EndpointTarget,
  policy: Policy,
  controls: ReadonlyMap<string, Control>,
): Policy {
  const facets = kindOf(endpointSubject(target).kind)?.facets ?? [];
  const speaks = ({ control, scope }: Check) =>
    control !== undefined &&
    scopeTouchesTarget(scope, target, []) &&
    (controls.get(control)?.needs.some((facet) => facets.includes(facet)) ?? false);
  const claims = policy.claims.map((claim) => ({
    ...claim,
    checks: claim.checks.filter(speaks),
    attest: [],
  }));
  return { ...policy, claims: claims.filter((claim) => claim.checks.length > 0) };
}

function checkReport(
  target: EndpointTarget,
  policy: Policy,
  builtIn: boolean,
  evidence: Evidence,
  report: Report,
): CheckReport {
  const { url, connect, ...rest } = target;
  const { host, port } = endpointAddress({ ...rest, url });
  const asked = endpointAddress(target);
  const place = { url, host: bracketed(host), port };
  const tls = tlsOf(evidence.observations);
  const http = facet(evidence.observations, "http");
  const ssh = sshOf(evidence.observations);
  const reachable = tls !== null || http !== null || ssh !== null;
  return {
    schemaVersion: CHECK_SCHEMA_VERSION,
    tool: report.tool,
    checkedAt: report.asOf,
    milliseconds: Date.parse(evidence.finishedAt) - Date.parse(evidence.startedAt),
    target:
      connect === undefined
        ? place
        : { ...place, address: `${bracketed(asked.host)}:${asked.port}` },
    reachable,
    policy: { id: policy.id, title: policy.statement.title, builtIn },
    tls,
    http,
    ...(ssh === null ? {} : { ssh }),
    dns: facet(evidence.observations, "dns"),
    hosting: facet(evidence.observations, "hosting"),
    web: webOf(evidence.observations),
    judgements: report.claims.flatMap(judgements),
    attention: report.attention,
    // Where nothing answers, what DNS does not tell has been said by those who wanted to connect.
    problems: report.problems.filter(
      ({ probe, reason }) => probe !== DNS_PROBE || (reachable && reason !== "unsupported"),
    ),
  };
}

function webOf(observations: readonly Observation[]): CheckedWeb | null {
  const answer = facet(observations, "httpAnswer");
  const service = facet(observations, "httpService");
  return answer === null && service === null ? null : { answer, service };
}

function tlsOf(observations: readonly Observation[]): CheckedTls | null {
  const tls = {
    protocols: facet(observations, "protocols"),
    cipherSuites: facet(observations, "cipherSuites"),
    keyExchange: facet(observations, "keyExchange"),
    certificate: facet(observations, "certificate"),
    service: facet(observations, "tlsService"),
    behaviour: facet(observations, "tlsBehaviour"),
    attacks: facet(observations, "tlsAttacks"),
  };
  return Object.values(tls).some((value) => value !== null) ? tls : null;
}

function sshOf(observations: readonly Observation[]): CheckedSsh | null {
  const service = facet(observations, "sshService");
  const keys = facet(observations, "sshKeys");
  return service === null && keys === null ? null : { service, keys };
}

function facet<F extends FacetName>(
  observations: readonly Observation[],
  name: F,
): Facets[F] | null {
  const found = observations.find((observation) => observation.facet === name);
  // The facet's name settles the value's type; the union cannot follow a generic name.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (found?.value ?? null) as Facets[F] | null;
}

function judgements(claim: ClaimResult): CheckReport["judgements"] {
  return claim.checks.flatMap((check) =>
    check.evaluations.map(({ outcome, message, expected, actual, remediation }) => ({
      claim: claim.id,
      control: check.control,
      outcome,
      message,
      expected,
      actual,
      basis: check.basis,
      remediation: outcome === "fail" ? (remediation ?? check.remediation) : null,
    })),
  );
}
