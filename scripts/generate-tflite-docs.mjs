/** Writes docs/support/tflite.md from the table of lowerings. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'vite';

const server = await createServer({ server: { middlewareMode: true }, appType: 'custom', logLevel: 'error' });
const { supportPage } = await server.ssrLoadModule('/src/converters/tflite/support-table.ts');
writeFileSync(new URL('../docs/support/tflite.md', import.meta.url), supportPage());
await server.close();
