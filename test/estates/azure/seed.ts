import type { ArmResource, StorageAccount } from "#fixtures/estate/azure/estate.ts";
import type { Seed } from "#fixtures/estate/aws-recorded/truth.ts";
import type { Outcome } from "#model/control.ts";

/** What a promise must come to, by its id. */
export type Expected = Readonly<Record<string, Outcome>>;
type Note = Pick<Seed, "violates" | "trap">;

/** One resource and what is true of it; without a resource: something that lies inside one. */
export interface AzureSeed extends Seed {
  readonly resource?: ArmResource;
  readonly account?: StorageAccount;
}

/** That these promises hold. */
export function passes(...promises: readonly string[]): Expected {
  return Object.fromEntries(promises.map((promise) => [promise, "pass" as const]));
}

/** A resource, with what it must come to. */
export function seeded(resource: ArmResource, expected: Expected, note: Note = {}): AzureSeed {
  return { name: resource.name, resource, expected, ...note };
}

/** A storage account, with what it must come to. */
export function stored(account: StorageAccount, expected: Expected, note: Note = {}): AzureSeed {
  return { name: account.name, account, expected, ...note };
}

/** Something that is no resource in ARM's list. @param name as the report knows it */
export function inside(name: string, expected: Expected, note: Note = {}): AzureSeed {
  return { name, expected, ...note };
}

/** The same again and again. */
export function many<Item>(count: number, make: (name: string) => Item, name: string): Item[] {
  return Array.from({ length: count }, (_, index) => make(`${name}${index + 1}`));
}
