//! Recorded actions as a Rust program that repeats them.

mod print;

use notte_api::types;

use self::print::Call;

/// Prints a program that repeats `actions`: complete, ready to compile and to edit.
///
/// Elements are found by the selectors that were recorded, and by their id where there is none; an id holds only for the
/// page as it was. What the service writes into an action by itself (description, label, …) is not repeated. What this
/// version has no method for is named in a comment.
///
/// **Values are printed as they were recorded**, passwords that were typed into a field included.
///
/// ```
/// use notte_ext::{Action, export};
///
/// let actions: [Action; 2] = [Action::goto("https://example.com").into(), Action::click_selector("#go").into()];
/// let program = export::to_rust(&actions);
/// assert!(program.contains(r##"session.execute(Action::click_selector("#go")).await?;"##));
/// ```
pub fn to_rust<A: Into<types::Action>>(actions: impl IntoIterator<Item = A>) -> String {
    let (mut body, mut duration, mut selector) = (String::new(), false, false);
    for action in actions {
        let call = Call::new(&action.into());
        for line in call.lines() {
            body.push_str("            ");
            body.push_str(&line);
            body.push('\n');
        }
        duration |= call.has_duration;
        selector |= call.has_selector();
    }
    let standard = if duration { "use std::time::Duration;\n\n" } else { "" };
    let ours = if selector { "{Action, Notte, actions::Selector}" } else { "{Action, Notte}" };
    format!(
        "//! Repeats recorded actions.\n\n{standard}use notte_ext::{ours};\n
#[tokio::main]
async fn main() -> notte_ext::Result<()> {{
    let notte = Notte::from_env()?;
    notte
        .session()
        .scope(async |session| {{
{body}            Ok(())
        }})
        .await
}}
"
    )
}

#[cfg(test)]
mod tests;
