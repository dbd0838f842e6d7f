/** Lays graphs out. */
import { layoutGraph } from '../layout/layout.ts';
import { expose } from './expose.ts';
import type { LayoutService } from './protocol.ts';
import { transferring } from './transfer.ts';

expose<LayoutService>((jobs) => ({
  layout: (id, on, input) =>
    jobs.run(id, on, 'lay out the graph', async (job) => {
      const result = await layoutGraph(input, job);
      const { x, y, routeOffsets, routes } = result;
      return transferring(result, [x.buffer, y.buffer, routeOffsets.buffer, routes.buffer]);
    }),
}));
