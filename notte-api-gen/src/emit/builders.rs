//! The operation builders: progenitor's requests, our setters, answers and errors.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};
use syn::parse_quote;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};

use super::doc::Doc;
use super::{multipart, rust};
use crate::Error;
use crate::format::{breaks, generic, items, laid, laid_method};
use crate::model::{Api, Body, Operation, Response, reference};

/// A builder with what other files need to know of it.
pub(super) struct Builder {
    /// Its struct and what is implemented for it.
    pub(super) text: String,
    /// The type a call answers.
    pub(super) output: String,
}

/// The builders by operation id.
pub(super) fn decorate(items: Vec<syn::Item>, api: &Api) -> Result<BTreeMap<String, Builder>, Error> {
    let mut structs = BTreeMap::new();
    let mut impls = BTreeMap::new();
    for item in items {
        match item {
            syn::Item::Struct(item) => {
                structs.insert(item.ident.to_string(), item);
            }
            syn::Item::Impl(item) => {
                impls.insert(rust::last_segment(&item.self_ty).unwrap_or_default(), item);
            }
            _ => {}
        }
    }
    let mut builders = BTreeMap::new();
    for operation in &api.operations {
        let name = operation.id.to_upper_camel_case();
        let (Some(definition), Some(methods)) = (structs.remove(&name), impls.remove(&name)) else {
            return Err(Error::new("progenitor emitted no builder for this operation").at(operation.id.as_str()));
        };
        builders.insert(operation.id.clone(), decorate_one(operation, api, definition, methods)?);
    }
    Ok(builders)
}

fn decorate_one(
    operation: &Operation,
    api: &Api,
    mut definition: syn::ItemStruct,
    mut methods: syn::ItemImpl,
) -> Result<Builder, Error> {
    Localise.visit_item_struct_mut(&mut definition);
    Localise.visit_item_impl_mut(&mut methods);
    let ident = definition.ident.clone();
    let retryable = !matches!(operation.body, Some(Body::Multipart(_)));
    definition.attrs = super::client::operation_docs(operation).attributes();
    if operation.deprecated {
        definition.attrs.push(parse_quote!(#[deprecated]));
    }
    if retryable {
        definition.attrs.push(parse_quote!(#[derive(Clone)]));
    }
    definition.attrs.push(parse_quote!(#[must_use = "a builder does nothing until it is sent"]));

    let mut kept: Vec<syn::ImplItemFn> = Vec::new();
    let mut send = None;
    for item in std::mem::take(&mut methods.items) {
        let syn::ImplItem::Fn(mut method) = item else { continue };
        match method.sig.ident.to_string().as_str() {
            "new" => {
                method.vis = parse_quote!(pub(crate));
                if takes_empty_object(operation, api) {
                    EmptyBody.visit_block_mut(&mut method.block);
                }
                kept.push(method);
            }
            "body" => {
                method.attrs = Doc::fixed("The whole body.").attributes();
                kept.push(method);
            }
            "body_map" => {
                method.attrs = Doc::fixed("Changes the body's builder in place.").attributes();
                kept.push(method);
            }
            "send" => send = Some(method),
            _ => {}
        }
    }
    let Some(send) = send else {
        return Err(Error::new("progenitor emitted no `send` for this operation").at(operation.id.as_str()));
    };
    let (decode, output) = match operation.response {
        Response::Json { .. } => ("json", answer(&send)),
        Response::Bytes => ("bytes", BYTES.to_owned()),
        Response::Empty => ("empty", answer(&send)),
    };
    let mut setters: String = definition.fields.iter().filter_map(|field| parameter_setter(operation, field)).collect();
    let Some(mut request) = request(send) else {
        return Err(Error::new("progenitor's `send` builds no request for this operation").at(operation.id.as_str()));
    };
    if let Some(Body::Multipart(parts)) = &operation.body {
        setters.push_str(&multipart::inject(parts, &mut definition, &mut kept, &mut request));
    }
    methods.items = kept.into_iter().map(syn::ImplItem::Fn).collect();

    let meta = format!("&operations::{}", operation.id.to_shouty_snake_case());
    let endpoint = format!("{} {}", operation.method, operation.path);
    let sending = [
        Doc::prose(&format!("Sends `{endpoint}`.")).comment("    ")
            + "    ///\n    /// # Errors\n    /// See [`crate::ErrorKind`].\n",
        sender("send", &output, decode),
        "    /// Sends it, and leaves the answer's body undecoded.
    ///
    /// # Errors
    /// As [`send`](Self::send), decoding apart.
"
        .to_owned(),
        sender("send_bytes", BYTES, "bytes"),
    ];
    let text = [
        items(vec![syn::Item::Struct(definition)]),
        merged(methods, &(setters + &sending.concat()), request),
        send_once(&ident, &meta, &output, decode),
        debug(&format!("{ident}<'_>"), &ident),
    ]
    .concat();
    Ok(Builder { text, output })
}

const BYTES: &str = "crate::ByteStream";

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
fn send_once(ident: &syn::Ident, meta: &str, output: &str, decode: &str) -> String {
    laid(format!(
        "impl crate::SendOnce for {ident}<'_> {{
    const META: &'static crate::OperationMeta = {meta};
    type Output = {output};
    async fn send_on(
        self,
        client: &crate::Client,
    ) -> Result<crate::ResponseValue<Self::Output>, crate::Error> {{
        {}
    }}
}}
",
        decoded(decode)
    ))
}

/// One `impl`: methods, methods that are text already, and a last method.
fn merged(methods: syn::ItemImpl, text: &str, last: syn::ImplItemFn) -> String {
    let mut end: syn::ItemImpl = parse_quote!(impl X {});
    end.items.push(syn::ImplItem::Fn(last));
    let (mut merged, end) = (items(vec![syn::Item::Impl(methods)]), items(vec![syn::Item::Impl(end)]));
    merged.truncate(merged.len() - "}\n".len());
    merged + text + end.split_once('\n').map_or("", |(_, method)| method)
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

/// Whether the body is an object that declares nothing: `{}` is then what is sent.
fn takes_empty_object(operation: &Operation, api: &Api) -> bool {
    let Some(Body::Json(schema)) = &operation.body else { return false };
    let resolved = reference(schema).and_then(|name| api.schemas.get(name)).unwrap_or(schema);
    let object = resolved.get("type").and_then(serde_json::Value::as_str) == Some("object");
    object && resolved.get("properties").is_none() && resolved.get("x-rust-type").is_none()
}

/// Starts the body as an empty object instead of as forgotten.
struct EmptyBody;

impl VisitMut for EmptyBody {
    fn visit_field_value_mut(&mut self, field: &mut syn::FieldValue) {
        if matches!(&field.member, syn::Member::Named(name) if name == "body") {
            field.expr = parse_quote!(Ok(::serde_json::Map::new().into()));
        }
    }
}

/// `T` of progenitor's `-> Result<ResponseValue<T>, Error<()>>`.
fn answer(send: &syn::ImplItemFn) -> String {
    let syn::ReturnType::Type(_, result) = &send.sig.output else { return "()".to_owned() };
    let answer = rust::argument_of(result, "Result").and_then(|answer| rust::argument_of(answer, "ResponseValue"));
    answer.map_or("()".to_owned(), rust::type_text)
}

fn parameter_setter(operation: &Operation, field: &syn::Field) -> Option<String> {
    let ident = field.ident.as_ref()?;
    if ident == "client" || ident == "body" {
        return None;
    }
    let ty = rust::argument_of(&field.ty, "Result")?;
    let parameter = operation
        .parameters
        .iter()
        .find(|parameter| parameter.name.to_snake_case() == rust::plain(ident).trim_end_matches('_'));
    let described = parameter.and_then(|parameter| parameter.description.as_deref()).unwrap_or_default();
    let docs =
        Doc::prose(described).or_else(|| Doc::name(parameter.map_or(&rust::plain(ident), |parameter| &parameter.name)));
    Some(setter(ident, ty, &docs, parameter.is_some_and(|parameter| parameter.deprecated)))
}

/// A setter of a builder field `Result<ty, String>`: an optional one takes `T` or `Option<T>`.
pub(super) fn setter(ident: &syn::Ident, ty: &syn::Type, docs: &Doc, deprecated: bool) -> String {
    let mut text = docs.comment("    ");
    if deprecated {
        text.push_str("    #[deprecated]\n");
    }
    if let Some(inner) = rust::option_of(ty) {
        let inner = rust::type_text(inner);
        let line = format!("    pub fn {ident}(mut self, value: impl crate::wire::IntoField<{inner}>) -> Self {{\n");
        if breaks(line.trim_end()) {
            let value = generic("        value: impl crate::wire::IntoField", &[&inner]);
            let _ = write!(text, "    pub fn {ident}(\n        mut self,\n{value},\n    ) -> Self {{\n");
        } else {
            text.push_str(&line);
        }
        let _ = write!(text, "        self.{ident} = value.into_field();\n        self\n    }}\n");
    } else {
        let problem = rust::literal(&format!("{}: {{error}}", rust::plain(ident)));
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
            generic("        V: ::std::convert::TryInto", &[&rust::type_text(ty)])
        );
    }
    laid_method(text)
}

/// Progenitor's `send` up to the request: nothing is sent or decoded.
fn request(mut send: syn::ImplItemFn) -> Option<syn::ImplItemFn> {
    send.attrs.clear();
    send.vis = syn::Visibility::Inherited;
    send.sig.asyncness = None;
    send.sig.ident = quote::format_ident!("request");
    send.sig.inputs.push(parse_quote!(client: &crate::Client));
    send.sig.output = parse_quote!(-> Result<::reqwest::Request, Error<()>>);
    let built = send.block.stmts.iter().position(|statement| declares(statement, "request"))?;
    send.block.stmts.truncate(built + 1);
    OfArgument.visit_block_mut(&mut send.block);
    // `api-version` is a habit of progenitor's home server.
    let mut fills = false;
    send.block.stmts.retain(|statement| {
        let mut headers = Headers::default();
        headers.visit_stmt(statement);
        fills |= headers.filled && !headers.version;
        !headers.version
    });
    send.block.stmts.push(syn::Stmt::Expr(parse_quote!(Ok(request)), None));
    if !fills {
        send.block.stmts.retain(|statement| !declares(statement, "header_map"));
        UnchainHeaders.visit_block_mut(&mut send.block);
    }
    Some(send)
}

/// `client` is the argument, not the builder's; and what is built is not changed here.
struct OfArgument;

impl VisitMut for OfArgument {
    fn visit_field_pat_mut(&mut self, field: &mut syn::FieldPat) {
        if matches!(&field.member, syn::Member::Named(name) if name == "client") {
            *field = syn::FieldPat {
                colon_token: Some(Default::default()),
                pat: Box::new(parse_quote!(_)),
                ..field.clone()
            };
        }
    }

    fn visit_pat_ident_mut(&mut self, pattern: &mut syn::PatIdent) {
        if pattern.ident == "request" {
            pattern.mutability = None;
        }
    }
}

fn declares(statement: &syn::Stmt, name: &str) -> bool {
    matches!(statement, syn::Stmt::Local(local) if matches!(&local.pat, syn::Pat::Ident(pat) if pat.ident == name))
}

/// Whether a statement fills the map of headers, and whether with the version.
#[derive(Default)]
struct Headers {
    filled: bool,
    version: bool,
}

impl<'ast> Visit<'ast> for Headers {
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.filled |= call.method == "append";
        visit::visit_expr_method_call(self, call);
    }

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.version |= text.value() == "api-version";
    }
}

/// Drops `.headers(header_map)` where nothing fills the map.
struct UnchainHeaders;

impl VisitMut for UnchainHeaders {
    fn visit_expr_mut(&mut self, expression: &mut syn::Expr) {
        visit_mut::visit_expr_mut(self, expression);
        if let syn::Expr::MethodCall(call) = expression
            && call.method == "headers"
        {
            *expression = (*call.receiver).clone();
        }
    }
}

/// Paths as they are in a file of their own: `super::Client` is the crate's.
struct Localise;

impl VisitMut for Localise {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        if let Some(first) = path.segments.first_mut()
            && (first.ident == "super" || first.ident == "notte_api")
        {
            path.leading_colon = None;
            first.ident = quote::format_ident!("crate");
        }
        visit_mut::visit_path_mut(self, path);
    }
}

/// The imports of every file of builders.
pub(super) const IMPORTS: &str = "use super::super::operations;
use crate::{SendOnce, response, types};
#[allow(unused_imports)]
use progenitor_client::{Error, encode_path};
";
