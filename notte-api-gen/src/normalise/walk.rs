//! Where the operations, parameters and schemas of a document are: its grammar as a table, and a walk along it.

use serde_json::{Map, Value};

use crate::Pointer;

/// What a value is to the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    Document,
    Components,
    PathItem,
    Operation,
    Parameter,
    Header,
    RequestBody,
    Response,
    MediaType,
    Encoding,
    Schema,
    /// A schema where `true` and `false` may stay: `additionalProperties`.
    OpenSchema,
}

/// How a node holds others.
enum Child {
    /// Under this key.
    One(&'static str, Node),
    /// In the list under this key.
    List(&'static str, Node),
    /// In the object under this key, one for each of its keys.
    Map(&'static str, Node),
    /// Likewise, but keys that begin with `x-` are extensions.
    Named(&'static str, Node),
}

/// The methods under which a path item has operations.
pub(super) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

fn children(node: Node) -> &'static [Child] {
    use Child::{List, Map, Named, One};
    match node {
        Node::Document => &[One("components", Node::Components), Named("paths", Node::PathItem)],
        Node::Components => &[
            Map("schemas", Node::Schema),
            Map("parameters", Node::Parameter),
            Map("headers", Node::Header),
            Map("requestBodies", Node::RequestBody),
            Map("responses", Node::Response),
            Map("pathItems", Node::PathItem),
        ],
        Node::PathItem => &[
            List("parameters", Node::Parameter),
            One("get", Node::Operation),
            One("put", Node::Operation),
            One("post", Node::Operation),
            One("delete", Node::Operation),
            One("options", Node::Operation),
            One("head", Node::Operation),
            One("patch", Node::Operation),
            One("trace", Node::Operation),
        ],
        Node::Operation => &[
            List("parameters", Node::Parameter),
            One("requestBody", Node::RequestBody),
            Named("responses", Node::Response),
        ],
        Node::Parameter | Node::Header => &[One("schema", Node::Schema), Map("content", Node::MediaType)],
        Node::RequestBody => &[Map("content", Node::MediaType)],
        Node::Response => &[Map("headers", Node::Header), Map("content", Node::MediaType)],
        Node::MediaType => &[One("schema", Node::Schema), Map("encoding", Node::Encoding)],
        Node::Encoding => &[Map("headers", Node::Header)],
        Node::Schema | Node::OpenSchema => &[
            Map("properties", Node::Schema),
            Map("patternProperties", Node::Schema),
            Map("$defs", Node::Schema),
            Map("definitions", Node::Schema),
            Map("dependentSchemas", Node::Schema),
            List("allOf", Node::Schema),
            List("anyOf", Node::Schema),
            List("oneOf", Node::Schema),
            List("prefixItems", Node::Schema),
            // A list in drafts before 2020-12, one schema since.
            List("items", Node::Schema),
            One("items", Node::Schema),
            One("additionalProperties", Node::OpenSchema),
            One("not", Node::Schema),
            One("contains", Node::Schema),
            One("propertyNames", Node::Schema),
            One("unevaluatedItems", Node::Schema),
            One("unevaluatedProperties", Node::Schema),
            One("additionalItems", Node::Schema),
            One("contentSchema", Node::Schema),
            One("if", Node::Schema),
            One("then", Node::Schema),
            One("else", Node::Schema),
        ],
    }
}

/// Where the walk is: a list back to the root, rendered only when somebody asks.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    pub(super) const ROOT: Place<'static> = Place { parent: None, step: Step::Root };

    pub(super) fn key(&'a self, key: &'a str) -> Place<'a> {
        Place { parent: Some(self), step: Step::Key(key) }
    }

    pub(super) fn index(&'a self, index: usize) -> Place<'a> {
        Place { parent: Some(self), step: Step::Index(index) }
    }

    pub(super) fn pointer(&self) -> Pointer {
        let parent = || self.parent.map(Place::pointer).unwrap_or_default();
        match self.step {
            Step::Root => Pointer::root(),
            Step::Key(key) => parent().child(key),
            Step::Index(index) => parent().child(index),
        }
    }

    /// The component that the place is in, when it is in `components/schemas`.
    pub(super) fn component(&self) -> Option<&'a str> {
        let mut steps = Vec::new();
        let mut place = Some(self);
        while let Some(Place { parent, step }) = place {
            if let Step::Key(key) = step {
                steps.push(*key);
            }
            place = *parent;
        }
        match steps.as_slice() {
            [.., name, "schemas", "components"] => Some(name),
            _ => None,
        }
    }
}

type Visit<'v> = dyn FnMut(Node, &mut Value, &Place<'_>) + 'v;

/// Visits every node, a node before what it holds.
pub(super) fn enter(document: &mut Value, visit: &mut Visit<'_>) {
    walk(Node::Document, document, &Place::ROOT, visit, &mut |_, _, _| {});
}

/// Visits every schema that is an object, a schema after those inside it.
pub(super) fn schemas(document: &mut Value, visit: &mut dyn FnMut(&mut Map<String, Value>, &Place<'_>)) {
    leave(Node::Document, document, &mut |node, value, place| {
        if let (Node::Schema | Node::OpenSchema, Value::Object(schema)) = (node, value) {
            visit(schema, place);
        }
    });
}

/// Visits every node from this one on, a node after what it holds.
pub(super) fn leave(node: Node, value: &mut Value, visit: &mut Visit<'_>) {
    walk(node, value, &Place::ROOT, &mut |_, _, _| {}, visit);
}

fn walk(node: Node, value: &mut Value, place: &Place<'_>, enter: &mut Visit<'_>, leave: &mut Visit<'_>) {
    enter(node, value, place);
    for (key, value) in value.as_object_mut().into_iter().flatten() {
        let place = place.key(key);
        match (child(node, key, value.is_array()), value) {
            (Some(Child::One(_, node)), value) => walk(*node, value, &place, enter, leave),
            (Some(Child::List(_, node)), Value::Array(list)) => {
                for (index, value) in list.iter_mut().enumerate() {
                    walk(*node, value, &place.index(index), enter, leave);
                }
            }
            (Some(Child::Map(_, node)), Value::Object(map)) => {
                for (name, value) in map {
                    walk(*node, value, &place.key(name), enter, leave);
                }
            }
            (Some(Child::Named(_, node)), Value::Object(map)) => {
                for (name, value) in map.iter_mut().filter(|(name, _)| !name.starts_with("x-")) {
                    walk(*node, value, &place.key(name), enter, leave);
                }
            }
            _ => {}
        }
    }
    leave(node, value, place);
}

/// What a node holds under this key.
fn child(node: Node, key: &str, list: bool) -> Option<&'static Child> {
    children(node).iter().find(|child| match child {
        Child::One(own, _) => *own == key && !list,
        Child::List(own, _) => *own == key && list,
        Child::Map(own, _) | Child::Named(own, _) => *own == key,
    })
}

/// What the value at the end of these steps from the root is.
pub(super) fn node_at(steps: &[String]) -> Option<Node> {
    let mut node = Node::Document;
    let mut steps = steps.iter();
    while let Some(step) = steps.next() {
        let next = steps.as_slice().first();
        let index = next.is_some_and(|step| step.parse::<usize>().is_ok());
        let found = child(node, step, index).or_else(|| child(node, step, !index))?;
        node = match found {
            Child::One(_, node) => *node,
            Child::List(_, node) | Child::Map(_, node) | Child::Named(_, node) => {
                steps.next()?;
                *node
            }
        };
    }
    Some(node)
}
