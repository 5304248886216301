// A real browser walks a site that `disparity site` wrote: at three widths, with scripts and without, in dark and in
// print. It fails where a page asks for something from outside, throws, is wider than the window or breaks a rule of
// axe-core, or where search, sort, filter, comparison, details of charts, marks or downloads do not do what they say.
//
//     node walk.mjs SITE [FOLDER FOR PICTURES]
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import puppeteer from 'puppeteer-core';

const require = createRequire(import.meta.url);
const site = resolve(process.argv[2]);
const pictures = process.argv[3];
const at = (name) => pathToFileURL(`${site}/${name}`).href;
const files = (folder) => readdirSync(`${site}/${folder}`).filter((name) => name.endsWith('.html')).sort()
  .map((name) => (folder === '.' ? name : `${folder}/${name}`));

const authorities = files('authority');
// Ten authorities, the tiny ones among them, and every other page.
const wanted = ['city-of-london', 'isles-of-scilly', 'hackney', 'kent', 'stoke-on-trent', 'bristol-city-of',
  'westmorland-and-furness', 'birmingham', 'rutland', 'york'].map((name) => `authority/${name}.html`);
const ten = wanted.filter((name) => authorities.includes(name));
if (!ten.length) { ten.push(...authorities.slice(0, 10)); }
// Pages of a store, where the site has some.
const prior = existsSync(`${site}/prior-help`) ? files('prior-help') : [];
const others = [...['.', 'indicator', 'given'].flatMap((folder) => files(folder)), ...prior];
// One page of each type, for what takes longest.
const types = ['index.html', 'groups.html', 'given.html', 'compare.html', 'quality.html', 'reading.html', 'methods.html',
  existsSync(`${site}/prior-help.html`) && 'prior-help.html', prior[0], files('indicator')[0], files('given')[0], ten[0], ten.find((name) => name.includes('hackney')) ?? ten[0]].filter(Boolean);
const widths = [320, 768, 1280];

const wrong = [];
const checked = { views: 0, axe: 0, deeds: 0 };

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--hide-scrollbars'],
});

async function opened(width, scripts = true) {
  const page = await browser.newPage();
  await page.setViewport({ width, height: 900 });
  await page.setJavaScriptEnabled(scripts);
  page.on('request', (request) => {
    if (!/^(file|data|blob):/.test(request.url())) { wrong.push(`asks for ${request.url()}`); }
  });
  // A page that is left before its style sheet has come breaks that off.
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText;
    if (why !== 'net::ERR_ABORTED') { wrong.push(`${request.url()}: ${why}`); }
  });
  page.on('pageerror', (error) => wrong.push(`${page.url()} at ${width}: ${error.message}`));
  return page;
}

async function fits(page, name, width, how) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) { wrong.push(`${name} at ${width}, ${how}: ${wide} pixels wider than the window`); }
  checked.views += 1;
}

async function rules(page, name, how) {
  await page.addScriptTag({ path: require.resolve('axe-core/axe.min.js') });
  const found = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    resultTypes: ['violations'],
    // It would ask for the style sheets again, which a page from a disk may not.
    preload: false,
  }));
  for (const rule of found.violations) {
    const places = rule.nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary?.split('\n')[1] ?? ''}`);
    wrong.push(`${name}, ${how}: ${rule.id} (${rule.nodes.length}): ${places.join(' | ')}`);
  }
  checked.axe += 1;
}

async function picture(page, name, how) {
  if (!pictures) { return; }
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: `${pictures}/${name.replace(/[/.]/g, '_')}_${how}.png`, fullPage: true });
}

for (const scripts of [true, false]) {
  for (const width of widths) {
    const page = await opened(width, scripts);
    for (const name of [...others, ...ten]) {
      await page.goto(at(name));
      await fits(page, name, width, scripts ? 'with scripts' : 'without');
      if (types.includes(name) && scripts) {
        await rules(page, name, `${width}`);
        await picture(page, name, `${width}`);
      } else if (types.includes(name) && width === 768) {
        await picture(page, name, 'without');
      }
    }
    await page.close();
  }
}

for (const [how, features, media] of [
  ['dark', [{ name: 'prefers-color-scheme', value: 'dark' }], 'screen'],
  ['forced', [{ name: 'forced-colors', value: 'active' }], 'screen'],
  ['print', [], 'print'],
]) {
  const page = await opened(how === 'print' ? 794 : 768);
  for (const name of types) {
    await page.goto(at(name));
    const session = await page.createCDPSession();
    await session.send('Emulation.setEmulatedMedia', { media, features });
    if (how === 'dark') { await rules(page, name, how); }
    await fits(page, name, page.viewport().width, how);
    await picture(page, name, how);
  }
  await page.close();
}

async function deed(what, done) {
  try {
    // A deed that failed may have left a page of its own in front.
    await page.bringToFront();
    await done();
    checked.deeds += 1;
  } catch (error) {
    wrong.push(`${what}: ${error.message}`);
  }
}
const must = (held, words) => { if (!held) { throw new Error(words); } };

const page = await opened(1280);
await deed('two letters and Enter lead to an authority', async () => {
  await page.goto(at('reading.html'));
  await page.type('#find', 'Hu');
  await page.waitForSelector('#find__option--0');
  const first = await page.$eval('#find__listbox', (list) => list.textContent);
  must(/Kingston upon Hull/.test(first), `the list says ${first}`);
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  must(/authority\//.test(page.url()), page.url());
});
await deed('a name of before finds what became of it', async () => {
  await page.goto(at('index.html'));
  await page.type('#find', 'bournemouth');
  await page.waitForSelector('#find__option--0');
  const first = await page.$eval('#find__option--0', (option) => option.textContent);
  must(/Bournemouth, Christchurch and Poole/.test(first), first);
});
const indicator = files('indicator')[0];
await deed('a table sorts by figures', async () => {
  await page.goto(at(indicator));
  const head = 'table[data-sortable] thead th:nth-child(3)';
  await page.click(`${head} button`);
  const column = () => page.$$eval('table[data-sortable] tbody td:nth-child(3)', (cells) => cells
    .map((cell) => cell.textContent).filter((text) => /^[\d,]+$/.test(text)).map((text) => Number(text.replace(/,/g, ''))));
  const falling = await column();
  must(falling.length > 10 && falling.every((own, i) => i === 0 || falling[i - 1] >= own), 'not falling');
  must(await page.$eval(head, (own) => own.getAttribute('aria-sort')) === 'descending', 'aria-sort');
  await page.click(`${head} button`);
  const rising = await column();
  must(rising.every((own, i) => i === 0 || rising[i - 1] <= own), 'not rising');
});
await deed('a table filters', async () => {
  await page.goto(at(indicator));
  await page.type('#filter-0', 'west mid');
  const left = await page.$$eval('table[data-filter] tbody tr:not([hidden])', (rows) => rows.map((row) => row.cells[1].textContent));
  must(left.length === 14 && left.every((region) => region === 'West Midlands'), `${left.length} rows: ${[...new Set(left)]}`);
});
await deed('authorities that the address names stand side by side, with the figures of their pages', async () => {
  await page.goto(`${at('compare.html')}?areas=hackney,kent`);
  await page.waitForFunction(() => document.querySelectorAll('#compare table').length > 3);
  const heads = await page.$eval('#compare table', (own) => [...own.rows[0].cells].slice(1).map((cell) => cell.textContent));
  must(heads.slice(0, 2).join() === 'Hackney,Kent', heads.join());
  const said = await page.$eval('#compare', (own) => own.textContent);
  const own = await opened(1280);
  await own.goto(at('authority/hackney.html'));
  const figures = await own.$$eval('#figures ~ .scroll table tbody tr td:nth-child(4)', (cells) => cells.map((cell) => cell.textContent));
  await own.close();
  must(figures.length > 3 && figures.slice(0, 4).every((figure) => said.includes(figure)), 'other figures than on the page');
  await rules(page, 'compare.html', 'two chosen');
  await picture(page, 'compare.html', 'two');
  for (const width of [320, 768]) {
    await page.setViewport({ width, height: 900 });
    await fits(page, 'compare.html', width, 'two chosen');
  }
  await picture(page, 'compare.html', 'two_768');
  await page.setViewport({ width: 1280, height: 900 });
  const heard = page.waitForFunction(() => document.querySelectorAll('#compare figure svg').length === 4);
  must(await heard, 'four drawings');
});
await deed('neighbours of either list, a region and England stand beside, drawn and in words', async () => {
  for (const year of ['2025', '2021']) {
    await page.goto(`${at('compare.html')}?areas=hackney,region-london,england`);
    await page.waitForSelector('.choices a');
    const link = await page.evaluateHandle((words) => [...document.querySelectorAll('.choices a')]
      .find((own) => own.textContent.endsWith(words)), year);
    await link.asElement().click();
    await page.waitForFunction(() => document.querySelector('#compare table').rows[0].cells.length === 14);
    const heads = await page.$eval('#compare table', (own) => [...own.rows[0].cells].slice(1).map((cell) => cell.textContent));
    must(heads[0] === 'Hackney' && heads.includes('London') && heads.includes('England'), heads.join());
    const own = await opened(1280);
    await own.goto(at('authority/hackney.html'));
    const list = await own.evaluate((words) => [...[...document.querySelectorAll('h3')].find((head) => head.textContent.endsWith(words))
      .nextElementSibling.nextElementSibling.querySelectorAll('li a')].map((one) => one.textContent), year);
    await own.close();
    must(list.length === 10 && list.every((name) => heads.includes(name)), `${list} of ${heads}`);
  }
  const rows = await page.$$eval('#compare figure.position svg circle:not(.mark)', (own) => own.length);
  must(rows === 11, `${rows} authorities drawn`);
  await rules(page, 'compare.html', 'neighbours');
  await picture(page, 'compare.html', 'neighbours');
});
await deed('what is drawn, the model and the line to read against are choices with addresses', async () => {
  await page.goto(`${at('compare.html')}?areas=kent,hackney`);
  await page.waitForSelector('#model');
  const title = () => page.$eval('#compare figure.position figcaption', (own) => own.textContent);
  const before = await title();
  await page.select('#model', 'national_rate');
  await page.select('#indicator', 'referrals');
  await page.select('#against', 'neighbours');
  must(/indicator=referrals&model=national_rate&against=neighbours/.test(page.url()), page.url());
  const after = await title();
  must(before !== after && /^Referrals.*England’s rate/.test(after), after);
  const again = await opened(1280);
  await again.goto(page.url());
  await again.waitForSelector('#compare figure.position figcaption');
  must(await again.$eval('#compare figure.position figcaption', (own) => own.textContent) === after, 'the address says something else');
  must(/Neighbours of Kent/.test(await again.$eval('#compare figure.league figcaption', (own) => own.textContent)), 'no neighbours to read against');
  await again.close();
});
await deed('what is drawn side by side can be saved', async () => {
  const saved = await page.$eval('#compare figure.position a[download]', async (link) => (await new Response(
    await new Promise((then) => { const ask = new XMLHttpRequest(); ask.responseType = 'blob'; ask.onload = () => then(ask.response); ask.open('GET', link.href); ask.send(); }),
  ).text()));
  const lines = saved.trim().split('\r\n');
  must(lines.length === 3 && /^\ufeff?area,indicator/.test(lines[0]) && lines[1].startsWith('Kent,referrals,2025'), saved);
});
await deed('details of a point are shown with keys, on pointing and on touch, and Escape closes them', async () => {
  await page.goto(at('authority/hackney.html'));
  const said = () => page.evaluate(() => [...document.querySelectorAll('.tip')].filter((tip) => !tip.hidden).map((tip) => tip.textContent).join());
  await page.focus('figure.position .scroll');
  must(await said() === '', 'before anything');
  await page.keyboard.press('ArrowDown');
  const first = await said();
  const row = await page.$eval('table[data-name="expected"] tbody tr', (own) => [...own.cells].map((cell) => cell.textContent));
  must(first.startsWith(row[0]) && row.slice(2, 6).every((cell) => first.includes(cell)) && /Source: /.test(first), `${first} | ${row}`);
  await rules(page, 'authority/hackney.html', 'details open');
  await page.keyboard.press('ArrowDown');
  must(await said() !== first, 'the next point says the same');
  await page.keyboard.press('Escape');
  must(await said() === '', 'after Escape');
  const place = await page.$eval('figure.position svg', (svg) => {
    svg.scrollIntoView({ block: 'center' });
    const [x, y] = svg.closest('figure').getAttribute('data-points').split(' ')[0].split(',').map(Number);
    const box = svg.getBoundingClientRect();
    const times = box.width / svg.viewBox.baseVal.width;
    return [box.left + x * times, box.top + y * times];
  });
  await page.mouse.move(place[0] + 3, place[1] + 2);
  must(await said() === first, 'on pointing');
  await page.keyboard.press('Escape');
  const hand = await opened(320);
  await hand.goto(at('authority/hackney.html'));
  const touched = await hand.$eval('figure.position', (figure) => {
    const svg = figure.querySelector('svg');
    const [x, y] = figure.getAttribute('data-points').split(' ')[0].split(',').map(Number);
    svg.scrollIntoView({ block: 'center' });
    const times = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    figure.querySelector('.scroll').scrollLeft = x * times - 150;
    const box = svg.getBoundingClientRect();
    return [box.left + x * times, box.top + y * times];
  });
  await hand.touchscreen.tap(touched[0], touched[1]);
  must(await hand.$eval('figure.position .tip', (tip) => !tip.hidden && tip.textContent) === first, 'on touch');
  await fits(hand, 'authority/hackney.html', 320, 'details open');
  await hand.close();
});
await deed('an authority is marked in every chart and table of an indicator, and the address says so', async () => {
  await page.goto(at(indicator));
  await page.type('#highlight', 'york');
  await page.waitForSelector('#highlight__option--0');
  const name = await page.$eval('#highlight__option--0', (option) => option.firstChild.textContent.trim());
  await page.keyboard.press('Enter');
  await page.waitForSelector('tr.own');
  must(/highlight=/.test(page.url()), page.url());
  must(await page.$eval('tr.own th', (cell) => cell.textContent) === name, name);
  const rings = await page.$$eval('svg .highlight', (all) => all.filter((own) => own.getAttribute('visibility') === 'visible').length);
  const charts = await page.$$eval('figure[data-points]', (all) => all.length);
  must(rings === charts && charts >= 2, `${rings} of ${charts}`);
  await rules(page, indicator, 'one marked');
  await picture(page, indicator, 'marked');
  await page.reload();
  must(await page.$eval('tr.own th', (cell) => cell.textContent) === name, 'after reload');
  await page.click('#mark + p button');
  must(!/highlight=/.test(page.url()) && !(await page.$('tr.own')), 'the mark stays');
});
for (const scripts of [true, false]) {
  await deed(`the figures of a page are saved ${scripts ? 'with' : 'without'} scripts`, async () => {
    const own = await opened(1280, scripts);
    await own.goto(at('authority/hackney.html'));
    const link = await own.$eval('main a[download]', (one) => one.getAttribute('href'));
    const text = readFileSync(resolve(`${site}/authority`, link), 'utf8');
    must(/^time_period,geographic_level,/.test(text) && /,Hackney,/.test(text), text.slice(0, 200));
    const folder = mkdtempSync(join(tmpdir(), 'walk-'));
    const session = await own.createCDPSession();
    await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
    await own.click('main a[download]');
    const file = join(folder, link.split('/').pop());
    for (let i = 0; i < 50 && !existsSync(file); i += 1) { await new Promise((then) => { setTimeout(then, 100); }); }
    must(existsSync(file) && readFileSync(file, 'utf8') === text, `nothing came to ${folder}`);
    rmSync(folder, { recursive: true });
    await own.close();
  });
}
await deed('a page without a file has its tables to be saved', async () => {
  await page.goto(at('quality.html'));
  const links = await page.$$eval('main a[download]', (all) => all.map((own) => own.href));
  must(links.length === 2 && links.every((href) => href.startsWith('blob:')), links.join());
});
await deed('without scripts the comparison leads to pages that are whole', async () => {
  const own = await opened(1280, false);
  await own.goto(at('compare.html'));
  const links = await own.$$eval('.no-script a', (all) => all.map((one) => one.getAttribute('href')));
  must(links.length > authorities.length, `${links.length} links`);
  must(await own.$eval('.no-script', (one) => one.offsetHeight > 0), 'hidden');
  await own.close();
});
await deed('a third is added, its choice is an address, and going back takes it away', async () => {
  await page.goto(`${at('compare.html')}?areas=hackney,kent`);
  await page.waitForSelector('#add');
  await page.type('#add', 'york');
  await page.waitForSelector('#add__option--0');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelectorAll('.chosen li').length === 3);
  must(/areas=hackney,kent,[a-z-]*york/.test(page.url()), page.url());
  await page.goBack();
  await page.waitForFunction(() => document.querySelectorAll('.chosen li').length === 2);
});
await browser.close();

console.log(`walked ${checked.views} views of ${others.length + ten.length} pages; axe-core on ${checked.axe}; `
  + `${checked.deeds} deeds done; ${wrong.length} wrong`);
for (const line of [...new Set(wrong)]) { console.log(`WRONG ${line}`); }
process.exit(wrong.length ? 1 : 0);
