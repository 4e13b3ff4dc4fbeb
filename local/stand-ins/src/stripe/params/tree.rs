//! Pairs of the form `a[b][0][c]=x` as a tree.

use std::collections::BTreeMap;

use crate::stripe::error::ApiError;

/// Parameters by name, in the order of their names. Lists have `0`, `1`, … as names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Tree {
    Leaf(String),
    Branch(BTreeMap<String, Tree>),
}

impl Default for Tree {
    fn default() -> Self {
        Self::Branch(BTreeMap::new())
    }
}

impl Tree {
    /// Parses an `application/x-www-form-urlencoded` body or query.
    pub(crate) fn parse(encoded: &[u8]) -> Result<Self, ApiError> {
        let mut root = Self::default();
        for (name, value) in url::form_urlencoded::parse(encoded) {
            let keys = keys(&name).ok_or_else(|| ApiError::parameter(format!("Invalid parameter name: {name}")))?;
            root.insert(&keys, &value).map_err(|Clash| {
                ApiError::parameter(format!("Invalid object: {name} is given in two shapes")).param(name.clone())
            })?;
        }
        Ok(root)
    }

    /// Removes a top-level parameter and returns it.
    pub(crate) fn take(&mut self, name: &str) -> Option<Self> {
        match self {
            Self::Branch(children) => children.remove(name),
            Self::Leaf(_) => None,
        }
    }

    /// Returns the elements of a list, in the order of their indices; none for a text.
    pub(crate) fn elements(&self) -> Option<Vec<(&str, &Self)>> {
        let Self::Branch(children) = self else { return None };
        let mut elements = children
            .iter()
            .map(|(key, child)| Some((key.parse::<u32>().ok()?, key.as_str(), child)))
            .collect::<Option<Vec<_>>>()?;
        elements.sort_by_key(|(index, ..)| *index);
        Some(elements.into_iter().map(|(_, key, child)| (key, child)).collect())
    }

    /// Returns every leaf by its full name (`line_items[0][price]`).
    pub(crate) fn flatten(&self) -> BTreeMap<String, String> {
        let mut flat = BTreeMap::new();
        self.flatten_into(String::new(), &mut flat);
        flat
    }

    fn flatten_into(&self, name: String, flat: &mut BTreeMap<String, String>) {
        match self {
            Self::Leaf(value) => {
                flat.insert(name, value.clone());
            }
            Self::Branch(children) => {
                for (key, child) in children {
                    child.flatten_into(join(&name, key), flat);
                }
            }
        }
    }

    fn insert(&mut self, keys: &[&str], value: &str) -> Result<(), Clash> {
        let Self::Branch(children) = self else { return Err(Clash) };
        let Some((key, rest)) = keys.split_first() else { return Err(Clash) };
        // `a[]=1&a[]=2` appends.
        let key = if key.is_empty() { children.len().to_string() } else { (*key).to_owned() };
        if rest.is_empty() {
            return match children.insert(key, Self::Leaf(value.to_owned())) {
                Some(Self::Branch(_)) => Err(Clash),
                Some(Self::Leaf(_)) | None => Ok(()),
            };
        }
        children.entry(key).or_default().insert(rest, value)
    }
}

/// The error that one name is both a text and an object.
struct Clash;

/// Returns `outer[inner]`, as Stripe names parameters in errors.
pub(super) fn join(outer: &str, inner: &str) -> String {
    if outer.is_empty() { inner.to_owned() } else { format!("{outer}[{inner}]") }
}

fn keys(name: &str) -> Option<Vec<&str>> {
    let (first, rest) = match name.find('[') {
        Some(at) => name.split_at(at),
        None => (name, ""),
    };
    let mut keys = vec![first];
    if first.is_empty() {
        return None;
    }
    if !rest.is_empty() {
        let inner = rest.strip_prefix('[')?.strip_suffix(']')?;
        keys.extend(inner.split("]["));
    }
    keys.iter().all(|key| !key.contains(['[', ']'])).then_some(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_names_become_a_tree() {
        let tree = Tree::parse(b"a[b][0][c]=1&a[b][1][c]=2&d=x+y&e[]=p&e[]=q").unwrap();
        let flat: Vec<_> = tree.flatten().into_iter().collect();
        let expected = [("a[b][0][c]", "1"), ("a[b][1][c]", "2"), ("d", "x y"), ("e[0]", "p"), ("e[1]", "q")];
        assert_eq!(flat, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn elements_are_ordered_by_number() {
        let encoded: Vec<_> = (0..12).map(|n| format!("a[{n}]={n}")).collect();
        let mut tree = Tree::parse(encoded.join("&").as_bytes()).unwrap();
        let list = tree.take("a").unwrap();
        let keys: Vec<_> = list.elements().unwrap().iter().map(|(key, _)| *key).collect();
        assert_eq!(keys, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]);
    }

    #[test]
    fn malformed_and_clashing_names_are_refused() {
        for bad in ["a[b=1", "[a]=1", "a]b[=1", "a=1&a[b]=2", "a[b]=1&a=2"] {
            assert!(Tree::parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
