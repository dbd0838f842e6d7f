/**
 * Gives one module a script element of its own before that of the page, so that it runs as soon as it is there, without
 * the code of the page. The page imports the same module: it is loaded and run once.
 */
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

export function firstScriptPlugin(path: string): Plugin {
  const root = new URL('../', import.meta.url);
  const module = fileURLToPath(new URL(path, root));
  return {
    name: 'first-script',
    apply: 'build',
    config: () => ({
      build: { rollupOptions: { input: [fileURLToPath(new URL('index.html', root)), module] } },
    }),
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const chunk = Object.values(bundle ?? {}).find((c) => c.type === 'chunk' && c.facadeModuleId === module);
        if (!chunk) throw new Error(`${path} was not built`);
        const attrs = { type: 'module', crossorigin: true, src: `./${chunk.fileName}` };
        return [{ tag: 'script', attrs, injectTo: 'head-prepend' }];
      },
    },
  };
}
