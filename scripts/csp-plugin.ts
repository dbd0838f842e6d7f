/**
 * The content-security policy of the page: nothing may be loaded from, or sent to, any other origin. Built pages carry it
 * in a meta element (so plain static hosting has it too), the servers of vite send it as a header, where it also rules
 * the workers.
 */
import type { Plugin } from 'vite';

/** Styles are set on elements by positioning code, hence 'unsafe-inline' for them; scripts have no such hole. */
const POLICY: Readonly<Record<string, string>> = {
  'default-src': "'none'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'worker-src': "'self' blob:",
  'connect-src': "'self' blob: data:",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' blob: data:",
  'font-src': "'self'",
  'manifest-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
};

export const contentSecurityPolicy = (): string =>
  Object.entries(POLICY)
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ');

export function cspPlugin(): Plugin {
  return {
    name: 'content-security-policy',
    // The development server injects inline scripts and opens a socket: only what is built is bound.
    transformIndexHtml: {
      order: 'post',
      handler: (_html, context) =>
        context.server
          ? []
          : [
              {
                tag: 'meta',
                attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy() },
                injectTo: 'head-prepend',
              },
            ],
    },
    configurePreviewServer(server) {
      server.middlewares.use((_request, response, next) => {
        response.setHeader('Content-Security-Policy', `${contentSecurityPolicy()}; frame-ancestors 'none'`);
        response.setHeader('Referrer-Policy', 'no-referrer');
        next();
      });
    },
  };
}
