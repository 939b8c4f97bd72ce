#!/usr/bin/env node
// @ts-check
import { isNewEnough, runByPackagedNode } from "./packaged-node.js";

// All is written by now, and to end at once is sooner than to have everything taken apart.
process.exit(await (isNewEnough ? run() : runElsewhere()));

async function runElsewhere() {
  const { fileURLToPath } = await import("node:url");
  return runByPackagedNode(fileURLToPath(import.meta.url), process.argv.slice(2));
}

/** Whatever goes wrong in here is a defect of Probity: 70, never a verdict. */
async function run() {
  for (const event of ["uncaughtException", "unhandledRejection"]) {
    process.on(event, (error) => {
      process.stderr.write(`Probity failed: ${describe(error)}\n`);
      process.exit(70);
    });
  }
  try {
    // Compiled sources are kept in the user's own cache: the second run starts in half the time.
    const { enableCompileCache } = process.getBuiltinModule("node:module");
    const { homedir } = process.getBuiltinModule("node:os");
    enableCompileCache(`${process.env["XDG_CACHE_HOME"] || `${homedir()}/.cache`}/probity`);
    const { commandLine } = await import("./bundled.js");
    /** @type {typeof import("./commands.js")} */
    const { main } = await import(commandLine());
    return await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`Probity failed: ${describe(error)}\n`);
    return 70;
  }
}

/** @param {unknown} error */
function describe(error) {
  if (!(error instanceof Error)) return String(error);
  return process.argv.includes("--debug") ? (error.stack ?? error.message) : error.message;
}
