import { STSClient, AssumeRoleCommand } from "@aws-sdk/client-sts";
import type { ApiAnswers } from "#fixtures/estate/aws/answers.ts";
import { layerOver } from "../../support/aws-layer.ts";
import { startMoto } from "../../support/moto.ts";
import { seedAccount } from "./account.ts";
import { seedBackups } from "./backups.ts";
import { besides } from "./besides.ts";
import { seedStorage } from "./buckets.ts";
import { seedEdge } from "./edge.ts";
import { seedNetwork } from "./network.ts";
import { MAIN, MEMBERS, PARIS, targetOf } from "#fixtures/estate/aws-recorded/organization.ts";
import type { Seed, Truth } from "#fixtures/estate/seeded/truth.ts";
import { given, type Emulator } from "./seed.ts";
import { disksOf, seedDatabases, seedStores } from "./stores.ts";

/** The estate in an emulator, to be scanned at `url`. */
export interface SeededEstate {
  readonly url: string;
  readonly truth: Truth;
  readonly close: () => Promise<void>;
}

/** Starts the emulator and seeds all accounts; what is dated is dated from `now`. */
export async function startSeeded(now: Date): Promise<SeededEstate> {
  const moto = await startMoto();
  // The same names and ids each time.
  await fetch(`${moto.url}/moto-api/seed?a=1`, { method: "POST" });
  const truth = new Map<string, readonly Seed[]>();
  const answers: Record<string, ApiAnswers> = {};
  for (const account of [MAIN, ...MEMBERS]) {
    const emulator = await emulatorOf(moto.url, account);
    const isMain = account === MAIN;
    const network = isMain ? await seedNetwork(emulator) : [];
    const edge = isMain ? await seedEdge(emulator) : { seeds: [], answers: {} };
    const stores = await seedStores(emulator);
    const backups = await seedBackups(emulator, account, await disksOf(emulator), now);
    const other = besides(account, now);
    truth.set(targetOf(account), [
      ...network,
      ...stores,
      ...backups.seeds,
      ...other.seeds,
      ...(await seedDatabases(emulator)),
      ...(await seedAccount(emulator, account, isMain)),
      ...edge.seeds,
      ...(isMain ? await seedStorage(moto.url) : []),
    ]);
    answers[account] = { ...other.answers, ...edge.answers, ...backups.answers };
  }
  const layer = await layerOver(moto.url, answers, MAIN);
  return {
    url: layer.url,
    truth,
    close: async () => {
      await layer.close();
      await moto.close();
    },
  };
}

/** Keys for an account of the emulator: of another than the first one, by a role there. */
async function emulatorOf(endpoint: string, account: string): Promise<Emulator> {
  const own = {
    endpoint,
    region: PARIS,
    credentials: { accessKeyId: "AKIASEEDSEEDSEEDSEED", secretAccessKey: "seeded" },
  };
  if (account === MAIN) return own;
  const client = new STSClient(own);
  const { Credentials: keys } = await client.send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${account}:role/probity`,
      RoleSessionName: "seeding",
    }),
  );
  client.destroy();
  return {
    ...own,
    credentials: {
      accessKeyId: given(keys?.AccessKeyId, "key"),
      secretAccessKey: given(keys?.SecretAccessKey, "secret"),
      sessionToken: given(keys?.SessionToken, "token"),
    },
  };
}
