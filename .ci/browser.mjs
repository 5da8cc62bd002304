// node .ci/browser.mjs BASE SCREENSHOT
//
// What a person does at /docs, in a real Chromium: press Authorize, log in with user name and password, open
// getScores, try it out with unit 430611101 and year 2023, execute, and read the published totals: 99 for the
// department, 98 for its project. Nothing may reach outside the server, break its content security policy or leave
// an error in the console.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { chromium } = createRequire(new URL('./tools/package.json', import.meta.url))('playwright-core');

const [base, screenshot] = process.argv.slice(2);
const USER = process.env.JIXIAO_USER ?? 'unit';
const PASSWORD = process.env.JIXIAO_PASSWORD ?? 'jixiao-demo';
const UNIT = '430611101';
const YEAR = '2023';

const troubles = [];
const check = (holds, what) => {
  console.log(`${holds ? 'ok  ' : 'NOT '} ${what}`);
  if (!holds) troubles.push(what);
};

const executablePath =
  process.env.CHROMIUM ?? execFileSync('sh', ['-c', 'command -v chromium || command -v google-chrome'], { encoding: 'utf8' }).trim();
const profile = mkdtempSync(join(tmpdir(), 'jixiao-browser-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath,
  headless: true,
  viewport: { width: 1280, height: 1600 },
  locale: 'zh-CN',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
  ],
});
context.setDefaultTimeout(20_000);

try {
  await walk(context.pages()[0] ?? (await context.newPage()));
} catch (error) {
  troubles.push(String(error?.message ?? error));
  await context.pages()[0]?.screenshot({ path: screenshot, fullPage: true }).catch(() => {});
} finally {
  await context.close();
  rmSync(profile, { recursive: true, force: true });
}

if (troubles.length > 0) {
  console.error(`\n${troubles.length} troubles:\n- ${troubles.join('\n- ')}\nscreenshot: ${screenshot}`);
  process.exit(1);
}
console.log(`screenshot: ${screenshot}`);

async function walk(page) {
  // Listeners first, so that nothing between the first byte and the last click goes unseen.
  const console_ = [];
  const violations = [];
  const strangers = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') console_.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => console_.push(`uncaught: ${error.message}`));
  page.on('requestfailed', (request) => console_.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.origin !== base) strangers.push(request.url());
  });
  await page.exposeFunction('jixiaoViolation', (what) => violations.push(what));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (e) =>
      window.jixiaoViolation(`${e.effectiveDirective} refused ${e.blockedURI || 'inline'} (${e.sourceFile}:${e.lineNumber})`));
  });

  // 1. The page, and its policy.
  const opened = await page.goto(`${base}/docs`, { waitUntil: 'load' });
  check(opened.ok(), `/docs answers ${opened.status()}`);
  const policy = opened.headers()['content-security-policy'] ?? '';
  const directive = (name) => policy.match(new RegExp(`(?:^|;)\\s*${name}\\s+([^;]*)`))?.[1]?.trim();
  check(directive('default-src') === "'none'", `the policy starts from nothing: ${policy || '(none sent)'}`);
  check(directive('script-src') === "'self'", "scripts come from 'self' only");
  check(directive('frame-ancestors') === "'none'", 'no page may frame it');
  await page.waitForSelector('.swagger-ui .info .title');
  const configured = await page.evaluate(() => window.ui?.getConfigs?.().validatorUrl ?? null);
  check(configured === null || configured === 'none', `no outside validator is configured (${configured})`);
  check((await page.locator('.errors-wrapper').count()) === 0, 'Swagger UI reads the document without an error');

  // 2. Authorize, by the OAuth2 password flow.
  await page.locator('.scheme-container button.authorize, .auth-wrapper button.authorize').first().click();
  const form = page.locator('.auth-container').filter({ has: page.locator('#oauth_username') }).first();
  check((await form.count()) === 1, 'the dialogue asks for a user name: it is the password flow');
  await form.locator('#oauth_username').fill(USER);
  await form.locator('#oauth_password').fill(PASSWORD);
  const [token] = await Promise.all([
    page.waitForResponse((r) => r.request().method() === 'POST' && /\/auth\/token$/.test(new URL(r.url()).pathname)),
    form.locator('button.authorize').click(),
  ]);
  check(token.status() === 200, `the token endpoint answers ${token.status()}`);
  // "Logout" takes the place of "Authorize" once the page has the token.
  await page.locator('.modal-ux .auth-container button', { hasText: 'Logout' }).first().waitFor();
  check((await page.locator('.auth-container .errors').count()) === 0, 'the dialogue shows no error');
  await page.locator('.modal-ux .close-modal, .modal-ux button.btn-done').first().click();
  await page.locator('.modal-ux').waitFor({ state: 'detached' });

  // 3. getScores, tried out.
  const block = page.locator('[id^="operations-"][id$="-getScores"]');
  check((await block.count()) === 1, 'there is one operation called getScores');
  await block.scrollIntoViewIfNeeded();
  if (!(await block.evaluate((node) => node.classList.contains('is-open'))))
    await block.locator('.opblock-summary-control, .opblock-summary').first().click();
  await block.locator('.opblock-body').waitFor();
  const shown = (await block.locator('.opblock-summary-path').innerText()).replaceAll('\u200b', '');
  check(shown === '/api/v1/scores/{unit}/{year}', `its path is ${shown}`);
  const tryOut = block.locator('button.try-out__btn:not(.cancel)');
  if (await tryOut.count()) await tryOut.first().click();
  await block.locator('tr[data-param-name="unit"] input').fill(UNIT);
  await block.locator('tr[data-param-name="year"] input').fill(YEAR);
  const [reply] = await Promise.all([
    page.waitForResponse((r) => new URL(r.url()).pathname === `/api/v1/scores/${UNIT}/${YEAR}`),
    block.locator('button.execute').click(),
  ]);
  check(/^Bearer .+/.test((await reply.request().allHeaders()).authorization ?? ''), 'the request carries the bearer token');

  // 4. What the person reads: the text on the page, not the bytes on the wire.
  const live = block.locator('.live-responses-table');
  await live.locator('.response-col_status').last().waitFor();
  const status = (await live.locator('tbody .response-col_status').first().innerText()).trim().split(/\s/)[0];
  check(status === '200', `the page shows status ${status}`);
  const text = await live.locator('.highlight-code, .microlight').first().innerText();
  const totals = finalTotals(JSON.parse(text.slice(text.search(/[{[]/), text.search(/[}\]][^}\]]*$/) + 1)));
  console.log(`     final totals on the page: ${totals.map(([where, value]) => `${where} = ${JSON.stringify(value)}`).join(', ')}`);
  check(totals.some(([where, value]) => !/project/i.test(where) && value === '99'), 'the department has 99');
  check(totals.some(([where, value]) => /project/i.test(where) && value === '98'), 'its project has 98');
  await live.scrollIntoViewIfNeeded();
  await page.screenshot({ path: screenshot });

  // 5. And nothing went wrong on the way.
  check(strangers.length === 0, `no request left the server ${strangers.join(' ')}`);
  check(violations.length === 0, `no violation of the policy ${violations.join('; ')}`);
  check(console_.length === 0, `no error in the console ${console_.join('; ')}`);
}

/** Every `final_total` of a sheet, with the path to it; those of blocks and indicators are called otherwise. */
function finalTotals(value, where = '') {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'final_total' ? [[`${where}/${key}`, inner]] : finalTotals(inner, `${where}/${key}`));
}
