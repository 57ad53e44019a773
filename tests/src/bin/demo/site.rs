//! The demo's site: a form, a list that a script makes, and a file.

use std::io;

use axum::Router;
use axum::http::header;
use axum::response::Html;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const PAGE: &str = r##"<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Tea house</title>
<style>body { font: 18px/1.5 sans-serif; max-width: 40em; margin: 2em auto } input, button { font: inherit }</style>
<h1>Tea house</h1>
<form><label>Your name <input name="name"></label> <button>Greet</button></form>
<p id="greeting">Nobody is here yet.</p>
<h2>In stock</h2><ul id="teas"></ul>
<p><a id="file" href="/prices.csv">Price list</a></p>
<script>
  document.querySelector('form').onsubmit = (event) => {
    event.preventDefault();
    greeting.textContent = `Welcome, ${event.target.elements.name.value}!`;
  };
  for (const [name, grams] of [['Assam', 250], ['Sencha', 100], ['Rooibos', 500]]) {
    const entry = document.createElement('li');
    Object.assign(entry.dataset, { name, grams });
    entry.textContent = `${name}, ${grams} g`;
    teas.append(entry);
  }
</script></html>"##;

/// A site on a free port; it ends when dropped.
pub(crate) struct Site {
    url: String,
    task: JoinHandle<()>,
}

impl Site {
    pub(crate) async fn start() -> io::Result<Self> {
        let prices = async || {
            let headers = [(header::CONTENT_DISPOSITION, "attachment; filename=\"prices.csv\"")];
            (headers, "tea,price\nAssam,4\nSencha,7\nRooibos,3\n")
        };
        let router = Router::new().route("/", get(async || Html(PAGE))).route("/prices.csv", get(prices));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let task = tokio::spawn(async move { drop(axum::serve(listener, router).await) });
        Ok(Self { url, task })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}
