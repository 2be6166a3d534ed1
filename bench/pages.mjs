// Pages of the texture that Next's App Router gives: html with utility classes and its flight data inlined once more in
// script tags, rsc payload, segments that repeat parts of it. The same bytes in every run.

const WORDS = `the of and to in a is that for it as was with be by on not he his but at are this have from or had an they
which one you were all her she there would their we him been has when who will no more if out so said what up its about
into than them can only other new some could time these two may then do first any my now such like our over man me even
most made after also did many before must through back years where much your way well down should because each just those
people how too little state good very make world still own see men work long get here between both life being under never
day same another know while last might us great old year off come since against go came right used take three cache table
render segment revalidate route handler product price shipping review color size material warranty delivery größe straße
café naïve résumé piñata jalapeño übersicht façade 東京 大阪 商品 レビュー`.split(/\s+/);
const CLASSES = `flex items-center justify-between gap-4 px-4 py-2 rounded-lg border border-gray-200 text-sm font-medium
text-gray-900 dark:text-gray-100 hover:bg-gray-50 focus:outline-none shadow-sm md:grid-cols-2 lg:grid-cols-3 w-full max-w-7xl
mx-auto mt-6 space-y-2 tracking-tight leading-6 truncate transition-colors`.split(/\s+/);

/** The sizes of the pages' html, bytes. */
export const SIZES = { "10 KB": 10_000, "50 KB": 50_000, "300 KB": 300_000, "1.5 MB": 1_500_000 };

/** @typedef {ReturnType<typeof pageOf>} Page */

/**
 * A value as Next hands it to `set`.
 *
 * @param {number} htmlBytes about that many; its rsc payload is about half of them
 * @param {number} [seed]
 */
export function pageOf(htmlBytes, seed = 1) {
  const text = textFrom(seed);
  // Of a real page about 45 in 100 bytes are markup; the rest is the flight data in its script tags.
  const cards = [];
  for (let bytes = 1_500; bytes < htmlBytes; bytes += cards.at(-1)?.bytes ?? 0) {
    cards.push(cardOf(text, cards.length));
  }
  const flight = cards.map((card, index) => `${(index + 8).toString(16)}:${card.flight}`).join("\n");
  const rsc = Buffer.from(`${HEAD_FLIGHT}\n${flight}\n`);
  const html = `${HEAD_HTML}${cards.map(({ html }) => html).join("")}${scriptsOf(rsc.toString())}</body></html>`;
  const half = flight.slice(0, flight.length >> 1);
  return {
    kind: "APP_PAGE",
    html,
    rscData: rsc,
    headers: { "x-next-cache-tags": TAGS.join(","), "content-type": "text/html; charset=utf-8" },
    status: 200,
    postponed: undefined,
    segmentData: new Map([
      ["/_tree", Buffer.from(HEAD_FLIGHT.slice(0, 600))],
      ["/_index", Buffer.from(HEAD_FLIGHT)],
      ["/products/__PAGE__", Buffer.from(`${HEAD_FLIGHT.slice(0, 200)}\n${half}`)],
    ]),
  };
}

/** The tags of every page: what Next derives from its path, and two of the application's. */
export const TAGS = ["_N_T_/layout", "_N_T_/products/layout", "_N_T_/products/page", "_N_T_/products", "products", "prices"];

const HEAD_HTML = `<!DOCTYPE html><html lang="en"><head><meta charSet="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/><link rel="stylesheet" href="/_next/static/chunks/6c1f2a9d30b4e785.css" data-precedence="next"/>${[
  "4bd1b696",
  "517e0a3c",
  "main-app-9f02d1c8",
  "webpack-77aa31f0",
]
  .map((chunk) => `<script src="/_next/static/chunks/${chunk}.js" async=""></script>`)
  .join("")}<title>Products</title></head><body class="antialiased">`;
const HEAD_FLIGHT = `1:"$Sreact.fragment"\n2:I[57121,["/_next/static/chunks/4bd1b696.js","/_next/static/chunks/517e0a3c.js"],"default"]\n3:I[74581,["/_next/static/chunks/4bd1b696.js","/_next/static/chunks/517e0a3c.js"],"ClientSegmentRoot"]\n0:{"P":null,"b":"Yt3kq0v9xJm2RzP","c":["","products"],"q":"","i":false,"f":[[["",{"children":["products",{"children":["__PAGE__",{}]}]},"$undefined","$undefined",true],[["$","$1","c",{"children":[[["$","link","0",{"rel":"stylesheet","href":"/_next/static/chunks/6c1f2a9d30b4e785.css","precedence":"next","crossOrigin":"$undefined","nonce":"$undefined"}]],["$","html",null,{"lang":"en","children":["$","body",null,{"className":"antialiased","children":["$","$L2",null,{"parallelRouterKey":"children"}]}]}]]}]]]],"m":"$undefined","G":["$4",[]],"s":false,"S":true}`;

/** @param {ReturnType<typeof textFrom>} text @param {number} index */
function cardOf(text, index) {
  const id = text.id();
  const classes = text.classes();
  const title = text.sentence(4);
  const body = text.sentence(18 + (index % 13));
  const html = `<article class="${classes}" id="p-${id}"><h2 class="${text.classes()}"><a href="/products/${id}">${title}</a></h2><p>${body}</p></article>`;
  const flight = JSON.stringify(["$", "article", id, { className: classes, id: `p-${id}`, children: [["$", "h2", null, { children: ["$", "$L2", null, { href: `/products/${id}`, children: title }] }], ["$", "p", null, { children: body }]] }]);
  return { html, flight, bytes: Buffer.byteLength(html) + Math.round(Buffer.byteLength(flight) * 1.16) };
}

/** The flight data as Next inlines it. @param {string} flight */
function scriptsOf(flight) {
  const pieces = flight.match(/[^]{1,3000}/g) ?? [];
  return pieces.map((piece) => `<script>self.__next_f.push([1,${JSON.stringify(piece)}])</script>`).join("");
}

/** @param {number} seed */
function textFrom(seed) {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  /** Frequent words are frequent, as Zipf says. @param {string[]} list */
  const pick = (list) => /** @type {string} */ (list[Math.floor(list.length * random() ** 2)]);
  const many = (/** @type {number} */ count, /** @type {string[]} */ list) =>
    Array.from({ length: count }, () => pick(list)).join(" ");
  // A design repeats a few lists of classes.
  const styles = Array.from({ length: 9 }, () => many(6, CLASSES));
  return {
    id: () => Math.floor(random() * 2 ** 32).toString(36),
    classes: () => pick(styles),
    sentence: (/** @type {number} */ words) => `${many(words, WORDS)}.`,
  };
}
