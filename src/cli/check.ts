import { controls } from "#controls/index.ts";
import { scopeTouchesTarget } from "#derive/scope.ts";
import { endpointAddress, endpointSubject } from "#estate/endpoint.ts";
import { readableBy } from "#derive/readable.ts";
import { evaluate, exitCode } from "#evaluate/evaluate.ts";
import { kindOf } from "#facts/kinds.ts";
import { gather } from "#gather/gather.ts";
import { plan } from "#gather/plan.ts";
import { CHECK_SCHEMA_VERSION, type CheckedTls, type CheckReport } from "#model/check-report.ts";
import type { TargetOf } from "#model/estate.ts";
import type { Evidence, Observation } from "#model/evidence.ts";
import type { FacetName, Facets } from "#model/facets.ts";
import type { Check, Policy } from "#model/policy.ts";
import type { ClaimResult, Report } from "#model/report.ts";
import { builtInPolicy } from "#policy/builtin.ts";
import { probes } from "#probes/index.ts";
import { cancellation } from "./cancellation.ts";
import { bracketed, endpointTarget, type TargetOptions } from "./check-target.ts";
import { EXIT, UsageError } from "./exit.ts";
import { openLog } from "./log.ts";
import { terminalStyle, writeText } from "./output.ts";
import { scanSettings } from "./settings.ts";
import { tool } from "./tool.ts";

interface CheckOptions extends TargetOptions {
  readonly policy?: string;
  readonly format: "text" | "json";
  readonly debug?: boolean;
}

/** Looks at one endpoint and judges it; gives the exit code of the verdicts. */
export async function check(address: string, options: CheckOptions): Promise<number> {
  const target = endpointTarget(address, options);
  const web = !target.url.startsWith("tls:");
  const policy = claimsOn(
    target,
    options.policy === undefined ? builtInPolicy(web) : await policyOf(options.policy),
  );
  if (policy.claims.length === 0) {
    throw new UsageError(
      `${options.policy ?? "the policy"} has no claim on an endpoint labelled ${options.label.join(", ")}: name its labels with --label`,
    );
  }
  const estate = { version: 1 as const, targets: [target], labels: [] };
  const { signal, release } = cancellation();
  const log = await openLog(options.debug === true);
  const settings = scanSettings({ signal, active: false, log });
  const planned = plan([policy], estate, controls, probes);
  const evidence = await gather([target], planned, settings);
  release();

  const report = evaluate({
    policies: [policy],
    estate,
    attestations: [],
    waivers: [],
    evidence,
    controls,
    readable: readableBy(probes),
    now: new Date(evidence.finishedAt),
    tool: tool(),
    full: true,
  });
  const checked = checkReport(target, policy, options.policy === undefined, evidence, report);
  if (options.format === "json") {
    const { renderCheckJson } = await import("#report/json.ts");
    await writeText(renderCheckJson(checked));
  } else {
    const { renderCheckText } = await import("#report/check-text.ts");
    await writeText(renderCheckText(checked, terminalStyle(process.stdout.isTTY)));
  }
  return checked.reachable ? exitCode(report) : EXIT.unverified;
}

/** Reading YAML is loaded only for who asks for it: the rest answers within the second without it. */
async function policyOf(file: string): Promise<Policy> {
  const { readPolicy } = await import("#policy/policy.ts");
  return readPolicy(file, controls).value;
}

/** The claims that speak of this endpoint, without what else they ask: attestations, settings of other providers. */
function claimsOn(target: TargetOf<"endpoint">, policy: Policy): Policy {
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
  target: TargetOf<"endpoint">,
  policy: Policy,
  builtIn: boolean,
  evidence: Evidence,
  report: Report,
): CheckReport {
  const { host, port, serverName } = endpointAddress(target);
  const { url } = target;
  const tls = tlsOf(evidence.observations);
  const http = facet(evidence.observations, "http") ?? null;
  return {
    schemaVersion: CHECK_SCHEMA_VERSION,
    tool: report.tool,
    checkedAt: report.asOf,
    target:
      target.connect === undefined
        ? { url, host: bracketed(host), port }
        : { url, host: bracketed(serverName), port, address: `${bracketed(host)}:${port}` },
    reachable: tls !== null || http !== null,
    policy: { id: policy.id, title: policy.statement.title, builtIn },
    tls,
    http,
    judgements: report.claims.flatMap(judgements),
    attention: report.attention,
    problems: report.problems,
  };
}

function tlsOf(observations: readonly Observation[]): CheckedTls | null {
  const protocols = facet(observations, "protocols");
  const suites = facet(observations, "cipherSuites");
  const certificate = facet(observations, "certificate");
  if (protocols === undefined && suites === undefined && certificate === undefined) return null;
  return {
    protocols: protocols?.versions ?? [],
    cipherSuites: suites?.suites ?? [],
    serverPreference: suites?.serverPreference ?? null,
    unfinished: suites?.unfinished ?? [],
    groups: suites?.groups ?? [],
    certificates: certificate?.chain ?? [],
    trusted: certificate?.trusted ?? null,
    trustError: certificate?.trustError ?? null,
    hostnameMatches: certificate?.hostnameMatches ?? null,
  };
}

function facet<F extends FacetName>(
  observations: readonly Observation[],
  name: F,
): Facets[F] | undefined {
  const found = observations.find((observation) => observation.facet === name);
  // The facet's name settles the value's type; the union cannot follow a generic name.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return found?.value as Facets[F] | undefined;
}

function judgements(claim: ClaimResult): CheckReport["judgements"] {
  return claim.checks.flatMap((check) =>
    check.evaluations.map(({ outcome, message, expected, actual }) => ({
      claim: claim.id,
      control: check.control,
      outcome,
      message,
      expected,
      actual,
      basis: check.basis,
      remediation: outcome === "fail" ? check.remediation : null,
    })),
  );
}
