// Takes the pictures of the README from a site that `disparity site` wrote.
//
//     node pictures.mjs SITE FOLDER
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import puppeteer from 'puppeteer-core';

const [site, folder] = [resolve(process.argv[2]), resolve(process.argv[3])];
const at = (name) => pathToFileURL(`${site}/`).href + name;

const WIDTH = 820;
// Each picture: what it is called, the page, and between which two things of it the picture lies.
const pictures = [
  ['authority', 'authority/stoke-on-trent.html', 'h1', '.findings'],
  ['position', 'authority/stoke-on-trent.html', 'figure.position figcaption', 'figure.position svg'],
  ['compare', 'compare.html?areas=hackney,kent,stoke-on-trent,region-london,england', '#usual', '#compare figure.position svg'],
  ['groups', 'authority/hackney.html', 'figure.ethnicity figcaption', 'figure.ethnicity svg'],
];

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--hide-scrollbars'],
});
const page = await browser.newPage();
await page.setViewport({ width: WIDTH, height: 900 });
for (const [name, address, first, last] of pictures) {
  await page.goto(at(address));
  await page.waitForSelector(last);
  const [top, bottom] = await page.evaluate((from, to) => [
    document.querySelector(from).getBoundingClientRect().top + window.scrollY,
    document.querySelector(to).getBoundingClientRect().bottom + window.scrollY,
  ], first, last);
  await page.screenshot({
    path: `${folder}/${name}.png`,
    clip: { x: 0, y: top - 12, width: WIDTH, height: bottom - top + 24 },
    captureBeyondViewport: true,
  });
}
await browser.close();
