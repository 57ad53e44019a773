//! Cuts actions out of an overlay file, and leaves the rest of its text as it is.

/// The text without these actions, counted from 0; nothing if none is left, or if the text is not written as a list of
/// `- ` items under `actions:`.
pub(super) fn actions(text: &str, gone: &[usize]) -> Cut {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let Some(start) = lines.iter().position(|line| line.trim_end() == "actions:") else { return Cut::Unreadable };
    let indent_of = |line: &str| line.len() - line.trim_start().len();
    let first = lines[start + 1..].iter().position(|line| line.trim_start().starts_with("- "));
    let Some(first) = first.map(|offset| start + 1 + offset) else { return Cut::Unreadable };
    let indent = indent_of(lines[first]);
    let is_item = |line: &str| indent_of(line) == indent && line.trim_start().starts_with("- ");
    let mut starts: Vec<usize> = (first..lines.len()).filter(|index| is_item(lines[*index])).collect();
    let count = starts.len();
    if gone.iter().any(|index| *index >= count) {
        return Cut::Unreadable;
    }
    if gone.len() == count {
        return Cut::Empty;
    }
    // A remark above an action is about that action.
    for begin in &mut starts {
        while *begin > start + 1 && is_remark(lines[*begin - 1], indent) {
            *begin -= 1;
        }
    }
    let mut kept = lines[..starts[0]].concat();
    for (index, begin) in starts.iter().enumerate() {
        if !gone.contains(&index) {
            let end = starts.get(index + 1).copied().unwrap_or(lines.len());
            kept.push_str(&lines[*begin..end].concat());
        }
    }
    Cut::Kept(kept)
}

fn is_remark(line: &str, indent: usize) -> bool {
    line.len() - line.trim_start().len() <= indent && line.trim_start().starts_with('#')
}

/// What is left of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// This text.
    Kept(String),
    /// No action: the file can go.
    Empty,
    /// It is written in another way.
    Unreadable,
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "overlay: 1.0.0\n# kept\nactions:\n  - target: $.a\n    description: >-\n      - no item\n  # about b\n  - target: $.b\n    update: {}\n\n  - target: $.c\n    remove: true\n";

    #[test]
    fn the_rest_of_the_text_stays_as_it_is() {
        let expected = "overlay: 1.0.0\n# kept\nactions:\n  - target: $.a\n    description: >-\n      - no item\n  - target: $.c\n    remove: true\n";
        assert_eq!(actions(FILE, &[1]), Cut::Kept(expected.to_owned()));
        let expected = "overlay: 1.0.0\n# kept\nactions:\n  # about b\n  - target: $.b\n    update: {}\n\n";
        assert_eq!(actions(FILE, &[0, 2]), Cut::Kept(expected.to_owned()));
        assert_eq!(actions(FILE, &[]), Cut::Kept(FILE.to_owned()));
    }

    #[test]
    fn a_file_without_actions_goes() {
        assert_eq!(actions(FILE, &[0, 1, 2]), Cut::Empty);
    }

    #[test]
    fn what_is_written_otherwise_is_left_to_people() {
        assert_eq!(actions("{\"actions\": []}", &[0]), Cut::Unreadable);
        assert_eq!(actions(FILE, &[3]), Cut::Unreadable);
    }
}
