/** Receipts: what a sceptic is handed. */
import { isDeepStrictEqual } from 'node:util';
import { openConsortium } from '../../../trust/consortium.ts';
import { parseReceipt, receiptBytes } from '../../../trust/receipt/form.ts';
import { verifyReceipt } from '../../../trust/receipt/verify.ts';
import { tellStory } from '../corpora/story.ts';
import { target } from '../harness/decoder.ts';
import { mutateJson } from '../harness/json.ts';

export const receiptTarget = target({
  name: 'receipt',
  short: 60,
  make: tellStory,
  open: ({ receipt, parties }) => {
    const pinned = openConsortium(parties.consortium).digest;
    return {
      corpus: [receiptBytes(receipt)],
      mutations: [mutateJson],
      decode: (bytes) => {
        const parsed = parseReceipt(bytes);
        verifyReceipt(parsed, pinned);
        return parsed;
      },
      objection: (parsed) =>
        isDeepStrictEqual(parsed, receipt) ? undefined : 'a receipt that says something else',
      codes: ['RECEIPT_INVALID'],
      limitMs: 2_000,
    };
  },
});
