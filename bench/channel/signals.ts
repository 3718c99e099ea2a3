/** The texts that the two sides of a channel say to each other. */
export const GO = 'go';
export const STOP = 'stop';
export const PARTITION_END = 'partition';
export const CONFIRMED = 'partition-received';
