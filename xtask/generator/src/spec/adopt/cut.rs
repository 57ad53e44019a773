//! Cuts actions, and parts of actions, out of an overlay file, and leaves the rest of its text as it is.

/// The text without these actions, counted from 0; nothing if none is left, or if the text is not written as a list of
/// `- ` items under `actions:`.
pub(super) fn actions(text: &str, gone: &[usize]) -> Cut {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let Some((start, indent, mut starts)) = items(&lines) else { return Cut::Unreadable };
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

/// Where `actions:` is, how far its items are indented, and where each begins.
fn items(lines: &[&str]) -> Option<(usize, usize, Vec<usize>)> {
    let start = lines.iter().position(|line| line.trim_end() == "actions:")?;
    let first = start + 1 + lines[start + 1..].iter().position(|line| line.trim_start().starts_with("- "))?;
    let indent = indent_of(lines[first]);
    let is_item = |line: &str| indent_of(line) == indent && line.trim_start().starts_with("- ");
    Some((start, indent, (first..lines.len()).filter(|index| is_item(lines[*index])).collect()))
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The text without these parts of one action, each a path of keys from the action on; nothing if one is written in
/// another way than as a block of lines below its key. What is empty without them goes as well.
pub(super) fn parts(text: &str, action: usize, paths: &[Vec<String>]) -> Option<String> {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    for path in paths {
        let (_, indent, starts) = items(&lines)?;
        let begin = *starts.get(action)?;
        let end = starts.get(action + 1).copied().unwrap_or(lines.len());
        let (from, to) = block(&lines, begin, end, indent + 2, path)?;
        lines.drain(from..to);
    }
    Some(lines.concat())
}

/// The text without an item of a list, by the path of the list in one action; nothing if the list is not written on one
/// line in brackets, or an item a line.
pub(super) fn item(text: &str, action: usize, path: &[String], index: usize) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let (_, indent, starts) = items(&lines)?;
    let begin = *starts.get(action)?;
    let end = starts.get(action + 1).copied().unwrap_or(lines.len());
    let (from, to) = key_block(&lines, begin, end, indent + 2, path)?;
    let own: Vec<usize> = (from + 1..to).filter(|line| lines[*line].trim_start().starts_with("- ")).collect();
    let mut kept: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    if own.len() == to - from - 1 && !own.is_empty() {
        kept.remove(*own.get(index)?);
        return Some(kept.concat());
    }
    let (before, list) = lines[from].trim_end().split_once(": [")?;
    let mut listed: Vec<&str> = list.strip_suffix(']')?.split(", ").collect();
    if to != from + 1 || index >= listed.len() || list.contains(['"', '\'', '{', '#']) {
        return None;
    }
    listed.remove(index);
    kept[from] = format!("{before}: [{}]\n", listed.join(", "));
    Some(kept.concat())
}

/// The lines of the key at this path.
fn key_block(lines: &[&str], begin: usize, end: usize, indent: usize, path: &[String]) -> Option<(usize, usize)> {
    let (key, inner) = path.split_first()?;
    let (from, to) = own_lines(lines, begin, end, indent, key)?;
    if inner.is_empty() {
        return Some((from, to));
    }
    let inside = indent_of(lines[from + 1..to].iter().find(|line| !is_blank(line, usize::MAX))?);
    key_block(lines, from + 1, to, inside, inner).filter(|_| inside > indent)
}

/// The lines of a key at this indentation.
fn own_lines(lines: &[&str], begin: usize, end: usize, indent: usize, key: &str) -> Option<(usize, usize)> {
    let keys: Vec<usize> = (begin..end).filter(|index| key_of(lines[*index], indent).is_some()).collect();
    let at = keys.iter().position(|index| key_of(lines[*index], indent).as_deref() == Some(key))?;
    let (from, to) = (keys[at], keys.get(at + 1).copied().unwrap_or(end));
    // Blank lines and remarks at the end are about what follows.
    let after = lines[from..to].iter().rev().take_while(|line| is_blank(line, indent)).count();
    Some((from, to - after))
}

/// The lines of the key at this path, or of the outermost key that holds nothing else.
fn block(lines: &[&str], begin: usize, end: usize, indent: usize, path: &[String]) -> Option<(usize, usize)> {
    let (key, inner) = path.split_first()?;
    let (from, to) = own_lines(lines, begin, end, indent, key)?;
    let found = if inner.is_empty() {
        (from, to)
    } else {
        let inside = indent_of(lines[from + 1..to].iter().find(|line| !is_blank(line, usize::MAX))?);
        let found = block(lines, from + 1, to, inside, inner).filter(|_| inside > indent)?;
        let left = (from + 1..found.0).chain(found.1..to).any(|index| !is_blank(lines[index], usize::MAX));
        if left { found } else { (from, to) }
    };
    Some(found)
}

/// The key that a line at this indentation begins with.
fn key_of(line: &str, indent: usize) -> Option<String> {
    let dashed = indent_of(line) + 2 == indent && line.trim_start().starts_with("- ");
    let text = match dashed {
        true => &line.trim_start()[2..],
        false if indent_of(line) == indent => line.trim_start(),
        false => return None,
    };
    let quote = text.chars().next().filter(|quote| ['\'', '"'].contains(quote));
    let (key, rest) = match quote {
        Some(quote) => text[1..].split_once(quote)?,
        None => text.split_at(text.find(':').filter(|_| !text.starts_with(['#', '-', '{', '[']))?),
    };
    rest.starts_with(':').then(|| key.to_owned())
}

fn is_blank(line: &str, indent: usize) -> bool {
    let text = line.trim();
    text.is_empty() || text.starts_with('#') && indent_of(line) <= indent
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
#[allow(clippy::unwrap_used)]
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

    const NESTED: &str = "overlay: 1.0.0\nactions:\n  - target: $.a\n    description: why\n    x-expect:\n      responses:\n        '200':\n          description: >-\n            Old\n            words.\n    update:\n      x-effect: read\n\n      # about the response\n      responses:\n        '200':\n          description: New.\n  - target: $.b\n    update: {a: {b: 1}}\n";

    fn path(text: &str) -> Vec<String> {
        text.split('/').map(str::to_owned).collect()
    }

    #[test]
    fn a_part_goes_with_what_is_empty_without_it() {
        let paths = [path("update/responses/200/description"), path("x-expect/responses/200/description")];
        let expected = "overlay: 1.0.0\nactions:\n  - target: $.a\n    description: why\n    update:\n      x-effect: read\n\n      # about the response\n  - target: $.b\n    update: {a: {b: 1}}\n";
        assert_eq!(parts(NESTED, 0, &paths).as_deref(), Some(expected));
        let kept = parts(NESTED, 0, &[path("update/x-effect")]).unwrap();
        assert!(!kept.contains("x-effect") && kept.contains("# about the response"), "{kept}");
    }

    #[test]
    fn an_item_goes_from_a_list_on_one_line_or_on_many() {
        let file = "actions:\n  - target: $.a\n    update:\n      required: [a, b, c]\n      tags:\n        - d\n        - e\n";
        assert!(item(file, 0, &path("update/required"), 1).unwrap().contains("required: [a, c]\n      tags"));
        assert!(item(file, 0, &path("update/tags"), 0).unwrap().ends_with("tags:\n        - e\n"));
        assert_eq!(item(file, 0, &path("update/required"), 3), None);
        assert_eq!(item(&file.replace("b,", "\"b, c\","), 0, &path("update/required"), 0), None);
    }

    #[test]
    fn a_part_in_braces_is_left_to_people() {
        assert_eq!(parts(NESTED, 1, &[path("update/a/b")]), None);
        assert_eq!(parts(NESTED, 0, &[path("update/no/such")]), None);
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
