import { testChain } from "./default-chain.ts";

testChain(["secret", "workload", "app"]);
