/** How far a path can be followed. */

/** As far as it goes; a number that JSON can hold. */
export const ALL_THE_WAY = 1e9;

export const TRACES = [
  { steps: 0, label: 'Not at all', short: 'off' },
  { steps: 1, label: 'One step', short: '1 step' },
  { steps: 3, label: 'Three steps', short: '3 steps' },
  { steps: ALL_THE_WAY, label: 'All the way', short: 'all' },
] as const;
