//! The mouse, as the browser hears it.

use serde_json::{Value, json};

use crate::engine::{CdpError, Tab};

fn event(kind: &str, x: f64, y: f64) -> Value {
    let button = if kind == "mouseMoved" { "none" } else { "left" };
    let (buttons, count) = (u8::from(kind == "mousePressed"), u8::from(kind != "mouseMoved"));
    json!({ "type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": count })
}

/// Moves to a point of the viewport. The page has drawn a frame since, and knows where the mouse is.
pub(super) async fn point(tab: &Tab, x: f64, y: f64) -> Result<(), CdpError> {
    tab.call("Input.dispatchMouseEvent", event("mouseMoved", x, y)).await.map(drop)
}

/// Clicks where the mouse is.
pub(super) async fn click(tab: &Tab, x: f64, y: f64) -> Result<(), CdpError> {
    // The commands are answered in order, so nothing is gained by waiting for each.
    let pressed = tab.call("Input.dispatchMouseEvent", event("mousePressed", x, y));
    let released = tab.call("Input.dispatchMouseEvent", event("mouseReleased", x, y));
    let (pressed, released) = tokio::join!(pressed, released);
    pressed.and(released).map(drop)
}
