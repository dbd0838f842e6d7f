import react from '@vitejs/plugin-react';
import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';
import { cspPlugin } from './scripts/csp-plugin.ts';
import { firstScriptPlugin } from './scripts/first-script-plugin.ts';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

/** Cross-origin isolation gives onnxruntime its threads. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  base: './',
  cacheDir: '.cache/vite',
  // The policy comes last, so that it stands before every script.
  plugins: [react(), firstScriptPlugin('src/workers/first-script.ts'), cspPlugin()],
  define: { __VERSION__: JSON.stringify(version) },
  // Without the first condition onnxruntime-web inlines its loader and cannot be given our own copy of the wasm.
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'development|production'] },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  worker: { format: 'es' },
  build: { target: 'esnext', outDir: 'dist/page' },
  server: { headers: isolation },
  preview: { headers: isolation },
});
