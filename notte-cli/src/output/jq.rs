//! `--jq`: a filter in the language of jq, run by jaq.

use jaq_core::{
    Compiler, Ctx, Vars, data,
    load::{Arena, File, Loader},
    unwrap_valr,
};
use jaq_json::Val;
use serde_json::Value;

use crate::error::{Error, Result};

type Program = jaq_core::Filter<data::JustLut<Val>>;

/// A compiled filter.
pub(crate) struct Filter {
    program: Program,
    text: String,
}

impl Filter {
    pub(crate) fn new(text: &str) -> Result<Self> {
        let invalid = || {
            Error::usage(format!("the jq expression is invalid: {text:?}")).hint("for example: '.items[].session_id'")
        };
        let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
        let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
        let arena = Arena::default();
        let loaded = Loader::new(definitions).load(&arena, File { code: text, path: () });
        let modules = loaded.map_err(|_| invalid())?;
        let program = Compiler::default().with_funs(functions).compile(modules).map_err(|_| invalid())?;
        Ok(Self { program, text: text.to_owned() })
    }

    pub(crate) fn run(&self, value: &Value) -> Result<Vec<Value>> {
        let failed = |why: String| Error::usage(format!("the jq expression {:?} failed: {why}", self.text));
        let input =
            jaq_json::read::parse_single(value.to_string().as_bytes()).map_err(|error| failed(error.to_string()))?;
        let context = Ctx::<data::JustLut<Val>>::new(&self.program.lut, Vars::new([]));
        let results = self.program.id.run((context, input)).map(unwrap_valr);
        results
            .map(|result| {
                let value = result.map_err(|error| failed(error.to_string()))?;
                serde_json::from_str(&value.to_string()).map_err(|error| failed(error.to_string()))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_filter_yields_its_values() {
        let filter = Filter::new(".items[] | {id, n: (.n + 1)}").unwrap();
        let values = filter.run(&json!({"items": [{"id": "a", "n": 1}, {"id": "b", "n": 2.5}]})).unwrap();
        assert_eq!(values, [json!({"id": "a", "n": 2}), json!({"id": "b", "n": 3.5})]);
    }

    #[test]
    fn an_invalid_or_failing_filter_is_one_usage_error() {
        for text in [".[", "nonsense(", "| |", ".a | undefined_function"] {
            assert_eq!(Filter::new(text).map(|_| ()).unwrap_err().code, "usage", "{text}");
        }
        assert!(Filter::new(".a.b").unwrap().run(&json!({"a": 1})).unwrap_err().message.contains("failed"));
    }
}
