#!/usr/bin/env node
// Plain JavaScript that every Node can read, so that an old one gets an answer instead of a syntax error.
const NEEDED = 24;
if (Number(process.versions.node.split(".")[0]) < NEEDED) {
  process.stderr.write(
    `Probity needs Node ${NEEDED} or newer; this is ${process.version}.\n` +
      "In a checkout, `npm ci` brings the right one: run `npx probity …` instead.\n" +
      "Elsewhere, install Node 24 from https://nodejs.org or your package manager.\n",
  );
  process.exit(2);
}
// Compiled sources are kept in the user's own cache: the second run starts in half the time.
const { enableCompileCache } = await import("node:module");
const { homedir } = await import("node:os");
const cache = process.env.XDG_CACHE_HOME || `${homedir()}/.cache`;
enableCompileCache?.(`${cache}/probity`);

const { main } = await import("./commands.js");
process.exitCode = await main(process.argv.slice(2));
