//! How old the Bot API server is, as far as it changes what people see.
//!
//! Telegram's own servers are what this program is written for; one that an owner runs may be older. A method that it does
//! not know it refuses, which is noticed where the method is used. A parameter that it does not know it ignores: a draft
//! would be shown without its Stop button. That button came with Bot API 10.3, and so did a field that is part of every
//! answer to a question that costs nothing.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::telegram::methods::GetDefaultRights;
use crate::turn::Tools;

/// Looks once, and lets answers grow in messages where drafts could not be stopped.
pub async fn learn_age(tools: Arc<Tools>) {
    match tools.telegram.call(&GetDefaultRights {}).await {
        Ok(rights) if rights.can_send_welcome_messages.is_none() => {
            tools.drafts.store(false, Ordering::Relaxed);
            tracing::info!("This Bot API server is older than the Stop button of drafts; answers grow in messages");
        }
        Ok(_) => {}
        // One that does not say is taken for a new one.
        Err(error) => tracing::debug!(reason = %error, "The age of the Bot API server is not known"),
    }
}
