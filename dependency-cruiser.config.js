import { builtinModules } from 'node:module';

/** The layout is the architecture: who may import whom. Folders depend downwards only. */
const LAYERS = ['proto', 'schemes', 'statistics', 'trust', 'transport'];
const SERVICES = ['aggregator', 'keyholders', 'clients'];

/** A folder may not import from the folders above it. */
const downwards = LAYERS.map((layer, i) => ({
  name: `${layer}-depends-downwards`,
  severity: 'error',
  from: { path: `^${layer}/` },
  to: {
    path: `^(${[...LAYERS.slice(i + 1), ...SERVICES, 'bench', 'examples', 'test'].join('|')})/`,
  },
}));

const services = SERVICES.map((service) => ({
  name: `${service}-imports-no-other-service`,
  comment: 'Services talk over the wire; one that imports another would share its memory and its secrets.',
  severity: 'error',
  from: { path: `^${service}/` },
  to: { path: `^(${SERVICES.filter((other) => other !== service).join('|')})/` },
}));

/** Everything by which something is decrypted, or a key share is held. */
const DECRYPTS = [
  'schemes/(key-share|combiner)\\.ts',
  'schemes/rlwe/threshold/(key-share|partial-decryption|phase|key-contribution|holder-ceremony)\\.ts',
  'schemes/(bfv|ckks)/combination\\.ts',
  'schemes/bfv/products/(key-share|partial-decryption|combination|holder-messages|holder-ceremony)\\.ts',
  'schemes/paillier/(key-share|combination)\\.ts',
  'schemes/paillier/keygen/holder-ceremony\\.ts',
  'schemes/linkage/holder-linkage\\.ts',
  'trust/sealed-box-open\\.ts',
];

/**
 * How a holder's messages in a Paillier ceremony follow from its seed. Where a ceremony fails, the holders open their
 * seeds, and whoever replays it names the one at fault by the same formulas: `blame.ts`.
 */
const FOLLOWS_FROM_SEEDS = [
  'schemes/paillier/decryption-exponent\\.ts',
  'schemes/paillier/keygen/(holder-secrets|blame)\\.ts',
  'schemes/paillier/keygen/products/(holder-products|holder-batch|holder-single)\\.ts',
];

/** @param {string[]} paths */
const anyOf = (paths) => `^(${paths.join('|')})$`;

export default {
  forbidden: [
    ...downwards,
    ...services,
    {
      name: 'aggregator-cannot-decrypt',
      comment: 'The aggregator is trusted for nothing: no path of imports leads from it to what decrypts.',
      severity: 'error',
      from: { path: '^aggregator/' },
      to: { path: anyOf([...DECRYPTS, ...FOLLOWS_FROM_SEEDS]), reachable: true },
    },
    {
      name: 'input-parties-cannot-decrypt',
      severity: 'error',
      from: { path: '^clients/(provider|requester)\\.ts$' },
      to: { path: anyOf([...DECRYPTS, ...FOLLOWS_FROM_SEEDS]), reachable: true },
    },
    {
      name: 'controllers-cannot-decrypt',
      comment:
        'A controller reads everything public and replays ceremonies; it holds no share and opens no box.',
      severity: 'error',
      from: { path: '^clients/controller/' },
      to: { path: anyOf(DECRYPTS), reachable: true },
    },
    {
      name: 'pure-folders-use-no-network',
      severity: 'error',
      from: { path: '^(proto|schemes|statistics|trust|clients/verifier-page)/' },
      to: { path: '^(node:)?(net|tls|http|http2|https|dgram|child_process)$|@grpc' },
    },
    {
      name: 'verifier-runs-anywhere',
      comment:
        'Whoever checks a receipt needs no server, no native code and no Node: a browser page will do.',
      severity: 'error',
      from: { path: '^(clients/verifier-page/page|trust/receipt/verify|schemes/combiner)\\.ts$' },
      to: { path: `^(node:)?(${builtinModules.join('|')})$|node-seal|@grpc`, reachable: true },
    },
    {
      name: 'nothing-imports-the-stand-in',
      comment:
        'The conformance harness holds the keys of all parties but one, and is the aggregator as well: it is a tool of its own.',
      severity: 'error',
      from: { pathNot: '^test/(conformance|scenarios|refusals/hostile)/' },
      to: { path: '^test/conformance/' },
    },
    {
      name: 'the-stand-in-knows-no-candidate',
      comment: 'What is tried is a process behind the wire, ours too.',
      severity: 'error',
      from: { path: '^test/conformance/' },
      to: { path: '^(keyholders|clients)/' },
    },
    {
      name: 'only-tests-import-tests',
      severity: 'error',
      from: { pathNot: '^(test/|vitest\\.config\\.ts$)' },
      to: { path: '^test/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(node_modules|dist|out)/' },
    tsPreCompilationDeps: true,
    // What `#primitives` stands for outside Node, so that the rule on the verifier sees what a browser sees.
    enhancedResolveOptions: { conditionNames: ['import', 'default'] },
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
