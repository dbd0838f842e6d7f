import { defineConfig } from 'vite';

/** The command: one bundle for Node 20. onnxruntime-web stays a package, it brings its own build for Node. */
export default defineConfig({
  cacheDir: '.cache/vite-cli',
  publicDir: false,
  build: {
    ssr: 'src/cli/main.ts',
    outDir: 'dist/cli',
    target: 'node20',
    minify: false,
    rollupOptions: { output: { entryFileNames: 'main.js', chunkFileNames: 'chunks/[name]-[hash].js' } },
  },
  ssr: { noExternal: true, external: ['onnxruntime-web'] },
});
