// Looks at every page of a directory in Chromium, at the widths of a phone, a laptop and a wide
// screen, light and dark, and in print: nothing may leave the page, no two texts of a chart may
// meet, none may leave its chart, the console stays silent, and axe finds no violation.
//
//   node check.js NODE_MODULES CHROMIUM PAGES
//
// Ends with 1 and one line for each thing found.

'use strict';

const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');

const [modules, executablePath, directory] = process.argv.slice(2);
const { chromium } = require(path.join(path.resolve(modules), 'playwright-core'));
const axe = fs.readFileSync(path.join(path.resolve(modules), 'axe-core', 'axe.min.js'), 'utf8');

const WIDTHS = [400, 1000, 1600];
const SCHEMES = ['light', 'dark'];
// A sheet of A4 at 96 pixels an inch, without margins.
const SHEET = 718;

// Quiet and apart from the user's own browser.
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

// Runs in the page. Text may touch, because boxes of text are larger than its ink.
function geometry() {
  const found = [];
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) {
    found.push(`the page is ${page.scrollWidth} px wide on ${page.clientWidth} px`);
  }
  const SLACK = 2;
  for (const svg of document.querySelectorAll('svg.chart:not(.sign)')) {
    const frame = svg.getBoundingClientRect();
    if (frame.width === 0) continue;
    const texts = [...svg.querySelectorAll('text')].filter((text) => text.textContent.trim());
    // The extent of what is drawn, without the hidden title inside.
    const boxes = texts.map((text) => {
      const box = text.getBBox();
      const point = new DOMPoint(box.x, box.y).matrixTransform(text.getScreenCTM());
      return { text: text.textContent, left: point.x, top: point.y + SLACK,
        right: point.x + box.width, bottom: point.y + box.height - SLACK };
    });
    for (const [idx, box] of boxes.entries()) {
      if (box.left < frame.left - SLACK || box.right > frame.right + SLACK
        || box.top < frame.top - SLACK || box.bottom > frame.bottom + SLACK) {
        found.push(`${svg.getAttribute('aria-labelledby')}: “${box.text}” leaves its chart`);
      }
      for (const other of boxes.slice(idx + 1)) {
        if (box.left < other.right && other.left < box.right
          && box.top < other.bottom && other.top < box.bottom) {
          found.push(`${svg.getAttribute('aria-labelledby')}: “${box.text}” meets “${other.text}”`);
        }
      }
    }
  }
  return found;
}

async function violations(page) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return result.violations.map((one) =>
    `axe: ${one.id}: ${one.help}: ${one.nodes.length} times, first ${one.nodes[0].html.slice(0, 160)}`);
}

async function check(browser, file, settings) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const found = [];
  let where = '';
  const note = (text) => found.push(`${path.basename(file)}${where}: ${text}`);
  page.on('console', (message) => note(`console: ${message.text()}`));
  page.on('pageerror', (error) => note(`error: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) note(`asks for ${request.url()}`);
  });
  await page.goto(pathToFileURL(file).href);
  // What is folded away must fit, too.
  await page.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
  for (const { width, scheme, media, rules } of settings) {
    where = `, ${media} ${scheme} ${width} px`;
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ media, colorScheme: scheme });
    (await page.evaluate(geometry)).forEach(note);
    if (rules) (await violations(page)).forEach(note);
  }
  await context.close();
  return found;
}

async function main() {
  const settings = WIDTHS.flatMap((width) =>
    // Rules of axe depend on colors, not on widths.
    SCHEMES.map((scheme) => ({ width, scheme, media: 'screen', rules: width === 1000 })));
  settings.push({ width: SHEET, scheme: 'light', media: 'print', rules: false });
  const files = fs.readdirSync(directory).filter((name) => name.endsWith('.html')).sort();
  if (files.length === 0) throw new Error(`no page in ${directory}`);
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  const found = [];
  try {
    for (const file of files) {
      found.push(...await check(browser, path.join(directory, file), settings));
    }
  } finally {
    await browser.close();
  }
  found.slice(0, 60).forEach((one) => console.log(one));
  console.log(`${files.length} pages in ${settings.length} settings: ${found.length} findings`);
  process.exitCode = found.length === 0 ? 0 : 1;
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
