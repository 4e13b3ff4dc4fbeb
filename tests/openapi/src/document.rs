//! Reads `docs/openapi.yaml`.

use serde_json::{Map, Value};

/// The API's description, with its schemas open and closed.
#[derive(Debug)]
pub struct Document {
    root: Value,
    closed_components: Value,
}

/// An operation of the document.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'a> {
    document: &'a Document,
    /// The `operationId`.
    pub id: &'a str,
    method: &'a str,
    path: &'a str,
    responses: &'a Map<String, Value>,
}

impl Document {
    /// Makes a document of its content.
    pub fn new(root: Value) -> Self {
        let mut closed_components = root["components"].clone();
        close(&mut closed_components);
        Self { root, closed_components }
    }

    /// Returns every operation.
    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        let paths = self.root["paths"].as_object().unwrap();
        paths.iter().flat_map(move |(path, item)| {
            item.as_object().unwrap().iter().filter_map(move |(method, operation)| {
                let (id, responses) = (operation["operationId"].as_str()?, operation["responses"].as_object()?);
                Some(Operation { document: self, id, method, path, responses })
            })
        })
    }

    /// Returns the operation of a request; none if there is no such operation. The path may begin with a stage.
    pub fn operation(&self, method: &str, path: &str) -> Option<Operation<'_>> {
        let fits = |operation: &Operation<'_>| {
            operation.method.eq_ignore_ascii_case(method) && fits_template(path, operation.path)
        };
        // The longest template that fits counts, so that `/users/me/preorders` isn't taken for `/preorders`; of two that
        // are equally long, the one without a placeholder.
        self.operations().filter(fits).max_by_key(|operation| {
            let parts = parts(operation.path);
            (parts.len(), parts.iter().filter(|part| !part.starts_with('{')).count())
        })
    }

    /// Follows a reference. Returns the node itself if it isn't one.
    pub fn resolve<'a>(&'a self, node: &'a Value) -> &'a Value {
        match node["$ref"].as_str() {
            Some(reference) => self.resolve(self.root.pointer(reference.trim_start_matches('#')).unwrap()),
            None => node,
        }
    }

    /// Returns the components with every object schema closed.
    pub fn closed_components(&self) -> &Value {
        &self.closed_components
    }

    /// Returns the pointers of the response schemas that refuse unknown fields.
    pub fn closed_responses(&self) -> Vec<String> {
        let mut closed = Vec::new();
        for operation in self.operations() {
            for status in operation.statuses() {
                let schema = &operation.response(status).unwrap()["content"]["application/json"]["schema"];
                self.find_closed(schema, &format!("{} {status}", operation.id), &mut closed);
            }
        }
        closed
    }

    fn find_closed(&self, node: &Value, at: &str, closed: &mut Vec<String>) {
        let node = self.resolve(node);
        if node["additionalProperties"] == false || node["unevaluatedProperties"] == false {
            closed.push(at.to_owned());
        }
        match node {
            Value::Object(children) => {
                children.iter().for_each(|(name, child)| self.find_closed(child, &format!("{at}/{name}"), closed));
            }
            Value::Array(children) => children.iter().for_each(|child| self.find_closed(child, at, closed)),
            _ => {}
        }
    }
}

impl Operation<'_> {
    /// Returns every status that the operation documents.
    pub fn statuses(self) -> impl Iterator<Item = u16> {
        self.responses.keys().map(|status| status.parse().unwrap())
    }

    /// Returns the response with this status; none if there is none. The schemas of its headers are as in the document.
    pub fn response(self, status: u16) -> Option<Value> {
        let response = self.responses.get(&status.to_string())?;
        Some(self.document.resolve(response).clone())
    }
}

/// Closes every object schema that lists its properties and doesn't say itself whether there may be others.
fn close(node: &mut Value) {
    match node {
        Value::Object(children) => {
            children.values_mut().for_each(close);
            if children.contains_key("properties") && children.get("type").is_some_and(|kind| kind == "object") {
                children.entry("additionalProperties").or_insert(false.into());
            }
        }
        Value::Array(children) => children.iter_mut().for_each(close),
        _ => {}
    }
}

/// Returns whether a path fits a template: `/dev/preorders/1` fits `/preorders/{preorderId}`. They are compared from the
/// end, since the path may begin with a stage.
fn fits_template(path: &str, template: &str) -> bool {
    let (path, template): (Vec<&str>, Vec<&str>) = (parts(path), parts(template));
    path.len() >= template.len()
        && path
            .iter()
            .rev()
            .zip(template.iter().rev())
            .all(|(part, expected)| expected.starts_with('{') || part == expected)
}

fn parts(path: &str) -> Vec<&str> {
    path.split('/').filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_fits_its_template_with_and_without_a_stage() {
        for (path, template, fits) in [
            ("/preorders", "/preorders", true),
            ("/dev/preorders/1", "/preorders/{preorderId}", true),
            ("/preorders/1", "/preorders", false),
            ("/preorders", "/preorders/{preorderId}", false),
        ] {
            assert_eq!(fits_template(path, template), fits, "{path} {template}");
        }
    }
}
