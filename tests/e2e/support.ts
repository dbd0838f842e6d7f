/** What the end-to-end tests share. They wait on states that the page tells, never on time. */
import { execFileSync } from 'node:child_process';
import { expect, type Page } from '@playwright/test';

/** Opens the page and fails the test on any page error. */
export async function start(page: Page, path = '/'): Promise<void> {
  page.on('pageerror', (error) => expect.soft(error.message, 'no error in the page').toBe(''));
  await page.goto(path);
  await graphState(page, 'empty');
}

export const graphState = (page: Page, state: 'empty' | 'drawn' | 'failed') =>
  expect(page.locator('html')).toHaveAttribute('data-graph-state', state, { timeout: 30_000 });

/** No job is running. */
export const idle = (page: Page) =>
  expect(page.locator('html')).not.toHaveAttribute('data-busy', /.+/, { timeout: 30_000 });

export async function openFiles(page: Page, files: string | string[]): Promise<void> {
  await page.setInputFiles('#open-file', files);
}

export async function openSample(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: new RegExp(`^${title}(?!,)`) }).click();
  await graphState(page, 'drawn');
}

/** Runs a command of the palette. */
export async function command(page: Page, label: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').getByRole('combobox').fill(label);
  await page
    .getByRole('option', { name: new RegExp(`^${label}`) })
    .first()
    .click();
}

/** What the command says of a file: the page and the command share one core, so this is a second pair of eyes. */
export function inspect(path: string): Record<string, unknown> & { nodes: number } {
  return JSON.parse(execFileSync('node', ['bin/graphwright.js', 'inspect', path, '--json'], { encoding: 'utf8' }));
}
