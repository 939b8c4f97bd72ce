/** A service that is found at a port. */
export interface KnownPort {
  readonly name: string;
  readonly protocol: "tcp" | "udp";
  readonly first: number;
  readonly last: number;
}

type Row = readonly [name: string, protocol: "tcp" | "udp", first: number, last?: number];

const MANAGEMENT_ROWS: readonly Row[] = [
  ["SSH", "tcp", 22],
  ["Telnet", "tcp", 23],
  ["RPC endpoint mapper", "tcp", 135],
  ["NetBIOS", "tcp", 137, 139],
  ["NetBIOS", "udp", 137, 139],
  ["SNMP", "udp", 161],
  ["SMB", "tcp", 445],
  ["rexec, rlogin, rsh", "tcp", 512, 514],
  ["IPMI", "udp", 623],
  ["Docker", "tcp", 2375, 2377],
  ["etcd", "tcp", 2379, 2380],
  ["RDP", "tcp", 3389],
  ["RDP", "udp", 3389],
  ["VNC", "tcp", 5800, 5809],
  ["VNC", "tcp", 5900, 5909],
  ["WinRM", "tcp", 5985, 5986],
  ["X11", "tcp", 6000, 6009],
  ["Kubernetes API", "tcp", 6443],
  ["kubelet", "tcp", 10_250],
  ["kubelet, read only", "tcp", 10_255],
  ["Webmin", "tcp", 10_000],
];

const DATABASE_ROWS: readonly Row[] = [
  ["Microsoft SQL Server", "tcp", 1433],
  ["Microsoft SQL Server browser", "udp", 1434],
  ["Azure SQL Managed Instance", "tcp", 3342],
  ["Oracle", "tcp", 1521],
  ["Oracle over TLS", "tcp", 2484],
  ["ZooKeeper", "tcp", 2181],
  ["MySQL", "tcp", 3306],
  ["Firebird", "tcp", 3050],
  ["Neo4j", "tcp", 7687],
  ["PostgreSQL", "tcp", 5432],
  ["Redshift", "tcp", 5439],
  ["CouchDB", "tcp", 5984],
  ["Redis", "tcp", 6379],
  ["InfluxDB", "tcp", 8086],
  ["Cassandra", "tcp", 9042],
  ["Kafka", "tcp", 9092],
  ["Elasticsearch", "tcp", 9200],
  ["Elasticsearch between nodes", "tcp", 9300],
  ["memcached", "tcp", 11_211],
  ["memcached", "udp", 11_211],
  ["MongoDB", "tcp", 27_017, 27_019],
];

/**
 * Ports by which machines are administered, whatever stands there: registered ones, and those that products listen at
 * by default. https://www.iana.org/assignments/service-names-port-numbers/
 */
export const MANAGEMENT_PORTS: readonly KnownPort[] = MANAGEMENT_ROWS.map(known);
/** Ports of databases, caches and the like, by the same sources. */
export const DATABASE_PORTS: readonly KnownPort[] = DATABASE_ROWS.map(known);

function known([name, protocol, first, last = first]: Row): KnownPort {
  return { name, protocol, first, last };
}
