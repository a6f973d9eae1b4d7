/** Builds the verifier page, one HTML file that needs nothing else: `npm run verifier-page [FILE]`. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { VERSION } from '../../proto/version.ts';
import { base64, sha256 } from '../../trust/digest.ts';

const folder = import.meta.dirname;
const out = process.argv[2] ?? join(folder, '../../out/verifier.html');

const bundle = await rolldown({
  input: join(folder, 'page.ts'),
  platform: 'browser',
  resolve: { conditionNames: ['browser', 'import', 'default'] },
});
const { output } = await bundle.generate({ format: 'esm', minify: true });
await bundle.close();
if (output.length !== 1) throw new Error(`${output.length} files where the page holds one`);
const [{ code, imports }] = output;
if (imports.length > 0) throw new Error(`the page would import ${imports.join(', ')}`);

// What HTML would end the script at, or read as something else, is escaped: it stands in strings and patterns only.
const script = code
  .trim()
  .replaceAll('</script', '<\\/script')
  .replace(/[\0\r]/g, (character) => (character === '\0' ? '\\x00' : '\\x0d'));
const policy = `default-src 'none'; script-src 'sha256-${base64(sha256(new TextEncoder().encode(script)))}'; style-src 'unsafe-inline'`;
const template = await readFile(join(folder, 'page.html'), 'utf8');
const page = template
  .replace('%POLICY%', () => policy)
  .replace('%VERSION%', () => VERSION)
  .replace(/\s*%SCRIPT%\s*/, () => script);

await mkdir(dirname(out), { recursive: true });
await writeFile(out, page);
process.stdout.write(`${out}: ${(page.length / 1000).toFixed(0)} kB, no connection allowed\n`);
