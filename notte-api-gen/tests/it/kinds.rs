//! What a document says of a request is what the generated code writes, for every kind that is easily lost.

use notte_api_gen::{Input, Options, generate};

/// Every file of the document's client, without white space.
fn client() -> String {
    let bytes = include_bytes!("../documents/kinds-3.0.json");
    let options = Options { effect_required: false, strict: true };
    let generation = generate(Input { name: "kinds", bytes }, &[], options).expect("it generates");
    let rust = generation.files.iter().filter(|file| file.path.ends_with(".rs"));
    let text: String = rust.flat_map(|file| file.text.split_whitespace()).collect();
    text.replace(",)", ")")
}

#[track_caller]
fn holds(client: &str, parts: &[&str]) {
    for part in parts {
        let part: String = part.split_whitespace().collect();
        assert!(client.contains(&part), "nowhere: {part}");
    }
}

#[test]
fn parameters_are_written_in_their_style() {
    holds(
        &client(),
        &[
            "day: Result<Option<crate::wire::Date>, String>",
            "draft.query(\"filter\", Style::Json, self.filter)?;",
            "draft.query(\"ids\", Style::Commas, self.ids)?;",
            "draft.query(\"bars\", Style::Pipes, self.bars)?;",
            "draft.query(\"deep\", Style::Deep, self.deep)?;",
            "draft.query(\"client\", Style::Form, self.client_param)?;",
            "draft.query(\"body_map\", Style::Form, self.body_map_param)?;",
            "draft.cookie(\"session\", self.session)?;",
            "draft.path_list(\"names\", self.names)?;",
        ],
    );
}

#[test]
fn bodies_keep_their_media_type_and_form() {
    holds(
        &client(),
        &[
            "draft.json(\"application/merge-patch+json\", self.body.and_then(types::Board::try_from))?;",
            "draft.bytes(\"application/x-ndjson\", self.body)?;",
            "draft.bytes(\"text/markdown\", self.body)?;",
            "draft.form(&[(\"a\", Style::Deep)], self.body.and_then(types::CloneCallRequest::try_from))?;",
            "body: Result<::std::collections::BTreeMap<String, i64>, String>",
        ],
    );
}

#[test]
fn a_multipart_list_is_a_part_for_each_item_under_the_name_of_the_document() {
    holds(
        &client(),
        &[
            "files: Result<Option<Vec<crate::Part>>, String>",
            "draft.file(\"files\", self.files)?;",
            "names: Result<Option<Vec<String>>, String>",
            "draft.field(\"2nd\", self._2nd)?;",
            "draft.field(\"_\", self.x)?;",
            "draft.field(\"new\", self.new_part)?;",
        ],
    );
}

#[test]
fn every_success_is_decoded_and_all_their_media_types_are_accepted() {
    let client = client();
    holds(&client, &["Draft::new(client, Self::META, \"application/vnd.api+json, application/json\")"]);
    holds(&client, &["type Output = Option<types::ResultCallResponse>;", "pub id: ::std::option::Option<u64>"]);
}

#[test]
fn values_keep_their_names_and_numbers_tell_members_apart() {
    holds(
        &client(),
        &[
            "#[serde(rename = \".\")] Dot, /// `X` X,",
            "value.get(\"kind\").and_then(crate::wire::number).as_deref()",
            "crate::wire::tagged(\"kind\", 5i64, value, serializer)",
            // Required and nullable: sent as null when it is not set.
            "pub note: ::std::option::Option<::std::string::String>",
        ],
    );
    let client = client();
    let at = client.find("pubnote:").expect("the field");
    assert!(!client[at - 60..at].contains("skip_serializing_if"), "{}", &client[at - 60..at]);
}

#[test]
fn names_that_mean_something_else_get_another() {
    holds(
        &client(),
        &[
            "pub fn result_call(&self)",
            "pub fn clone_call(&self)",
            "pub fn gen_(&self)",
            "pub fn post_board(&self)",
            "mod tag_2nd_floor;",
        ],
    );
}
