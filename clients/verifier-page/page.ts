/** The verifier in a browser: a receipt in, the argument out. All of it happens in the page. */
import { StrongroomError } from '../../proto/errors.ts';
import { renderResult } from '../../statistics/render.ts';
import type { Result } from '../../statistics/result.ts';
import { parseReceipt, type Receipt } from '../../trust/receipt/form.ts';
import { verifyReceipt, type Verdict } from '../../trust/receipt/verify.ts';

const DIGEST = /^[0-9a-f]{64}$/;

const answer = element('answer');
const drop = element('drop');
const chosen = element('file') as HTMLInputElement;
const pinned = element('pinned') as HTMLInputElement;
let last: File | undefined;

drop.addEventListener('dragover', (event) => {
  event.preventDefault();
  drop.classList.add('over');
});
drop.addEventListener('dragleave', () => {
  drop.classList.remove('over');
});
drop.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  check(event.dataTransfer?.files[0]);
});
chosen.addEventListener('change', () => {
  check(chosen.files?.[0]);
});
pinned.addEventListener('change', () => {
  check(last);
});

function check(file: File | undefined): void {
  if (file === undefined) return;
  last = file;
  answer.replaceChildren(paragraph('Checking …'));
  // What is said must be on the screen before the computing begins.
  requestAnimationFrame(() => setTimeout(() => void show(file), 0));
}

async function show(file: File): Promise<void> {
  try {
    const known = pinned.value.trim().toLowerCase();
    if (known !== '' && !DIGEST.test(known)) {
      throw new StrongroomError('USAGE', 'The digest that you know has 64 hexadecimal digits.');
    }
    const receipt = parseReceipt(new Uint8Array(await file.arrayBuffer()));
    const verdict = verifyReceipt(receipt, known === '' ? undefined : known);
    answer.replaceChildren(...argumentOf(receipt, verdict, known !== ''));
  } catch (error) {
    const why = error instanceof StrongroomError ? error.message : `This page has failed: ${String(error)}`;
    answer.replaceChildren(banner('bad', 'This receipt proves nothing.', `${file.name}: ${why}`));
  }
}

function argumentOf(
  receipt: Receipt,
  { task, consortium, steps }: Verdict,
  isPinned: boolean,
): HTMLElement[] {
  const caution = isPinned
    ? 'It was checked against the consortium document that you know.'
    : `The consortium was taken from the receipt. Compare its digest with the one that you know: ${consortium.digest}`;
  const list = document.createElement('ol');
  list.append(
    ...steps.map(({ title, checked, proves }) => {
      const item = document.createElement('li');
      const facts = document.createElement('dl');
      facts.append(text('dt', 'checked'), text('dd', checked), text('dt', 'proves'), text('dd', proves));
      item.append(text('h3', title), facts);
      return item;
    }),
  );
  return [
    banner('good', 'This receipt is valid.', caution),
    text('h2', task.document.title),
    paragraph(`Purpose: ${task.document.purpose}`),
    paragraph(`For: ${task.document.parties.output}`),
    text('pre', renderResult(receipt.result.result as Result)),
    text('h2', 'The argument, step by step'),
    list,
  ];
}

function banner(kind: 'good' | 'bad', verdict: string, why: string): HTMLElement {
  const box = document.createElement('div');
  box.className = `verdict ${kind}`;
  box.append(text('strong', verdict), text('span', why));
  return box;
}

function paragraph(words: string): HTMLElement {
  return text('p', words);
}

/** Text is set as text, so nothing that a receipt says is taken for markup. */
function text(tag: string, words: string): HTMLElement {
  const node = document.createElement(tag);
  node.textContent = words;
  return node;
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no element ${id}`);
  return found;
}
