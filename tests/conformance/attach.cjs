// Attaches puppeteer to the browser at the address that is the one argument, and works on its page.
const assert = require('node:assert');
const puppeteer = require('puppeteer-core');

(async () => {
  const browser = await puppeteer.connect({ browserWSEndpoint: process.argv[2], defaultViewport: null });
  const [page] = await browser.pages();
  assert.strictEqual(await page.title(), 'Tea house');
  await page.$eval('[name=name]', (field) => { field.value = ''; });
  await page.type('[name=name]', 'Eve');
  await page.click('button');
  assert.match(await page.$eval('#said', (said) => said.textContent), /name=Eve/);
  await browser.disconnect();
})().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
