// Seeing a page: its interactive elements in document order, and its content as plain HTML.

const LETTERS = {
  link: 'L', button: 'B', tab: 'B', menuitem: 'B', menuitemcheckbox: 'B', menuitemradio: 'B', radio: 'B', checkbox: 'B', switch: 'B',
  textbox: 'I', searchbox: 'I', combobox: 'I', listbox: 'I', slider: 'I', spinbutton: 'I', option: 'O', img: 'F',
};
const NATIVE = new Set(['BUTTON', 'INPUT', 'SELECT', 'TEXTAREA', 'SUMMARY']);

const interactive = (element, style) => {
  const tag = element.tagName;
  if (NATIVE.has(tag)) return element.type !== 'hidden';
  if (tag === 'A') return element.hasAttribute('href') || style().cursor === 'pointer';
  const role = element.getAttribute('role');
  if (role && LETTERS[role] && role !== 'img') return true;
  if (element.isContentEditable) return !element.parentElement?.isContentEditable;
  if (element.hasAttribute('onclick')) return true;
  const tabindex = element.getAttribute('tabindex');
  if (tabindex !== null && Number(tabindex) >= 0 && tag !== 'IFRAME') return true;
  if (style().cursor !== 'pointer' || tag === 'LABEL') return false;
  const parent = element.parentElement;
  return !parent || getComputedStyle(parent).cursor !== 'pointer';
};

const only = (root, css, element) => {
  const hits = root.querySelectorAll(css);
  return hits.length === 1 && hits[0] === element;
};

// What was worked out of a node; kept for one observation, since pages have long lists and deep trees.
const kept = (work) => {
  const known = new Map();
  const of = (node) => {
    if (!known.has(node)) known.set(node, work(node, known));
    return known.get(node);
  };
  of.forget = () => known.clear();
  return of;
};

// Place among the siblings of the same tag, and how many there are.
const place = kept((node, known) => {
  const counts = {};
  const twins = node.parentNode ? node.parentNode.children : [node];
  for (const twin of twins) known.set(twin, { index: (counts[twin.tagName] = (counts[twin.tagName] ?? 0) + 1), counts });
  return known.get(node);
});

const byId = (node) => {
  const css = node.id && `#${CSS.escape(node.id)}`;
  return css && only(node.getRootNode(), css, node) ? css : null;
};

// The way down to a node in its document or shadow root, from the nearest id that is the only one.
const trail = kept((node) => {
  const id = byId(node);
  if (id) return id;
  const tag = node.tagName.toLowerCase();
  const { index, counts } = place(node);
  const step = counts[node.tagName] > 1 ? `${tag}:nth-of-type(${index})` : tag;
  return node.parentElement ? `${trail(node.parentElement)} > ${step}` : step;
});

const byName = (element) => {
  const name = element.getAttribute('name');
  const css = name && `${element.tagName.toLowerCase()}[name="${CSS.escape(name)}"]`;
  return css && only(element.getRootNode(), css, element) ? css : null;
};

const path = (element) => {
  const root = element.getRootNode();
  const css = byId(element) ?? byName(element) ?? trail(element);
  return root.host ? `${path(root.host)} >> ${css}` : css;
};

const xpath = kept((node) => {
  const step = `/${node.tagName.toLowerCase()}[${place(node).index}]`;
  return node.parentElement ? xpath(node.parentElement) + step : step;
});

const state = (element, what) => {
  const role = notte.role(element);
  const aria = (name) => (element.hasAttribute(name) ? element.getAttribute(name) === 'true' : undefined);
  const secret = element.type === 'password';
  const value = element.value ?? (element.isContentEditable ? element.textContent : undefined);
  const field = ['text', 'set', 'file'].includes(what);
  return {
    value: field && !secret && value !== undefined ? value.slice(0, 500) : undefined,
    valueTruncated: field && !secret && (value?.length ?? 0) > 500 ? true : undefined,
    filled: field ? Boolean(value) : undefined,
    checked: what === 'check' ? notte.checked(element) : undefined,
    mixed: element.indeterminate || element.getAttribute('aria-checked') === 'mixed' || undefined,
    options: what === 'select' ? [...element.options].slice(0, 100).map((o) => ({ value: o.value, label: notte.text(o.label), selected: o.selected, disabled: o.disabled })) : undefined,
    optionsTruncated: what === 'select' && element.options.length > 100 ? true : undefined,
    multiple: what === 'select' ? element.multiple : undefined,
    expanded: aria('aria-expanded'),
    selected: role === 'tab' || role === 'option' ? (element.selected ?? aria('aria-selected')) : undefined,
    pressed: aria('aria-pressed'),
  };
};

// The elements of one document and of what it holds, in document order.
notte.observe = (limit) => {
  const found = [];
  const counters = {};
  notte.ids.clear();
  for (const all of [place, trail, xpath]) all.forget();
  const visit = (element, frames, shadow, offset, clip, inside) => {
    if (found.length >= limit) return;
    const box = element.getBoundingClientRect();
    const { width, height } = box;
    const x = box.x + offset.x, y = box.y + offset.y;
    const seen = width > 0 && height > 0 && x < clip.right && x + width > clip.left && y < clip.bottom && y + height > clip.top;
    let style;
    const styled = () => (style ??= element.ownerDocument.defaultView.getComputedStyle(element));
    let taken = inside;
    if (seen && interactive(element, styled) && !(inside && styled().cursor === 'pointer' && !NATIVE.has(element.tagName) && element.tagName !== 'A' && !element.hasAttribute('role')) &&
        element.checkVisibility({ visibilityProperty: true }) && !notte.disabled(element)) {
      const at = notte.point(element);
      if (at && !notte.over(element, at.x, at.y)) {
        const letter = LETTERS[notte.role(element)] ?? (element.isContentEditable ? 'I' : 'M');
        const id = letter + (counters[letter] = (counters[letter] ?? 0) + 1);
        const what = notte.kind(element);
        notte.ids.set(id, element);
        taken = true;
        found.push({
          id, kind: what, label: notte.name(element), role: notte.role(element), tag: element.tagName.toLowerCase(),
          css: path(element), xpath: xpath(element), frames, shadow,
          box: { x, y, width, height }, offset, state: state(element, what),
        });
      }
    }
    if (element.tagName === 'IFRAME' || element.tagName === 'FRAME') {
      let inner = null;
      try { inner = element.contentDocument; } catch { /* another origin */ }
      if (inner?.documentElement && seen) {
        const inset = notte.inset(element);
        const start = { x: inset.x + offset.x, y: inset.y + offset.y };
        const within = {
          left: Math.max(clip.left, start.x), top: Math.max(clip.top, start.y),
          right: Math.min(clip.right, x + width), bottom: Math.min(clip.bottom, y + height),
        };
        visit(inner.documentElement, [...frames, path(element)], false, start, within, false);
      }
      return;
    }
    for (const child of element.shadowRoot?.children ?? []) visit(child, frames, true, offset, clip, taken);
    for (const child of element.children) visit(child, frames, shadow, offset, clip, taken);
  };
  visit(document.documentElement, [], false, { x: 0, y: 0 }, { left: 0, top: 0, right: innerWidth, bottom: innerHeight }, false);
  const page = document.scrollingElement ?? document.documentElement;
  return {
    found, title: document.title, url: location.href,
    heading: notte.text(document.querySelector('h1')?.innerText).slice(0, 200),
    description: document.querySelector('meta[name=description]')?.content ?? '',
    viewport: {
      scroll_x: Math.round(scrollX), scroll_y: Math.round(scrollY), viewport_width: innerWidth, viewport_height: innerHeight,
      total_width: page.scrollWidth, total_height: page.scrollHeight,
    },
  };
};

const DROPPED = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'LINK', 'META', 'SVG', 'HEAD', 'CANVAS', 'OBJECT', 'EMBED', 'INPUT', 'SELECT', 'TEXTAREA', 'DATALIST']);
const ASIDE = new Set(['NAV', 'ASIDE', 'FOOTER', 'HEADER', 'FORM', 'DIALOG']);
const ASIDE_ROLES = new Set(['navigation', 'complementary', 'contentinfo', 'banner', 'search', 'dialog', 'alertdialog']);

const SHOWN = { visibilityProperty: true };

const escaped = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

// What a reader sees, as HTML without styles and scripts; the content of readable frames follows at the end.
notte.html = ({ selector, main, ignored }) => {
  let scope = document.body ?? document.documentElement;
  if (selector) scope = notte.query(document, selector)[0];
  if (!scope) return { error: 'not_found' };
  let bare = main && !selector;
  if (bare) {
    const candidates = [...scope.querySelectorAll('main,[role=main],article')].filter(notte.visible);
    const best = candidates.find((e) => e.tagName === 'MAIN' || e.getAttribute('role') === 'main') ?? (candidates.length === 1 ? candidates[0] : null);
    if (best) scope = best;
  }
  const skip = new Set((ignored ?? []).map((tag) => tag.toUpperCase()));
  const frames = [];
  const children = (node) => {
    let html = '';
    for (let child = node.firstChild; child; child = child.nextSibling) html += write(child);
    return html;
  };
  const write = (node) => {
    if (node.nodeType === 3) return escaped(node.data);
    if (node.nodeType !== 1) return '';
    const tag = node.tagName.toUpperCase();
    if (DROPPED.has(tag) || skip.has(tag)) return '';
    if (bare && node !== scope && (ASIDE.has(tag) || ASIDE_ROLES.has(node.getAttribute('role')))) return '';
    if (!node.checkVisibility(SHOWN) && tag !== 'BR' && node.getClientRects().length === 0) return '';
    if (tag === 'IFRAME' || tag === 'FRAME') {
      try { if (node.contentDocument?.body) frames.push(node.contentDocument.body); } catch { /* another origin */ }
      return '';
    }
    if (tag === 'SLOT') return (node.assignedNodes().length ? node.assignedNodes() : [...node.childNodes]).map(write).join('');
    const name = tag.toLowerCase();
    let attributes = '';
    if (tag === 'A' && node.href) attributes = ` href="${escaped(String(node.href))}"`;
    if (tag === 'IMG') attributes = ` src="${escaped(node.currentSrc || node.src)}" alt="${escaped(node.alt)}"`;
    if (tag === 'OL' && node.start !== 1) attributes = ` start="${node.start}"`;
    if (tag === 'CODE' && node.className) attributes = ` class="${escaped(node.className)}"`;
    if (tag === 'BR' || tag === 'HR' || tag === 'IMG') return `<${name}${attributes}>`;
    return `<${name}${attributes}>${children(node.shadowRoot ?? node)}</${name}>`;
  };
  let html = write(scope);
  bare = false;
  while (frames.length) html += children(frames.shift());
  return { html, title: document.title, url: location.href };
};
