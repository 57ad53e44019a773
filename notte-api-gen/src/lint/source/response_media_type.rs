//! Answers in a structured format that the client hands over undecoded.

use crate::lint::Report;
use crate::lint::document::Document;

const STRUCTURED: &[&str] = &["xml", "yaml", "x-www-form-urlencoded", "msgpack", "cbor", "protobuf"];

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        for (status, response) in operation.responses(document) {
            if !status.starts_with('2') && status != "default" {
                continue;
            }
            for (media_type, at) in response.content() {
                let lower = media_type.to_ascii_lowercase();
                if STRUCTURED.iter().any(|format| lower.contains(format)) {
                    report.note(
                        &at.pointer,
                        format!("an answer in {media_type} is handed over as bytes"),
                        "if the server also answers JSON, describe that in an overlay",
                    );
                }
            }
        }
    }
}
