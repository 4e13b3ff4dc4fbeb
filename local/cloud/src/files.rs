//! Files that are served from a folder of the project.

use std::path::{Component, Path};

/// Returns the content type by the file's extension; none for what isn't served.
pub(crate) fn content_type(path: &Path) -> Option<&'static str> {
    Some(match path.extension()?.to_str()? {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        _ => return None,
    })
}

/// Returns whether a relative path stays inside its folder.
pub(crate) fn inside(path: &Path) -> bool {
    path.components().all(|component| matches!(component, Component::Normal(_)))
}
