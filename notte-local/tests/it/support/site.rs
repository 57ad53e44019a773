//! A site on loopback whose pages fight back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use futures_util::{Stream, stream};
use tokio::task::JoinHandle;

pub(crate) struct Site {
    pub(crate) url: String,
    flood: Arc<Flood>,
    task: JoinHandle<()>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

const FORM: &str = r##"<!doctype html><title>Form</title><meta name=description content="A form to fill">
<h1>Sign up</h1><a href="/list">The list</a> <a href="/list" target="_blank">New tab</a>
<form onsubmit="document.title='sent '+new URLSearchParams(new FormData(this));return false">
<label>Email <input name=email type=email></label>
<label>Password <input name=password type=password></label>
<label>Born <input name=born type=date></label>
<select name=size aria-label=Size><option value=s>Small</option><option value=l>Large</option></select>
<label><input type=checkbox name=terms> Terms</label>
<textarea name=note placeholder=Note></textarea>
<button>Send</button><button type=button disabled>Never</button></form>
<p style="display:none">Secret text</p><input type=file aria-label=Document onchange="document.title='file '+this.files[0].name+' '+this.files[0].size">
<div style="height:3000px"></div><button onclick="document.title='far'">Far away</button>"##;

const LIST: &str = r##"<!doctype html><title>List</title><nav><a href="/">Home</a></nav><main><h2>Goods</h2><ul id=goods></ul>
<table><tr><th>Name</th><th>Price</th></tr><tr><td>Tea</td><td>3</td></tr></table></main>
<script>setTimeout(()=>{for(const g of ['Tea','Salt','Rice']){const li=document.createElement('li');li.textContent=g;goods.append(li)}},50)</script>"##;

const HARD: &str = r##"<!doctype html><title>Hard</title>
<div id=cover style="position:fixed;inset:0;background:#fffc;z-index:9"></div>
<button id=covered onclick="document.title='reached'">Covered</button>
<button id=slow disabled onclick="document.title='enabled'">Slow</button>
<button id=dead disabled>Dead</button><button class=twin>Twin</button><button class=twin>Twin</button>
<button id=alert onclick="alert('hello');document.title='after alert'">Alert</button>
<button id=ask onclick="document.title='answer '+confirm('sure?')">Ask</button>
<button id=moving style="position:relative" onclick="document.title='caught'">Moving</button>
<p><a id=file href="/download" download>Download</a></p>
<div id=host></div><iframe src="/frame" style="width:400px;height:200px"></iframe>
<script>setTimeout(()=>cover.remove(),300);setTimeout(()=>slow.disabled=false,300);
let n=0;const t=setInterval(()=>{moving.style.left=(n+=5)+'px';if(n>100)clearInterval(t)},16);
host.attachShadow({mode:'open'}).innerHTML='<button onclick="document.title=\'shadow\'">In shadow</button>';</script>"##;

const FRAME: &str = r##"<!doctype html><button onclick="top.document.title='frame'">In frame</button><iframe src="/inner" style="height:60px"></iframe>"##;
const INNER: &str =
    r##"<!doctype html><p>Deep text</p><button onclick="top.document.title='inner'">In inner frame</button>"##;

const ENDLESS: &str = r##"<!doctype html><title>Endless</title><div id=all></div><script>
let n=0;function more(){for(let i=0;i<20;i++){const p=document.createElement('p');p.textContent='Entry '+(++n);p.style.height='80px';all.append(p)}}
more();addEventListener('scroll',()=>{if(innerHeight+scrollY>=document.documentElement.scrollHeight-10&&n<60)more()})</script>"##;

const DIALOGS: &str = r##"<!doctype html><title>Dialogs</title><button onclick="document.title='clicked'">Click</button>
<button id=storm onclick="for(let i=0;i<50;i++)alert('storm '+i);document.title='after the storm'">Storm</button>
<script>addEventListener('load',()=>{alert('welcome');document.title='answer '+prompt('name?')});
addEventListener('beforeunload',(event)=>{event.preventDefault();event.returnValue='stay'})</script>"##;

const HUNG: &str = r##"<!doctype html><title>Hung</title><button onclick="while(true);">Hang</button>
<script>if(location.search)while(true);</script>"##;

const OPENER: &str = r##"<!doctype html><title>Opener</title>
<button onclick="window.open('/closing')">Open</button><a href="/nothing">Nothing</a><a href="/slow">Slow</a>"##;

/// Addresses that become no page.
const POPUPS: &str = r##"<!doctype html><title>Popups</title><a id=file href="/download" target=_blank>File</a>
<a id=none href="/nothing" target=_blank>None</a><button onclick="window.open('/download')">Open</button>"##;

/// Is made by its script, of what that asks for.
const LATE: &str = r##"<!doctype html><title>Late</title><body><script>
fetch('/slow').then((answer)=>answer.text()).then((text)=>{document.body.innerHTML=text})</script>"##;

/// Deeper than parsers make a page, and with texts that are cut in the middle of a character.
const DEEP: &str = r##"<!doctype html><title>Deep</title><button id=cut></button><input id=long aria-label=Long><h1></h1><script>
let inner=document.body;for(let i=0;i<1200;i++){const next=document.createElement('div');inner.append(next);inner=next}
inner.textContent='at the bottom '+'\u{1f600}'.slice(0,1);
cut.textContent='x'.repeat(119)+'\u{1f600}';long.value='y'.repeat(499)+'\u{1f600}';
document.querySelector('h1').textContent='z'.repeat(199)+'\u{1f600}'</script>"##;

const CLOSING: &str = r##"<!doctype html><title>Closing</title><button onclick="window.close()">Close</button>
<input aria-label=Key onkeydown="window.close()">"##;

/// Goes on by itself, and draws its button anew before that.
const RESTLESS: &str = r##"<!doctype html><title>Restless</title><main><button id=go>Old</button></main>
<button style="position:absolute;left:-5000px">Outside</button>
<script>const fresh="<button id=go onclick=\"document.title='new one'\">New</button>";
setTimeout(()=>{document.querySelector('main').innerHTML=fresh},location.hash?300:1e9);
if(location.search)setTimeout(()=>{location='/list'},300);
addEventListener('redraw',()=>{document.querySelector('main').innerHTML=fresh})</script>"##;

fn many() -> String {
    let buttons: String =
        (0..10_000).map(|i| format!("<button onclick=\"document.title='hit {i}'\">Button {i}</button>")).collect();
    format!("<!doctype html><title>Many</title>{buttons}")
}

/// Headers at once, some content, and then nothing more, ever.
async fn never() -> impl IntoResponse {
    let start = Ok::<_, std::io::Error>(
        "<!doctype html><title>Never</title><button onclick=\"document.title='clicked'\">Go</button><img src=/hang>",
    );
    ([(header::CONTENT_TYPE, "text/html")], Body::from_stream(stream::iter([start])))
}

/// How often somebody began to take the file without end, and stopped.
#[derive(Default)]
struct Flood {
    begun: AtomicUsize,
    ended: AtomicUsize,
}

struct Taken(Arc<Flood>);

impl Drop for Taken {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::SeqCst);
    }
}

/// A file that goes on as long as somebody takes it.
fn endless(flood: Arc<Flood>) -> impl Stream<Item = std::io::Result<Vec<u8>>> {
    flood.begun.fetch_add(1, Ordering::SeqCst);
    let taken = Taken(flood);
    stream::repeat_with(move || {
        let _taken = &taken;
        Ok(vec![b'x'; 1 << 16])
    })
}

async fn hang() -> &'static str {
    tokio::time::sleep(Duration::from_secs(600)).await;
    ""
}

async fn headers(headers: HeaderMap) -> Html<String> {
    Html(format!("<pre>{headers:?}</pre>"))
}

impl Site {
    pub(crate) async fn start() -> Self {
        let page = |text: &'static str| get(async move || Html(text));
        let download = async || {
            let name = [(header::CONTENT_DISPOSITION, "attachment; filename=\"../../report.txt\"")];
            (name, "forty-two")
        };
        let flood = Arc::new(Flood::default());
        let sent = flood.clone();
        let router = Router::new()
            .route("/flood", get(async move || Body::from_stream(endless(sent))))
            .route("/", page(FORM))
            .route("/list", page(LIST))
            .route("/hard", page(HARD))
            .route("/frame", page(FRAME))
            .route("/inner", page(INNER))
            .route("/endless", page(ENDLESS))
            .route("/many", get(async || Html(many())))
            .route("/never", get(never))
            .route("/hang", get(hang))
            .route("/dialogs", page(DIALOGS))
            .route("/hung", page(HUNG))
            .route("/opener", page(OPENER))
            .route("/closing", page(CLOSING))
            .route("/popups", page(POPUPS))
            .route("/late", page(LATE))
            .route("/deep", page(DEEP))
            .route("/restless", page(RESTLESS))
            .route("/nothing", get(async || StatusCode::NO_CONTENT))
            .route("/headers", get(headers))
            .route("/download", get(download))
            .route(
                "/slow",
                get(async || {
                    tokio::time::sleep(Duration::from_millis(700)).await;
                    Html("<!doctype html><title>Slow</title><p>Here at last</p>")
                }),
            )
            .fallback(async || (StatusCode::NOT_FOUND, Html("<title>Gone</title><h1>Not here</h1>")));
        let mut site = Self::serve(router).await;
        site.flood = flood;
        site
    }

    /// A site of the pages that a test writes.
    pub(crate) async fn of(pages: &[(&'static str, String)]) -> Self {
        let mut router = Router::new();
        for (path, page) in pages.iter().cloned() {
            router = router.route(path, get(async move || Html(page)));
        }
        Self::serve(router).await
    }

    /// A site of other answers.
    pub(crate) async fn serve(router: Router) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.expect("the site runs") });
        Self { url, flood: Arc::default(), task }
    }

    /// Whether nobody takes the file without end any more.
    pub(crate) fn flood_ended(&self) -> bool {
        let begun = self.flood.begun.load(Ordering::SeqCst);
        begun > 0 && begun == self.flood.ended.load(Ordering::SeqCst)
    }

    /// The address of a page under another name of this machine: another site.
    pub(crate) fn elsewhere(&self, path: &str) -> String {
        self.at(path).replace("127.0.0.1", "localhost")
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}
