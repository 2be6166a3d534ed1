// us-east-1, on demand, standard table class: https://aws.amazon.com/dynamodb/pricing/on-demand/

export const DOLLARS_PER_GB_MONTH = 0.25;
export const DOLLARS_PER_MILLION_READ_UNITS = 0.125;
export const DOLLARS_PER_MILLION_WRITE_UNITS = 0.625;

/** @param {{ read: number, write: number }} units */
export function dollarsOf({ read, write }) {
  return (read * DOLLARS_PER_MILLION_READ_UNITS + write * DOLLARS_PER_MILLION_WRITE_UNITS) / 1e6;
}
