/**
 * The first script of the page: starts the workers that opening a model needs while the code of the page is still on its
 * way. The build gives it a file of its own (scripts/first-script-plugin.ts).
 */
import { firstOf, PAGE_SPAWNERS, type Spawners } from './spawn.ts';

/** As PAGE_SPAWNERS; the first of each worker is the one already started. */
export const STARTED: Spawners = {
  ...PAGE_SPAWNERS,
  load: firstOf(PAGE_SPAWNERS.load),
  layout: firstOf(PAGE_SPAWNERS.layout),
};
