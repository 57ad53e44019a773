//! Generated text without what no caller sees: remarks, attributes, private functions, and the bodies of the others.

/// Cuts them out, since parsing them is most of the work. It goes by lines, which the generator lays out the same way
/// everywhere; what is laid out otherwise stays.
pub(super) fn of(text: &str) -> String {
    let mut kept = String::with_capacity(text.len() / 2);
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let code = line.trim_start();
        if code.starts_with("//") || is_idle_attribute(code) {
            continue;
        }
        let start = kept.len();
        push(&mut kept, line);
        if !is_function(code) {
            continue;
        }
        let mut last = line;
        while !last.ends_with(['{', '}', ';']) {
            let Some(next) = lines.next() else { return kept };
            last = next;
            push(&mut kept, last);
        }
        if last.ends_with('{') {
            let indent = &line[..line.len() - code.len()];
            let end = lines.find(|line| line.strip_prefix(indent) == Some("}")).unwrap_or_default();
            push(&mut kept, end);
        }
        // What a trait declares ends with a semicolon, and is as public as the trait.
        if !code.starts_with("pub ") && !last.ends_with(';') {
            kept.truncate(start);
        }
    }
    kept
}

fn push(kept: &mut String, line: &str) {
    kept.push_str(line);
    kept.push('\n');
}

/// Whether it is an attribute of one line that says nothing of the public interface.
fn is_idle_attribute(code: &str) -> bool {
    code.starts_with("#[")
        && code.ends_with(']')
        && !["#[derive", "#[non_exhaustive"].iter().any(|told| code.starts_with(told))
}

/// Whether a function begins here, whatever stands before `fn`.
fn is_function(code: &str) -> bool {
    let before = |word: &&str| matches!(*word, "pub" | "pub(crate)" | "pub(super)" | "const" | "async");
    code.split(' ').find(|word| !before(word)) == Some("fn")
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn only_what_callers_see_stays() {
        let text = "\
//! About.
#[derive(Clone)]
#[must_use = \"used\"]
pub struct I {
    #[serde(default)]
    pub fn_name: J,
}
impl A {
    /// Documented.
    #[inline]
    pub fn short(&self) -> B {
        if self.x {
            y()
        }
    }
    pub async fn long<T>(
        self,
        value: T,
    ) -> C
    where
        T: Into<D>,
    {
        value.into()
    }
    pub fn nothing() {}
    #[inline]
    pub(crate) const fn hidden() -> u8 {
        0
    }
}
impl From<K> for A {
    type Error = L;
    fn from(value: K) -> Self {
        Self(value)
    }
}
pub trait E {
    fn declared(
        &self,
    ) -> F;
    const G: H;
}
";
        let expected = "\
#[derive(Clone)]
pub struct I {
    pub fn_name: J,
}
impl A {
    pub fn short(&self) -> B {
    }
    pub async fn long<T>(
        self,
        value: T,
    ) -> C
    where
        T: Into<D>,
    {
    }
    pub fn nothing() {}
}
impl From<K> for A {
    type Error = L;
}
pub trait E {
    fn declared(
        &self,
    ) -> F;
    const G: H;
}
";
        assert_eq!(of(text), expected);
    }
}
