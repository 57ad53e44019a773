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

// The next block around a node: texts in one block are one line.
const block = (node) => {
  let at = own.parentElement(node);
  while (at && /^(inline|contents)/.test(getComputedStyle(at).display)) at = own.parentElement(at) ?? own.getRootNode(at).host ?? null;
  return at;
};

const SILENT = new Set(['script', 'style', 'noscript', 'template', 'select', 'textarea', 'option', 'datalist', 'title']);
const LINES = 1500;

// What is in sight of one document and of the frames in it that can be read from here, in document order: elements to act on,
// lines of text, and the frames that can not. `base` says where the document is: the way to it, its place and what of it shows.
notte.observe = (limit, base) => {
  const found = [];
  let elements = 0, lines = 0, last = null;
  if (!base) base = { frames: [], x: 0, y: 0, clip: { left: 0, top: 0, right: innerWidth, bottom: innerHeight } };
  notte.ids.clear();
  for (const all of [place, trail, xpath]) all.forget();
  const range = own.createRange(document);
  const within_ = (x, y, width, height, clip) => x < clip.right && x + width > clip.left && y < clip.bottom && y + height > clip.top;
  const say = (node, offset, clip) => {
    const text = notte.text(node.data);
    if (!text || lines >= LINES) return;
    range.selectNodeContents(node);
    const { x, y, width, height } = range.getBoundingClientRect();
    if (!width || !height || !within_(x + offset.x, y + offset.y, width, height, clip)) return;
    const around = block(node);
    if (last && last.around === around && found.at(-1) === last.line) last.line.text = `${last.line.text} ${text}`.slice(0, 1000);
    else {
      const line = { text: text.slice(0, 1000) };
      found.push(line);
      last = { line, around };
      lines++;
    }
  };
  const visit = (element, frames, shadow, offset, clip, inside) => {
    if (elements >= limit) return;
    const tag = tagOf(element);
    let style;
    const styled = () => (style ??= getComputedStyle(element));
    let area = own.getBoundingClientRect(element);
    if (!filled(area) && own.firstChild(element) && (tag === 'a' || tag === 'button' || tag === 'label' || own.hasAttribute(element, 'role') || own.hasAttribute(element, 'onclick')))
      area = around(element).getBoundingClientRect();
    const { width, height } = area;
    const x = area.x + offset.x, y = area.y + offset.y;
    const seen = width > 0 && height > 0 && within_(x, y, width, height, clip);
    let taken = inside;
    // A label is offered as what it is for, where that itself is out of sight.
    const control = seen && tag === 'label' ? element.control : null;
    const one = control && notte.face(control) === element ? control : element;
    if (seen && (one !== element || interactive(element, styled)) && !(inside && styled().cursor === 'pointer' && !NATIVE.has(tag) && tag !== 'a' && !own.hasAttribute(element, 'role')) &&
        shownAt(element) && !notte.disabled(one)) {
      const at = notte.point(element);
      if (at && !notte.over(element, at.x, at.y)) {
        const role = notte.role(one);
        const what = notte.kind(one);
        const id = `#${++elements}`;
        const css = path(one);
        notte.ids.set(id, one);
        taken = true;
        found.push({
          id, letter: LETTERS[role] ?? (one.isContentEditable === true ? 'I' : 'M'), kind: what, label: notte.name(one), role, tag: tagOf(one),
          css, placed: css.includes(' > ') || css.includes(':nth-of-type('), xpath: shadow ? '' : xpath(one), frames, shadow,
          box: { x, y, width, height }, offset, state: state(one, what),
        });
      }
    }
    if (tag === 'iframe' || tag === 'frame') {
      if (!seen) return;
      const inset = notte.inset(element);
      const start = { x: inset.x + offset.x, y: inset.y + offset.y };
      const part = {
        left: Math.max(clip.left, start.x), top: Math.max(clip.top, start.y),
        right: Math.min(clip.right, x + width), bottom: Math.min(clip.bottom, y + height),
      };
      const way = [...frames, path(element)];
      const top = element.contentDocument && own.documentElement(element.contentDocument);
      if (top) visit(top, way, false, start, part, false);
      else if (!element.contentDocument && shownAt(element)) found.push({ hole: notte.hole(element), base: { frames: way, ...start, clip: part } });
      return;
    }
    const shadowed = own.shadowRoot(element);
    if (shadowed) for (const child of own.children(shadowed)) visit(child, frames, true, offset, clip, taken);
    let shown;
    for (let child = own.firstChild(element); child; child = own.nextSibling(child)) {
      const type = own.nodeType(child);
      if (type === 1) visit(child, frames, shadow, offset, clip, taken);
      // What an element to act on holds is its label.
      else if (type === 3 && !taken && !SILENT.has(tag) && (shown ??= shownAt(element))) say(child, offset, clip);
    }
  };
  const top = own.documentElement(document);
  if (top) visit(top, base.frames, false, { x: base.x, y: base.y }, base.clip, false);
  const page = own.scrollingElement(document) ?? own.documentElement(document);
  return {
    found, title: own.title(document), url: location.href,
    description: within(document, 'meta[name=description]')[0]?.content ?? '',
    viewport: {
      scroll_x: Math.round(scrollX), scroll_y: Math.round(scrollY), viewport_width: innerWidth, viewport_height: innerHeight,
      total_width: page?.scrollWidth ?? 0, total_height: page?.scrollHeight ?? 0,
    },
  };
};

const DROPPED = new Set(['script', 'style', 'noscript', 'template', 'link', 'meta', 'svg', 'head', 'canvas', 'object', 'embed', 'input', 'select', 'textarea', 'datalist']);
const ASIDE = new Set(['nav', 'aside', 'footer', 'header', 'dialog', 'search']);
const ASIDE_ROLES = new Set(['navigation', 'complementary', 'contentinfo', 'banner', 'search', 'dialog', 'alertdialog']);

const escaped = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

// What a reader sees, as HTML without styles and scripts; the content of frames follows at the end, of those that cannot be read
// from here their number.
const written = (scope, bare, skip) => {
  const frames = [], holes = [];
  const beside = (node, tag) => {
    if (!bare || node === scope) return false;
    // The head and foot of an article are part of it.
    if ((tag === 'header' || tag === 'footer') && own.closest(node, 'article,main,[role=main],section')) return false;
    return ASIDE.has(tag) || ASIDE_ROLES.has(own.getAttribute(node, 'role'));
  };
  const children = (node, mute) => {
    let html = '';
    for (let child = own.firstChild(node); child; child = own.nextSibling(child)) html += write(child, mute);
    return html;
  };
  const write = (node, mute) => {
    if (own.nodeType(node) === 3) return mute ? '' : escaped(node.data);
    if (own.nodeType(node) !== 1) return '';
    const tag = tagOf(node);
    if (DROPPED.has(tag) || skip.has(tag) || beside(node, tag)) return '';
    mute = false;
    if (!own.checkVisibility(node, SHOWN) && tag !== 'br') {
      // It has no box of its own, or is invisible; either way, what it holds may be seen.
      const style = getComputedStyle(node);
      if (style.display !== 'contents' && !own.checkVisibility(node)) return '';
      mute = style.visibility !== 'visible';
    }
    if (tag === 'iframe' || tag === 'frame') {
      const inner = mute ? null : node.contentDocument;
      if (inner && own.body(inner)) frames.push(own.body(inner));
      else if (!mute && !inner && notte.visible(node)) holes.push(notte.hole(node));
      return '';
    }
    if (tag === 'slot' && node.assignedNodes().length) return node.assignedNodes().map((one) => write(one, mute)).join('');
    if (tag === 'slot' || mute) return children(own.shadowRoot(node) ?? node, mute);
    let attributes = '';
    if (tag === 'a' && node.href) attributes = ` href="${escaped(String(node.href))}"`;
    if (tag === 'img') attributes = ` src="${escaped(node.currentSrc || node.src)}" alt="${escaped(node.alt)}"`;
    if (tag === 'ol' && node.start !== 1) attributes = ` start="${node.start}"`;
    if ((tag === 'code' || tag === 'pre') && node.className) attributes = ` class="${escaped(node.className)}"`;
    if (tag === 'td' || tag === 'th') attributes = ` colspan="${node.colSpan}" rowspan="${node.rowSpan}"`;
    if (tag === 'br' || tag === 'hr' || tag === 'img') return `<${tag}${attributes}>`;
    return `<${tag}${attributes}>${children(own.shadowRoot(node) ?? node)}</${tag}>`;
  };
  let html = write(scope);
  bare = false;
  while (frames.length) html += children(frames.shift());
  return { html, holes };
};

const MAIN = 'main,[role=main],article';

// The part that a selector names, as soon as it is there, or the page; its main content if that is wanted and there is some.
notte.html = async ({ selector, main, ignored, patience }) => {
  const skip = new Set((ignored ?? []).map((tag) => tag.toLowerCase()));
  const page = () => ({ title: own.title(document), url: location.href });
  const whole = () => own.body(document) ?? own.documentElement(document);
  if (selector) {
    const end = performance.now() + patience;
    for (;;) {
      let hit;
      try {
        hit = notte.query(document, selector)[0];
      } catch (error) {
        if (!(error instanceof Elsewhere)) throw error;
        return { hole: notte.hole(error.frame), selector: error.selectors[0] };
      }
      if (hit) return { ...written(hit, false, skip), ...page() };
      if (performance.now() > end) return { error: 'not_found' };
      await frame();
    }
  }
  const scope = whole();
  if (!scope) return { html: '', holes: [], ...page() };
  if (!main) return { ...written(scope, false, skip), ...page() };
  const candidates = within(scope, MAIN).filter(notte.visible);
  const best = candidates.find((e) => tagOf(e) === 'main' || own.getAttribute(e, 'role') === 'main') ?? (candidates.length === 1 ? candidates[0] : null);
  const part = written(best ?? scope, true, skip);
  const empty = !/[^\s]/.test(part.html.replace(/<[^>]*>/g, '')) && !part.holes.length;
  return { ...(empty ? written(scope, false, skip) : part), ...page() };
};

// The pictures in sight of a reader: what each shows, and where it is from.
notte.images = () =>
  notte.documents(document).flatMap(notte.roots).flatMap((root) => within(root, 'img')).filter(notte.visible)
    .map((image) => ({ url: image.currentSrc || image.src, description: image.alt || null, category: null }))
    .filter((image) => image.url);
