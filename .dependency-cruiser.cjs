/** Who may import whom (docs/architecture.md). Type imports obey the same rules. */
const layer = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^src/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    layer('graph-model-imports-nothing', '^src/graph-model/', '^src/graph-model/'),
    layer('converters-import-graph-model', '^src/converters/', '^src/(graph-model|converters)/'),
    layer('optimizer-imports-graph-model', '^src/optimizer/', '^src/(graph-model|optimizer)/'),
    layer('layout-imports-graph-model', '^src/layout/', '^src/(graph-model|layout)/'),
    layer('graph-view-imports-layout', '^src/graph-view/', '^src/(graph-model|layout|graph-view)/'),
    layer('runtime-imports-the-writer', '^src/runtime/', '^src/(graph-model|runtime)/|^src/converters/onnx/write'),
    layer(
      'services-join-the-parts',
      '^src/services/',
      '^src/(graph-model|converters|optimizer|runtime|layout|graph-view|services)/',
    ),
    layer(
      'workers-import-no-ui',
      '^src/workers/',
      '^src/(graph-model|converters|optimizer|runtime|layout|services|workers)/',
    ),
    layer(
      'ui-imports-workers-by-protocol',
      '^src/ui/',
      '^src/(graph-model|graph-view|ui)/|^src/workers/(client|protocol|first-script)|^src/optimizer/(rule|registry)|^src/runtime/types|^src/layout/types|^src/converters/registry',
    ),
    layer(
      'cli-imports-no-ui',
      '^src/cli/',
      '^src/(graph-model|converters|optimizer|runtime|layout|graph-view|services|cli)/',
    ),
    {
      name: 'formats-do-not-know-each-other',
      severity: 'error',
      from: { path: '^src/converters/([^/]+)/' },
      to: { path: '^src/converters/[^/]+/', pathNot: ['^src/converters/$1/', '^src/converters/containers/'] },
    },
    {
      name: 'protobufjs-stays-out',
      comment: 'The reader walks the wire itself; protobufjs is the independent oracle of the tests.',
      severity: 'error',
      from: { path: '^src/(graph-model|optimizer|layout|ui)/' },
      to: { path: 'protobufjs' },
    },
    {
      name: 'heavy-libraries-stay-in-workers',
      severity: 'error',
      from: { path: '^src/(graph-model|converters|optimizer|layout|ui)/' },
      to: { path: 'onnxruntime-web' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js'] },
  },
};
