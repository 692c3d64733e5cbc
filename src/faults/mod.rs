//! Faults on purpose: this very program, made to die, to wait or to go wrong where a test wants it.
//!
//! What the promises in `lib.rs` are worth shows when the process ends between two steps, and no kill from outside hits
//! the same moment twice. So every commit and every call outside passes by here, [before and after](around). The tests
//! run whole processes of a development build, and these read from their environment:
//!
//! - `ROUTERGRAM_FAULT_POINT=before-store-reply`, `…=after-sendMessage:2`: abort there, the second time it is passed;
//! - `ROUTERGRAM_FAULT_HOLD=before-begin`: whoever comes there waits for ever (several with commas);
//! - `ROUTERGRAM_FAULT_SWITCH=no-dedup`: leave a guard out, so that a test can show that the guard guards;
//! - `ROUTERGRAM_FAULT_POISON=word`: abort when an update, or an answer on its way out, holds this word;
//! - `ROUTERGRAM_FAULT_PANIC=word`: panic there.
//!
//! It refuses to exist in a release: there every function here is empty, and none of these names is in the program. It is
//! the one thing in the process that is global, since a point may be anywhere and nobody should hand it down.

#[cfg(not(debug_assertions))]
use std::ffi::OsString;

/// An enum of things with names, and the list of all of them.
macro_rules! named {
    ($(#[$about:meta])* $kind:ident { $($(#[$doc:meta])* $thing:ident = $name:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $kind {
            $($(#[$doc])* $thing,)*
        }

        #[cfg(debug_assertions)]
        impl $kind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$thing,)*];

            /// What it is called in the environment.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$thing => $name,)*
                }
            }
        }
    };
}

named! {
    /// Something that happens, or does not, and that others rely on: a commit of the store, or a call outside.
    Step {
        /// Updates are stored.
        Accept = "accept",
        /// An attempt is counted.
        Begin = "begin",
        /// The last attempt is counted.
        LastAttempt = "last-attempt",
        /// The message in which an answer grows is noted, or the question that a press stands for.
        Placed = "placed",
        /// A reply is stored: what was generated, its turn, its cost.
        StoreReply = "store-reply",
        /// What was heard in a recording is kept, with its cost.
        KeepHeard = "keep-heard",
        /// A generation that has begun is entered in the ledger.
        OpenCharge = "open-charge",
        /// The send of a part is announced.
        Sending = "sending",
        /// That is taken back.
        NotSent = "not-sent",
        /// A part is ticked off, and with the last one the update.
        Delivered = "delivered",
        /// An update is done that nothing was owed for.
        Complete = "complete",
        /// An update is done whose reply nobody can get.
        Undeliverable = "undeliverable",
        /// An update is given back for later.
        Retry = "retry",
        /// An update is given up.
        Park = "park",
        /// Claims that a stop interrupts are not held against them.
        ForgiveDeaths = "forgive-deaths",
        /// A cost that was looked up is entered.
        Settle = "settle",
        /// The next look at a cost is scheduled.
        SettleLater = "settle-later",
        /// A cost is given up.
        SettleNever = "settle-never",
        /// Somebody gets a budget of their own.
        SetBudget = "set-budget",
        /// Somebody is let in or shut out.
        Decide = "decide",
        /// A group has become another one.
        MoveGroup = "move-group",
        /// A chat is given up, with what is owed there.
        Abandon = "abandon",
        /// Old ids are forgotten.
        Purge = "purge",
        /// Old conversations are forgotten.
        Expire = "expire",

        /// The model is asked, until its server has begun to answer.
        Ask = "ask",
        /// A recording is written down.
        Transcribe = "transcribe",
        /// A picture is painted.
        Paint = "paint",
        /// A cost is looked up.
        LookUp = "look-up",
        /// The key is checked.
        CheckKey = "check-key",
        /// The models on offer are asked for.
        ListModels = "list-models",
        /// Their list is kept on the disk.
        KeepModels = "keep-models",

        /// The owner is told something.
        TellOwner = "tell-owner",
        /// Somebody is told that there is no answer.
        Apologize = "apologize",

        /// Where a file lies that somebody has sent.
        GetFile = "getFile",
        /// It is fetched from there, until the first bytes come.
        Download = "download",
        /// Who the bot is.
        GetMe = "getMe",
        /// What its menu shows.
        GetMyCommands = "getMyCommands",
        /// What its menu shall show.
        SetMyCommands = "setMyCommands",
        /// What it says of itself in an empty chat.
        GetMyDescription = "getMyDescription",
        /// What it shall say there.
        SetMyDescription = "setMyDescription",
        /// What it says of itself in its profile.
        GetMyShortDescription = "getMyShortDescription",
        /// What it shall say there.
        SetMyShortDescription = "setMyShortDescription",
        /// How old its server is.
        GetMyDefaultAdministratorRights = "getMyDefaultAdministratorRights",
        /// Where updates are brought.
        GetWebhookInfo = "getWebhookInfo",
        /// Where they shall be brought.
        SetWebhook = "setWebhook",
        /// They shall not be brought.
        DeleteWebhook = "deleteWebhook",
        /// Updates are asked for, and those before them confirmed.
        GetUpdates = "getUpdates",
        /// "typing…".
        SendChatAction = "sendChatAction",
        /// A frame of an answer.
        SendMessageDraft = "sendMessageDraft",
        /// A text.
        SendMessage = "sendMessage",
        /// A text with tables and formulas.
        SendRichMessage = "sendRichMessage",
        /// A file.
        SendDocument = "sendDocument",
        /// A picture.
        SendPhoto = "sendPhoto",
        /// A text over another.
        EditMessageText = "editMessageText",
        /// Messages go.
        DeleteMessages = "deleteMessages",
        /// Somebody who types the bot's name is offered something.
        AnswerInlineQuery = "answerInlineQuery",
        /// A pressed button stops spinning.
        AnswerCallbackQuery = "answerCallbackQuery",
        /// Whether somebody is an admin.
        GetChatMember = "getChatMember",
    }
}

named! {
    /// A moment between two steps.
    Moment {
        /// Updates came in a poll and are not stored.
        Polled = "polled",
        /// An update is stored, and Telegram is about to be told so.
        Acknowledge = "acknowledge",
        /// The model's first words have been read.
        FirstWords = "first-words",
        /// The model's last words have been read.
        LastWords = "last-words",
        /// A handler has decided, and nothing of it is stored.
        Decided = "decided",
    }
}

named! {
    /// A guard that is left out.
    Switch {
        /// Updates are acknowledged before they are stored.
        AckBeforeCommit = "ack-before-commit",
        /// An update that comes again is taken for a new one.
        NoDedup = "no-dedup",
        /// Updates of one lane are worked on side by side.
        NoLaneOrder = "no-lane-order",
        /// An answer is sent before it is stored.
        SendBeforeCommit = "send-before-commit",
        /// The store does not wait for the disk.
        SynchronousNormal = "synchronous-normal",
    }
}

#[cfg(debug_assertions)]
mod armed;

#[cfg(debug_assertions)]
pub use armed::{arm, around, around_call, at, is_on, pass_poison, points};

/// Reads what is wanted from the process's variables.
#[cfg(not(debug_assertions))]
pub const fn arm(_variables: &[(OsString, OsString)]) {}

/// Does the work.
#[cfg(not(debug_assertions))]
pub const fn around<F: Future>(_step: Step, work: F) -> F {
    work
}

/// Does the work.
#[cfg(not(debug_assertions))]
pub const fn around_call<F: Future>(_method: &str, work: F) -> F {
    work
}

/// Nothing.
#[cfg(not(debug_assertions))]
pub const fn at(_moment: Moment) {}

/// Never.
#[cfg(not(debug_assertions))]
#[must_use]
pub const fn is_on(_switch: Switch) -> bool {
    false
}

/// Nothing.
#[cfg(not(debug_assertions))]
pub const fn pass_poison(_text: &str) {}
