//! What a union is called: as declared, after its family, after the property that holds it, or after its place.

use heck::ToSnakeCase;

use super::super::names::{Names, type_name};
use super::{Union, tag::Tagged};

/// Endings that say nothing about a family.
const VAGUE: [&str; 10] = ["Body", "Data", "Input", "Item", "Model", "Output", "Request", "Response", "Schema", "Type"];

/// The union's name, claimed.
pub(super) fn of(union: &Union, names: &mut Names) -> String {
    if union.declared {
        return union.key.clone();
    }
    let family = union.tagged.as_ref().and_then(|tagged| family(tagged, union)).filter(|name| names.is_free(name));
    let shared = || shared_property(union).filter(|name| names.is_free(name));
    match family.or_else(shared) {
        Some(name) => names.claim(&name),
        None => names.claim(union.places.first().map_or("Union", |place| &place.name)),
    }
}

/// The word all members end in: `Action` for `ClickAction` and `FillAction`.
fn family(tagged: &Tagged, union: &Union) -> Option<String> {
    let mut twins = false;
    let mut last = None;
    for variant in &tagged.variants {
        let words = variant.component.to_snake_case();
        let bare = words.strip_suffix("_input").or_else(|| words.strip_suffix("_output"));
        twins |= bare.is_some();
        let word = type_name(bare.unwrap_or(&words).rsplit('_').next()?);
        if last.get_or_insert_with(|| word.clone()) != &word {
            return None;
        }
    }
    let word = last.filter(|word| !VAGUE.contains(&word.as_str()))?;
    let request = union.places.iter().any(|place| place.request);
    Some(match twins {
        true => format!("{word}{}", if request { "Input" } else { "Output" }),
        false => word,
    })
}

/// The one property that holds the union, if it is used in more than one place.
fn shared_property(union: &Union) -> Option<String> {
    let mut places = union.places.iter().filter(|place| !place.property.is_empty());
    let first = places.next()?;
    let same = places.all(|place| place.property == first.property);
    (same && union.places.iter().any(|place| place.name != first.name)).then(|| type_name(&first.property))
}
