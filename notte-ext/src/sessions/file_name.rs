//! What a file may be called here that a web site has named.

/// Longer names are refused by most file systems.
const LONGEST: usize = 255;

/// The name without what could lead elsewhere or means something to a system: folders, control characters, characters and
/// names that are reserved on Windows. None if nothing is left.
pub(super) fn safe(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next()?;
    let plain = |c: char| if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { c };
    let mut safe: String = last.chars().filter(|c| !c.is_control()).map(plain).collect();
    let end = safe.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= LONGEST).last()?;
    safe.truncate(end);
    let safe = safe.trim_end_matches(['.', ' ']).trim_start();
    (!safe.is_empty() && !is_reserved(safe)).then(|| safe.to_owned())
}

/// Names of devices, which Windows takes for them whatever follows a dot.
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |prefix: &str| {
        let number = stem.strip_prefix(prefix).unwrap_or_default();
        matches!(number, "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") || numbered("COM") || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_keeps_what_is_harmless() {
        for (name, expected) in [
            ("report.pdf", Some("report.pdf")),
            ("../../etc/passwd", Some("passwd")),
            ("C:\\Windows\\system.ini", Some("system.ini")),
            ("a\0b\n.txt", Some("ab.txt")),
            ("what?:*.txt", Some("what___.txt")),
            ("bericht ü.pdf", Some("bericht ü.pdf")),
            ("trailing. . ", Some("trailing")),
            (".hidden", Some(".hidden")),
            ("CONTRACT.pdf", Some("CONTRACT.pdf")),
            ("com10", Some("com10")),
            ("con", None),
            ("NUL .txt", None),
            ("Com1.tar.gz", None),
            ("folder/", None),
            ("..", None),
            ("", None),
        ] {
            assert_eq!(safe(name).as_deref(), expected, "{name:?}");
        }
        assert_eq!(safe(&"ü".repeat(200)).unwrap().len(), 254);
    }

    proptest! {
        #[test]
        fn whatever_a_site_says_the_name_stays_in_its_folder(name in any::<String>()) {
            if let Some(safe) = safe(&name) {
                prop_assert_eq!(std::path::Path::new(&safe).file_name().unwrap().to_str(), Some(safe.as_str()));
                prop_assert!(safe.len() <= LONGEST && !safe.contains(char::is_control));
                prop_assert_eq!(self::safe(&safe), Some(safe.clone()));
            }
        }
    }
}
