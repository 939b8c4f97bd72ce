import { testChain } from "./default-chain.ts";

testChain(["machine"]);
