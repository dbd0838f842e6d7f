import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Cross-origin isolation gives onnxruntime its threads. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  base: './',
  cacheDir: '.cache/vite',
  plugins: [react()],
  // Without the first condition onnxruntime-web inlines its loader and cannot be given our own copy of the wasm.
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'development|production'] },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  worker: { format: 'es' },
  build: { target: 'esnext', outDir: 'dist/page' },
  server: { headers: isolation },
  preview: { headers: isolation },
});
