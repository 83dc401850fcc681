//! twitter-text: extraction, validation, linking.
