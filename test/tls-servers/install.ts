/** `node test/tls-servers/install.ts`: installs what no system package has: the old Nodes. */
import { installOldNodes } from "./old-node-packages.ts";

await installOldNodes();
