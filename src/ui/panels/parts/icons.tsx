/** Line icons on a 16 px grid. Decoration: what they mean is always said in words beside them or in a label. */

const PATHS = {
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM14 14l-3.5-3.5',
  close: 'm4 4 8 8M12 4l-8 8',
  chevron: 'm6 4 4 4-4 4',
  down: 'm4 6 4 4 4-4',
  check: 'm3 8.5 3.2 3L13 4.5',
  plus: 'M8 3.5v9M3.5 8h9',
  minus: 'M3.5 8h9',
  run: 'M5 3.2v9.6L12.8 8Z',
  stop: 'M4 4h8v8H4Z',
  undo: 'M6 4 3 7l3 3M3 7h6.5a3.5 3.5 0 0 1 0 7H7',
  wand: 'M3 13 10 6M12 2v3M10.5 3.5h3M13 8v2M12 9h2M5 3v2M4 4h2',
  download: 'M8 2.5v8M4.8 7.5 8 10.7l3.2-3.2M2.5 13.5h11',
  file: 'M4 1.5h5L12.5 5v9.5H4ZM9 1.5V5h3.5',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.5V11M8 5.2v.1',
  warning: 'M8 2 1.5 13.5h13ZM8 6.5v3.2M8 11.6v.1',
  error: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.8V8l2.2 1.6',
  graph: 'M5 2.5h6v3H5ZM1.5 10.5h5v3h-5ZM9.5 10.5h5v3h-5ZM8 5.5v2.2M4 10.5V8h8v2.5',
  link: 'M6.5 9.5 9.5 6.5M7 4.5l1.2-1.2a3 3 0 0 1 4.4 4.4L11.4 9M9 11.5l-1.2 1.2a3 3 0 0 1-4.4-4.4L4.6 7',
  trash: 'M2.5 4h11M6 4V2.5h4V4M4 4l.7 9.5h6.6L12 4M6.8 6.8v4M9.2 6.8v4',
  dice: 'M2.5 2.5h11v11h-11ZM5.4 5.4h.01M10.6 5.4h.01M8 8h.01M5.4 10.6h.01M10.6 10.6h.01',
  pen: 'm3 13 .8-3L10.5 3.3a1.5 1.5 0 0 1 2.2 2.2L6 12.2Z',
  in: 'M2.5 8h7M6.5 5l3 3-3 3M13.5 3v10',
  out: 'M6.5 8h7M10.5 5l3 3-3 3M2.5 3v10',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, small = false }: { name: IconName; small?: boolean }) {
  return (
    <svg className={small ? 'i s' : 'i'} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
