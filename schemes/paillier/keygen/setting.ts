import type { Context } from '../binding.ts';
import { bindCeremony } from './binding.ts';
import { candidateForm } from './candidate-form.ts';
import { mostBatches } from './plan.ts';
import { openProducts } from './products/products.ts';
import type { CeremonySetting } from './round.ts';

/** What all rounds of the ceremony of a task share. The products in it are to be disposed of. */
export function openSetting(context: Context): CeremonySetting {
  const { modulusBits, holders, statisticalBits } = context.parameters;
  const binding = bindCeremony(context);
  const form = candidateForm(modulusBits, holders);
  const products = openProducts(
    { modulusBits, holders, statisticalBits, batches: mostBatches(context.parameters) },
    binding.digest,
  );
  return { context, plan: context.parameters, form, binding, products };
}
