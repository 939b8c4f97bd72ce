/** Bundles the scan of the bench as users have it: sources and whole SDKs take longer to load. The folder is given. */
import { build } from "rolldown";
import { bundle } from "../../../src/tooling/bundling.ts";

await bundle(build, process.argv[2] ?? "", { scan: "test/bench/cloud/scan-child.ts" });
