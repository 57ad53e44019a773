//! A small site on loopback, for the demo and the end-to-end tests: a form, a list that a script makes, files down and up.

use std::io;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The page. It needs nothing but itself, so that it can be written into any other.
pub const PAGE: &str = r##"<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Tea house</title>
<style>body { font: 18px/1.5 sans-serif; max-width: 40em; margin: 2em auto } input, button { font: inherit }</style>
<h1>Tea house</h1>
<form><label>Your name <input name="name"></label> <button>Greet</button></form>
<p id="greeting">Nobody is here yet.</p>
<h2>In stock</h2><ul id="teas"></ul>
<p><a id="file" download="prices.csv" href="data:text/csv,tea,price%0AAssam,4%0ASencha,7%0ARooibos,3%0A">Price list</a></p>
<p><label>Your own list <input type="file"></label></p>
<script>
  document.querySelector('form').onsubmit = (event) => {
    event.preventDefault();
    greeting.textContent = `Welcome, ${event.target.elements.name.value}!`;
  };
  document.querySelector('[type=file]').onchange = (event) => {
    const [file] = event.target.files;
    greeting.textContent = `${file.name}, ${file.size} bytes`;
  };
  for (const [name, grams] of [['Assam', 250], ['Sencha', 100], ['Rooibos', 500]]) {
    const entry = document.createElement('li');
    Object.assign(entry.dataset, { name, grams });
    entry.textContent = `${name}, ${grams} g`;
    teas.append(entry);
  }
</script></html>"##;

/// A site on a free port; it ends when dropped.
#[derive(Debug)]
pub struct Site {
    url: String,
    task: JoinHandle<()>,
}

impl Site {
    /// Starts it with [`PAGE`].
    ///
    /// # Errors
    /// There is no port.
    pub async fn start() -> io::Result<Self> {
        Self::of(PAGE.to_owned()).await
    }

    /// Starts it with this page.
    ///
    /// # Errors
    /// There is no port.
    pub async fn of(page: String) -> io::Result<Self> {
        let router = Router::new().route("/", get(async || Html(page)));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let task = tokio::spawn(async move { drop(axum::serve(listener, router).await) });
        Ok(Self { url, task })
    }

    /// The address of the page.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}
