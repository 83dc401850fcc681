//! Slack, Telegram, Discord, LinkedIn little text.
