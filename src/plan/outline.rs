//! A plan without its words: a long queue is looked through without them.

use super::{Delivery, Payload, PayloadPart, Plan, State};
use crate::render::{Article, Mail, Post, Tracking, Variant, VariantKind};

impl Plan {
    /// The plan without what it says: enough to tell what is due, where it goes,
    /// to whom, and in how many parts. The digest stays that of the whole plan, which
    /// the outline itself does not match.
    #[must_use]
    pub fn into_outline(mut self) -> Plan {
        for step in &mut self.steps {
            step.variant = without_words(step.kind);
            let wordless = || PayloadPart { body: serde_json::Value::Null, media: Vec::new() };
            step.payload = Payload { parts: step.payload.parts.iter().map(|_| wordless()).collect() };
            step.tracking = Tracking::default();
            step.recipients.shrink_to_fit();
        }
        // What was read one by one has room for four, and a queue has thousands.
        self.steps.shrink_to_fit();
        self
    }

    /// Whether it says what it said when its digest was made: only such a plan is sent.
    pub fn matches_digest(&self) -> bool {
        self.digest == self.compute_digest()
    }
}

impl Delivery {
    /// Lets the words of its parts go that are out: whoever sends thousands needs
    /// them no more, and the journal has them.
    pub fn let_words_go(&mut self) {
        let people = self.recipients.iter_mut().map(|person| &mut person.part);
        for part in self.parts.iter_mut().chain(people).filter(|part| part.state == State::Sent) {
            part.bound = None;
        }
    }
}

fn without_words(kind: VariantKind) -> Variant {
    let nothing = String::new;
    match kind {
        VariantKind::Post => Variant::Post(Post {
            parts: Vec::new(),
            card: None,
            first_comment: None,
            url_reserve: 0,
            language: String::new(),
        }),
        VariantKind::Article => Variant::Article(Article {
            title: nothing(),
            slug: nothing(),
            excerpt: nothing(),
            html: nothing(),
            markdown: nothing(),
            cover: None,
            media: Vec::new(),
            tags: Vec::new(),
            canonical: None,
            language: nothing(),
            date: None,
        }),
        VariantKind::Mail => Variant::Mail(Mail {
            from: nothing(),
            subject: nothing(),
            preheader: nothing(),
            html: nothing(),
            text: nothing(),
            media: Vec::new(),
            language: nothing(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use crate::plan::fixture::{plan, post};

    #[test]
    fn an_outline_tells_what_is_due_and_has_no_words() {
        let mut whole = plan(vec![post("tweet", &[], &["one", "two"]), post("other", &["tweet"], &["x"])]);
        whole.steps[1].recipients = vec!["a@example.com".to_owned()];
        assert!(whole.matches_digest());
        let outline = whole.clone().into_outline();
        assert!(!outline.matches_digest());
        assert_eq!((&outline.digest, outline.steps.len()), (&whole.digest, 2));
        for (outline, whole) in outline.steps.iter().zip(&whole.steps) {
            assert_eq!(
                (&outline.key, &outline.after, &outline.gate, &outline.recipients, outline.variant.kind()),
                (&whole.key, &whole.after, &whole.gate, &whole.recipients, whole.variant.kind())
            );
            assert_eq!(outline.payload.parts.len(), whole.payload.parts.len());
            assert!(outline.payload.parts.iter().all(|part| part.body.is_null() && part.media.is_empty()));
        }
    }
}
