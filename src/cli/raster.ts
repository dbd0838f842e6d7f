/** SVG as PNG by a browser that is on this machine: text needs fonts and somebody who sets it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SvgPicture } from '../graph-view/svg.ts';
import { CommandError } from './command.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome', 'msedge'];
const PLACES = [
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:/Program Files/Google/Chrome/Application/chrome.exe',
  'C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe',
];

/** The browser of CHROMIUM_PATH, else of the PATH, else where systems put it; null for none. */
export function findBrowser(env: NodeJS.ProcessEnv = process.env): string | null {
  const folders = (env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const onPath = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [env['CHROMIUM_PATH'], ...onPath, ...PLACES].find((path) => path && existsSync(path)) ?? null;
}

/** Browsers draw no larger picture. */
const LONGEST_SIDE = 16_000;
const TIME_LIMIT_MS = 120_000;

/** Throws CommandError where there is no browser, or where it makes no picture. */
export function pngOf(picture: SvgPicture): Uint8Array {
  const browser = findBrowser();
  if (browser === null)
    throw new CommandError(
      'PNG needs Chromium, Chrome or Edge to set the text, and none was found: name one in CHROMIUM_PATH, or write an .svg.',
    );
  if (Math.max(picture.width, picture.height) > LONGEST_SIDE)
    throw new CommandError(
      `the picture would be ${picture.width} × ${picture.height} pixels, more than a browser draws: give a smaller --width, close groups with --depth, or write an .svg.`,
    );
  const folder = mkdtempSync(join(tmpdir(), 'graphwright-'));
  try {
    return drawn(browser, picture, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function drawn(browser: string, { text, width, height }: SvgPicture, folder: string): Uint8Array {
  const page = join(folder, 'picture.html');
  const out = join(folder, 'picture.png');
  writeFileSync(page, `<!doctype html><meta charset="utf-8"><style>body{margin:0}svg{display:block}</style>${text}`);
  const options = [
    '--headless=new',
    '--disable-gpu',
    '--hide-scrollbars',
    '--no-first-run',
    '--force-device-scale-factor=1',
    '--virtual-time-budget=1000',
    `--user-data-dir=${join(folder, 'profile')}`,
    `--window-size=${width},${height}`,
    `--screenshot=${out}`,
    // The page is our own and loads nothing; Chromium's sandbox refuses to start as root.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    pathToFileURL(page).href,
  ];
  const { status, error, stderr } = spawnSync(browser, options, { timeout: TIME_LIMIT_MS, encoding: 'utf8' });
  if (error || status !== 0 || !existsSync(out)) {
    const why = error?.message ?? stderr.trim().split('\n').at(-1) ?? '';
    throw new CommandError(`${browser} made no picture${why ? `: ${why}` : ''}. Write an .svg instead.`);
  }
  return new Uint8Array(readFileSync(out));
}
