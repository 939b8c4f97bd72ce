// @ts-check
// `node bin/node24.js SCRIPT ARGS…`: runs a script of this project by Node 24, whichever Node npm itself runs on.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { isNewEnough, runByPackagedNode } from "./packaged-node.js";

const [script = "", ...args] = process.argv.slice(2);
if (isNewEnough) {
  process.argv.splice(1, process.argv.length, resolve(script), ...args);
  await import(pathToFileURL(resolve(script)).href);
} else {
  process.exitCode = await runByPackagedNode(script, args);
}
