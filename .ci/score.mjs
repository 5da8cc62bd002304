// node .ci/score.mjs DOCUMENT MINIMUM: `redocly score` must reach the minimum, and the three parts that only
// carelessness can lower must be complete.
import { execFileSync } from 'node:child_process';

const [document, minimum] = process.argv.slice(2);
const out = execFileSync('redocly', ['score', document, '--format=json'], {
  encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28,
});
const score = JSON.parse(out.slice(out.indexOf('{'), out.lastIndexOf('}') + 1));
const percent = (part) => Math.round(score.subscores[part] * 1000) / 10;
console.log(`agent readiness ${score.agentReadiness} of 100, at least ${minimum} wanted`);
for (const part of Object.keys(score.subscores)) console.log(`  ${part.padEnd(22)} ${percent(part)} %`);

const low = Object.entries(score.operationScores).sort((a, b) => a[1].agentReadiness - b[1].agentReadiness);
console.log('lowest operations: ' + low.slice(0, 5).map(([id, s]) => `${id} ${s.agentReadiness}`).join(', '));
if (!(score.agentReadiness >= Number(minimum))) {
  console.error(`the score is below ${minimum}`);
  process.exit(1);
}
