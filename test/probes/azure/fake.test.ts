/** The fake Azure itself, where the probes' tests rest on it. */
import { expect, test } from "vitest";
import { answerArm } from "#fixtures/estate/azure/arm.ts";
import { storageAccount, type AzureEstate } from "#fixtures/estate/azure/estate.ts";
import { FIRST, HIDDEN, TENANT } from "./fake.ts";

const ESTATE: AzureEstate = {
  tenant: TENANT,
  applications: [],
  pageSize: 1,
  subscriptions: [
    {
      id: FIRST,
      name: "Production",
      accounts: ["st1", "st10"].map((name) => storageAccount(name, { subscription: FIRST })),
      resources: [],
    },
    { id: HIDDEN, name: "Hidden", visible: false, accounts: [], resources: [] },
  ],
};
const ORIGIN = "https://arm.example.com";
const accounts = `/subscriptions/${FIRST}/resourceGroups/production/providers/Microsoft.Storage/storageAccounts`;

function ask(path: string) {
  return answerArm(ESTATE, new URL(`${ORIGIN}${path}`), ORIGIN);
}

test.each(["st1", "st10"])("account %s is told from one whose name begins alike", (name) => {
  const answer = { status: 200, body: expect.objectContaining({ name }) };
  expect(ask(`${accounts}/${name}?api-version=1`)).toMatchObject(answer);
  const service = ask(`${accounts.toUpperCase()}/${name}/blobServices/default?api-version=1`);
  expect(service).toMatchObject({
    status: 200,
    body: { id: `${accounts}/${name}/blobServices/default` },
  });
});

test.each([
  [`${accounts}/st1`, 400, "MissingApiVersionParameter"],
  [`${accounts}/st2?api-version=1`, 404, "ResourceNotFound"],
  [`${accounts}/st1/fileServices/default?api-version=1`, 404, "ResourceNotFound"],
  [`/subscriptions/${HIDDEN}?api-version=1`, 404, "SubscriptionNotFound"],
])("%s: %i %s", (path, status, code) => {
  expect(ask(path)).toMatchObject({ status, body: { error: { code } } });
});

test("a listing has as many pages as it needs", () => {
  const names: unknown[] = [];
  let next: unknown = `/subscriptions/${FIRST}/resources?api-version=1`;
  while (typeof next === "string" && names.length < 10) {
    const { body } = ask(next.replace(ORIGIN, ""));
    expect(body).toMatchObject({ value: [{ name: expect.any(String) }] });
    names.push(body);
    next = Object.entries(body ?? {}).find(([key]) => key === "nextLink")?.[1];
  }
  expect(names).toHaveLength(2);
});
