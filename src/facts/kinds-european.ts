// OVHcloud, Scaleway and UpCloud give their types no name that is unique beyond one API, so the provider goes before:
// https://eu.api.ovh.com/console/, https://www.scaleway.com/en/developers/api/, https://developers.upcloud.com/1.3/
import { dataKinds, inside, otherKinds, regionalDataKinds } from "./kind-rows.ts";
import type { Kind } from "./kinds.ts";

export const EUROPEAN_KINDS: readonly Kind[] = [
  ...regionalDataKinds("ovh", [
    ["ovh/dedicated-server", "dedicated server"],
    ["ovh/vps", "virtual private server"],
    ["ovh/private-cloud", "hosted private cloud", "exposure"],
    ["ovh/nas-ha", "NAS-HA", "recoveryPoints"],
  ]),
  // What lies in a project, or belongs to a server, is in no list of all resources.
  ...inside(
    regionalDataKinds("ovh", [
      [
        "ovh/bucket",
        "object storage bucket",
        "exposure",
        "versioning",
        "immutability",
        "replication",
        "accessPolicy",
        "retention",
      ],
      ["ovh/swift-container", "object storage container (Swift)", "exposure"],
      ["ovh/cold-archive", "cold archive container"],
      ["ovh/volume", "block storage volume", "recoveryPoints"],
      ["ovh/volume-snapshot", "block storage snapshot", "recoveryPoint"],
      ["ovh/volume-backup", "block storage backup", "recoveryPoint"],
      // Its own disk holds data, beside the volumes that are attached to it.
      ["ovh/instance", "public cloud instance", "recoveryPoints"],
      ["ovh/instance-backup", "instance backup", "recoveryPoint"],
      ["ovh/backup-ftp", "backup storage of a dedicated server"],
      ["ovh/container-registry", "container registry"],
      ["ovh/file-share", "file share"],
      ["ovh/secret", "secret"],
    ]),
  ),
  // Backups rest in another region than the nodes.
  ...inside(
    dataKinds("ovh", [
      ["ovh/database", "managed database", "transport", "exposure", "redundancy", "recoveryPoints"],
    ]),
  ),
  ...otherKinds("ovh", ["ingress", "ddosProtection"], { "ovh/ip": "IP block" }),
  ...inside(otherKinds("ovh", ["sshKeys"], { "ovh/ssh-key": "SSH key" })),
  ...inside(otherKinds("ovh", ["signIn"], { "ovh/user": "user of the account" })),
  ...otherKinds("ovh", ["signIn"], { "ovh/account": "account" }),
  ...otherKinds("ovh", ["link"], { "ovh/vrack": "vRack" }),
  ...otherKinds("ovh", [], {
    "ovh/cloud-project": "public cloud project",
    "ovh/kubernetes": "Kubernetes cluster",
    "ovh/load-balancer": "load balancer",
    "ovh/private-network": "private network",
    "ovh/domain": "domain name",
    "ovh/domain-zone": "DNS zone",
  }),
  ...regionalDataKinds("scaleway", [
    [
      "scaleway/bucket",
      "object storage bucket",
      "exposure",
      "versioning",
      "accessPolicy",
      "immutability",
      "retention",
    ],
    ["scaleway/volume", "block volume"],
    ["scaleway/snapshot", "volume snapshot"],
    ["scaleway/image", "image of an instance"],
    ["scaleway/redis-cluster", "Redis cluster", "transport", "exposure"],
    ["scaleway/baremetal-server", "bare metal server"],
    ["scaleway/secret", "secret"],
    ["scaleway/container-registry", "container registry", "exposure"],
    ["scaleway/rdb-snapshot", "snapshot of a managed database", "recoveryPoint"],
    ["scaleway/mongodb-instance", "managed MongoDB database"],
    ["scaleway/mongodb-snapshot", "snapshot of a managed MongoDB database"],
    ["scaleway/sql-database", "serverless SQL database"],
    ["scaleway/file-system", "file system"],
  ]),
  ...dataKinds("scaleway", [
    [
      "scaleway/rdb-instance",
      "managed database",
      "exposure",
      "redundancy",
      "backups",
      "recoveryPoints",
    ],
    // It may rest in another region than its instance: `backup_same_region` is false by default.
    ["scaleway/rdb-backup", "backup of a managed database", "recoveryPoint"],
  ]),
  ...otherKinds("scaleway", ["ingress"], { "scaleway/security-group": "security group" }),
  ...otherKinds("scaleway", ["sshKeys"], { "scaleway/ssh-key": "SSH key" }),
  ...otherKinds("scaleway", ["link"], { "scaleway/vpn-connection": "VPN connection" }),
  ...otherKinds("scaleway", [], {
    "scaleway/instance": "instance",
    "scaleway/ip": "IP address",
    "scaleway/kubernetes": "Kubernetes cluster",
    "scaleway/load-balancer": "load balancer",
    "scaleway/private-network": "private network",
    "scaleway/vpc": "VPC",
  }),
  ...regionalDataKinds("upcloud", [
    ["upcloud/storage", "block storage", "backups", "recoveryPoints"],
    ["upcloud/storage-template", "custom template or image"],
    ["upcloud/file-storage", "file storage"],
    [
      "upcloud/bucket",
      "object storage bucket",
      "exposure",
      "versioning",
      "accessPolicy",
      "immutability",
      "retention",
    ],
  ]),
  // A backup may rest in another zone than its origin, those of a database rest off-site, and the region of an object
  // storage is no zone.
  ...dataKinds("upcloud", [
    ["upcloud/storage-backup", "storage backup", "recoveryPoint"],
    ["upcloud/object-storage", "managed object storage", "exposure"],
    ["upcloud/database", "managed database", "exposure", "redundancy", "backups", "recoveryPoints"],
  ]),
  ...otherKinds("upcloud", ["ingress"], { "upcloud/server": "server" }),
  ...otherKinds("upcloud", ["link"], { "upcloud/gateway": "network gateway" }),
  ...otherKinds("upcloud", [], {
    "upcloud/ip-address": "IP address",
    "upcloud/kubernetes": "Kubernetes cluster",
    "upcloud/load-balancer": "load balancer",
    "upcloud/network": "network",
    "upcloud/router": "router",
  }),
];
