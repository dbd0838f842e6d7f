/** Lays graphs out. */
import { layoutGraph, LevelCache } from '../layout/layout.ts';
import { expose } from './expose.ts';
import type { LayoutService } from './protocol.ts';
import { transferring } from './transfer.ts';

/** Groups that are as they were are not laid out again. */
const cache = new LevelCache();

expose<LayoutService>((jobs) => ({
  layout: (id, on, input) =>
    jobs.run(id, on, 'lay out the graph', async (job) => {
      const result = await layoutGraph(input, job, cache);
      const { x, y, routeOffsets, routes, boxes } = result;
      return transferring(result, [x.buffer, y.buffer, routeOffsets.buffer, routes.buffer, boxes.buffer]);
    }),
}));
