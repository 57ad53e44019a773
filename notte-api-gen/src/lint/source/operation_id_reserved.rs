//! Operation ids whose method or builder would take a name that the client needs itself.

use crate::lint::document::Document;
use crate::lint::{Report, names};

/// What the client, or the traits that its generated code calls on it, is called by.
const METHODS: &[&str] = &[
    "api_version",
    "baseurl",
    "builder",
    "client",
    "exec",
    "from_env",
    "inner",
    "new",
    "new_with_client",
    "post",
    "pre",
    "with_options",
];

/// What the builders' module imports.
const BUILDERS: &[&str] = &[
    "ByteStream",
    "Client",
    "ClientHooks",
    "ClientInfo",
    "Error",
    "OperationInfo",
    "RequestBuilderExt",
    "ResponseValue",
];

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        let Some(id) = operation.id() else { continue };
        let (method, builder) = (names::method(id), names::builder(id));
        let taken =
            [(METHODS, method), (BUILDERS, builder)].into_iter().find(|(taken, name)| taken.contains(&name.as_str()));
        if let Some((_, name)) = taken {
            report.error(
                &operation.pointer.child("operationId"),
                format!("the operation id `{id}` becomes `{name}`, which the client itself needs"),
                "give the operation another `operationId` in an overlay",
            );
        }
    }
}
