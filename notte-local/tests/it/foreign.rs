//! Frames of other origins, over the real browser: in the page's process and in one of their own, seen and worked in as any part
//! of the page.

use serde_json::{Value, json};

use crate::support::{Api, Site, elements};

const CARD: &str = r#"<!doctype html><title>Card</title><p>Card details</p><label>Card number <input name=card></label>
<label><input type=checkbox name=keep> Keep it</label><select aria-label=Month><option>01</option><option>02</option></select>
<div style="height:600px"></div><button onclick="document.querySelector('p').textContent='Saved '+document.querySelector('[name=card]').value+document.querySelector('select').value+document.querySelector('[name=keep]').checked">Save card</button>"#;

fn checkout(site: &Site) -> String {
    format!(
        r#"<!doctype html><title>Checkout</title><h1>Checkout</h1>
<iframe id=site src="{}" style="width:400px;height:140px;border:5px solid;padding:3px"></iframe>
<iframe id=port src="{}" width=400 height=140></iframe>
<iframe id=box sandbox=allow-scripts srcdoc="<p>Boxed text</p><button onclick='this.textContent=1+1'>Boxed</button>" width=400 height=90></iframe>
<iframe id=data src="data:text/html,<p>Data text</p><button onclick='this.textContent=1+2'>Data</button>" width=400 height=90></iframe>
<button onclick="document.title='paid'">Pay now</button>"#,
        site.elsewhere("/card"),
        site.at("/card"),
    )
}

async fn sites() -> (Site, Site) {
    let card = Site::of(&[
        ("/card", CARD.to_owned()),
        ("/nest", "<!doctype html><p>Nest</p><iframe id=inner src='/card' width=380 height=130></iframe>".to_owned()),
    ])
    .await;
    let nested = format!(
        "<!doctype html><title>Nested</title><iframe id=outer src='{}' width=420 height=220></iframe><button>Outside</button>",
        card.elsewhere("/nest")
    );
    let shop = Site::of(&[("/", checkout(&card)), ("/nested", nested)]).await;
    (card, shop)
}

fn inside(frame: &str, css: &str) -> Value {
    json!({"css_selector": css, "xpath_selector": "", "in_iframe": true, "in_shadow_root": false, "iframe_parent_css_selectors": [frame]})
}

/// As a session has it, and where every site has a process of its own.
fn ways() -> [Value; 2] {
    [json!({}), json!({"chrome_args": ["--site-per-process"]})]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_frames_of_other_origins_is_seen_read_and_worked_with() {
    let api = Api::start().await;
    let (_card, shop) = sites().await;
    for way in ways() {
        let session = api.session_with(way.clone()).await;
        session.goto(&shop.at("/")).await;
        let page = session.observe().await;
        let card = |i: usize, b: usize| {
            vec![format!("I{i} Card number"), format!("B{b} Keep it"), format!("I{} Month", i + 1)]
        };
        let mut expected = card(1, 1);
        expected.extend(card(3, 2));
        expected.extend(["B3 Boxed", "B4 Data", "B5 Pay now"].map(str::to_owned));
        assert_eq!(elements(&page), expected, "{way}");
        let said = page["space"]["description"].as_str().unwrap();
        for text in ["Checkout", "Card details", "Boxed text", "Data text", "B5: button \"Pay now\""] {
            assert!(said.contains(text), "{way}: {text} is not in\n{said}");
        }
        let text = session.scrape(json!({})).await;
        for part in ["Card details", "Boxed text", "Data text"] {
            assert!(text.contains(part), "{way}: {part} is not in\n{text}");
        }

        for (frame, field, keep, month) in [("#site", "I1", "B1", "I2"), ("#port", "I3", "B2", "I4")] {
            session.does(json!({"type": "fill", "id": field, "value": "4242"})).await;
            session.does(json!({"type": "check", "id": keep, "value": true})).await;
            session.does(json!({"type": "select_dropdown_option", "id": month, "value": "02"})).await;
            let save = json!({"type": "click", "selector": inside(frame, "button"), "timeout": 5000});
            session.does(save).await;
            let saved =
                session.scrape(json!({"selector": format!("{frame} >> internal:control=enter-frame >> p")})).await;
            assert_eq!(saved, "Saved 424202true", "{way} {frame}");
        }
        for (id, label) in [("B3", "B3 2"), ("B4", "B4 3")] {
            session.js("scrollTo(0, 0)").await;
            session.does(json!({"type": "click", "id": id})).await;
            let seen = session.elements().await;
            assert!(seen.iter().any(|element| element.split(' ').nth(1) == label.split(' ').nth(1)), "{way}: {seen:?}");
        }
        session.does(json!({"type": "click", "selector": "text=Pay now"})).await;
        assert_eq!(session.js("document.title").await, "paid");
        session.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selector_leads_through_frames_of_any_origin_and_a_frame_may_change_meanwhile() {
    let api = Api::start().await;
    let (card, shop) = sites().await;
    for way in ways() {
        let session = api.session_with(way.clone()).await;
        session.goto(&shop.at("/nested")).await;
        let seen = session.observe().await;
        assert_eq!(elements(&seen), ["I1 Card number", "B1 Keep it", "I2 Month", "B2 Outside"], "{way}");
        let frames = seen["space"]["interaction_actions"][0]["selector"]["iframe_parent_css_selectors"].clone();
        assert_eq!(frames, json!(["#outer", "#inner"]), "{way}");
        let chain =
            "#outer >> internal:control=enter-frame >> #inner >> internal:control=enter-frame >> input >> nth=0";
        session.does(json!({"type": "fill", "selector": chain, "value": "17", "timeout": 5000})).await;
        assert_eq!(session.observe().await["element_states"]["I1"]["value"], "17", "{way}");
        // The frame shows another document, of another site: what was seen in it is found there by where it was.
        let there = card.at("/nest");
        session.js(&format!("void (document.querySelector('iframe').src = '{there}')")).await;
        session.does(json!({"type": "fill", "id": "I1", "value": "18"})).await;
        assert_eq!(session.observe().await["element_states"]["I1"]["value"], "18", "{way}");
        let gone = json!({"type": "click", "selector": inside("#outer", "#none"), "timeout": 300});
        session.fails(gone, "ElementNotFound").await;
        session.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_lies_under_something_is_not_clicked_through() {
    let card =
        Site::of(&[("/", "<!doctype html><button onclick='this.textContent=1'>Under</button>".to_owned())]).await;
    let page = format!(
        "<!doctype html><title>Over</title><iframe src='{}' width=300 height=100></iframe><div id=over style='position:fixed;inset:0;background:#fff9'></div>",
        card.elsewhere("/")
    );
    let shop = Site::of(&[("/", page)]).await;
    let api = Api::start().await;
    for way in ways() {
        let session = api.session_with(way).await;
        session.goto(&shop.at("/")).await;
        let click = json!({"type": "click", "selector": inside("iframe", "button"), "timeout": 600});
        session.fails(click.clone(), "ElementCovered").await;
        session.js("void document.querySelector('#over').remove()").await;
        session.does(click).await;
        session.stop().await;
    }
}
