/**
 * Linear regression by ordinary least squares with an intercept. A term is a column or a product of columns:
 * `on: [education, experience, [experience, experience]]` fits a square too. Collinear terms and too few
 * records have no coefficients, and the reason is told in their place.
 */
import { z } from 'zod';
import { COLUMN_NAME, scaleOf, type Columns } from './columns.ts';
import { quotient, type Exact } from './exact.ts';
import { fitMoments, fitRecords, type Collinear, type Fit } from './least-squares.ts';
import { strict } from './strict.ts';
import { COMMON, MEASURE, type Outcome, type Statistic } from './statistic.ts';

const TERM = z.union(
  [COLUMN_NAME, z.array(COLUMN_NAME).min(2, 'a product has at least two columns').max(10)],
  {
    error: 'must be a column, or a list of columns whose product is meant',
  },
);

const SCHEMA = strict({
  ...COMMON,
  ...MEASURE,
  on: z.array(TERM).min(1, 'must name at least one regressor').max(20),
  statistic: z.literal('regression'),
});

type Spec = z.infer<typeof SCHEMA>;

interface Term {
  /** No column name begins with a bracket, as that of the intercept does. */
  readonly label: string;
  /** The columns of the product; none for the intercept. */
  readonly factors: readonly string[];
}

const termsOf = ({ on }: Spec): Term[] => [
  { label: '(intercept)', factors: [] },
  ...on.map((term) => ({ label: [term].flat().join('·'), factors: [term].flat() })),
];

const factorsOf = (spec: Spec): (readonly string[])[] => termsOf(spec).map(({ factors }) => factors);

/** n, R², and the coefficient and standard error of every term; `fit` is called where there are enough records. */
function outcomes(spec: Spec, n: bigint, columns: Columns, fit: () => Fit | Collinear): Outcome[] {
  const terms = termsOf(spec);
  const undefinedFor = (reason: string): Outcome[] => [
    quotient(n, 1n),
    ...new Array<Outcome>(1 + 2 * terms.length).fill({ reason }),
  ];
  const freedom = n - BigInt(terms.length);
  if (freedom < 0n) return undefinedFor('fewer records than coefficients');
  const fitted = fit();
  if ('dependent' in fitted) {
    const label = terms[fitted.dependent]?.label ?? '';
    return undefinedFor(`collinear: ${label} is a linear combination of the terms before it`);
  }
  const { coefficients, inverse, residualSquares, totalSquares } = fitted;
  const perY = (factors: readonly string[]) =>
    quotient(scaleOf(columns, ...factors), scaleOf(columns, spec.of));
  return [
    quotient(n, 1n),
    determination(residualSquares, totalSquares),
    ...terms.flatMap(({ factors }, i): Outcome[] => [
      times(coefficients[i] ?? ZERO, perY(factors)),
      freedom === 0n
        ? { reason: 'as many coefficients as records' }
        : {
            ...times(
              residualSquares,
              inverse[i] ?? ZERO,
              perY(factors),
              perY(factors),
              quotient(1n, freedom),
            ),
            root: true,
          },
    ]),
  ];
}

const ZERO = quotient(0n, 1n);

const times = (...factors: readonly Exact[]): Exact =>
  factors.reduce(
    (a, b) => quotient(a.numerator * b.numerator, a.denominator * b.denominator),
    quotient(1n, 1n),
  );

/** R² = 1 − residual/total. */
function determination(rest: Exact, all: Exact): Outcome {
  if (all.numerator === 0n) return { reason: 'the measured column does not vary' };
  const denominator = rest.denominator * all.numerator;
  return quotient(denominator - rest.numerator * all.denominator, denominator);
}

export const regression = {
  name: 'regression',
  schema: SCHEMA,
  formula:
    'b = (XᵀX)⁻¹Xᵀy, se(bⱼ) = √(s²·[(XᵀX)⁻¹]ⱼⱼ), s² = (yᵀy − bᵀXᵀy)/(n − p), R² = 1 − (n − p)s²/Σ(y − ȳ)²',
  source: 'Greene, Econometric Analysis (7th ed. 2012), chapters 3 and 4',
  leaks:
    'the exact number of records, XᵀX, Xᵀy and yᵀy: every sum of a product of two terms, or of one with y',
  columns: ({ of, on }) => ({ of, on }),
  moments(spec) {
    const all = [...factorsOf(spec), [spec.of]];
    return all.flatMap((a, i) => all.slice(i).map((b) => [...a, ...b]));
  },
  problems: (spec) => repeatedTerms(spec).map((i) => ({ path: ['on', i], message: 'is named twice' })),
  parts: (spec) => ({
    key: '(value)',
    labels: [
      { label: 'n', decimals: 0 },
      { label: 'R²' },
      ...termsOf(spec).flatMap(({ label }) => [
        { label: `coefficient of ${label}` },
        { label: `standard error of ${label}` },
      ]),
    ],
  }),
  unit: () => '1',
  finish: (spec, moments, columns) =>
    outcomes(spec, moments(), columns, () => fitMoments(factorsOf(spec), spec.of, moments)),
  definition: (spec, records, columns) =>
    outcomes(spec, BigInt(records.size), columns, () => fitRecords(factorsOf(spec), spec.of, records)),
} satisfies Statistic<Spec>;

/** The positions in `on` of a product that stands before, whatever the order of its factors. */
function repeatedTerms({ on }: Spec): number[] {
  const keys = on.map((term) => [term].flat().toSorted().join('\n'));
  return keys.flatMap((key, i) => (keys.indexOf(key) < i ? [i] : []));
}
