// What a front end does with the generated types: this file must compile against them.
import type { operations, paths } from './jixiao.js';

type Json<R> = R extends { content: { 'application/json': infer T } } ? T : never;
type Scores = Json<operations['getScores']['responses'][200]>;
type ScoresPath = paths['/api/v1/scores/{unit}/{year}']['get']['parameters']['path'];
type Refusal = operations['getScores']['responses'][401] extends { content: { 'application/problem+json': infer P } } ? P : never;

export const where: ScoresPath = { unit: '430611101', year: 2023 };

export async function scores(base: string, token: string): Promise<Scores> {
  const answer = await fetch(`${base}/api/v1/scores/${where.unit}/${where.year}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (answer.ok) return (await answer.json()) as Scores;
  const refusal = (await answer.json()) as Refusal;
  throw new Error(refusal.detail);
}
