import { spawn } from "node:child_process";
import { motoPython } from "./requirements.ts";

export interface Moto {
  readonly url: string;
  /** The account that everything in moto belongs to. */
  readonly account: string;
  readonly close: () => Promise<void>;
}

/** Starts moto_server, another's emulator of AWS's API, on a free port of 127.0.0.1. */
export async function startMoto(): Promise<Moto> {
  const python = motoPython();
  if (python === null) throw new Error("moto is not installed: pip install 'moto[server]'");
  const child = spawn(python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], {
    env: { ...process.env, MOTO_EC2_LOAD_DEFAULT_AMIS: "false", PYTHONUNBUFFERED: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
  });
  const url = await new Promise<string>((resolve, reject) => {
    let said = "";
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      const found = /Running on (http:\/\/127\.0\.0\.1:[1-9]\d*)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.once("error", reject);
    child.once("close", () => reject(new Error(`moto ended before it answered: ${said}`)));
  });
  return {
    url,
    account: "123456789012",
    close: async () => {
      child.kill();
      await ended;
    },
  };
}
