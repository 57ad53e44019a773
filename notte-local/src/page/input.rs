//! The mouse, as the browser hears it.

use serde_json::{Value, json};

use crate::engine::{CdpError, Tab};

/// Moves to a point of the viewport and clicks there.
pub(super) async fn click(tab: &Tab, x: f64, y: f64) -> Result<(), CdpError> {
    let event = |kind: &str, buttons: u8| -> Value {
        let button = if kind == "mouseMoved" { "none" } else { "left" };
        json!({ "type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": u8::from(kind != "mouseMoved") })
    };
    // The commands are answered in order, so nothing is gained by waiting for each.
    let moved = tab.call("Input.dispatchMouseEvent", event("mouseMoved", 0));
    let pressed = tab.call("Input.dispatchMouseEvent", event("mousePressed", 1));
    let released = tab.call("Input.dispatchMouseEvent", event("mouseReleased", 0));
    let (moved, pressed, released) = tokio::join!(moved, pressed, released);
    moved.and(pressed).and(released).map(drop)
}
