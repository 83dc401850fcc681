//! A plan without its words: a long queue is looked through without them.

use super::{Payload, PayloadPart, Plan, Standing, State, StepKey};
use crate::render::{Article, Mail, Post, Variant, VariantKind};

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

impl Standing {
    /// Lets the words of that delivery go where they are out: whoever sends
    /// thousands needs them no more, and the journal has them.
    pub fn let_words_go(&mut self, key: &StepKey) {
        let Some(delivery) = self.deliveries.get_mut(key) else { return };
        let people = delivery.recipients.iter_mut().map(|person| &mut person.part);
        for part in delivery.parts.iter_mut().chain(people).filter(|part| part.state == State::Sent) {
            part.bound = None;
        }
    }
}

fn without_words(kind: VariantKind) -> Variant {
    let nothing = String::new;
    match kind {
        VariantKind::Post => {
            Variant::Post(Post { parts: Vec::new(), card: None, first_comment: None, url_reserve: 0 })
        }
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
