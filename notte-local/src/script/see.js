// Seeing a page: its interactive elements in document order, and its content as plain HTML.

const LETTERS = {
  link: 'L', button: 'B', tab: 'B', menuitem: 'B', menuitemcheckbox: 'B', menuitemradio: 'B', radio: 'B', checkbox: 'B', switch: 'B',
  textbox: 'I', searchbox: 'I', combobox: 'I', listbox: 'I', slider: 'I', spinbutton: 'I', option: 'O', img: 'F',
};
const NATIVE = new Set(['button', 'input', 'select', 'textarea', 'summary']);

const interactive = (element, style) => {
  const tag = tagOf(element);
  if (NATIVE.has(tag)) return element.type !== 'hidden';
  if (tag === 'a') return own.hasAttribute(element, 'href') || style().cursor === 'pointer';
  const role = own.getAttribute(element, 'role');
  if (role && LETTERS[role] && role !== 'img') return true;
  const parent = own.parentElement(element);
  if (element.isContentEditable === true) return parent?.isContentEditable !== true;
  if (own.hasAttribute(element, 'onclick')) return true;
  const tabindex = own.getAttribute(element, 'tabindex');
  if (tabindex !== null && Number(tabindex) >= 0 && tag !== 'iframe') return true;
  if (style().cursor !== 'pointer' || tag === 'label') return false;
  return !parent || getComputedStyle(parent).cursor !== 'pointer';
};

const only = (root, css, element) => {
  const hits = own.querySelectorAll(root, css);
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
  const parent = own.parentNode(node);
  for (const twin of parent ? own.children(parent) : [node]) {
    const tag = tagOf(twin);
    known.set(twin, { index: (counts[tag] = (counts[tag] ?? 0) + 1), counts });
  }
  return known.get(node);
});

const byId = (node) => {
  const id = own.id(node);
  const css = id && `#${CSS.escape(id)}`;
  return css && only(own.getRootNode(node), css, node) ? css : null;
};

const inShadow = (node) => own.nodeType(own.getRootNode(node)) === 11;

// The way down to a node in its document or shadow root, from the nearest id that is the only one.
const trail = kept((node) => {
  const id = byId(node);
  if (id) return id;
  const tag = tagOf(node);
  const { index, counts } = place(node);
  const step = CSS.escape(tag) + (counts[tag] > 1 ? `:nth-of-type(${index})` : '');
  const parent = own.parentElement(node);
  return parent ? `${trail(parent)} > ${step}` : inShadow(node) ? `:host > ${step}` : step;
});

const byName = (element) => {
  const name = own.getAttribute(element, 'name');
  const css = name && `${CSS.escape(tagOf(element))}[name="${CSS.escape(name)}"]`;
  return css && only(own.getRootNode(element), css, element) ? css : null;
};

const path = (element) => {
  const css = byId(element) ?? byName(element) ?? trail(element);
  if (!inShadow(element)) return css;
  return `${path(own.getRootNode(element).host)} >> ${css.startsWith(':host') ? css : `:host ${css}`}`;
};

// Plain names stand for the elements of HTML alone; and those are the ones whose tag is told in capitals.
const xpath = kept((node) => {
  const name = /^[A-Z][A-Z\d-]*$/.test(own.tagName(node)) ? tagOf(node) : `*[local-name()='${tagOf(node)}']`;
  const step = `/${name}[${place(node).index}]`;
  const parent = own.parentElement(node);
  return parent ? xpath(parent) + step : step;
});

const state = (element, what) => {
  const role = notte.role(element);
  const aria = (name) => (own.hasAttribute(element, name) ? own.getAttribute(element, name) === 'true' : undefined);
  const secret = element.type === 'password';
  const value = element.value ?? (element.isContentEditable ? own.textContent(element) : undefined);
  const field = ['text', 'set', 'file'].includes(what);
  return {
    value: field && !secret && value !== undefined ? value.slice(0, 500) : undefined,
    valueTruncated: field && !secret && (value?.length ?? 0) > 500 ? true : undefined,
    filled: field ? Boolean(value) : undefined,
    checked: what === 'check' ? notte.checked(element) : undefined,
    mixed: element.indeterminate === true || own.getAttribute(element, 'aria-checked') === 'mixed' || undefined,
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
    const box = own.getBoundingClientRect(element);
    const { width, height } = box;
    const x = box.x + offset.x, y = box.y + offset.y;
    const seen = width > 0 && height > 0 && x < clip.right && x + width > clip.left && y < clip.bottom && y + height > clip.top;
    let style;
    const styled = () => (style ??= getComputedStyle(element));
    const tag = tagOf(element);
    let taken = inside;
    // A label is offered as what it is for, where that itself is out of sight.
    const control = seen && tag === 'label' ? element.control : null;
    const one = control && notte.face(control) === element ? control : element;
    if (seen && (one !== element || interactive(element, styled)) && !(inside && styled().cursor === 'pointer' && !NATIVE.has(tag) && tag !== 'a' && !own.hasAttribute(element, 'role')) &&
        own.checkVisibility(element, SHOWN) && !notte.disabled(one)) {
      const at = notte.point(element);
      if (at && !notte.over(element, at.x, at.y)) {
        const role = notte.role(one);
        const letter = LETTERS[role] ?? (one.isContentEditable === true ? 'I' : 'M');
        const id = letter + (counters[letter] = (counters[letter] ?? 0) + 1);
        const what = notte.kind(one);
        notte.ids.set(id, one);
        taken = true;
        found.push({
          id, kind: what, label: notte.name(one), role, tag: tagOf(one),
          css: path(one), xpath: shadow ? '' : xpath(one), frames, shadow,
          box: { x, y, width, height }, offset, state: state(one, what),
        });
      }
    }
    if (tag === 'iframe' || tag === 'frame') {
      let inner = null;
      try { inner = element.contentDocument; } catch { /* another origin */ }
      const top = inner && own.documentElement(inner);
      if (top && seen) {
        const inset = notte.inset(element);
        const start = { x: inset.x + offset.x, y: inset.y + offset.y };
        const area = {
          left: Math.max(clip.left, start.x), top: Math.max(clip.top, start.y),
          right: Math.min(clip.right, x + width), bottom: Math.min(clip.bottom, y + height),
        };
        visit(top, [...frames, path(element)], false, start, area, false);
      }
      return;
    }
    const shadowed = own.shadowRoot(element);
    if (shadowed) for (const child of own.children(shadowed)) visit(child, frames, true, offset, clip, taken);
    for (const child of own.children(element)) visit(child, frames, shadow, offset, clip, taken);
  };
  visit(own.documentElement(document), [], false, { x: 0, y: 0 }, { left: 0, top: 0, right: innerWidth, bottom: innerHeight }, false);
  const page = own.scrollingElement(document) ?? own.documentElement(document);
  return {
    found, title: own.title(document), url: location.href,
    heading: notte.text(within(document, 'h1')[0]?.innerText).slice(0, 200),
    description: within(document, 'meta[name=description]')[0]?.content ?? '',
    viewport: {
      scroll_x: Math.round(scrollX), scroll_y: Math.round(scrollY), viewport_width: innerWidth, viewport_height: innerHeight,
      total_width: page.scrollWidth, total_height: page.scrollHeight,
    },
  };
};

const DROPPED = new Set(['script', 'style', 'noscript', 'template', 'link', 'meta', 'svg', 'head', 'canvas', 'object', 'embed', 'input', 'select', 'textarea', 'datalist']);
const ASIDE = new Set(['nav', 'aside', 'footer', 'header', 'form', 'dialog']);
const ASIDE_ROLES = new Set(['navigation', 'complementary', 'contentinfo', 'banner', 'search', 'dialog', 'alertdialog']);

const escaped = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

// What a reader sees, as HTML without styles and scripts; the content of readable frames follows at the end.
notte.html = ({ selector, main, ignored }) => {
  let scope = own.body(document) ?? own.documentElement(document);
  if (selector) scope = notte.query(document, selector)[0];
  if (!scope) return { error: 'not_found' };
  let bare = main && !selector;
  if (bare) {
    const candidates = within(scope, 'main,[role=main],article').filter(notte.visible);
    const best = candidates.find((e) => tagOf(e) === 'main' || own.getAttribute(e, 'role') === 'main') ?? (candidates.length === 1 ? candidates[0] : null);
    if (best) scope = best;
  }
  const skip = new Set((ignored ?? []).map((tag) => tag.toLowerCase()));
  const frames = [];
  const children = (node, mute) => {
    let html = '';
    for (let child = own.firstChild(node); child; child = own.nextSibling(child)) html += write(child, mute);
    return html;
  };
  const write = (node, mute) => {
    if (own.nodeType(node) === 3) return mute ? '' : escaped(node.data);
    if (own.nodeType(node) !== 1) return '';
    const tag = tagOf(node);
    if (DROPPED.has(tag) || skip.has(tag)) return '';
    if (bare && node !== scope && (ASIDE.has(tag) || ASIDE_ROLES.has(own.getAttribute(node, 'role')))) return '';
    mute = false;
    if (!own.checkVisibility(node, SHOWN) && tag !== 'br') {
      // It has no box of its own, or is invisible; either way, what it holds may be seen.
      const style = getComputedStyle(node);
      if (style.display !== 'contents' && !own.checkVisibility(node)) return '';
      mute = style.visibility !== 'visible';
    }
    if (tag === 'iframe' || tag === 'frame') {
      try { if (!mute && node.contentDocument && own.body(node.contentDocument)) frames.push(own.body(node.contentDocument)); } catch { /* another origin */ }
      return '';
    }
    if (tag === 'slot' && node.assignedNodes().length) return node.assignedNodes().map((one) => write(one, mute)).join('');
    if (tag === 'slot' || mute) return children(own.shadowRoot(node) ?? node, mute);
    let attributes = '';
    if (tag === 'a' && node.href) attributes = ` href="${escaped(String(node.href))}"`;
    if (tag === 'img') attributes = ` src="${escaped(node.currentSrc || node.src)}" alt="${escaped(node.alt)}"`;
    if (tag === 'ol' && node.start !== 1) attributes = ` start="${node.start}"`;
    if (tag === 'code' && node.className) attributes = ` class="${escaped(node.className)}"`;
    if (tag === 'br' || tag === 'hr' || tag === 'img') return `<${tag}${attributes}>`;
    return `<${tag}${attributes}>${children(own.shadowRoot(node) ?? node)}</${tag}>`;
  };
  let html = write(scope);
  bare = false;
  while (frames.length) html += children(frames.shift());
  return { html, title: own.title(document), url: location.href };
};
