import { controls } from "#controls/index.ts";
import { scopeTouchesTarget } from "#derive/scope.ts";
import { endpointAddress, endpointSubject } from "#estate/endpoint.ts";
import { evaluate, exitCode } from "#evaluate/evaluate.ts";
import { kindOf } from "#facts/kinds.ts";
import { gather } from "#gather/gather.ts";
import { plan } from "#gather/plan.ts";
import { CHECK_SCHEMA_VERSION, type CheckedTls, type CheckReport } from "#model/check-report.ts";
import { targetSchema, type TargetOf } from "#model/estate.ts";
import type { Evidence, Observation } from "#model/evidence.ts";
import type { FacetName, Facets } from "#model/facets.ts";
import type { Check, Policy } from "#model/policy.ts";
import type { ClaimResult, Report } from "#model/report.ts";
import { builtInPolicy } from "#policy/builtin.ts";
import { probes } from "#probes/index.ts";
import { cancellation } from "./cancellation.ts";
import { EXIT, UsageError } from "./exit.ts";
import { openLog } from "./log.ts";
import { terminalStyle, writeText } from "./output.ts";
import { scanSettings } from "./settings.ts";
import { tool } from "./tool.ts";

interface CheckOptions {
  readonly policy?: string;
  readonly label: readonly string[];
  readonly connect?: string;
  readonly caFile?: string;
  readonly timeout: string;
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

/**
 * HOST and HOST:443 are web servers, any other port is asked for TLS only; a URL says itself what it is.
 * @throws UsageError
 */
function endpointTarget(address: string, options: CheckOptions): TargetOf<"endpoint"> {
  const bare = /^[a-z]+:\/\//i.test(address) ? null : address.replace(/\/$/, "");
  const web = bare === null || !/:\d+$/.test(bare) || bare.endsWith(":443");
  const parsed = targetSchema.safeParse({
    id: "endpoint",
    provider: "endpoint",
    labels: [...options.label],
    url: bare === null ? address : `${web ? "https" : "tls"}://${bracketed(bare)}`,
    ...(options.connect === undefined ? {} : { connect: hostAndPort(options.connect) }),
    ...(options.caFile === undefined ? {} : { caFile: options.caFile }),
    limits: { targetTimeout: `PT${options.timeout}S`, callTimeout: `PT${options.timeout}S` },
  });
  if (!parsed.success || parsed.data.provider !== "endpoint") {
    const reason = parsed.error?.issues[0]?.message ?? "";
    throw new UsageError(
      `check ${address}: expected HOST, HOST:PORT or a URL such as https://example.com (${reason})`,
    );
  }
  return parsed.data;
}

/** An IPv6 address stands in brackets in a URL. */
function bracketed(host: string): string {
  return /^[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*$/i.test(host) ? `[${host}]` : host;
}

function hostAndPort(text: string): { host: string; port: number } {
  const match = /^(.+):(\d{1,5})$/.exec(text);
  if (match?.[1] === undefined) throw new UsageError(`--connect ${text}: expected HOST:PORT`);
  return { host: match[1].replace(/^\[|\]$/g, ""), port: Number(match[2]) };
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
  const tls = tlsOf(evidence.observations);
  const http = facet(evidence.observations, "http") ?? null;
  return {
    schemaVersion: CHECK_SCHEMA_VERSION,
    tool: report.tool,
    checkedAt: report.asOf,
    target:
      target.connect === undefined
        ? { url: target.url, host, port }
        : { url: target.url, host: serverName, port, address: `${host}:${port}` },
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
