//! What is said of a page, over the real browser: its description for readers, and its Markdown.

use serde_json::json;

use crate::support::{Api, Session, Site};

const SHOP: &str = r#"<!doctype html><title>Shop</title><meta name=description content="Teas of the world"><header>Open <b>daily</b></header>
<h1>Our teas</h1><p>A cup costs <em>three</em> coins.</p><ul><li>Green<li>Black <a href="/black">Read more</a></ul>
<label>Name <input name=name value=Ann></label><input type=password aria-label=Pin value=hush><button>Order</button><p style="display:none">Never</p>
<p style="visibility:hidden">Unseen</p><div style="height:3000px"></div><p>Far below</p><script>var inScript</script>"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_description_has_every_text_and_every_element_in_sight_in_order() {
    let (api, site) = (Api::start().await, Site::of(&[("/", SHOP.to_owned())]).await);
    let session = api.session().await;
    session.goto(&site.at("/")).await;
    let page = session.observe().await;
    let said: Vec<&str> = page["space"]["description"].as_str().unwrap().lines().collect();
    let expected = [
        "Shop",
        "Teas of the world",
        "Open daily",
        "Our teas",
        "A cup costs three coins.",
        "Green",
        "Black",
        "L1: link \"Read more\"",
        "Name",
        "I1: textbox \"Name\" (value \"Ann\")",
        "I2: textbox \"Pin\"",
        "B1: button \"Order\"",
    ];
    assert_eq!(said, expected);
    let actions = page["space"]["interaction_actions"].as_array().unwrap();
    let described: Vec<&str> = actions.iter().filter_map(|action| action["description"].as_str()).collect();
    assert_eq!(
        described,
        [
            "Clicks the link \"Read more\".",
            "Fills the textbox \"Name\".",
            "Fills the textbox \"Pin\".",
            "Clicks the button \"Order\"."
        ]
    );
}

async fn main_content(session: &Session<'_>, html: &str) -> String {
    session.shows(&format!("<!doctype html><title>M</title>{html}")).await;
    session.scrape(json!({"only_main_content": true})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_content_is_what_is_left_without_what_is_beside_it_and_never_nothing() {
    let api = Api::start().await;
    let session = api.session().await;
    let whole = "<form method=post><nav>Menu</nav><div><h1>Order 4711</h1><p>Sent in May.</p></div></form>";
    assert_eq!(main_content(&session, whole).await, "Order 4711\n==========\n\nSent in May.");
    let article = "<header>Banner</header><article><header><h1>News</h1></header><p>Text</p><footer>By Ann</footer></article><footer>Imprint</footer>";
    assert_eq!(main_content(&session, article).await, "News\n====\n\nText\n\nBy Ann");
    let search = "<div role=search><form><label>Find</label></form></div><p>Found</p>";
    assert_eq!(main_content(&session, search).await, "Found");
    assert_eq!(main_content(&session, "<nav>Only a menu</nav>").await, "Only a menu");
}

#[tokio::test(flavor = "multi_thread")]
async fn code_tables_and_closed_roots_are_read_as_they_are_seen() {
    let api = Api::start().await;
    let session = api.session().await;
    let page = r#"<!doctype html><title>R</title><pre><span># install</span>
<b>def</b> f(a_b):
    return 1
</pre><table><tr><th>Day<th>No</tr><tr><td rowspan=2>Mon<td>1</tr><tr><td>2</tr></table><my-part></my-part><div id=plain style="height:30px"></div>
<script>document.querySelector('my-part').attachShadow({mode:'closed'}).innerHTML='<p>Closed text</p><button onclick="document.title=1">Closed</button><my-inner></my-inner>';
const part=document.createElement('p');plain.attachShadow({mode:'closed'}).append('Plain host')</script>"#;
    session.shows(page).await;
    let text = session.scrape(json!({})).await;
    for part in [
        "```\n# install\ndef f(a_b):\n    return 1\n```",
        "| Day | No |\n| --- | --- |\n| Mon | 1 |\n| Mon | 2 |",
        "Closed text",
        "Plain host",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    let action = session.observe().await["space"]["interaction_actions"][0].clone();
    assert_eq!(action["text_label"], "Closed");
    // By its selector, in a session that has observed nothing.
    let other = api.session().await;
    other.shows(page).await;
    other.does(json!({"type": "click", "selector": action["selector"], "timeout": 4000})).await;
    assert_eq!(other.js("document.title").await, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_are_listed_where_only_they_are_asked_for() {
    let (api, site) = (
        Api::start().await,
        Site::of(&[(
            "/",
            "<!doctype html><img src=/tea.png alt=Tea width=20 height=20><img src=/no.png hidden><p>Text".to_owned(),
        )])
        .await,
    );
    let session = api.session().await;
    session.goto(&site.at("/")).await;
    let answer = api.post(&session.path("/page/scrape"), json!({"only_images": true})).await;
    assert_eq!(answer["images"], json!([{"url": site.at("/tea.png"), "description": "Tea", "category": null}]));
    let plain = api.post(&session.path("/page/scrape"), json!({})).await;
    assert!(plain["images"].is_null(), "{plain}");
}
