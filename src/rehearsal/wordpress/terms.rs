//! Tags and categories.

use super::refusal::{error, forbidden};
use super::{WordPress, fields};
use crate::rehearsal::page::slug_of;
use crate::rehearsal::reply::{Checked, Reply, no};
use crate::rehearsal::request::Asked;
use serde_json::{Value, json};

/// A term.
#[derive(Debug)]
pub(super) struct Term {
    pub id: u64,
    /// `tags` or `categories`.
    kind: String,
    pub name: String,
    slug: String,
}

impl WordPress {
    /// Tags may be made by whoever may use them, categories by editors (REST API,
    /// terms controller, seen).
    pub(super) fn make_term(&mut self, asked: &Asked, kind: &str, known: bool) -> Checked<Reply> {
        let may = if kind == "tags" { "edit_posts" } else { "manage_categories" };
        if !known || !self.settings.may(may) {
            return no(forbidden(known, "rest_cannot_create"));
        }
        let name = asked.json().and_then(|body| body["name"].as_str()).unwrap_or_default().trim().to_owned();
        if name.is_empty() {
            return no(error(400, "rest_missing_callback_param", "Missing parameter(s): name"));
        }
        let slug = slug_of(&name);
        let same = |term: &&Term| {
            term.kind == kind && (term.slug == slug || term.name.to_lowercase() == name.to_lowercase())
        };
        if let Some(term) = self.terms.iter().find(same) {
            let data = json!({ "status": 400, "term_id": term.id });
            let says = "A term with the name provided already exists in this taxonomy.";
            return no(Reply::json(400, json!({ "code": "term_exists", "message": says, "data": data })));
        }
        let id = self.next();
        self.terms.push(Term { id, kind: kind.to_owned(), name, slug });
        let made = self.terms.last().map(Term::shown).unwrap_or_default();
        Ok(Reply::json(201, fields(asked, made)))
    }

    pub(super) fn find_terms(&self, asked: &Asked, kind: &str) -> Reply {
        let search = asked.query("search").unwrap_or_default().to_lowercase();
        let found = self.terms.iter().filter(|term| {
            term.kind == kind && (term.name.to_lowercase().contains(&search) || term.slug.contains(&search))
        });
        Reply::json(200, found.map(|term| fields(asked, term.shown())).collect())
    }

    /// Whether there are terms of all these numbers.
    pub(super) fn has_terms(&self, kind: &str, ids: &[u64]) -> bool {
        ids.iter().all(|id| self.terms.iter().any(|term| term.kind == kind && term.id == *id))
    }
}

impl Term {
    fn shown(&self) -> Value {
        json!({ "id": self.id, "name": self.name.replace('&', "&amp;"), "slug": self.slug })
    }
}
