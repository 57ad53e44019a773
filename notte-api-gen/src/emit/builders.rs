//! The operation builders: a setter for everything that is sent, a request of all that was set, and its answer.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use heck::{ToShoutySnakeCase, ToUpperCamelCase};

use super::doc::Doc;
use super::rust;
use super::schema_type::{self, type_of};
use crate::format::{LITERAL_WIDTH, block, breaks, generic, laid, laid_method};
use crate::lint::names;
use crate::model::{Api, Body, Operation, Parameter, Part, Response, Style};

/// A builder with what other files need to know of it.
pub(super) struct Builder {
    /// Its struct and what is implemented for it.
    pub(super) text: String,
    /// The type a call answers.
    pub(super) output: String,
}

/// A field of a builder: what is set, how, and where it goes.
struct Field {
    ident: String,
    /// The type of the value, `Option<…>` where it may be left out.
    ty: String,
    initial: String,
    setters: String,
    /// The statement that puts it into the request.
    put: String,
}

/// What setters may not be called: the builder has it already.
const TAKEN: [&str; 8] = ["client", "clone", "meta", "new", "request", "send", "send_bytes", "send_on"];

/// The builder of an operation.
pub(super) fn emit(operation: &Operation, api: &Api) -> Builder {
    let ident = rust::ident(&operation.id.to_upper_camel_case());
    let fields = fields(operation, api);
    let (decode, output) = match &operation.response {
        Response::Json { schema, optional, .. } => {
            let ty = type_of(schema, "types::");
            if *optional { ("optional", schema_type::option(&ty)) } else { ("json", ty) }
        }
        Response::Bytes => ("bytes", BYTES.to_owned()),
        Response::Empty => ("empty", "()".to_owned()),
    };
    let mut head = operation_docs(operation).comment("");
    if operation.deprecated {
        head.push_str("#[deprecated]\n");
    }
    // A multipart form may be read only once.
    if !matches!(operation.body, Some(Body::Multipart(_))) {
        head.push_str("#[derive(Clone)]\n");
    }
    head.push_str("#[must_use = \"a builder does nothing until it is sent\"]\n");
    let declared: String = fields
        .iter()
        .map(|Field { ident, ty, .. }| generic(&format!("    {ident}: Result"), &[ty, "String"]) + ",\n")
        .collect();
    let methods = [
        constructor(&fields),
        fields.iter().map(|field| field.setters.as_str()).collect(),
        Doc::prose(&format!("Sends `{} {}`.", operation.method, operation.path)).comment("    ")
            + "    ///\n    /// # Errors\n    /// See [`crate::ErrorKind`].\n",
        sender("send", &output, decode),
        "    /// Sends the request and returns the body as bytes, without decoding it.
    ///
    /// # Errors
    /// As [`send`](Self::send), except errors of decoding.
"
        .to_owned(),
        sender("send_bytes", BYTES, "bytes"),
        request(operation, &fields),
    ];
    let text = [
        laid(format!("{head}pub struct {ident}<'a> {{\n    client: &'a crate::Client,\n{declared}}}\n")),
        format!("impl<'a> {ident}<'a> {}\n", block(&methods.concat())),
        send_once(&ident, &operation.id, &output, decode),
        debug(&format!("{ident}<'_>"), &ident),
    ]
    .concat();
    Builder { text, output }
}

/// The imports of every file of builders.
pub(super) const IMPORTS: &str = "use super::super::operations;
#[allow(unused_imports)]
use crate::request::{Draft, Style, Unsent};
use crate::{SendOnce, response, types};
";

const BYTES: &str = "crate::ByteStream";

fn fields(operation: &Operation, api: &Api) -> Vec<Field> {
    let mut taken: BTreeSet<String> = TAKEN.map(str::to_owned).into();
    if operation.body.as_ref().is_some_and(|body| !matches!(body, Body::Multipart(_))) {
        taken.extend(["body", "body_map"].map(str::to_owned));
    }
    let mut claim = |name: &str, kind: &str| {
        let mut ident = names::method(name);
        while !taken.insert(ident.trim_start_matches("r#").to_owned()) {
            ident = format!("{}_{kind}", ident.trim_end_matches('_'));
        }
        ident
    };
    let mut fields: Vec<Field> = operation
        .parameters
        .iter()
        .map(|it| {
            let kind = if it.location == "path" { "path" } else { "param" };
            parameter(it, claim(&it.name, kind))
        })
        .collect();
    match &operation.body {
        Some(Body::Multipart(parts)) => {
            fields.extend(parts.iter().map(|it| part(it, claim(&it.name, "part"))));
        }
        Some(content) => fields.push(body(operation, content, api)),
        None => {}
    }
    fields
}

fn parameter(parameter: &Parameter, ident: String) -> Field {
    let name = rust::literal(&parameter.name);
    let value = type_of(&parameter.schema, "types::");
    let put = match (parameter.location.as_str(), parameter.style) {
        ("path", Style::Commas) => format!("draft.path_list({name}, self.{ident})?;"),
        ("path", _) => format!("draft.path({name}, self.{ident})?;"),
        ("header", _) => {
            let name = rust::literal(&parameter.name.to_ascii_lowercase());
            format!("draft.header({name}, self.{ident})?;")
        }
        ("cookie", _) => format!("draft.cookie({name}, self.{ident})?;"),
        (_, style) => format!("draft.query({name}, Style::{style:?}, self.{ident})?;"),
    };
    let docs = Doc::prose(parameter.description.as_deref().unwrap_or_default()).or_else(|| Doc::name(&parameter.name));
    field(ident, &value, parameter.required, put, &docs, parameter.deprecated)
}

fn part(part: &Part, ident: String) -> Field {
    let name = rust::literal(&part.name);
    let value = match (part.binary, part.list) {
        (true, true) => "Vec<crate::Part>".to_owned(),
        (true, false) => "crate::Part".to_owned(),
        (false, _) => type_of(&part.schema, "types::"),
    };
    let way = if part.binary { "file" } else { "field" };
    let put = format!("draft.{way}({name}, self.{ident})?;");
    let docs = Doc::prose(part.description.as_deref().unwrap_or_default()).or_else(|| Doc::name(&part.name));
    field(ident, &value, part.required, put, &docs, false)
}

fn field(ident: String, value: &str, required: bool, put: String, docs: &Doc, deprecated: bool) -> Field {
    let ty = if required { value.to_owned() } else { schema_type::option(value) };
    let initial = if required {
        format!("Err({}.to_owned())", rust::literal(&format!("{ident} was not initialized")))
    } else {
        "Ok(None)".to_owned()
    };
    Field { setters: setter(&ident, &ty, docs, deprecated), ident, ty, initial, put }
}

/// The field of a body that is set as a whole, or by its builder.
fn body(operation: &Operation, body: &Body, api: &Api) -> Field {
    let media = rust::literal(&operation.media_type);
    let (schema, put) = match body {
        Body::Json(schema) => (schema, format!("draft.json({media}, ")),
        Body::Form { schema, styles } => {
            let styles: Vec<String> =
                styles.iter().map(|(name, style)| format!("({}, Style::{style:?})", rust::literal(name))).collect();
            (schema, format!("draft.form(&[{}], ", styles.join(", ")))
        }
        Body::Text => return whole("String", None, format!("draft.bytes({media}, self.body)?;")),
        Body::Bytes | Body::Multipart(_) => {
            return whole("crate::Bytes", None, format!("draft.bytes({media}, self.body)?;"));
        }
    };
    let ty = type_of(schema, "types::");
    match schema_type::structure(schema, api) {
        Some(_) => whole(&ty, Some(&ty), format!("{put}self.body.and_then({ty}::try_from))?;")),
        None => {
            let mut field = whole(&ty, None, format!("{put}self.body)?;"));
            // An object that declares nothing: `{}` is then what is sent.
            if ty == schema_type::FREE {
                field.initial = "Ok(::serde_json::Map::new())".to_owned();
            }
            field
        }
    }
}

fn whole(ty: &str, built: Option<&str>, put: String) -> Field {
    let from = if built.is_some() { "\n            .map(From::from)" } else { "" };
    let refusal =
        rust::literal(&format!("conversion to `{}` for body failed: {{error}}", ty.trim_start_matches("types::")));
    let mut setters = laid_method(format!(
        "    /// Sets the whole body.
    pub fn body<V>(mut self, value: V) -> Self
    where
{},
        V::Error: ::std::fmt::Display,
    {{
        self.body = value
            .try_into(){from}
            .map_err(|error| format!({refusal}));
        self
    }}
",
        generic("        V: ::std::convert::TryInto", &[ty])
    ));
    let mut held = ty.to_owned();
    if let Some(ty) = built {
        held = ty.replacen("types::", "types::builder::", 1);
        setters.push_str(&laid_method(format!(
            "    /// Changes the builder of the body.
    pub fn body_map(mut self, change: impl FnOnce({held}) -> {held}) -> Self {{
        self.body = self.body.map(change);
        self
    }}
"
        )));
    }
    let initial = match built {
        Some(_) => "Ok(::std::default::Default::default())",
        None => "Err(\"body was not initialized\".to_owned())",
    };
    Field { ident: "body".to_owned(), ty: held, initial: initial.to_owned(), setters, put }
}

fn constructor(fields: &[Field]) -> String {
    let initial: Vec<String> = std::iter::once("client".to_owned())
        .chain(fields.iter().map(|field| format!("{}: {}", field.ident, field.initial)))
        .collect();
    let mut literal = format!("Self {{ {} }}", initial.join(", "));
    if literal.len() > LITERAL_WIDTH {
        literal = format!("Self {{\n            {},\n        }}", initial.join(",\n            "));
    }
    laid_method(format!("    pub(crate) fn new(client: &'a crate::Client) -> Self {{\n        {literal}\n    }}\n"))
}

/// What was set, as a request.
fn request(operation: &Operation, fields: &[Field]) -> String {
    let accept = rust::literal(&operation.accept);
    let puts: String = fields.iter().map(|field| format!("        {}\n", field.put)).collect();
    let mutable = if fields.is_empty() { "" } else { "mut " };
    laid_method(format!(
        "    fn request(self, client: &crate::Client) -> Result<::reqwest::Request, Unsent> {{
        let {mutable}draft = Draft::new(client, Self::META, {accept});
{puts}        draft.build()
    }}
"
    ))
}

/// A method that sends, and answers what `decode` makes of the answer.
fn sender(name: &str, output: &str, decode: &str) -> String {
    let result = format!("Result<crate::ResponseValue<{output}>, crate::Error>");
    let mut signature = format!("    pub async fn {name}(self) -> {result} {{");
    if breaks(&signature) {
        signature = format!("    pub async fn {name}(\n        self,\n    ) -> {result} {{");
    }
    laid_method(format!(
        "{signature}
        let client = self.client;
        {}
    }}
",
        decoded(decode)
    ))
}

/// The answer to a request that is built and sent on `client`, decoded.
fn decoded(decode: &str) -> String {
    format!("response::{decode}(client, Self::META, self.request(client)).await")
}

/// How the runtime sends a builder: once, with a client of its choice.
fn send_once(ident: &syn::Ident, id: &str, output: &str, decode: &str) -> String {
    laid(format!(
        "impl crate::SendOnce for {ident}<'_> {{
    const META: &'static crate::OperationMeta = &operations::{};
    type Output = {output};
    async fn send_on(
        self,
        client: &crate::Client,
    ) -> Result<crate::ResponseValue<Self::Output>, crate::Error> {{
        {}
    }}
}}
",
        id.to_shouty_snake_case(),
        decoded(decode)
    ))
}

/// Debug that shows nothing of what was set.
pub(super) fn debug(ty: &str, name: &syn::Ident) -> String {
    laid(format!(
        "impl ::std::fmt::Debug for {ty} {{
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {{
        f.debug_struct(stringify!({name})).finish_non_exhaustive()
    }}
}}
"
    ))
}

/// A setter of a builder field `Result<ty, String>`: an optional one takes `T` or `Option<T>`.
pub(super) fn setter(ident: &str, ty: &str, docs: &Doc, deprecated: bool) -> String {
    let mut text = docs.comment("    ");
    if deprecated {
        text.push_str("    #[deprecated]\n");
    }
    if let Some(inner) = schema_type::inner_of_option(ty) {
        let line = format!("    pub fn {ident}(mut self, value: impl crate::wire::IntoField<{inner}>) -> Self {{\n");
        if breaks(line.trim_end()) {
            let value = generic("        value: impl crate::wire::IntoField", &[inner]);
            let _ = write!(text, "    pub fn {ident}(\n        mut self,\n{value},\n    ) -> Self {{\n");
        } else {
            text.push_str(&line);
        }
        let _ = write!(text, "        self.{ident} = value.into_field();\n        self\n    }}\n");
    } else {
        let problem = rust::literal(&format!("{}: {{error}}", ident.trim_start_matches("r#")));
        let mut set = format!("        self.{ident} = value.try_into().map_err(|error| format!({problem}));");
        if breaks(&set) {
            set = set.replacen(".try_into()", "\n            .try_into()\n            ", 1);
        }
        let _ = write!(
            text,
            "    pub fn {ident}<V>(mut self, value: V) -> Self
    where
{},
        V::Error: ::std::fmt::Display,
    {{
{set}
        self
    }}
",
            generic("        V: ::std::convert::TryInto", &[ty])
        );
    }
    laid_method(text)
}

/// The lines that say what an operation does, in its document's words, with its endpoint and effect class. The first
/// sentence stands alone, as the line that rustdoc lists; a summary is only the operation's id in other letters.
pub(super) fn operation_docs(operation: &Operation) -> Doc {
    let text = operation.description.as_ref().or(operation.summary.as_ref());
    let (first, rest) = text.map(|text| first_sentence(text)).unwrap_or_default();
    let auth = if operation.auth { "" } else { ", no key is sent" };
    let endpoint = format!("`{} {}` (effect class: {}{auth})", operation.method, operation.path, operation.effect);
    Doc::prose(first).and(Doc::prose(rest)).and(Doc::prose(&endpoint))
}

/// A text's first sentence and the rest of it. An abbreviation, such as `e.g. `, ends none.
fn first_sentence(text: &str) -> (&str, &str) {
    let ends = |at: usize| {
        let word = text[..at].rsplit(char::is_whitespace).next().unwrap_or_default();
        let next = text[at + 2..].chars().next();
        !word.contains('.') && next.is_some_and(|next| !next.is_lowercase())
    };
    match text.match_indices(". ").map(|(at, _)| at).find(|at| ends(*at)) {
        Some(at) => (&text[..=at], &text[at + 2..]),
        None => (text, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::first_sentence;

    #[test]
    fn the_first_sentence_ends_where_another_begins() {
        for (text, first) in [
            ("Stops it. It is over then.", "Stops it."),
            ("Takes a file, e.g. a picture. Nothing else.", "Takes a file, e.g. a picture."),
            ("Reads `a.b` of v1. `x` is kept.", "Reads `a.b` of v1."),
            ("One sentence only.", "One sentence only."),
            ("", ""),
        ] {
            assert_eq!(first_sentence(text).0, first);
        }
    }
}
