/** Writes docs/support/tensorflow.md from the table of lowerings. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'vite';

const server = await createServer({ server: { middlewareMode: true }, appType: 'custom', logLevel: 'error' });
const { supportPage } = await server.ssrLoadModule('/src/converters/tensorflow/support-table.ts');
writeFileSync(new URL('../docs/support/tensorflow.md', import.meta.url), supportPage());
await server.close();
