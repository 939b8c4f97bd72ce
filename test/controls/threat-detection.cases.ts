import control from "#controls/detection/threat-detection.ts";
import { defineCases } from "./cases.ts";
import { serviceCases } from "./service-cases.ts";

export default defineCases(control, serviceCases("threatDetection"));
