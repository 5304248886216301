// How long the first view of something on a page from a disk takes, beside that on another page, in the same browser in
// the same run: until it stands in the window in a frame that was painted. A page that paints its top first, and what was
// asked for later, is not seen before.
//
//     node first_view.mjs PAGE WHAT OTHER WHAT [TIMES]
//     node first_view.mjs site/authority/hackney.html h1 'out/page.html#E09000012' '#E09000012'
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import puppeteer from 'puppeteer-core';

const [, , one, what, other, whatThere, count] = process.argv;
const addresses = [one, other].map((name) => {
  const [path, place] = name.split('#');
  return pathToFileURL(resolve(path)).href + (place ? `#${place}` : '');
});
const wanted = [what, whatThere];
const times = Number(count ?? 7);
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--hide-scrollbars'],
});

async function view(address, selector) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 1280, height: 900 });
  await page.evaluateOnNewDocument((own) => {
    globalThis.seen = new Promise((then) => {
      const look = () => requestAnimationFrame(() => {
        const box = document.querySelector(own)?.getBoundingClientRect();
        const is = box && box.height > 0 && box.bottom > 0 && box.top < window.innerHeight
          && performance.getEntriesByName('first-contentful-paint').length > 0;
        // What stands in the window in this frame is seen by the next.
        if (is) { requestAnimationFrame(() => then(performance.now())); } else { look(); }
      });
      look();
    });
  }, selector);
  await page.goto(address, { waitUntil: 'load' });
  const found = await page.evaluate(async () => [
    await globalThis.seen,
    performance.getEntriesByType('navigation')[0].loadEventEnd,
  ]);
  await context.close();
  return found;
}

const all = addresses.map(() => []);
// The first of each warms the disk; they take turns, so that both meet the same machine.
for (let i = 0; i <= times; i += 1) {
  for (const [at, address] of addresses.entries()) {
    const found = await view(address, wanted[at]);
    if (i > 0) { all[at].push(found); }
  }
}
await browser.close();
const middle = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const medians = all.map((runs) => [0, 1].map((at) => middle(runs.map((run) => run[at]))));
for (const [at, address] of addresses.entries()) {
  console.log(`${address}: seen after ${medians[at][0].toFixed(0)} ms, loaded ${medians[at][1].toFixed(0)} ms (medians of ${times})`);
}
console.log(`first / second: seen ${(medians[0][0] / medians[1][0]).toFixed(2)}, loaded ${(medians[0][1] / medians[1][1]).toFixed(2)}`);
