/** Figures as people read them. */

/** 1 KB is 1000 bytes, as in file managers: `22.4 MB`, `84 KB`, `312 B`. */
export function fileSize(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${trimZeros(value.toFixed(digits))} ${units[unit]}`;
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}

/** Large counts of parameters or operations: `5.58 M`. */
export function bigCount(n: number): string {
  const steps: readonly (readonly [number, string])[] = [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ];
  const step = steps.find(([size]) => n >= size);
  return step ? `${(n / step[0]).toPrecision(3)} ${step[1]}` : String(n);
}

/** When something happened: `just now`, `12 min ago`, `Yesterday`, `3 Nov`. */
export function ago(then: number, now = Date.now()): string {
  const minutes = Math.floor((now - then) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const days = Math.round((startOfDay(now) - startOfDay(then)) / 86_400_000);
  if (days === 0) return `${Math.floor(minutes / 60)} h ago`;
  if (days === 1) return 'Yesterday';
  const date = new Date(then);
  const year = date.getFullYear() === new Date(now).getFullYear() ? {} : { year: 'numeric' as const };
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', ...year });
}

const startOfDay = (time: number) => new Date(time).setHours(0, 0, 0, 0);
const trimZeros = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
