//! `List<T>`: an array in a response, in which an invalid item does not affect the others.

use std::{cell::Cell, fmt, ops::Deref};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use serde_json::Value;

use crate::error::Misfit;

/// An array in a response. It dereferences to a slice of the items that match `T`; the others are kept in
/// [`odd`](Self::odd). `null` is read as empty. Serialized, every item is at its original place.
#[derive(Clone, PartialEq)]
pub struct List<T> {
    items: Vec<T>,
    odd: Vec<OddItem>,
}

/// An item that does not match its type. `Debug` prints its position and what is wrong, not its value.
#[derive(Clone, PartialEq)]
pub struct OddItem {
    index: usize,
    value: Value,
    misfit: Misfit,
}

impl OddItem {
    /// Returns the index of the item in the array that was sent.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Returns the item as it was sent.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Returns where inside the item decoding failed, such as `steps[2].type`; `None` if it is the item itself.
    pub fn path(&self) -> Option<&str> {
        self.misfit.path.as_deref()
    }

    /// Returns what does not match, without any value.
    pub fn reason(&self) -> &str {
        &self.misfit.reason
    }
}

impl<T> List<T> {
    /// Returns the items that could not be decoded, in order.
    pub fn odd(&self) -> &[OddItem] {
        &self.odd
    }

    /// Returns the items that could be decoded.
    pub fn into_vec(self) -> Vec<T> {
        self.items
    }

    /// Returns every item at its original place, and those that could not be decoded as errors.
    pub fn into_results(self) -> impl Iterator<Item = Result<T, OddItem>> {
        let (mut items, mut odd) = (self.items.into_iter(), self.odd.into_iter().peekable());
        let mut place = 0;
        std::iter::from_fn(move || {
            let next = match odd.next_if(|odd| odd.index <= place) {
                Some(odd) => Some(Err(odd)),
                None => items.next().map(Ok).or_else(|| odd.next().map(Err)),
            };
            place += 1;
            next
        })
    }

    /// Keeps the items for which `keep` returns true; it receives those that could not be decoded as errors.
    pub fn retain(&mut self, mut keep: impl FnMut(Result<&T, &OddItem>) -> bool) {
        self.items.retain(|item| keep(Ok(item)));
        self.odd.retain(|odd| keep(Err(odd)));
    }

    /// Moves the items of another list to the end of this one.
    pub fn append(&mut self, other: Self) {
        let length = self.items.len() + self.odd.len();
        self.items.extend(other.items);
        self.odd.extend(other.odd.into_iter().map(|odd| OddItem { index: length + odd.index, ..odd }));
    }

    /// Converts the items that could be decoded.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> List<U> {
        List { items: self.items.into_iter().map(change).collect(), odd: self.odd }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    /// Odd items are kept.
    Tolerant,
    /// An odd item is an error.
    Strict,
    /// An odd item was an error, which a union may have discarded by trying its next member.
    StrictAndFailed,
}

thread_local! {
    static MODE: Cell<Mode> = const { Cell::new(Mode::Tolerant) };
}

/// Runs `decode` with lists that fail on an odd item instead of keeping it; returns `None` if there was one.
///
/// To keep an odd item, every item must first be decoded into a `Value`, which takes about three times as long as
/// decoding it into `T`. Odd items are rare, so a response is first decoded strictly, and decoded again with tolerance
/// if that fails.
pub(crate) fn strictly<R>(decode: impl FnOnce() -> R) -> Option<R> {
    struct Restore(Mode);

    impl Drop for Restore {
        fn drop(&mut self) {
            MODE.set(self.0);
        }
    }

    let _restore = Restore(MODE.replace(Mode::Strict));
    let decoded = decode();
    (MODE.get() == Mode::Strict).then_some(decoded)
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if MODE.get() != Mode::Tolerant {
            let items = Option::<Vec<T>>::deserialize(deserializer).inspect_err(|_| MODE.set(Mode::StrictAndFailed))?;
            return Ok(items.unwrap_or_default().into());
        }
        let values = Option::<Vec<Value>>::deserialize(deserializer)?.unwrap_or_default();
        let mut list = Self { items: Vec::with_capacity(values.len()), odd: Vec::new() };
        for (index, value) in values.into_iter().enumerate() {
            // Borrows the value, so that an odd one can still be kept.
            match T::deserialize(&value) {
                Ok(item) => list.items.push(item),
                Err(_) => {
                    let misfit = crate::error::misfit::<T>(&value);
                    list.odd.push(OddItem { index, value, misfit });
                }
            }
        }
        Ok(list)
    }
}

impl<T: Serialize> Serialize for List<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeSeq;

        let mut seq = serializer.serialize_seq(Some(self.items.len() + self.odd.len()))?;
        let mut odd = self.odd.iter().peekable();
        let mut place = 0;
        for item in &self.items {
            while let Some(next) = odd.next_if(|next| next.index <= place) {
                seq.serialize_element(&next.value)?;
                place += 1;
            }
            seq.serialize_element(item)?;
            place += 1;
        }
        for rest in odd {
            seq.serialize_element(&rest.value)?;
        }
        seq.end()
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(items: Vec<T>) -> Self {
        Self { items, odd: Vec::new() }
    }
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Vec::from_iter(items).into()
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T> IntoIterator for List<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a List<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl<'a, T> IntoIterator for &'a mut List<T> {
    type Item = &'a mut T;
    type IntoIter = std::slice::IterMut<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter_mut()
    }
}

impl<T: fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        list.entries(&self.items).entries(&self.odd).finish()
    }
}

impl fmt::Debug for OddItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OddItem")
            .field("index", &self.index)
            .field("path", &self.misfit.path)
            .field("reason", &self.misfit.reason)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Item {
        id: i64,
    }

    fn mixed() -> Value {
        json!(["x", {"id": 1}, {"id": "hunter2"}, null, {"id": 2}, 7])
    }

    #[test]
    fn an_odd_item_costs_only_itself() {
        let list: List<Item> = serde_json::from_value(mixed()).unwrap();
        assert_eq!(list[..], [Item { id: 1 }, Item { id: 2 }]);
        assert_eq!(list.odd().iter().map(OddItem::index).collect::<Vec<_>>(), [0, 2, 3, 5]);
        assert_eq!(list.odd()[1].value(), &json!({"id": "hunter2"}));
        assert_eq!((list.odd()[1].path(), list.odd()[1].reason()), (Some("id"), "invalid type: string, expected i64"));
        assert!(!format!("{list:?}").contains("hunter2"));
    }

    #[test]
    fn every_item_goes_back_to_its_place() {
        let list: List<Item> = serde_json::from_value(mixed()).unwrap();
        assert_eq!(serde_json::to_value(&list).unwrap(), mixed());
        let all_odd: List<Item> = serde_json::from_value(json!([1, 2])).unwrap();
        assert_eq!(serde_json::to_value(&all_odd).unwrap(), json!([1, 2]));
    }

    #[test]
    fn every_item_is_given_at_its_place_as_a_value_or_an_error() {
        for json in [mixed(), json!([1, 2]), json!([{"id": 1}]), json!([]), json!([{"id": 1}, 2])] {
            let list: List<Item> = serde_json::from_value(json.clone()).unwrap();
            let all: Vec<_> =
                list.into_results().map(|item| item.map_or_else(|odd| odd.value, |item| json!(item))).collect();
            assert_eq!(json!(all), json);
        }
        let mut two: List<Item> = serde_json::from_value(mixed()).unwrap();
        two.append(two.clone());
        assert_eq!(
            serde_json::to_value(two).unwrap(),
            json!([mixed().as_array().unwrap().clone(), mixed().as_array().unwrap().clone()].concat())
        );
    }

    #[test]
    fn null_is_an_empty_list() {
        let null = || serde_json::from_str::<List<Item>>("null").unwrap();
        assert_eq!(null(), List::default());
        assert_eq!(strictly(null), Some(List::default()));
    }

    #[test]
    fn strict_decoding_gives_the_same_list_or_none() {
        let good = || serde_json::from_str::<List<Item>>(r#"[{"id":1},{"id":2}]"#).unwrap();
        let odd = || serde_json::from_value::<List<Item>>(mixed());
        assert_eq!(strictly(good), Some(good()));
        assert!(strictly(odd).is_none());
        assert!(odd().is_ok(), "strictness ends with the call");
    }

    #[test]
    fn a_union_that_goes_on_to_its_next_member_does_not_hide_an_odd_item() {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Union {
            Items(List<Item>),
            Any(#[allow(dead_code)] Value),
        }

        let union = || serde_json::from_value::<Union>(mixed()).unwrap();
        assert!(strictly(union).is_none());
        assert!(matches!(union(), Union::Items(items) if items.len() == 2));
    }

    #[test]
    fn it_is_used_like_a_slice() {
        let mut list: List<i64> = [3, 1, 2].into_iter().collect();
        for item in &mut list {
            *item += 1;
        }
        assert_eq!((list.len(), list.iter().sum::<i64>()), (3, 9));
        assert_eq!(list.into_iter().collect::<Vec<_>>(), [4, 2, 3]);
    }
}
