import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { organizationAt } from "#fixtures/estate/aws-recorded/organization.ts";
import type { Report } from "#model/report.ts";
import { inputsOf, judge, scanCustomer } from "../../support/customers.ts";

/** Scans the organization that answers at an address, by the files of the demo; gives the report in full. */
export async function scanOrganization(url: string): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "probity-test-"));
  try {
    const customer = organizationAt(url, folder);
    const inputs = inputsOf(customer);
    return judge(inputs, await scanCustomer(customer, inputs), { full: true });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
