/**
 * Clocks of the provider and of the scan may differ by so much, milliseconds; what is dated later than that makes all
 * ages doubtful.
 */
export const CLOCK_SKEW = 300_000;
