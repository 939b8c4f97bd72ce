/** Every configuration of the table. */
import type { ServerConfiguration } from "./configuration.ts";
import { configurations as gnutls } from "./gnutls.ts";
import { configurations as haproxy } from "./haproxy.ts";
import { configurations as jsse } from "./jsse.ts";
import { configurations as nginx } from "./nginx.ts";
import { configurations as node24 } from "./node24.ts";
import { configurations as oldNode } from "./old-node.ts";
import { configurations as sServer } from "./s-server.ts";

export const configurations: readonly ServerConfiguration[] = [
  ...nginx,
  ...sServer,
  ...haproxy,
  ...gnutls,
  ...jsse,
  ...node24,
  ...oldNode,
];
