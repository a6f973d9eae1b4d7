/** The program of a thread that evaluates f, for whoever must answer others meanwhile. */
import { evaluate, type InputSet } from '../evaluation.ts';
import { serveCalls } from './serve.ts';

export interface EvaluationCalls {
  readonly evaluate: { readonly argument: InputSet; readonly result: Uint8Array[] };
}

serveCalls<EvaluationCalls>({ evaluate });
