// build.mjs FOLDER: builds the console into FOLDER as index.html, console.js and console.css.
//
// Names are fixed, because CMake compiles the files into the program; the server puts their hash into their addresses.
import {fileURLToPath} from 'node:url';
import {build} from 'vite';

export const config = {
  configFile: false,
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/console/',
  logLevel: 'warn',
  esbuild: {jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none'},
  build: {
    outDir: process.argv[2],
    emptyOutDir: true,
    target: 'es2020',
    modulePreload: false,
    cssCodeSplit: false,
    reportCompressedSize: false,
    assetsInlineLimit: 0,
    rollupOptions: {output: {
      inlineDynamicImports: true, entryFileNames: 'console.js',
      assetFileNames: file => file.names?.[0]?.endsWith('.css') || file.name?.endsWith('.css') ? 'console.css' : '[name][extname]',
    }},
  },
};

if (!process.argv[2]) {
  console.error('build.mjs: say where to: node build.mjs FOLDER');
  process.exit(2);
}
await build(config);
